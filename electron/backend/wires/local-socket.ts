import type { Socket } from 'node:net';
import { type Wire, WireEnd, type WireMessage } from '#shared/contract/wire.ts';

/** More than this not yet handed to the kernel, and the sender waits. */
const highWaterBytes = 1024 * 1024;
/** Up to here a message is copied behind its header, which is cheaper than writing the two one after the other. */
const copiedBytes = 64 * 1024;
const headerBytes = 5;
const kinds = { text: 0, binary: 1 } as const;

/** A message as it goes over a local socket: 1 byte kind (0 text, 1 binary), 4 bytes length (big-endian), then its bytes. */
export function encodeMessage(message: WireMessage): Buffer {
  const isText = typeof message === 'string';
  const length = isText ? Buffer.byteLength(message) : message.byteLength;
  const whole = Buffer.allocUnsafe(headerBytes + length);
  writeHeader(whole, isText, length);
  if (isText) whole.write(message, headerBytes);
  else whole.set(message, headerBytes);
  return whole;
}

function writeHeader(header: Buffer, isText: boolean, length: number): void {
  header[0] = isText ? kinds.text : kinds.binary;
  header.writeUInt32BE(length, 1);
}

/** Takes bytes as they come and gives whole messages, which are copies: the buffer of a read is used again. */
export class MessageReader {
  readonly #onMessage: (message: WireMessage) => void;
  readonly #header = Buffer.alloc(headerBytes);
  #headerHas = 0;
  #body: Buffer<ArrayBuffer> = Buffer.alloc(0);
  #bodyHas = 0;
  /** The largest message that is taken. */
  mostBytes: number;

  constructor(mostBytes: number, onMessage: (message: WireMessage) => void) {
    this.mostBytes = mostBytes;
    this.#onMessage = onMessage;
  }

  /** Throws a RangeError at a message of no known kind or one that is too large; nothing can be read after it. */
  feed(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.byteLength) {
      if (this.#headerHas < headerBytes) {
        this.#header[this.#headerHas++] = bytes[at++] ?? 0;
        if (this.#headerHas < headerBytes) continue;
        this.#begin();
      }
      const part = bytes.subarray(at, at + this.#body.byteLength - this.#bodyHas);
      this.#body.set(part, this.#bodyHas);
      this.#bodyHas += part.byteLength;
      at += part.byteLength;
      if (this.#bodyHas === this.#body.byteLength) this.#give();
    }
  }

  #begin(): void {
    const length = this.#header.readUInt32BE(1);
    if ((this.#header[0] ?? 0) > kinds.binary) throw new RangeError('this is not a message');
    if (length > this.mostBytes) throw new RangeError(`a message of ${length} bytes is too large`);
    this.#body = Buffer.allocUnsafeSlow(length);
    this.#bodyHas = 0;
  }

  #give(): void {
    const body = this.#body;
    this.#headerHas = 0;
    this.#onMessage(this.#header[0] === kinds.text ? body.toString('utf8') : body);
  }
}

/**
 * Either end of a local socket. What the socket reads must be given to `feed`, as its owner reads it; whoever sends what
 * is no message is cut off.
 */
export function localSocketWire(
  socket: Socket,
  mostBytes: number,
): { wire: Wire; feed(bytes: Uint8Array): void; allow(bytes: number): void } {
  const end = new WireEnd();
  const reader = new MessageReader(mostBytes, (message) => end.receive(message));
  socket.on('close', () => end.closed('the connection ended'));
  // 'close' follows.
  socket.on('error', () => undefined);
  const wire: Wire = {
    send(message) {
      if (socket.destroyed || socket.writableEnded) return Promise.resolve();
      write(socket, message);
      if (socket.writableLength < highWaterBytes) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          socket.off('drain', done);
          socket.off('close', done);
          resolve();
        };
        socket.on('drain', done);
        socket.on('close', done);
      });
    },
    onMessage: (listener) => end.onMessage(listener),
    onClose: (listener) => end.onClose(listener),
    close(why = '') {
      end.closed(why);
      socket.destroySoon();
      // One that does not read what is left for it is not waited for.
      setTimeout(() => socket.destroy(), 2000).unref();
    },
  };
  const feed = (bytes: Uint8Array) => {
    try {
      reader.feed(bytes);
    } catch (thrown) {
      end.closed(String(thrown));
      socket.destroy();
    }
  };
  return {
    wire,
    feed,
    allow(bytes) {
      reader.mostBytes = bytes;
    },
  };
}

function write(socket: Socket, message: WireMessage): void {
  if (typeof message === 'string' || message.byteLength <= copiedBytes) {
    socket.write(encodeMessage(message));
    return;
  }
  const header = Buffer.allocUnsafe(headerBytes);
  writeHeader(header, false, message.byteLength);
  socket.cork();
  socket.write(header);
  socket.write(message);
  socket.uncork();
}
