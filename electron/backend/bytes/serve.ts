import type { Logger } from 'pino';
import {
  decodeCredit,
  decodeFrame,
  encodeCredit,
  encodeFrame,
  type Frame,
  frameTypes,
  type OpenStream,
  parseOpen,
} from '#shared/contract/bytes.ts';
import type { Wire } from '#shared/contract/wire.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Actor } from '#shared/domain/role.ts';
import { StreamInput } from './input.ts';
import type { ByteSource } from './source.ts';

const maxStreams = 64;
/** No client is trusted with more of our memory than this per stream, whatever credit it gives. */
const maxCreditBytes = 16 * 1024 * 1024;
/** One message: small enough that another stream's line never waits long behind it. */
const maxDataBytes = 256 * 1024;

interface Context {
  actor: Actor;
  log: Logger;
}

/** Serves byte streams over a wire until it closes. Whoever breaks the protocol is cut off. */
export function serveBytes(source: ByteSource, wire: Wire, context: Context): void {
  const streams = new Map<number, ServedStream>();

  const open = (id: number, request: OpenStream) => {
    if (streams.has(id)) throw new RangeError(`stream ${id} is open already`);
    if (streams.size >= maxStreams) throw new RangeError('too many streams at once');
    const stream = new ServedStream(id, request, wire);
    streams.set(id, stream);
    stream.pump(source, context).finally(() => streams.delete(id));
  };
  const take = (frame: Frame) => {
    if (frame.type === frameTypes.OPEN) open(frame.stream, parseOpen(frame.payload));
    // A credit or an end may cross our own end on its way: nothing is there any more, and that is all right.
    else if (frame.type === frameTypes.CREDIT)
      streams.get(frame.stream)?.addCredit(decodeCredit(frame.payload));
    else if (frame.type === frameTypes.DATA) streams.get(frame.stream)?.takeInput(frame.payload);
    else if (frame.type === frameTypes.END) streams.get(frame.stream)?.ended(frame.payload);
    else throw new RangeError(`a frame of type ${frame.type} makes no sense here`);
  };

  wire.onMessage((message) => {
    try {
      if (typeof message === 'string') throw new RangeError('frames are binary');
      take(decodeFrame(message));
    } catch (thrown) {
      context.log.debug(
        { actor: context.actor.name, why: TrainyardError.from(thrown).details },
        'a client that does not speak the byte channel was cut off',
      );
      wire.close('not a frame of this protocol');
    }
  });
  wire.onClose(() => {
    for (const stream of streams.values()) stream.cancel(clientGone());
  });
}

class ServedStream {
  readonly #id: number;
  readonly #request: OpenStream;
  readonly #input: StreamInput;
  readonly #wire: Wire;
  readonly #abort = new AbortController();
  #credit: number;
  #wake: (() => void) | null = null;
  /** The wire has not taken what was last sent by the way. */
  #busy = false;

  constructor(id: number, request: OpenStream, wire: Wire) {
    this.#id = id;
    this.#request = request;
    this.#wire = wire;
    this.#credit = Math.min(request.credit, maxCreditBytes);
    this.#input = new StreamInput((bytes) => void wire.send(encodeCredit(id, bytes)));
  }

  takeInput(bytes: Uint8Array): void {
    this.#input.take(bytes);
  }

  /** The page's END: of an upload that all was sent, else that nobody looks any more. */
  ended(payload: Uint8Array): void {
    if (this.#request.kind === 'upload' && payload.byteLength === 0) this.#input.end();
    else this.cancel();
  }

  addCredit(bytes: number): void {
    this.#credit = Math.min(this.#credit + bytes, maxCreditBytes);
    this.#wake?.();
  }

  cancel(why = new TrainyardError('CANCELLED', 'This was cancelled.')): void {
    this.#abort.abort(why);
    this.#input.end();
    this.#wake?.();
  }

  /** Sends all of it; never rejects. */
  async pump(source: ByteSource, context: Context): Promise<void> {
    const signal = this.#abort.signal;
    const request = this.#request;
    try {
      const sendNow = (bytes: Uint8Array) => this.#sendNow(bytes);
      const input = (windowBytes: number) => this.#input.read(Math.min(windowBytes, maxCreditBytes));
      for await (const piece of source(request, { actor: context.actor, signal, sendNow, input })) {
        if (signal.aborted) return;
        if ('info' in piece) await this.#send(frameTypes.INFO, JSON.stringify(piece.info));
        else await this.#sendBytes(piece.bytes);
        if (signal.aborted) return;
      }
      await this.#send(frameTypes.END);
    } catch (thrown) {
      if (signal.aborted) return;
      const error = TrainyardError.from(thrown);
      if (error.code === 'INTERNAL')
        context.log.error({ err: thrown, kind: request.kind }, 'a stream failed');
      await this.#send(frameTypes.END, JSON.stringify({ ...error.toShape(), details: '' }));
    }
  }

  #sendNow(bytes: Uint8Array): boolean {
    const { byteLength } = bytes;
    if (this.#busy || this.#abort.signal.aborted || byteLength > Math.min(this.#credit, maxDataBytes))
      return false;
    this.#credit -= byteLength;
    this.#busy = true;
    void this.#send(frameTypes.DATA, bytes).then(() => {
      this.#busy = false;
    });
    return true;
  }

  async #sendBytes(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (rest.byteLength > 0) {
      while (this.#credit === 0 && !this.#abort.signal.aborted) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = null;
      }
      if (this.#abort.signal.aborted) return;
      const part = rest.subarray(0, Math.min(this.#credit, maxDataBytes));
      this.#credit -= part.byteLength;
      rest = rest.subarray(part.byteLength);
      await this.#send(frameTypes.DATA, part);
    }
  }

  #send(type: Parameters<typeof encodeFrame>[0], payload?: Uint8Array | string): Promise<void> {
    return this.#wire.send(encodeFrame(type, this.#id, payload));
  }
}

/** Not that nobody wants it any more: who has lost its connection may come again and go on. */
const clientGone = (): TrainyardError =>
  new TrainyardError('CLIENT_GONE', 'The page, or the connection to it, is gone.', { retryable: true });
