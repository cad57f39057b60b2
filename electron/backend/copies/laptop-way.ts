import type { Readable, Writable } from 'node:stream';
import { cancelled, type ExecResult, type RunningProgram } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { both } from './both.ts';
import type { CopyBox } from './box.ts';
import { linkLost, stalled } from './errors.ts';
import { type Ends, Joints } from './joint.ts';
import { type Line, lineOf } from './line.ts';
import { isPack, type Load, type Way, type Zip, zipOf } from './way.ts';

export interface LaptopWayOptions {
  from: CopyBox;
  to: CopyBox;
  /** The directory that is copied from. */
  place: string;
  stage: string;
  tarOptions: string;
  /** Nothing arriving for so long is a connection that is gone. */
  silenceMs: number;
  /** What both ends can compress by. */
  zip: Zip | null;
  /** What hashes files at the destination, as words of a shell; '': nothing. */
  hasher: string;
  /** Which of its two ends is this computer, if one is. */
  here: 'from' | 'to' | null;
  /** How its two ends are reached so that what flows between them need not pass through us; null: they are not. */
  ends: Ends | null;
}

/** From here on it is worth connections of its own. */
const worthBytes = 32 * 1_048_576;
/** Of packs: where the line is long they come compressed, and a connection takes some ten round trips to be made. */
const worthBytesOfPacks = { near: 64 * 1_048_576, far: 512 * 1_048_576 };
/**
 * A channel of ssh has 2 MiB on their way at most, whatever the line could carry: 200 MB/s need one for each 10 ms that a byte is
 * on its way there and back, of which a command takes two.
 */
const commandMsOfPair = 25;
const fewestPairs = 2;
const mostPairs = 6;
/** A command that takes longer is not on this computer's own network: there the line is worth more than the processors. */
const farMs = 15;
/** So is one that is as slow as this, wherever it leads: they compress about twice as much in a time. */
const slowBytesPerMs = 30_000;
/** Less is over at once, whatever the line is like. */
const tellingBytes = 2 * 1_048_576;
/** Where what is sent waits for the line for less of its time, it is not the line that is slow. */
const waitsForLine = 0.25;

/**
 * Through this computer: what the one machine gives is handed to the other as it comes, and nothing of it is kept. Each side is
 * read only as fast as the other takes it. Where this computer is one of the two, its programs are simply local ones. What is
 * large goes by the system's own ssh where that gets in without asking: not a byte of it passes through this process then.
 */
export class LaptopWay implements Way {
  readonly kind = 'laptop';
  /** One's two ciphers are one core's work each. */
  #pairs = fewestPairs;
  #isFar = false;
  #isSlow = false;
  #lines: Promise<Line[] | null> | null = null;
  readonly #options: LaptopWayOptions;
  readonly #joints: Joints | null;
  #expected = 0;

  constructor(options: LaptopWayOptions) {
    this.#options = options;
    this.#joints = options.ends === null ? null : new Joints(options.ends, options);
  }

  async carry(
    load: Load,
    lane: number,
    signal: AbortSignal,
    onBytes: (bytes: number) => void,
  ): Promise<Buffer | null> {
    const { zip } = this.#options;
    const isZipped = zip !== null && this.#deservesZip(load);
    const sent = isZipped ? { ...load, ask: load.ask.replace(/^pack /, `${zip} `) } : load;
    const worth = isPack(load) ? worthBytesOfPacks[this.#isFar ? 'far' : 'near'] : worthBytes;
    const isJoint =
      this.#expected >= worth && (await this.#joints?.carry(sent, lane, this.#pairs, signal)) === true;
    return isJoint ? null : await this.#hand(sent, signal, onBytes);
  }

  /** One more than there are pairs: while the one's end is waited for, the other's begins. */
  get lanes(): number {
    return this.#pairs + 1;
  }

  begin(signal: AbortSignal): void {
    // A connection that broke meanwhile says nothing about how far it is; the copy itself finds out whether it comes back.
    this.#lines ??= this.#look(signal).catch(() => null);
  }

  #look(signal: AbortSignal): Promise<Line[]> {
    const { from, to, here } = this.#options;
    return Promise.all([
      ...(here === 'from' ? [] : [lineOf(from, 'from', signal)]),
      ...(here === 'to' ? [] : [lineOf(to, 'to', signal)]),
    ]);
  }

  async expect(bytes: number): Promise<void> {
    this.#expected = bytes;
    const lines = bytes < tellingBytes ? null : await this.#lines;
    if (lines == null) return;
    const ms = Math.max(...lines.map(({ commandMs }) => commandMs));
    this.#isFar = ms > farMs;
    this.#isSlow = lines.some(({ bytesPerMs }) => bytesPerMs !== null && bytesPerMs < slowBytesPerMs);
    if (bytes < worthBytes) return;
    this.#pairs = Math.min(mostPairs, Math.max(fewestPairs, Math.ceil(ms / commandMsOfPair)));
  }

  /** Small files are mostly text; what is large is not. Beside a training its processors are worth more than the line. */
  #deservesZip(load: Load): boolean {
    return (this.#isFar || this.#isSlow) && load.gentle !== true && isPack(load);
  }

  async #hand(load: Load, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<Buffer | null> {
    const { from, to, place, stage, tarOptions, silenceMs, hasher } = this.#options;
    const isTold = load.tell === true && hasher !== '';
    const [giving, taking] = load.gentle === true ? [from.gently(), to.gently()] : [from, to];
    const guard = new Silence(silenceMs, signal);
    const started: RunningProgram[] = [];
    const start = async (box: CopyBox, command: Parameters<CopyBox['spawn']>[0]) => {
      const program = await box.spawn(command, guard.signal);
      started.push(program);
      return program;
    };
    try {
      const [taker, giver] = await both(
        start(
          taking,
          taking.command('receive', [stage, ...load.ask.split(' ')], { TY_HASH: isTold ? hasher : '' }),
        ),
        start(
          giving,
          giving.command('send', ['out', '-', load.ask, place, ...load.give], {
            TY_TAR: tarOptions,
            TY_ZIP: zipOf(load),
          }),
        ),
      );
      giver.stdin.end(load.names ?? '');
      const said = [textOf(giver.stderr), textOf(taker.stderr)] as const;
      const told = allOf(taker.stdout, guard);
      // A taker that refuses ends early: its word says more than the broken pipe.
      const piped = pump(giver.stdout, taker.stdin, (bytes) => {
        guard.heard();
        onBytes(bytes);
      });
      let isCut = false;
      const taken = taker.exited.then((exit) => {
        isCut = exit.exitCode === 0 && !giver.stdout.readableEnded;
        if (isCut || exit.exitCode !== 0) giver.kill();
        taker.stdin.destroy(); // nobody reads it any more, and nobody shall wait to write
        return exit;
      });
      const [given, gone] = await Promise.all([giver.exited, taken]);
      const { broke, waited } = await piped;
      const [givenSaid, takenSaid] = await Promise.all(said);
      check(to, gone, takenSaid, load);
      if (isCut) throw linkLost('what takes it in ended before everything was there');
      check(from, given, givenSaid, load);
      if (broke !== null) throw linkLost(String(broke));
      // It is the processors that are waited for: they need not compress as well.
      if (zipOf(load) !== '' && load.bytes >= tellingBytes && waited < waitsForLine) this.#isSlow = false;
      const hashes = await told;
      return isTold ? hashes : null;
    } catch (error) {
      if (guard.silent) throw stalled(Math.round(silenceMs / 1000));
      if (signal.aborted) throw cancelled(signal);
      throw TrainyardError.from(error);
    } finally {
      guard.end();
      for (const program of started) program.kill();
    }
  }

  async close(): Promise<void> {
    await this.#joints?.close();
  }
}

function check(
  box: CopyBox,
  exit: { exitCode: number | null; signal: string | null },
  said: string,
  load: Load,
): void {
  const result: ExecResult = { ...exit, stdout: Buffer.alloc(0), stderr: Buffer.from(said) };
  if (exit.exitCode === null || exit.exitCode === 5)
    throw linkLost(`ended by ${exit.signal ?? 'nobody knows what'}: ${said}`);
  box.check(result, load.bytes, '');
}

/** Read ahead of what is being written: the two connections need not wait for each other's every packet. */
const aheadBytes = 2 * 1_048_576;

/** Hands on what is read, no faster than it is taken. Resolves with what broke, or null, and how much of the time it waited. */
function pump(
  from: Readable,
  to: Writable,
  onChunk: (bytes: number) => void,
): Promise<{ broke: unknown; waited: number }> {
  return new Promise((resolve) => {
    const began = performance.now();
    let [ahead, waitedMs, waitsSince] = [0, 0, 0];
    const end = (broke: unknown) =>
      resolve({ broke, waited: waitedMs / Math.max(1, performance.now() - began) });
    from.on('data', (chunk: Buffer) => {
      onChunk(chunk.length);
      ahead += chunk.length;
      to.write(chunk, () => {
        ahead -= chunk.length;
        if (ahead >= aheadBytes || !from.isPaused()) return;
        waitedMs += performance.now() - waitsSince;
        from.resume();
      });
      if (ahead < aheadBytes) return;
      waitsSince = performance.now();
      from.pause();
    });
    from.once('end', () => to.end());
    from.once('error', end);
    to.once('error', end);
    to.once('finish', () => end(null));
    to.once('close', () => end(to.writableFinished ? null : new Error('nobody takes it any more')));
  });
}

/** All that a program prints. What is cut off lacks lines, and whoever misses them asks again. */
async function allOf(stream: AsyncIterable<Buffer>, guard: Silence): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) {
      guard.heard();
      chunks.push(chunk);
    }
  } catch {
    // The connection is gone; `exited` says so.
  }
  return Buffer.concat(chunks);
}

/** The last few KiB of what a program complains of. */
async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  try {
    for await (const chunk of stream) text = (text + chunk.toString('utf8')).slice(-8192);
  } catch {
    // The connection is gone; `exited` says so.
  }
  return text;
}

/** Aborts when nothing was heard for a while. */
export class Silence {
  silent = false;
  readonly signal: AbortSignal;
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number, signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#stop.signal]);
    this.#timer = setTimeout(() => {
      this.silent = true;
      this.#stop.abort();
    }, ms);
  }

  heard(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
