import { connect, type Socket } from 'node:net';
import { cancelled, connectionTimedOut, portRefused } from './errors.ts';

const connectMs = 10_000;

/** A TCP connection from this computer, half-closed each way by itself. PORT_REFUSED, PORT_TIMED_OUT. */
export function connectHere(host: string, port: number, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled(signal));
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const settle = (action: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      action();
    };
    const fail = (error: Error) => {
      socket.destroy();
      settle(() => reject(error));
    };
    const timer = setTimeout(() => fail(connectionTimedOut(host, port)), connectMs);
    const onAbort = () => signal && fail(cancelled(signal));
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error) => fail(portRefused(host, port, error.message)));
    socket.once('connect', () => settle(() => resolve(socket)));
  });
}
