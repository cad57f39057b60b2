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
 * How far a machine is, and how much gets there (`to`) or from there in a time. A program is begun there: that is two round trips and
 * nothing that depends on how busy the machine is. It answers twice: the difference between a little and more is what the line carries,
 * so that neither the way nor what starts over there counts.
 */
export async function lineOf(box: CopyBox, direction: 'to' | 'from', signal: AbortSignal): Promise<Line> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(mostProbeMs)]);
  const line: Line = { commandMs: Number.POSITIVE_INFINITY, bytesPerMs: null };
  try {
    await measure(line, box, direction, until);
  } catch {
    signal.throwIfAborted();
    // So slow that it was not over in time, or nothing that can be measured; either way the line is not to be relied on.
    if (until.aborted) return { commandMs: Math.min(line.commandMs, mostProbeMs), bytesPerMs: 0 };
  }
  return Number.isFinite(line.commandMs) ? line : { ...line, commandMs: await box.answerMs(signal) };
}

/** Notes what it finds as it finds it. */
async function measure(
  line: Line,
  box: CopyBox,
  direction: 'to' | 'from',
  signal: AbortSignal,
): Promise<void> {
  const began = performance.now();
  const program = await box.spawn({ script: direction === 'to' ? swallow : pour }, signal);
  line.commandMs = performance.now() - began;
  try {
    program.stdin.on('error', () => undefined); // what it means is said by what does not come back
    program.stderr.resume();
    program.exited.catch(() => undefined);
    const answers = reader(program.stdout, signal);
    const turn = async (bytes: number): Promise<number> => {
      const asked = performance.now();
      program.stdin.write(direction === 'to' ? Buffer.alloc(bytes, 'trainyard ') : '\n');
      await answers(direction === 'to' ? 1 : bytes);
      return performance.now() - asked;
    };
    const first = await turn(firstBytes);
    // It may have had to wait for its turn to begin.
    line.commandMs = Math.min(line.commandMs, 2 * first);
    const then = await turn(thenBytes);
    line.bytesPerMs = (thenBytes - firstBytes) / Math.max(0.1, then - first);
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
