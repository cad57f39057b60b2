import type { OpenStream, StreamInfo } from '#shared/contract/bytes.ts';
import { decodeFrame, encodeCredit, encodeFrame, type Frame, frameTypes } from '#shared/contract/frames.ts';
import type { Wire } from '#shared/contract/wire.ts';
import { type ErrorShape, TrainyardError } from '#shared/domain/trainyard-error.ts';
import type { Reconnecting } from './reconnect.ts';

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** What to open; credit is the channel's own business. */
export type StreamRequest = DistributiveOmit<OpenStream, 'credit'>;

export interface StreamHandlers {
  /** Said before the first byte, and again when what it says changes. */
  onInfo?(info: StreamInfo): void;
  /**
   * Bytes in order, none missing and none twice, also when the connection was lost between them; `offset` is where
   * they lie in the log. The backend sends more only as the returned promises resolve (at once where none is returned).
   */
  onBytes(bytes: Uint8Array, offset: number): void | Promise<void>;
  /** Once: all was sent (null), or it failed. Not called after `close()`. */
  onEnd(error: TrainyardError | null): void;
  /** The connection to the backend was lost (false) or is back (true); the stream goes on by itself. */
  onConnected?(connected: boolean): void;
}

/** Bytes that may be on their way or waiting in the page, per stream. */
const defaultWindowBytes = 1024 * 1024;

/** Many streams over one wire; each goes on at the exact byte when the wire had to be made anew. */
export class ByteChannel {
  readonly #connection: Reconnecting;
  readonly #streams = new Map<number, IncomingStream>();
  #started = false;
  #nextNumber = 1;

  constructor(connection: Reconnecting) {
    this.#connection = connection;
    connection.onWire((wire) => this.#use(wire));
    connection.onStatus((status) => {
      if (status.state === 'refused') this.#endAll(status.error);
    });
  }

  open(
    request: StreamRequest,
    handlers: StreamHandlers,
    { windowBytes = defaultWindowBytes } = {},
  ): { close(): void } {
    const stream = new IncomingStream(request, handlers, windowBytes);
    if (!this.#started) {
      this.#started = true;
      this.#connection.start();
    }
    let number = this.#add(stream);
    stream.onRenumbered = (to) => {
      number = to;
    };
    const wire = this.#connection.wire;
    if (wire) stream.openOver(wire, number);
    return {
      close: () => {
        if (!this.#streams.delete(number)) return;
        stream.closed = true;
        void this.#connection.wire?.send(encodeFrame(frameTypes.END, number));
      },
    };
  }

  retryNow(): void {
    if (this.#started) this.#connection.retryNow();
  }

  close(): void {
    this.#connection.close();
    this.#endAll(new TrainyardError('CANCELLED', 'This was cancelled.'));
  }

  #add(stream: IncomingStream): number {
    const number = this.#nextNumber++;
    this.#streams.set(number, stream);
    return number;
  }

  #use(wire: Wire): void {
    wire.onMessage((message) => {
      if (typeof message === 'string') return;
      const frame = decodeFrame(message);
      const stream = this.#streams.get(frame.stream);
      if (stream?.take(frame)) this.#streams.delete(frame.stream);
    });
    wire.onClose(() => {
      for (const stream of this.#streams.values()) stream.lost();
    });
    // New numbers: nothing that is still said about the old ones can be mistaken for the new.
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of streams) stream.openOver(wire, this.#add(stream));
  }

  #endAll(error: TrainyardError): void {
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of streams) stream.end(error);
  }
}

class IncomingStream {
  closed = false;
  onRenumbered: (number: number) => void = () => undefined;
  readonly #handlers: StreamHandlers;
  readonly #windowBytes: number;
  #request: StreamRequest;
  #wire: Wire | null = null;
  #number = 0;
  /** Offset of the next byte, once the backend has told where the stream begins. */
  #next: number | null = null;
  /** Bytes given to the handler and not yet done with. */
  #inHand = 0;
  /** Bytes done with and not yet given back as credit. */
  #owed = 0;
  #wasLost = false;

  constructor(request: StreamRequest, handlers: StreamHandlers, windowBytes: number) {
    this.#request = request;
    this.#handlers = handlers;
    this.#windowBytes = windowBytes;
  }

  openOver(wire: Wire, number: number): void {
    this.#wire = wire;
    this.#number = number;
    this.onRenumbered(number);
    this.#owed = 0;
    const credit = Math.max(0, this.#windowBytes - this.#inHand);
    const request = this.#next === null ? this.#request : { ...this.#request, offset: this.#next };
    void wire.send(encodeFrame(frameTypes.OPEN, number, JSON.stringify({ ...request, credit })));
    if (this.#wasLost) this.#handlers.onConnected?.(true);
    this.#wasLost = false;
  }

  lost(): void {
    this.#wire = null;
    this.#wasLost = true;
    this.#handlers.onConnected?.(false);
  }

  /** True when it was the last frame. */
  take(frame: Frame): boolean {
    if (frame.type === frameTypes.DATA) this.#takeBytes(frame.payload);
    else if (frame.type === frameTypes.INFO) {
      const info = jsonOf<StreamInfo>(frame.payload);
      this.#next = info.offset;
      // From now on the same attempt, even when the run has a newer one by the time the wire is made anew.
      this.#request = { ...this.#request, epoch: info.epoch };
      this.#handlers.onInfo?.(info);
    } else if (frame.type === frameTypes.END) {
      const error = frame.payload.byteLength === 0 ? null : jsonOf<ErrorShape>(frame.payload);
      this.end(error ? TrainyardError.fromShape(error) : null);
      return true;
    }
    return false;
  }

  end(error: TrainyardError | null): void {
    if (this.closed) return;
    this.closed = true;
    this.#handlers.onEnd(error);
  }

  #takeBytes(bytes: Uint8Array): void {
    const size = bytes.byteLength;
    const offset = this.#next ?? 0;
    this.#next = offset + size;
    this.#inHand += size;
    const done = this.#handlers.onBytes(bytes, offset);
    if (done) void done.then(() => this.#giveBack(size));
    else this.#giveBack(size);
  }

  #giveBack(size: number): void {
    this.#inHand -= size;
    this.#owed += size;
    // Small pieces are given back together: a line of log costs no frame of its own.
    if (this.closed || !this.#wire || this.#owed < this.#windowBytes / 4) return;
    void this.#wire.send(encodeCredit(this.#number, this.#owed));
    this.#owed = 0;
  }
}

/** What our own backend says of a stream: taken at its word, for a schema would be most of a page's first file. */
const jsonOf = <T>(payload: Uint8Array): T => JSON.parse(new TextDecoder().decode(payload)) as T;
