import { ORPCError } from '@orpc/client';
import { type ErrorShape, TrainyardError } from '#shared/domain/trainyard-error.ts';
import { offline } from './socket-wire.ts';

/** What a call threw, as the one error of the product. `connected` false: the wire was lost under it. */
export function asTrainyardError(thrown: unknown, connected: boolean, signal?: AbortSignal): TrainyardError {
  if (thrown instanceof TrainyardError) return thrown;
  if (thrown instanceof ORPCError) {
    if (thrown.code === 'TRAINYARD' && isErrorShape(thrown.data))
      return TrainyardError.fromShape(thrown.data);
    return new TrainyardError('INTERNAL', 'Something went wrong inside Trainyard. The log has the details.', {
      details: `${thrown.code}: ${thrown.message}`,
      cause: thrown,
    });
  }
  if (signal?.aborted) return new TrainyardError('CANCELLED', 'This was cancelled.', { cause: thrown });
  if (!connected) return offline(thrown instanceof Error ? thrown.message : String(thrown));
  return TrainyardError.from(thrown);
}

/** Whether it is what `errorShape` describes. By hand: checking it by schema would make a page's first file twice as large. */
function isErrorShape(data: unknown): data is ErrorShape {
  if (typeof data !== 'object' || data === null) return false;
  const { code, message, params } = data as Record<string, unknown>;
  return (
    typeof code === 'string' && typeof message === 'string' && typeof params === 'object' && params !== null
  );
}
