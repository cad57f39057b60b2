import type { BoxAttempt } from '#backend/runs/box/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { End, Move } from './move.ts';

const bytes = 8192;
const lines = 20;

/** The last words of an attempt: its supervisor's complaint and its log's last lines. Empty where they cannot be had. */
export async function lastLines(
  move: Move,
  end: End,
  epoch: number,
  { complaint, logBytes }: BoxAttempt,
): Promise<string> {
  const from = Math.max(0, logBytes - bytes);
  try {
    const log = await move.once(async (signal) => {
      const { box } = await move.box(end, signal);
      return box.readLog(move.runId, epoch, from, bytes, signal);
    });
    const text = log
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-lines);
    return [...(complaint === null ? [] : [complaint]), ...text].join('\n');
  } catch (error) {
    move.signal.throwIfAborted();
    move.context.log.debug({ moveId: move.id, code: TrainyardError.from(error).code }, 'no last lines');
    return complaint ?? '';
  }
}
