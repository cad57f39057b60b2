import type { StreamHandlers, StreamRequest } from '#renderer/rpc/index.ts';
import type { LogInfo } from '#shared/contract/bytes.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { LogParser, type PlacedLine } from './ansi.ts';

/** Where a log comes from: the contract and the byte channel, or a test. */
export interface LogSource {
  read(offset: number, length: number, signal: AbortSignal): Promise<{ bytes: Uint8Array; total: number }>;
  open(request: Pick<StreamRequest, 'offset' | 'follow'>, handlers: StreamHandlers): { close(): void };
}

const windowBytes = 256 * 1024;
/** What is kept parsed while the end is followed, and while somebody reads further up. */
const keepFollowingBytes = 2 * 1024 * 1024;
const keepReadingBytes = 8 * 1024 * 1024;
const newline = 0x0a;
/** A frame: a log that flows is drawn once for all that came in the meantime, and takes the page no more than part of it. */
const frameMs = 16;
/** Pieces smaller than this cost nothing worth waiting for. */
const smallBytes = 16 * 1024;

export interface LogState {
  /** Grows with every change of what is shown. */
  version: number;
  /** The same array is changed in place: copying it for every line that comes would be felt. The last may be under way. */
  lines: readonly PlacedLine[];
  /** Bytes of the log that `lines` stand for. */
  from: number;
  to: number;
  /** The log's length, as far as is known. */
  total: number;
  live: boolean;
  reachable: boolean;
  connected: boolean;
  loading: boolean;
  error: unknown;
  /** Lines that came since the reader left the end. */
  unread: number;
}

/**
 * A part of a log, parsed: its end as it grows, or any other place. Only this part is in memory, so a log of a gigabyte
 * costs what a small one does. Positions are bytes of the log; a part always begins at the start of a line.
 */
export class LogModel {
  readonly #source: LogSource;
  readonly #listeners = new Set<() => void>();
  #state: LogState = {
    version: 0,
    lines: [],
    from: 0,
    to: 0,
    total: 0,
    live: false,
    reachable: true,
    connected: true,
    loading: true,
    error: null,
    unread: 0,
  };
  #lines: PlacedLine[] = [];
  /** The last of `#lines` is not finished: it is written anew with the next bytes. */
  #hasUnfinished = false;
  #parser = new LogParser();
  #stream: { close(): void } | null = null;
  /** The end of `lines` is the end of the log, and what is written is added. */
  #attached = false;
  #following = true;
  /** How often lines were put before or taken from the start: a reader's position moves by it. */
  #shift = 0;
  #abort = new AbortController();
  #dropFirst = false;
  #telling: ReturnType<typeof setTimeout> | null = null;

  constructor(source: LogSource) {
    this.#source = source;
  }

  get state(): LogState {
    return this.#state;
  }

  get isAttached(): boolean {
    return this.#attached;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  snapshot = (): LogState => this.#state;

  /** Lines put before (positive) or taken from (negative) the start since this was last asked. */
  takeShift(): number {
    const shift = this.#shift;
    this.#shift = 0;
    return shift;
  }

  /** Shows the end of the log and follows it. */
  openEnd(): void {
    this.#begin(0);
    this.#attach(-windowBytes);
  }

  /** The reader is at the end (true), or has gone up (false): then nothing is taken away under the eyes. */
  setFollowing(following: boolean): void {
    this.#following = following;
    if (following && this.#state.unread > 0) this.#change({ unread: 0 });
  }

  /** Shows the place around a byte. Resolves to the index of the line that holds it. */
  async goTo(offset: number): Promise<number> {
    if (offset >= this.#state.from && offset < this.#state.to) return this.indexOf(offset);
    const half = windowBytes / 2;
    const start = Math.max(0, Math.floor(offset) - half);
    this.#begin(start);
    // Where the log grows is still counted, not kept.
    this.#stream = this.#open({ offset: -1, follow: true }, false);
    const mine = this.#abort.signal;
    await this.#load(start, windowBytes, mine, (bytes) => {
      const skip = start === 0 ? 0 : bytes.indexOf(newline) + 1;
      this.#parser = new LogParser(start + skip);
      this.#setLines([]);
      this.#add(this.#parser.push(bytes.subarray(skip)));
      this.#change({ from: start + skip, to: start + bytes.byteLength });
    });
    return this.indexOf(offset);
  }

  /** Loads what is before the start. Does nothing at the start of the log or while something is loaded. */
  async loadBefore(): Promise<void> {
    const { from } = this.#state;
    if (from === 0 || this.#state.loading) return;
    const start = Math.max(0, from - windowBytes);
    await this.#load(start, from - start, this.#abort.signal, (bytes) => {
      const skip = start === 0 ? 0 : bytes.indexOf(newline) + 1;
      const parser = new LogParser(start + skip);
      const before = parser.push(bytes.subarray(skip));
      const unfinished = this.#hasUnfinished;
      this.#setLines([...before, ...this.#lines]);
      this.#hasUnfinished = unfinished;
      this.#shift += before.length;
      this.#change({ from: start + skip });
    });
  }

  /** Loads what is after the end of the part, or follows the log where that is its end. */
  async loadAfter(): Promise<void> {
    const { to, total, loading } = this.#state;
    if (this.#attached || loading) return;
    if (to >= total) {
      this.#attach(to);
      return;
    }
    await this.#load(to, windowBytes, this.#abort.signal, (bytes) => {
      this.#add(this.#parser.push(bytes));
      this.#trim(keepReadingBytes);
      this.#change({ to: to + bytes.byteLength });
    });
  }

  /** The line that holds a byte: the last one that begins at or before it. */
  indexOf(offset: number): number {
    const { lines } = this.#state;
    let low = 0;
    let high = lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lines[middle]?.offset ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }

  close(): void {
    this.#abort.abort();
    this.#stream?.close();
    this.#stream = null;
    this.#listeners.clear();
    if (this.#telling !== null) clearTimeout(this.#telling);
  }

  #begin(offset: number): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#stream?.close();
    this.#stream = null;
    this.#attached = false;
    this.#setLines([]);
    this.#parser = new LogParser(offset);
    this.#shift = 0;
    this.#change({ loading: true, error: null, unread: 0 });
  }

  #attach(offset: number): void {
    this.#stream?.close();
    this.#attached = true;
    this.#dropFirst = offset < 0;
    this.#stream = this.#open({ offset, follow: true }, true);
  }

  /** `keep`: bytes become lines; else they are only counted. */
  #open(request: { offset: number; follow: boolean }, keep: boolean): { close(): void } {
    let known = false;
    return this.#source.open(request, {
      onInfo: (info) => {
        this.#takeInfo(info, keep && !known);
        known = true;
      },
      onBytes: (bytes, offset) => {
        if (keep) this.#takeBytes(bytes);
        else this.#count(bytes, offset);
        // The backend sends on when this resolves: a flood leaves time for scrolling and keys.
        return bytes.byteLength < smallBytes
          ? undefined
          : new Promise((resolve) => setTimeout(resolve, frameMs));
      },
      onEnd: (error) => this.#change({ live: false, loading: false, ...(error ? { error } : {}) }),
      onConnected: (connected) => this.#change({ connected }),
    });
  }

  #takeInfo(info: LogInfo, first: boolean): void {
    if (first && (this.#dropFirst || this.#state.to !== info.offset)) {
      this.#parser = new LogParser(info.offset);
      this.#setLines([]);
      this.#dropFirst = this.#dropFirst && info.offset > 0;
      this.#state = { ...this.#state, from: info.offset, to: info.offset };
    }
    this.#change({
      total: Math.max(info.bytes, this.#state.to, this.#state.total),
      live: info.live,
      reachable: info.reachable,
      error: null,
      ...(first && info.bytes > info.offset ? {} : { loading: false }),
    });
  }

  #takeBytes(bytes: Uint8Array): void {
    let rest = bytes;
    if (this.#dropFirst) {
      const end = bytes.indexOf(newline) + 1;
      // In the middle of a line: what is left of it is not shown as if it were whole.
      const skip = end === 0 ? bytes.byteLength : end;
      rest = bytes.subarray(skip);
      const from = this.#state.to + skip;
      this.#parser = new LogParser(from);
      this.#state = { ...this.#state, from };
      this.#dropFirst = end === 0;
    }
    const lines = this.#parser.push(rest);
    this.#add(lines);
    const to = this.#state.to + bytes.byteLength;
    if (this.#following) this.#trim(keepFollowingBytes);
    else if (to - this.#state.from > keepReadingBytes) this.#detach();
    this.#changeSoon({
      to,
      total: Math.max(this.#state.total, to),
      loading: false,
      unread: this.#following ? 0 : this.#state.unread + lines.length,
    });
  }

  /** Too much has come since the reader went up: the end is only counted from here on. */
  #detach(): void {
    this.#attached = false;
    this.#stream?.close();
    this.#stream = this.#open({ offset: -1, follow: true }, false);
  }

  #count(bytes: Uint8Array, offset: number): void {
    let lines = 0;
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines += 1;
    const total = offset + bytes.byteLength;
    // The byte before the end was asked for only to learn where the end is.
    const isNew = offset >= this.#state.total;
    this.#changeSoon({
      total: Math.max(this.#state.total, total),
      unread: this.#state.unread + (isNew ? lines : 0),
    });
  }

  #trim(keep: number): void {
    const surplus = this.#parser.offset - this.#state.from - keep;
    if (surplus < keep / 4) return;
    const at = this.#lines.findIndex((line) => line.offset >= this.#state.from + surplus);
    if (at <= 0) return;
    this.#lines.splice(0, at);
    this.#shift -= at;
    this.#state = { ...this.#state, from: this.#lines[0]?.offset ?? this.#state.to };
  }

  async #load(
    offset: number,
    length: number,
    signal: AbortSignal,
    use: (bytes: Uint8Array) => void,
  ): Promise<void> {
    this.#change({ loading: true });
    try {
      const { bytes, total } = await this.#source.read(offset, length, signal);
      if (signal.aborted) return;
      this.#state = { ...this.#state, total: Math.max(this.#state.total, total) };
      use(bytes);
      this.#change({ loading: false, error: null });
    } catch (thrown) {
      if (!signal.aborted) this.#change({ loading: false, error: TrainyardError.from(thrown) });
    }
  }

  #setLines(lines: PlacedLine[]): void {
    this.#lines = lines;
    this.#hasUnfinished = false;
    this.#state = { ...this.#state, lines };
  }

  /** Finished lines, and after them the one under way as it looks now. */
  #add(lines: readonly PlacedLine[]): void {
    if (this.#hasUnfinished) this.#lines.pop();
    for (const line of lines) this.#lines.push(line);
    const unfinished = this.#parser.current();
    if (unfinished) this.#lines.push(unfinished);
    this.#hasUnfinished = unfinished !== null;
  }

  #change(rest: Partial<LogState>): void {
    this.#state = { ...this.#state, ...rest, version: this.#state.version + 1 };
    this.#tell();
  }

  /** The state is new at once; those who draw it are told once per frame. */
  #changeSoon(rest: Partial<LogState>): void {
    this.#state = { ...this.#state, ...rest, version: this.#state.version + 1 };
    this.#telling ??= setTimeout(() => this.#tell(), frameMs);
  }

  #tell(): void {
    if (this.#telling !== null) clearTimeout(this.#telling);
    this.#telling = null;
    for (const listener of this.#listeners) listener();
  }
}
