import { ORPCError } from '@orpc/client';
import { errorShape, TrainyardError } from '#shared/domain/error.ts';
import { offline } from './socket-wire.ts';

/** What a call threw, as the one error of the product. `connected` false: the wire was lost under it. */
export function asTrainyardError(thrown: unknown, connected: boolean, signal?: AbortSignal): TrainyardError {
  if (thrown instanceof TrainyardError) return thrown;
  if (thrown instanceof ORPCError) {
    const shape = thrown.code === 'TRAINYARD' ? errorShape.safeParse(thrown.data) : null;
    if (shape?.success) return TrainyardError.fromShape(shape.data);
    return new TrainyardError('INTERNAL', 'Something went wrong inside Trainyard. The log has the details.', {
      details: `${thrown.code}: ${thrown.message}`,
      cause: thrown,
    });
  }
  if (signal?.aborted) return new TrainyardError('CANCELLED', 'This was cancelled.', { cause: thrown });
  if (!connected) return offline(thrown instanceof Error ? thrown.message : String(thrown));
  return TrainyardError.from(thrown);
}
