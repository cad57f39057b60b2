/** Logs for drawing pages: one that grows, one of a gigabyte that exists only as a formula, and a short one with everything in it. */
export interface FixtureLog {
  bytes(): number;
  read(offset: number, length: number): Uint8Array;
  live: boolean;
}

const encoder = new TextEncoder();
const esc = '\u001b';

export class GrowingLog implements FixtureLog {
  readonly live = true;
  #chunks: Uint8Array = new Uint8Array(0);
  readonly #waiting = new Set<() => void>();

  bytes(): number {
    return this.#chunks.byteLength;
  }

  read(offset: number, length: number): Uint8Array {
    return this.#chunks.slice(offset, offset + length);
  }

  append(text: string): void {
    const more = encoder.encode(text);
    const joined = new Uint8Array(this.#chunks.byteLength + more.byteLength);
    joined.set(this.#chunks);
    joined.set(more, this.#chunks.byteLength);
    this.#chunks = joined;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Resolves when there is more, or when `signal` says stop. */
  more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

const lineBytes = 96;

/** Every line is 96 bytes and says its number, so that any part of a gigabyte can be made on demand. */
export class FormulaLog implements FixtureLog {
  readonly live = false;
  readonly #lines: number;

  constructor(lines: number) {
    this.#lines = lines;
  }

  bytes(): number {
    return this.#lines * lineBytes;
  }

  read(offset: number, length: number): Uint8Array {
    const end = Math.min(this.bytes(), offset + length);
    const first = Math.floor(offset / lineBytes);
    const last = Math.floor((end - 1) / lineBytes);
    let text = '';
    for (let line = first; line <= last; line++) text += formulaLine(line);
    return encoder.encode(text).slice(offset - first * lineBytes, end - first * lineBytes);
  }
}

function formulaLine(line: number): string {
  const loss = (2.5 / (1 + line / 4000) + 0.05 * Math.abs(Math.sin(line / 9))).toFixed(4);
  return `${`[13:${String(line % 60).padStart(2, '0')}] step ${line}  loss=${loss}  lr=8.2e-05  ${(6 + Math.sin(line)).toFixed(2)} it/s`.padEnd(lineBytes - 1)}\n`;
}

/** Colours, progress bars, wide characters, long lines, and sequences that must not act. */
export function showcase(): string {
  const e = esc;
  const lines = [
    `${e}[1mtrainyard${e}[0m: epoch 1 on heron, GPUs 0,1,2,3`,
    `${e}[2m2026-11-28 13:02:11,402${e}[0m ${e}[32mINFO${e}[0m  loading meta-llama/Llama-3.1-8B in bf16`,
    `${e}[2m2026-11-28 13:02:14,118${e}[0m ${e}[33mWARN${e}[0m  tokenizer has no pad token, using eos`,
    `${e}[2m2026-11-28 13:02:19,733${e}[0m ${e}[31;1mERROR${e}[0m retrying download shard 3/4 (HTTP 503)`,
    ...Array.from(
      { length: 5 },
      (_, index) =>
        `Downloading shards:  ${index * 25}%|${'█'.repeat(index * 4)}${' '.repeat(16 - index * 4)}| ${index}/4 [00:0${index}<00:0${4 - index}]`,
    ).map((bar, index, all) => (index < all.length - 1 ? `${bar}\r` : bar)),
    `${e}[38;5;208m256 colours${e}[0m ${e}[38;2;120;200;255mtruecolour${e}[0m ${e}[4munderlined${e}[0m ${e}[7minverse${e}[0m`,
    `数据集：训练样本 128,000 条，验证样本 4,000 条，“中文”宽字符对齐测试 🚆`,
    `a very long line ${'/data/shards/part-0001.tar '.repeat(30)}`,
    `title ${e}]0;owned${'\u0007'}after, clipboard ${e}]52;c;aGVsbG8=${'\u0007'}after, link ${e}]8;;https://example.org/${e}\\docs${e}]8;;${e}\\ end`,
    `NaN in metrics follows: loss=nan`,
  ];
  return lines.map((line) => (line.endsWith('\r') ? line : `${line}\n`)).join('');
}
