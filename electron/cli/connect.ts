import type { RuntimeFile } from '#backend/door/runtime-file.ts';
import { type BackendConnection, connectBackend } from '#renderer/rpc/client.ts';
import { socketWire } from '#renderer/rpc/socket-wire.ts';

/** Stays connected to a running app, for what streams. */
export function connectToApp(app: RuntimeFile): BackendConnection {
  const sockets = app.url.replace(/^http/, 'ws');
  // Node's WebSocket takes headers, which the DOM's type does not know.
  const withToken = { headers: { Authorization: `Bearer ${app.token}` } } as unknown as string[];
  return connectBackend({
    connect: (channel, signal) => socketWire(new WebSocket(`${sockets}/${channel}`, withToken), signal),
  });
}
