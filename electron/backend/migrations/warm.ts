import { TrainyardError } from '#shared/domain/error.ts';
import type { Move } from './move.ts';

const warmMs = 120_000;

/** Reads what a start reads (the code and what set-up has made), at low priority, so that it comes from memory then. */
const script = `
for directory in "$@"; do
  [ -d "$directory" ] || continue
  nice -n 19 find "$directory" -type f -size -200000k -exec cat {} + 2>/dev/null
done >/dev/null
exit 0`;

/** Touches the destination's files, so that the start need not wait for its disk. Only a help: nothing depends on it. */
export async function warm(move: Move): Promise<void> {
  const { destination } = move.memory;
  if (destination === null) return;
  try {
    await move.once(async (signal) => {
      const { programs } = await move.box('destination', signal);
      await programs.exec({ script, args: [destination.codeDirectory] }, { signal, timeoutMs: warmMs });
    }, warmMs);
  } catch (error) {
    move.signal.throwIfAborted();
    move.context.log.debug(
      { moveId: move.id, code: TrainyardError.from(error).code },
      'the destination was not warmed',
    );
  }
}
