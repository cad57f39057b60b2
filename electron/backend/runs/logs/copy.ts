import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

/** The first bytes are always kept: they say how the training was set up. */
export const headBytes = 1024 * 1024;
const segmentBytes = 8 * 1024 * 1024;
/** Of the rest, about this much is kept, the newest. */
export const tailBytes = 64 * 1024 * 1024;

interface Segment {
  file: string;
  start: number;
  end: number;
}

/**
 * The part of one attempt's log that is kept here, for when its box is out of sight or gone. Files named by the log
 * offset of their first byte; what a file holds is its size, so a crash between any two lines leaves nothing wrong.
 * Writing is synchronous: what was appended can be read at once. A full disk loses a part of the copy, never of the log.
 */
export class LogCopy {
  readonly #directory: string;
  #segments: Segment[];
  #writing: { segment: Segment; descriptor: number } | null = null;

  constructor(directory: string) {
    this.#directory = directory;
    this.#segments = existingSegments(directory);
  }

  /** The log offset after the last byte kept; 0 when there is none. */
  get end(): number {
    return this.#segments.at(-1)?.end ?? 0;
  }

  /** Bytes kept on this disk. */
  get bytes(): number {
    return this.#segments.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  /** Stretches of the log that are here, in order, touching ones joined. */
  get ranges(): [number, number][] {
    const ranges: [number, number][] = [];
    for (const { start, end } of this.#segments) {
      const last = ranges.at(-1);
      if (last !== undefined && last[1] === start) last[1] = end;
      else if (end > start) ranges.push([start, end]);
    }
    return ranges;
  }

  /** Keeps the log's bytes from `offset` on. What is here already is not written twice. Throws what the disk says. */
  append(offset: number, bytes: Uint8Array): void {
    const known = this.end - offset;
    let rest = known > 0 ? bytes.subarray(Math.min(known, bytes.byteLength)) : bytes;
    let at = Math.max(offset, this.end);
    while (rest.byteLength > 0) {
      const { segment, descriptor } = this.#writable(at);
      const room = (segment.start === 0 ? headBytes : segmentBytes) - (segment.end - segment.start);
      const part = rest.subarray(0, room);
      const written = writeSync(descriptor, part, 0, part.byteLength, segment.end - segment.start);
      segment.end += written;
      at += written;
      rest = rest.subarray(written);
    }
  }

  /** Bytes from `offset` on, as many as are here in one stretch, `length` at most. Empty when the first is not here. */
  read(offset: number, length: number): Buffer {
    const parts: Buffer[] = [];
    let at = offset;
    const until = offset + length;
    for (const { file, start, end } of this.#segments) {
      if (start > at || at >= until) break;
      if (end <= at) continue;
      const part = readFrom(file, at - start, Math.min(end, until) - at);
      parts.push(part);
      at += part.length;
      if (at < Math.min(end, until)) break;
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  /** Nothing is kept any more: the log on the box is another one. */
  clear(): void {
    this.close();
    rmSync(this.#directory, { recursive: true, force: true });
    this.#segments = [];
  }

  /** Lets go of the file; appending opens it again. */
  close(): void {
    if (this.#writing !== null) closeSync(this.#writing.descriptor);
    this.#writing = null;
  }

  #writable(at: number): { segment: Segment; descriptor: number } {
    const last = this.#segments.at(-1);
    const limit = last?.start === 0 ? headBytes : segmentBytes;
    if (last !== undefined && last.end === at && last.end - last.start < limit) {
      if (this.#writing?.segment === last) return this.#writing;
      this.close();
      this.#writing = { segment: last, descriptor: openSync(last.file, 'r+') };
      return this.#writing;
    }
    this.close();
    mkdirSync(this.#directory, { recursive: true });
    const segment = { file: path.join(this.#directory, String(at).padStart(16, '0')), start: at, end: at };
    const descriptor = openSync(segment.file, 'w');
    this.#segments.push(segment);
    this.#writing = { segment, descriptor };
    this.#dropOldest();
    return this.#writing;
  }

  #dropOldest(): void {
    const tail = () => this.#segments.filter(({ start }) => start > 0);
    while (tail().length > Math.ceil(tailBytes / segmentBytes) + 1) {
      const [oldest] = tail();
      if (oldest === undefined) return;
      rmSync(oldest.file, { force: true });
      this.#segments = this.#segments.filter((each) => each !== oldest);
    }
  }
}

function existingSegments(directory: string): Segment[] {
  if (!existsSync(directory)) return [];
  const segments = readdirSync(directory)
    .filter((name) => /^\d{16}$/.test(name))
    .sort()
    .map((name) => {
      const file = path.join(directory, name);
      const start = Number(name);
      return { file, start, end: start + statSync(file).size };
    });
  return segments.filter((each, index) => cutOverlap(each, segments[index + 1]));
}

/** A file that reaches into the next one would give bytes twice: the next one counts. */
function cutOverlap(segment: Segment, next: Segment | undefined): boolean {
  if (next === undefined || segment.end <= next.start) return true;
  const descriptor = openSync(segment.file, 'r+');
  ftruncateSync(descriptor, next.start - segment.start);
  closeSync(descriptor);
  segment.end = next.start;
  return segment.end > segment.start;
}

function readFrom(file: string, position: number, length: number): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const count = readSync(descriptor, buffer, done, length - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return buffer.subarray(0, done);
  } finally {
    closeSync(descriptor);
  }
}
