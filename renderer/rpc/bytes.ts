import type { InfoOf, OpenStreamOf, StreamKind } from '#shared/contract/bytes.ts';
import {
  decodeCredit,
  decodeFrame,
  encodeCredit,
  encodeFrame,
  type Frame,
  frameTypes,
} from '#shared/contract/frames.ts';
import type { Wire } from '#shared/contract/wire.ts';
import { type ErrorShape, TrainyardError } from '#shared/domain/trainyard-error.ts';
import type { Reconnecting } from './reconnect.ts';

/** What to open; credit is the channel's own business. */
export type StreamRequest<Kind extends StreamKind = 'log'> = Omit<OpenStreamOf<Kind>, 'credit'> & {
  kind: Kind;
};

export interface StreamHandlers<Kind extends StreamKind = 'log'> {
  /** Said before the first byte, and again when what it says changes. Of an upload: from where on bytes are wanted, also after a cut. */
  onInfo?(info: InfoOf<Kind>): void;
  /**
   * Bytes in order, none missing and none twice, also when the connection was lost between them; `offset` is where
   * they lie in the log, the file or the terminal's output. Those of a terminal's snapshot lie nowhere (-1), and replace all that
   * came before. The backend sends more only as the returned promises resolve (at once where none is returned).
   */
  onBytes?(bytes: Uint8Array, offset: number): void | Promise<void>;
  /** Once: all was sent (null), or it failed. Not called after `close()`. */
  onEnd(error: TrainyardError | null): void;
  /** The connection to the backend was lost (false) or is back (true); the stream goes on by itself. */
  onConnected?(connected: boolean): void;
}

export interface OpenedStream {
  /**
   * Sends bytes into a stream that takes them (a terminal, an upload), in order; resolves when they are on their way. What waits
   * for credit when the connection is lost is sent after it is back, but for an upload: its INFO says from where on to send anew.
   */
  send(bytes: Uint8Array): Promise<void>;
  /** Of an upload: all was sent. The stream goes on until the backend has answered. */
  finish(): void;
  /** Ends it; nothing is called any more. */
  close(): void;
}

/** Bytes that may be on their way or waiting in the page, per stream. */
const defaultWindowBytes = 1024 * 1024;

/** Many streams over one wire; each goes on at the exact byte when the wire had to be made anew. */
export class ByteChannel {
  readonly #connection: Reconnecting;
  readonly #streams = new Map<number, PageStream>();
  #started = false;
  #nextNumber = 1;

  constructor(connection: Reconnecting) {
    this.#connection = connection;
    connection.onWire((wire) => this.#use(wire));
    connection.onStatus((status) => {
      if (status.state === 'refused') this.#endAll(status.error);
    });
  }

  open<Kind extends StreamKind>(
    request: StreamRequest<Kind>,
    handlers: StreamHandlers<Kind>,
    { windowBytes = defaultWindowBytes } = {},
  ): OpenedStream {
    // From here on one kind is like another: what differs is in the request and in what the backend says.
    const stream = new PageStream(request as AnyRequest, handlers as AnyHandlers, windowBytes);
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
      send: (bytes) => stream.send(bytes),
      finish: () => stream.finish(),
      close: () => {
        if (!this.#streams.delete(number)) return;
        stream.close();
        const why = request.kind === 'upload' ? JSON.stringify(cancelled().toShape()) : '';
        void this.#connection.wire?.send(encodeFrame(frameTypes.END, number, why));
      },
    };
  }

  retryNow(): void {
    if (this.#started) this.#connection.retryNow();
  }

  close(): void {
    this.#connection.close();
    this.#endAll(cancelled());
  }

  #add(stream: PageStream): number {
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

const cancelled = () => new TrainyardError('CANCELLED', 'This was cancelled.');

/** What any kind of request may say of where it begins. */
type AnyRequest = {
  kind: StreamKind;
  offset?: number;
  epoch?: number | undefined;
  version?: string | null | undefined;
};
/** What any kind of stream may tell. */
interface AnyInfo {
  offset: number;
  epoch?: number;
  version?: string;
  snapshotBytes?: number;
}
interface AnyHandlers extends Omit<StreamHandlers, 'onInfo'> {
  onInfo?(info: AnyInfo): void;
}
const pieceBytes = 64 * 1024;

class PageStream {
  onRenumbered: (number: number) => void = () => undefined;
  readonly #handlers: AnyHandlers;
  readonly #windowBytes: number;
  #request: AnyRequest;
  #wire: Wire | null = null;
  #number = 0;
  #closed = false;
  /** Offset of the next byte, once the backend has told where the stream begins. */
  #next: number | null = null;
  /** Of the snapshot that has begun, what is still to come. */
  #snapshotBytes = 0;
  /** Bytes given to the handler and not yet done with. */
  #inHand = 0;
  /** Bytes done with and not yet given back as credit. */
  #owed = 0;
  #wasLost = false;
  /** What the backend takes now of what is sent into the stream, and what waits for that. */
  #credit = 0;
  #outgoing: { bytes: Uint8Array; sent: () => void }[] = [];
  #finished = false;

  constructor(request: AnyRequest, handlers: AnyHandlers, windowBytes: number) {
    this.#request = request;
    this.#handlers = handlers;
    this.#windowBytes = windowBytes;
  }

  openOver(wire: Wire, number: number): void {
    this.#wire = wire;
    this.#number = number;
    this.onRenumbered(number);
    this.#owed = 0;
    this.#credit = 0;
    const credit = Math.max(0, this.#windowBytes - this.#inHand);
    // A snapshot that was cut is worth nothing: another one.
    const offset = this.#snapshotBytes > 0 ? -1 : this.#next;
    const goesOn = offset !== null && this.#request.kind !== 'upload';
    const request = goesOn ? { ...this.#request, offset } : this.#request;
    void wire.send(encodeFrame(frameTypes.OPEN, number, JSON.stringify({ ...request, credit })));
    if (this.#wasLost) this.#handlers.onConnected?.(true);
    this.#wasLost = false;
  }

  lost(): void {
    this.#wire = null;
    this.#wasLost = true;
    if (this.#request.kind === 'upload') this.#dropOutgoing();
    this.#finished = false;
    this.#handlers.onConnected?.(false);
  }

  /** True when it was the last frame. */
  take(frame: Frame): boolean {
    if (frame.type === frameTypes.DATA) this.#takeBytes(frame.payload);
    else if (frame.type === frameTypes.CREDIT) {
      this.#credit += decodeCredit(frame.payload);
      this.#pump();
    } else if (frame.type === frameTypes.INFO) this.#takeInfo(jsonOf<AnyInfo>(frame.payload));
    else if (frame.type === frameTypes.END) {
      const error = frame.payload.byteLength === 0 ? null : jsonOf<ErrorShape>(frame.payload);
      this.end(error ? TrainyardError.fromShape(error) : null);
      return true;
    }
    return false;
  }

  end(error: TrainyardError | null): void {
    if (this.#closed) return;
    this.close();
    this.#handlers.onEnd(error);
  }

  close(): void {
    this.#closed = true;
    this.#dropOutgoing();
  }

  send(bytes: Uint8Array): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((sent) => {
      this.#outgoing.push({ bytes, sent });
      this.#pump();
    });
  }

  finish(): void {
    this.#finished = true;
    this.#pump();
  }

  #takeInfo(info: AnyInfo): void {
    this.#next = info.offset;
    this.#snapshotBytes = info.snapshotBytes ?? 0;
    // From now on the same attempt, the same file, even when there is another by the time the wire is made anew.
    if (this.#request.kind === 'log') this.#request = { ...this.#request, epoch: info.epoch };
    if (this.#request.kind === 'file') this.#request = { ...this.#request, version: info.version };
    this.#handlers.onInfo?.(info);
  }

  #takeBytes(bytes: Uint8Array): void {
    const ofSnapshot = Math.min(this.#snapshotBytes, bytes.byteLength);
    if (ofSnapshot > 0) {
      this.#snapshotBytes -= ofSnapshot;
      this.#hand(bytes.subarray(0, ofSnapshot), -1);
    }
    if (ofSnapshot === bytes.byteLength) return;
    const offset = this.#next ?? 0;
    this.#next = offset + bytes.byteLength - ofSnapshot;
    this.#hand(bytes.subarray(ofSnapshot), offset);
  }

  #hand(bytes: Uint8Array, offset: number): void {
    const size = bytes.byteLength;
    this.#inHand += size;
    const done = this.#handlers.onBytes?.(bytes, offset);
    if (done) void done.then(() => this.#giveBack(size));
    else this.#giveBack(size);
  }

  #giveBack(size: number): void {
    this.#inHand -= size;
    this.#owed += size;
    // Small pieces are given back together: a line of log costs no frame of its own.
    if (this.#closed || !this.#wire || this.#owed < this.#windowBytes / 4) return;
    void this.#wire.send(encodeCredit(this.#number, this.#owed));
    this.#owed = 0;
  }

  /** Sends what there is credit for. */
  #pump(): void {
    const wire = this.#wire;
    if (wire === null || this.#closed) return;
    for (let first = this.#outgoing[0]; first !== undefined && this.#credit > 0; first = this.#outgoing[0]) {
      const piece = first.bytes.subarray(0, Math.min(this.#credit, pieceBytes));
      this.#credit -= piece.byteLength;
      void wire.send(encodeFrame(frameTypes.DATA, this.#number, piece));
      if (piece.byteLength < first.bytes.byteLength) first.bytes = first.bytes.subarray(piece.byteLength);
      else {
        this.#outgoing.shift();
        first.sent();
      }
    }
    if (!this.#finished || this.#outgoing.length > 0) return;
    this.#finished = false;
    void wire.send(encodeFrame(frameTypes.END, this.#number));
  }

  #dropOutgoing(): void {
    for (const { sent } of this.#outgoing.splice(0)) sent();
  }
}

/** What our own backend says of a stream: taken at its word, for a schema would be most of a page's first file. */
const jsonOf = <T>(payload: Uint8Array): T => JSON.parse(new TextDecoder().decode(payload)) as T;
