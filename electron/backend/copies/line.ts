import type { Readable } from 'node:stream';
import type { CopyBox } from './box.ts';

/** What is known of the line to a machine. */
export interface Line {
  /** What a command takes that does nothing: two round trips. */
  commandMs: number;
  /** Null: it did not come to be measured. */
  bytesPerMs: number | null;
}

/** Enough to tell a line of a hundred megabits from one of a gigabit, and over before one has waited for it. */
const firstBytes = 131_072;
const thenBytes = 1_048_576;
const mostProbeMs = 500;
/** Only numbers of ours are in them. */
const swallow = `head -c ${firstBytes} >/dev/null; echo; head -c ${thenBytes} >/dev/null; echo`;
const pour = `read a; head -c ${firstBytes} /dev/urandom; read a; head -c ${thenBytes} /dev/urandom`;

/**
 * How far a machine is and how much gets there (`to`) or from there in a time: the difference between a little and more, so that
 * neither the way nor what starts over there counts. `hereMs`: what of a command has nothing to do with a line.
 */
export async function lineOf(
  box: CopyBox,
  direction: 'to' | 'from',
  hereMs: number,
  signal: AbortSignal,
): Promise<Line> {
  const commandMs = Math.max(0, (await shortest(box, signal)) - hereMs);
  const until = AbortSignal.any([signal, AbortSignal.timeout(mostProbeMs)]);
  const ran = rateOf(box, direction, until);
  const bytesPerMs = await ran.catch(() => {
    signal.throwIfAborted();
    // So slow that it was not over in time, or nothing that can be measured; either way the line is not to be relied on.
    return until.aborted ? 0 : null;
  });
  return { commandMs, bytesPerMs };
}

/** ms of a command that does nothing, of two: the first may have to wait for what has nothing to do with it. */
export const shortest = async (box: CopyBox, signal: AbortSignal): Promise<number> =>
  Math.min(await box.answerMs(signal), await box.answerMs(signal));

async function rateOf(box: CopyBox, direction: 'to' | 'from', signal: AbortSignal): Promise<number> {
  const program = await box.spawn({ script: direction === 'to' ? swallow : pour }, signal);
  try {
    program.stdin.on('error', () => undefined); // what it means is said by what does not come back
    program.stderr.resume();
    program.exited.catch(() => undefined);
    const answers = reader(program.stdout, signal);
    const turn = async (bytes: number): Promise<number> => {
      const began = performance.now();
      program.stdin.write(direction === 'to' ? Buffer.alloc(bytes, 'trainyard ') : '\n');
      await answers(direction === 'to' ? 1 : bytes);
      return performance.now() - began;
    };
    const first = await turn(firstBytes);
    const then = await turn(thenBytes);
    return (thenBytes - firstBytes) / Math.max(0.1, then - first);
  } finally {
    program.kill();
  }
}

/** Waits for so many bytes. Rejects where they end before, or are no longer waited for. */
function reader(stream: Readable, signal: AbortSignal): (bytes: number) => Promise<void> {
  let [have, wanted] = [0, 0];
  let waiting: PromiseWithResolvers<void> | null = null;
  stream.on('data', (chunk: Buffer) => {
    have += chunk.length;
    if (have >= wanted) waiting?.resolve();
  });
  stream.once('close', () => waiting?.reject(new Error('it ended before')));
  stream.once('error', (error) => waiting?.reject(error));
  signal.addEventListener('abort', () => waiting?.reject(signal.reason), { once: true });
  return async (bytes) => {
    signal.throwIfAborted();
    wanted += bytes;
    waiting = Promise.withResolvers();
    if (have >= wanted) waiting.resolve();
    else if (stream.closed) waiting.reject(new Error('it ended before'));
    return waiting.promise;
  };
}
