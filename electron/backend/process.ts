/**
 * The backend as a process of the desktop app (Electron's utilityProcess): the page's two MessagePorts come over the
 * parent's port. A door for the CLI is opened beside it.
 */
import type { KeychainAnswer, KeychainRequest } from '#shared/contract/keychain-wire.ts';
import { type AnyPort, portWire } from '#shared/contract/port-wire.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { serveRpc } from './api/index.ts';
import { serveBytes } from './bytes/index.ts';
import { dataDirectory } from './data-directory.ts';
import { openDoor, openLocalDoor, removeRuntimeFile, writeRuntimeFile } from './door/index.ts';
import { logCrashes } from './log.ts';
import { type Backend, startBackend } from './main.ts';
import { pathForPrograms } from './processes/index.ts';
import { shellKeychain } from './shell-keychain.ts';
import { version } from './version.ts';

/** What the shell sends; `connect` carries the ports for RPC and for the byte channel. */
type FromShell =
  | { type: 'connect' }
  | { type: 'resumed' }
  | { type: 'screenLocked' }
  | { type: 'close' }
  | KeychainAnswer;
/** Electron's `process.parentPort`, as far as it is used here. */
interface ParentPort {
  on(event: 'message', listener: (message: { data: FromShell; ports: AnyPort[] }) => void): void;
  postMessage(message: KeychainRequest): void;
}

const parentPort = (process as unknown as { parentPort?: ParentPort }).parentPort;
if (!parentPort) {
  console.error('trainyard: this program is a part of the desktop app and is started by it.');
  process.exit(2);
}

const path = pathForPrograms(process.env.PATH, process.platform);
if (path !== undefined) process.env.PATH = path;
const shell = shellKeychain((request) => parentPort.postMessage(request));
// Ports may come before the backend is up: they wait for it, the page's calls with them.
const starting = start();
parentPort.on('message', ({ data, ports }) => {
  // Not after the start: the start itself may wait for it.
  if (data.type === 'keychain') {
    shell.answered(data);
    return;
  }
  void starting.then(({ backend, close }) => {
    if (data.type === 'connect') connect(backend, ports);
    else if (data.type === 'resumed') backend.resumed();
    else if (data.type === 'screenLocked') backend.screenLocked();
    else void close();
  });
});

function connect(backend: Backend, [rpc, bytes]: AnyPort[]): void {
  const context = { actor: { name: 'desktop', role: 'owner' }, log: backend.log } as const;
  if (rpc) serveRpc(backend.router, portWire(rpc), context);
  if (bytes) serveBytes(backend.bytes, portWire(bytes), context);
}

async function start(): Promise<{ backend: Backend; close(): Promise<void> }> {
  const directory = dataDirectory();
  try {
    const backend = await startBackend({
      dataDirectory: directory,
      host: 'desktop',
      version,
      keychain: shell.keychain,
    });
    logCrashes(backend.log);
    const { router, bytes, log } = backend;
    const door = await openDoor({ router, bytes, log, host: '127.0.0.1', port: 0 });
    const local = await openLocalDoor({ router, bytes, log, dataDirectory: directory, token: door.token });
    writeRuntimeFile(directory, {
      url: door.url,
      pid: process.pid,
      token: door.token,
      ...(local ? { socket: local.path } : {}),
      host: 'desktop',
      version,
    });
    const close = async () => {
      removeRuntimeFile(directory, door.token);
      await local?.close();
      await door.close();
      await backend.close();
      process.exit(0);
    };
    void backend.shutDownAsked.then(close);
    // The shell starts it again: whatever was remembered of the old database is gone with this process.
    void backend.restartAsked.then(close);
    return { backend, close };
  } catch (thrown) {
    const error = TrainyardError.from(thrown);
    console.error(`trainyard: ${error.code === 'INTERNAL' ? error.details : error.message}`);
    process.exit(1);
  }
}
