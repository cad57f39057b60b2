import type { RunningProgram } from '#backend/processes/index.ts';
import type { CopyBox } from './box.ts';
import { hashFiles } from './hashing.ts';
import { wordOf } from './names.ts';
import { chunkMib, mibBytes, Pieces } from './pieces.ts';
import { partName } from './plan.ts';
import type { Entry } from './scan.ts';

/** So long is waited for a program that hashes what arrives: it only saves time. */
const patienceMs = 10_000;

/** The two ends of a copy: where it is read, and where it is put together. */
export interface Ends {
  from: CopyBox;
  to: CopyBox;
  /** Directory at the source, absolute. */
  source: string;
  /** Directory of arriving files at the destination, absolute. */
  arriving: string;
}

/**
 * One large file on its way: its pieces, its hash at the source, and at the destination the hash of what has arrived, each
 * computed while the pieces travel.
 */
export class LargeFile {
  readonly file: Entry;
  readonly part: string;
  pieces: Pieces;
  /** What arrives may leave its zeros out: there is nothing beneath them. */
  isAllHole = false;
  readonly #ends: Ends;
  readonly #signal: AbortSignal;
  #sourceHash: Promise<string | null> | null = null;
  #follower: RunningProgram | null = null;
  #followed: Promise<string> | null = null;
  #told = 0;

  constructor(file: Entry, ends: Ends, signal: AbortSignal) {
    this.file = file;
    this.part = partName(file);
    this.pieces = new Pieces(file.bytes);
    this.#ends = ends;
    this.#signal = signal;
  }

  /** Takes up what an earlier try left, as far as the hashes of its chunks are those of the source. Returns the bytes of them. */
  async resume(arrivedBytes: number): Promise<number> {
    const { from, to, source, arriving } = this.#ends;
    const whole = Math.min(
      Math.ceil(Math.min(arrivedBytes, this.file.bytes) / (chunkMib * mibBytes)),
      Math.ceil(this.file.bytes / (chunkMib * mibBytes)),
    );
    const chunks = async (box: CopyBox, place: string, word: string) => {
      const args = [place, word, String(chunkMib), String(whole)];
      const { stdout } = await box.ask('chunks', args, { signal: this.#signal });
      return stdout.toString('latin1').split('\n').slice(0, whole);
    };
    const [ours, theirs] = await Promise.all([
      chunks(from, source, wordOf(this.file.path)),
      chunks(to, arriving, wordOf(this.part)),
    ]);
    const have = new Set(
      ours.flatMap((hash, chunk) => (/^[0-9a-f]{64}$/.test(hash) && hash === theirs[chunk] ? [chunk] : [])),
    );
    this.pieces = new Pieces(this.file.bytes, have);
    return this.file.bytes - this.pieces.openBytes;
  }

  /** Begins to hash it at the source. */
  begin(): void {
    const { from, source } = this.#ends;
    this.#sourceHash ??= hashFiles(from, source, [this.file.path], this.#signal).then(
      (found) => found.get(this.file.path) ?? null,
    );
    this.#sourceHash.catch(() => undefined); // whoever asks for it hears of it
  }

  /** More has arrived: what lies without a gap is hashed over there. */
  arrived(): void {
    const { prefix } = this.pieces;
    if (this.#follower === null || prefix <= this.#told) return;
    this.#follower.stdin.write(`${this.#told} ${prefix - this.#told}\n`);
    this.#told = prefix;
  }

  /** Has the destination hash what arrives. A connection that breaks costs the hash so far, nothing else. */
  async follow(): Promise<void> {
    const { to, arriving } = this.#ends;
    if (this.#follower !== null) return;
    // Where every session over there is taken, others that copy may be waiting as well: it is done without then.
    const giveUp = new AbortController();
    const patience = setTimeout(() => giveUp.abort(), patienceMs);
    const signal = AbortSignal.any([this.#signal, giveUp.signal]);
    const asked = to.spawn(to.command('box', ['follow', arriving, this.part]), signal);
    const follower = await asked.finally(() => clearTimeout(patience));
    this.#follower = follower;
    this.#followed = hashFrom(follower);
    this.#followed.catch(() => undefined); // it is computed anew then
    this.arrived();
  }

  /** The hashes at both ends, once all pieces are there. Null where it cannot be read. */
  async hashes(): Promise<{ source: string | null; destination: string | null }> {
    this.begin();
    const destination = this.#destinationHash();
    const [source, there] = await Promise.all([this.#sourceHash, destination]);
    return { source: source ?? null, destination: there };
  }

  async #destinationHash(): Promise<string | null> {
    const follower = this.#follower;
    const followed = this.#followed;
    if (follower !== null && followed !== null) {
      this.arrived();
      follower.stdin.end();
      const hash = await followed.catch(() => null);
      this.#follower = null;
      if (hash !== null) return hash;
    }
    const { to, arriving } = this.#ends;
    const found = await hashFiles(to, arriving, [this.part], this.#signal);
    return found.get(this.part) ?? null;
  }

  /** Forgets both hashes and what is believed to be there. */
  again(): void {
    this.end();
    this.#sourceHash = null;
    this.#told = 0;
    this.isAllHole = false;
  }

  end(): void {
    this.#follower?.kill();
    this.#follower = null;
    this.#followed = null;
  }
}

async function hashFrom(program: RunningProgram): Promise<string> {
  let text = '';
  program.stderr.resume();
  for await (const chunk of program.stdout)
    text = (text + (chunk as Buffer).toString('latin1')).slice(0, 200);
  const { exitCode } = await program.exited;
  const hash = text.trim();
  if (exitCode !== 0 || !/^[0-9a-f]{64}$/.test(hash)) throw new Error('no hash came');
  return hash;
}
