import { z } from 'zod';
import { errorShape } from '../domain/error.ts';
import { idSchema } from '../domain/id.ts';

// Frames are apart: the page reads them without loading what checks the rest.
export * from './frames.ts';

export const openStream = z.discriminatedUnion('kind', [
  /** A run's log from byte `offset` (negative: that many bytes before the end) and on as it grows; ends when the attempt has ended and all was sent. */
  z.object({
    kind: z.literal('log'),
    runId: idSchema,
    epoch: z.number().int().min(1).optional(),
    offset: z.number().int(),
    follow: z.boolean(),
    credit: z.number().int().min(0),
  }),
]);
export type OpenStream = z.infer<typeof openStream>;

export const streamInfo = z.object({
  /** Log: the offset in the log of the next DATA byte. */
  offset: z.number(),
  /** Log: its length now. */
  bytes: z.number(),
  epoch: z.number(),
  live: z.boolean(),
  /** False while the box is out of sight: the stream stays open and goes on by itself. */
  reachable: z.boolean(),
});
export type StreamInfo = z.infer<typeof streamInfo>;

export const parseOpen = (payload: Uint8Array): OpenStream =>
  openStream.parse(JSON.parse(new TextDecoder().decode(payload)));
export const parseInfo = (payload: Uint8Array): StreamInfo =>
  streamInfo.parse(JSON.parse(new TextDecoder().decode(payload)));
export const parseEnd = (payload: Uint8Array): z.infer<typeof errorShape> | null =>
  payload.byteLength === 0 ? null : errorShape.parse(JSON.parse(new TextDecoder().decode(payload)));
