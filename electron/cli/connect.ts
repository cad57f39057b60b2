import { WebSocket as Socket } from 'ws';
import type { RuntimeFile } from '#backend/door/runtime-file.ts';
import { type BackendConnection, connectBackend } from '#renderer/rpc/client.ts';
import { socketWire } from '#renderer/rpc/socket-wire.ts';
import { connectLocally } from './local-socket.ts';

/** Stays connected to a running app, for what streams: by its local socket, or its WebSockets where there is none. */
export function connectToApp(app: RuntimeFile): BackendConnection {
  const { socket: place, token } = app;
  const sockets = app.url.replace(/^http/, 'ws');
  const options = { headers: { Authorization: `Bearer ${token}` }, perMessageDeflate: false };
  return connectBackend({
    connect(channel, signal) {
      if (place !== undefined) return connectLocally({ socket: place, token }, channel, signal);
      // Gives a message in the turn in which it comes, which Node's own does not. It speaks as the browser's does.
      const socket = new Socket(`${sockets}/${channel}`, options) as unknown as WebSocket;
      return socketWire(socket, signal);
    },
  });
}
