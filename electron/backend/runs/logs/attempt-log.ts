import { finished } from 'node:stream/promises';
import type { Logger } from 'pino';
import type { BoxRuns } from '../box/interface.ts';
import type { MetricsKeeper } from '../metrics/keeper.ts';
import { LogCopy, tailBytes } from './copy.ts';

/** One read from a box while a log is looked at. */
const windowBytes = 256 * 1024;
/** So long the viewers' processes have the processor to themselves before what came is written down here. */
const settleMs = 2;

/** Says whether it has taken the log's bytes that stand at `offset`. */
type TakesBytes = (offset: number, bytes: Buffer) => boolean;

export interface AttemptLogOptions {
  runId: string;
  epoch: number;
  directory: string;
  metrics: MetricsKeeper;
  log: Logger;
  /** Whether the attempt may still print, and how long its log was when last heard of. */
  live: boolean;
  bytes: number;
}

/**
 * One attempt's log: followed on its box by one stream however many look at it, kept in part on this disk, read for
 * metrics. Bytes are known by their offset in the log, so that a stream taken up again neither loses nor doubles any.
 */
export class AttemptLog {
  readonly runId: string;
  readonly epoch: number;
  readonly #copy: LogCopy;
  readonly #metrics: MetricsKeeper;
  readonly #log: Logger;
  /** The bytes that came last: viewers at the end get them without touching the disk. */
  #tip: { offset: number; bytes: Buffer } = { offset: 0, bytes: Buffer.alloc(0) };
  /** What came and is neither kept nor read for metrics yet: viewers go first. */
  #unsettled: { offset: number; bytes: Buffer }[] = [];
  #bytes: number;
  #live: boolean;
  #box: BoxRuns | null = null;
  #version = 0;
  readonly #waiting = new Map<() => void, TakesBytes>();
  #diskComplained = false;
  /** How many look at it now. */
  viewers = 0;
  #following = 0;

  constructor(options: AttemptLogOptions) {
    this.runId = options.runId;
    this.epoch = options.epoch;
    this.#metrics = options.metrics;
    this.#log = options.log;
    this.#copy = new LogCopy(options.directory);
    this.#live = options.live;
    this.#bytes = Math.max(options.bytes, this.#copy.end);
  }

  /** The log's length as far as is known. */
  get bytes(): number {
    return this.#bytes;
  }
  /** It may still grow. */
  get live(): boolean {
    return this.#live;
  }
  get reachable(): boolean {
    return this.#box !== null;
  }
  /** The step that was printed last, as far as it was read. */
  get step(): number | null {
    this.#settle();
    return this.#metrics.step;
  }
  /** Bytes of it that lie on this disk. */
  get keptBytes(): number {
    this.#settle();
    return this.#copy.bytes;
  }
  get keptRanges(): [number, number][] {
    this.#settle();
    return this.#copy.ranges;
  }
  /** Somebody looks at it, or it is being fetched. */
  get inUse(): boolean {
    return this.viewers > 0 || this.#following > 0 || this.#live;
  }
  /** Everything that the ended attempt printed has been read for metrics. */
  get isDrained(): boolean {
    this.#settle();
    return !this.#live && this.#metrics.position >= this.#bytes;
  }

  /** What the box says of it: its length, and whether the attempt is alive. */
  hear(bytes: number, live: boolean): void {
    if (bytes <= this.#bytes && live === this.#live) return;
    this.#bytes = Math.max(bytes, this.#bytes);
    this.#live = live;
    this.#wake();
  }

  /** Where to read when a byte is not here; null: its machine is out of sight. */
  setBox(box: BoxRuns | null): void {
    if (box === this.#box) return;
    this.#box = box;
    this.#wake();
  }

  /** The log on the box was replaced by another one: nothing kept here counts. */
  replaced(bytes: number): void {
    this.#unsettled = [];
    this.#copy.clear();
    this.#metrics.restart();
    this.#tip = { offset: 0, bytes: Buffer.alloc(0) };
    this.#bytes = bytes;
    this.#wake();
  }

  /**
   * Follows it on the box until the attempt has ended or `signal` says so; rejects when the connection is lost. At most
   * `mostBytes` of what was printed before are fetched.
   */
  async follow(box: BoxRuns, signal: AbortSignal, mostBytes = tailBytes): Promise<void> {
    this.#following++;
    try {
      await this.#followFrom(box, this.#nextByte(mostBytes), signal);
    } finally {
      this.#following--;
      this.#settle();
      this.#copy.close();
    }
  }

  async #followFrom(box: BoxRuns, from: number, signal: AbortSignal): Promise<void> {
    let at = from;
    const stream = await box.followLog(this.runId, this.epoch, at, signal);
    try {
      // Not read in turns of a loop: each of those would keep a line waiting.
      stream.on('data', (chunk: Buffer) => {
        this.#take(at, chunk);
        at += chunk.length;
      });
      await finished(stream);
    } finally {
      stream.destroy();
    }
  }

  /** Fetches what is new, once: for a log that is not followed. */
  async catchUp(box: BoxRuns, signal: AbortSignal, mostBytes = tailBytes): Promise<void> {
    let at = this.#nextByte(mostBytes);
    for (;;) {
      const bytes = await box.readLog(this.runId, this.epoch, at, 4 * windowBytes, signal);
      if (bytes.length === 0) break;
      this.#take(at, bytes);
      at += bytes.length;
      this.#settle();
    }
    this.#copy.close();
  }

  /** The attempt has ended and its log was read to the end. */
  finish(): void {
    this.#settle();
    if (this.#metrics.position >= this.#bytes) this.#metrics.finish();
    this.#copy.close();
    this.#wake();
  }

  /**
   * Bytes from `offset` on, at most `length`: from memory, this disk, or the box. Empty at the end of what is known, and
   * where the box that has them is out of sight.
   */
  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    const tip = offset - this.#tip.offset;
    if (tip >= 0 && tip < this.#tip.bytes.length) return this.#tip.bytes.subarray(tip, tip + length);
    this.#settle();
    const kept = this.#copy.read(offset, length);
    if (kept.length > 0 || this.#box === null || offset >= this.#bytes) return kept;
    return this.#box.readLog(this.runId, this.epoch, offset, Math.min(length, this.#bytes - offset), signal);
  }

  /** Rises whenever something about it is new: more bytes, the box in or out of sight, its end. */
  get version(): number {
    return this.#version;
  }

  /**
   * Resolves when it has another version than `since`, or with the signal. Bytes that come meanwhile are shown to `take`
   * first, at once; where it has taken them nothing else needs to be done about them.
   */
  change(since: number, signal: AbortSignal, take: TakesBytes): Promise<void> {
    if (since !== this.#version) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.set(done, take);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    });
  }

  /** What was read for metrics is on the disk when this returns. */
  save(): void {
    this.#settle();
    this.#metrics.save();
  }

  close(): void {
    this.#settle();
    this.#metrics.save();
    this.#copy.close();
    this.#wake();
  }

  /** Both the copy and the metrics go on where they stopped; what one of them has already, it passes over. */
  #nextByte(mostBytes: number): number {
    this.#settle();
    const next = Math.min(this.#copy.end, this.#metrics.position);
    const missing = this.#bytes - next;
    return missing > mostBytes ? this.#bytes - mostBytes : next;
  }

  #take(offset: number, bytes: Buffer): void {
    this.#tip = { offset, bytes };
    this.#bytes = Math.max(this.#bytes, offset + bytes.length);
    this.#version++;
    for (const [wake, take] of [...this.#waiting]) if (!take(offset, bytes)) wake();
    this.#unsettled.push({ offset, bytes });
    if (this.#unsettled.length === 1) setTimeout(() => this.#settle(), settleMs);
  }

  /** Keeps what came and reads it for metrics. Called before anything is asked that depends on it. */
  #settle(): void {
    const unsettled = this.#unsettled;
    if (unsettled.length === 0) return;
    this.#unsettled = [];
    for (const { offset, bytes } of unsettled) {
      this.#keep(offset, bytes);
      this.#metrics.push(offset, bytes);
    }
  }

  #keep(offset: number, bytes: Buffer): void {
    try {
      this.#copy.append(offset, bytes);
      this.#diskComplained = false;
    } catch (error) {
      // A full disk costs the copy, never the log: the box has it.
      if (!this.#diskComplained)
        this.#log.warn({ err: error, runId: this.runId }, 'a log could not be kept here');
      this.#diskComplained = true;
    }
  }

  #wake(): void {
    this.#version++;
    for (const wake of [...this.#waiting.keys()]) wake();
  }
}
