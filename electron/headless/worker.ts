import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openLocalDoor, removeRuntimeFile, writeRuntimeFile } from '#backend/door/index.ts';
import { logCrashes } from '#backend/log.ts';
import { startBackend } from '#backend/main.ts';
import { version } from '#backend/version.ts';
import { type BrowserHost, openBrowserHost } from './browser-host.ts';
import type { TlsFiles } from './tls.ts';
import { onWake } from './wake.ts';

export interface WorkerOptions {
  dataDirectory: string;
  host: string;
  port: number;
  /** Signs the browsers' sessions; the same over restarts. */
  sessionKey: string;
  pageDirectory?: string;
  tls?: TlsFiles;
}

export interface Worker {
  host: BrowserHost;
  /** Resolves when a client has asked for the end. */
  shutDownAsked: Promise<void>;
  /** Resolves when the process should be started anew: a backup was restored. */
  restartAsked: Promise<void>;
  close(): Promise<void>;
}

/** The backend and its door for browsers, in this process. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { dataDirectory } = options;
  const backend = await startBackend({ dataDirectory, host: 'headless', version });
  logCrashes(backend.log);
  try {
    const host = await openBrowserHost({
      backend,
      pageDirectory: options.pageDirectory ?? builtPage(),
      host: options.host,
      port: options.port,
      sessionKey: options.sessionKey,
      ...(options.tls ? { tls: options.tls } : {}),
    });
    const { router, bytes, log } = backend;
    const { token } = host.commandLine;
    const local = await openLocalDoor({ router, bytes, log, dataDirectory, token });
    writeRuntimeFile(dataDirectory, {
      ...host.commandLine,
      ...(local ? { socket: local.path } : {}),
      pid: process.pid,
      host: 'headless',
      version,
    });
    const stopWatching = onWake(() => backend.resumed());
    return {
      host,
      shutDownAsked: backend.shutDownAsked,
      restartAsked: backend.restartAsked,
      async close() {
        stopWatching();
        removeRuntimeFile(dataDirectory, token);
        await local?.close();
        await host.close();
        await backend.close();
      },
    };
  } catch (error) {
    await backend.close();
    throw error;
  }
}

/** dist/page: beside the bundle (dist/headless/ or dist/chunks/), or seen from the sources. */
function builtPage(): string {
  const places = ['../page', '../../dist/page'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  return places.find((place) => existsSync(place)) ?? (places.at(-1) as string);
}
