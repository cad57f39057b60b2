import type { InfoOf, OpenStreamOf, StreamKind } from '#shared/contract/bytes.ts';
import type { Actor } from '#shared/domain/role.ts';

/** What a stream gives, in order: first what it is, then its bytes; `info` again whenever what it says has changed. */
export type BytePiece<Kind extends StreamKind = StreamKind> = { info: InfoOf<Kind> } | { bytes: Uint8Array };

export interface BytesContext {
  actor: Actor;
  /** Aborted when the page has closed the stream or is gone. */
  signal: AbortSignal;
  /**
   * Sends bytes in this very turn of the event loop, while the generator waits for more of its own: a line that has just
   * come. False: they cannot go now (no credit, the wire is busy), and the generator is to give them.
   */
  sendNow?(bytes: Uint8Array): boolean;
  /**
   * What the page sends, from now on: at most `windowBytes` of it are on their way or waiting at a time. It ends when the page has
   * said that all was sent (uploads), and with the stream. To be called once; a page that sends before is cut off.
   */
  input?(windowBytes: number): AsyncIterable<Uint8Array>;
}

/**
 * Where streams come from: an async generator does it. It is asked for the next piece only while the page has credit, and
 * a piece larger than the credit is cut, so it needs no buffer of its own. It ends when all is sent; what it throws is
 * told to the page as an error. In its `finally` it lets go of what it holds.
 */
export type ByteSource<Kind extends StreamKind = StreamKind> = (
  request: OpenStreamOf<Kind>,
  context: BytesContext,
) => AsyncIterable<BytePiece<Kind>>;
