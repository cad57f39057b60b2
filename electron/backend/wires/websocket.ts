import type { WebSocket } from 'ws';
import { type Wire, WireEnd } from '#shared/contract/wire.ts';

/** More than this not yet handed to the kernel, and the sender waits. */
const highWaterBytes = 1024 * 1024;

/** The server's end of a WebSocket. `ws` has set noDelay on its socket: what is sent leaves at once. */
export function webSocketWire(socket: WebSocket): Wire {
  const end = new WireEnd();
  socket.binaryType = 'nodebuffer';
  socket.on('message', (data: Buffer<ArrayBuffer>, isBinary) => {
    end.receive(isBinary ? data : data.toString('utf8'));
  });
  socket.on('close', (code, reason) => end.closed(reason.length > 0 ? reason.toString() : `code ${code}`));
  // A broken frame or a reset: 'close' follows and says all that matters.
  socket.on('error', () => undefined);
  return {
    send(message) {
      if (socket.readyState !== socket.OPEN) return Promise.resolve();
      if (socket.bufferedAmount < highWaterBytes) {
        socket.send(message);
        return Promise.resolve();
      }
      return new Promise((resolve) => socket.send(message, () => resolve()));
    },
    onMessage: (listener) => end.onMessage(listener),
    onClose: (listener) => end.onClose(listener),
    close(why = '') {
      socket.close(1008, why.slice(0, 120));
      end.closed(why);
      // A client that does not answer the closing handshake is not waited for.
      setTimeout(() => socket.terminate(), 2000).unref();
    },
  };
}
