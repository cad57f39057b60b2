import type { CopyProgress } from '#shared/domain/copy.ts';

const windowMs = 5_000;
const tellEveryMs = 200;

/** Counts what has come, and says how fast and how long still. */
export class Progress {
  #done = 0;
  #total = 0;
  #doneFiles = 0;
  #totalFiles = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #marks: { at: number; bytes: number }[] = [];
  readonly #tell: ((progress: CopyProgress) => void) | undefined;
  readonly #elapsed: () => number;

  constructor(tell: ((progress: CopyProgress) => void) | undefined, elapsed: () => number) {
    this.#tell = tell;
    this.#elapsed = elapsed;
  }

  expect(bytes: number, files: number): void {
    this.#total += bytes;
    this.#totalFiles += files;
  }

  /** Bytes may come back off when what was sent did not arrive. */
  came(bytes: number): void {
    this.#done = Math.max(0, this.#done + bytes);
    this.#say(false);
  }

  placed(files: number): void {
    this.#doneFiles += files;
    this.#say(false);
  }

  end(): void {
    this.#say(true);
  }

  get now(): CopyProgress {
    const rate = this.#rate();
    const left = Math.max(0, this.#total - this.#done);
    return {
      doneBytes: Math.min(this.#done, this.#total),
      totalBytes: this.#total,
      doneFiles: this.#doneFiles,
      totalFiles: this.#totalFiles,
      bytesPerSecond: rate,
      remainingMs: rate > 0 ? Math.round((left / rate) * 1000) : null,
    };
  }

  #rate(): number {
    const now = this.#elapsed();
    const first = this.#marks.find(({ at }) => at >= now - windowMs);
    if (first === undefined || now - first.at < 100) return 0;
    return Math.max(0, Math.round(((this.#done - first.bytes) * 1000) / (now - first.at)));
  }

  #say(isLast: boolean): void {
    const now = this.#elapsed();
    if (!isLast && now - this.#toldAt < tellEveryMs) return;
    this.#toldAt = now;
    this.#marks.push({ at: now, bytes: this.#done });
    this.#marks = this.#marks.filter(({ at }) => at >= now - 2 * windowMs);
    this.#tell?.(this.now);
  }
}
