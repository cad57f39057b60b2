import { dataDirectory } from '#backend/data-directory.ts';
import { type RuntimeFile, readRuntimeFile } from '#backend/door/runtime-file.ts';
import type { BackendConnection } from '#renderer/rpc/client.ts';
import type { Client } from '#shared/contract/index.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { quickCall } from './quick-call.ts';

/** What a verb works with: the running app, or a backend of our own. */
export interface CliBackend {
  /** For calls that have one answer. */
  client: Client;
  /** For what streams: events, logs, the steps of a test. Opened when first asked for. */
  connection(): Promise<BackendConnection>;
  /** True: the backend lives in this process and ends with it. */
  own: boolean;
  close(): Promise<void>;
}

/**
 * Runs `work` with the app that is running, or with a backend started for it; closes what it opened. Ctrl-C rejects with
 * INTERRUPTED, once what was opened is closed in order; a second one ends the process at once.
 */
export async function withBackend<T>(work: (backend: CliBackend) => Promise<T>): Promise<T> {
  const backend = await openBackend();
  const interrupted = Promise.withResolvers<never>();
  const interrupt = () => {
    stopListening();
    interrupted.reject(new TrainyardError('INTERRUPTED', 'Interrupted.'));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const stopListening = () => {
    for (const signal of signals) process.off(signal, interrupt);
  };
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await Promise.race([work(backend), interrupted.promise]);
  } finally {
    stopListening();
    await backend.close();
  }
}

async function openBackend(): Promise<CliBackend> {
  const directory = dataDirectory();
  const deadline = Date.now() + 10_000;
  for (;;) {
    const running = readRuntimeFile(directory);
    if (running && (await answers(running))) return overRunningApp(running);
    try {
      const { ownBackend } = await import('./own-backend.ts');
      return await ownBackend(directory);
    } catch (thrown) {
      // Another one is starting or ending at this very moment: it will have written its runtime file, or be gone.
      if (!(thrown instanceof TrainyardError) || thrown.code !== 'DATA_IN_USE' || Date.now() > deadline)
        throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** Where the system tells processes apart the runtime file is proof enough; elsewhere the process may be another by now. */
async function answers(running: RuntimeFile): Promise<boolean> {
  if (running.processMark !== '') return true;
  try {
    await quickCall(running, ['app', 'info'], undefined);
    return true;
  } catch (thrown) {
    if (thrown instanceof TrainyardError && thrown.code === 'BACKEND_OFFLINE') return false;
    throw thrown;
  }
}

function overRunningApp(running: RuntimeFile): CliBackend {
  let connection: Promise<BackendConnection> | null = null;
  return {
    client: quickClient(running),
    own: false,
    connection() {
      connection ??= import('./connect.ts').then(({ connectToApp }) => connectToApp(running));
      return connection;
    },
    async close() {
      (await connection)?.close();
    },
  };
}

/** The contract's calls by name: `client.runs.list(input)` asks for `/runs/list`. */
function quickClient(running: RuntimeFile): Client {
  const capability = (name: string) =>
    new Proxy(
      {},
      {
        get: (_target, procedure) => (input: unknown) => quickCall(running, [name, String(procedure)], input),
      },
    );
  return new Proxy({}, { get: (_target, name) => capability(String(name)) }) as Client;
}
