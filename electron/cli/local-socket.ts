import { connect } from 'node:net';
import { localSocketWire } from '#backend/wires/local-socket.ts';
import { offline } from '#renderer/rpc/socket-wire.ts';
import type { Wire } from '#shared/contract/wire.ts';

/** What the app may send at once: it is ours, and no less trusted than over its WebSocket. */
const maxMessageBytes = 100 * 1024 * 1024;

/** One channel over a running app's local socket. Rejects with BACKEND_OFFLINE, or the signal's reason. */
export function connectLocally(
  app: { socket: string; token: string },
  channel: 'rpc' | 'bytes',
  signal: AbortSignal,
): Promise<Wire> {
  return new Promise((resolve, reject) => {
    // Read into one buffer and handed on in the same breath, past Node's streams: a line of log waits for nothing here.
    const socket = connect({
      path: app.socket,
      onread: {
        buffer: Buffer.allocUnsafeSlow(64 * 1024),
        callback: (length, buffer) => {
          feed(buffer.subarray(0, length));
          return true;
        },
      },
    });
    const { wire, feed } = localSocketWire(socket, maxMessageBytes);
    const giveUp = () => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    socket.on('close', () => {
      signal.removeEventListener('abort', giveUp);
      // After the welcome this does nothing.
      reject(offline('the local socket was closed'));
    });
    wire.onMessage(() => {
      signal.removeEventListener('abort', giveUp);
      // Nothing follows the welcome before something is asked.
      resolve(wire);
    });
    void wire.send(`${channel} ${app.token}`);
    if (signal.aborted) giveUp();
  });
}
