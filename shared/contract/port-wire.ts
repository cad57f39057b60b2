import { type Wire, WireEnd, type WireMessage } from './wire.ts';

/** The MessagePorts of the DOM, of Node's worker_threads and of Electron's main and utility processes, as far as they agree. */
export interface AnyPort {
  postMessage(message: unknown): void;
  close(): void;
  start?(): void;
  addEventListener?(type: string, listener: (event: { data?: unknown }) => void): void;
  on?(type: string, listener: (event: { data?: unknown } | undefined) => void): unknown;
}

/** Messages that may be on their way unacknowledged. A port has no back-pressure of its own: without this its queue could grow without end. */
const windowSize = 64;
const acknowledgeEvery = 16;

/** A wire over a MessagePort: every message is acknowledged (a bare number: how many) by a receiver that has taken it. */
export function portWire(port: AnyPort): Wire {
  const end = new WireEnd();
  let onTheirWay = 0;
  let taken = 0;
  let waiting: (() => void)[] = [];

  const letGo = () => {
    const ready = waiting;
    waiting = [];
    for (const resolve of ready) resolve();
  };
  const closed = (why: string) => {
    if (end.closed(why)) letGo();
  };
  const receive = (data: unknown) => {
    if (typeof data === 'number') {
      onTheirWay = Math.max(0, onTheirWay - data);
      if (onTheirWay < windowSize) letGo();
      return;
    }
    if (data === null) {
      closed('closed by the other side');
      port.close();
      return;
    }
    if (typeof data !== 'string' && !(data instanceof Uint8Array)) return;
    end.receive(typeof data === 'string' ? data : (data as Uint8Array<ArrayBuffer>));
    taken += 1;
    if (taken >= acknowledgeEvery && !end.isClosed) {
      port.postMessage(taken);
      taken = 0;
    }
  };

  // Node's worker_threads ports have both ways; `on` gives them the bare value, Electron's gives an event.
  if (port.addEventListener) {
    port.addEventListener('message', (event) => receive(event.data));
    port.addEventListener('close', () => closed('the port was closed'));
  } else {
    port.on?.('message', (event) => receive(event?.data));
    port.on?.('close', () => closed('the port was closed'));
  }
  port.start?.();

  return {
    send(message: WireMessage): Promise<void> {
      if (end.isClosed) return Promise.resolve();
      onTheirWay += 1;
      port.postMessage(message);
      if (onTheirWay < windowSize) return Promise.resolve();
      return new Promise((resolve) => waiting.push(resolve));
    },
    onMessage: (listener) => end.onMessage(listener),
    onClose: (listener) => end.onClose(listener),
    close() {
      if (end.isClosed) return;
      // Not every port tells its other end when it is closed; null does.
      port.postMessage(null);
      closed('closed here');
      port.close();
    },
  };
}
