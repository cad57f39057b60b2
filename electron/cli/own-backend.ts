import { serveRpc } from '#backend/api/index.ts';
import { serveBytes } from '#backend/bytes/index.ts';
import { openDoor, openLocalDoor, removeRuntimeFile, writeRuntimeFile } from '#backend/door/index.ts';
import { startBackend } from '#backend/main.ts';
import { version } from '#backend/version.ts';
import { connectBackend } from '#renderer/rpc/client.ts';
import { portWire } from '#shared/contract/port-wire.ts';
import type { CliBackend } from './backend.ts';

/** A backend in this process, for as long as the verb runs. Another `trainyard` that is started meanwhile uses it too. */
export async function ownBackend(directory: string): Promise<CliBackend> {
  const backend = await startBackend({ dataDirectory: directory, host: 'headless', version, connect: false });
  const { router, bytes, log } = backend;
  const door = await openDoor({ router, bytes, log, host: '127.0.0.1', port: 0 });
  const local = await openLocalDoor({ router, bytes, log, dataDirectory: directory, token: door.token });
  writeRuntimeFile(directory, {
    url: door.url,
    pid: process.pid,
    token: door.token,
    ...(local ? { socket: local.path } : {}),
    host: 'headless',
    version,
  });
  const context = { actor: { name: 'cli', role: 'owner' }, log } as const;
  const connection = connectBackend({
    async connect(channel) {
      const { port1, port2 } = new MessageChannel();
      if (channel === 'rpc') serveRpc(router, portWire(port1), context);
      else serveBytes(bytes, portWire(port1), context);
      return portWire(port2);
    },
  });
  return {
    client: connection.rpc,
    connection: async () => connection,
    own: true,
    async close() {
      removeRuntimeFile(directory, door.token);
      connection.close();
      await local?.close();
      await door.close();
      await backend.close();
    },
  };
}
