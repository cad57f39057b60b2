import { type Wire, WireEnd, type WireMessage } from '#shared/contract/wire.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';

/** Resolves when the socket is open; rejects with BACKEND_OFFLINE, or the signal's reason. */
export function socketWire(socket: WebSocket, signal?: AbortSignal): Promise<Wire> {
  socket.binaryType = 'arraybuffer';
  const end = new WireEnd();
  const wire: Wire = {
    send(message: WireMessage) {
      if (socket.readyState === socket.OPEN) socket.send(message);
      return Promise.resolve();
    },
    onMessage: (listener) => end.onMessage(listener),
    onClose: (listener) => end.onClose(listener),
    close(why = 'closed here') {
      socket.close(1000);
      end.closed(why);
    },
  };
  socket.addEventListener('message', (event: MessageEvent<string | ArrayBuffer>) => {
    end.receive(typeof event.data === 'string' ? event.data : new Uint8Array(event.data));
  });
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      socket.close();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    socket.addEventListener('open', () => {
      signal?.removeEventListener('abort', giveUp);
      resolve(wire);
    });
    socket.addEventListener('close', (event) => {
      const why = event.reason === '' ? `connection closed (${event.code})` : event.reason;
      end.closed(why);
      signal?.removeEventListener('abort', giveUp);
      // After `open` this is a no-op: the promise is settled.
      reject(offline(why));
    });
    // Said by 'close' right after, with its reason.
    socket.addEventListener('error', () => undefined);
    if (signal?.aborted) giveUp();
  });
}

export const offline = (details: string): TrainyardError =>
  new TrainyardError(
    'BACKEND_OFFLINE',
    'Trainyard’s backend cannot be reached at the moment. Your runs are not affected; it is tried again by itself.',
    { details, retryable: true },
  );
