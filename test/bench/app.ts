import { type ChildProcess, spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type RuntimeFile, readRuntimeFile } from '#backend/door/runtime-file.ts';
import { connectToApp } from '#cli/connect.ts';
import { type BackendConnection, followEvents } from '#renderer/rpc/index.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import type { Site } from '#shared/domain/site.ts';
import { type Box, startBox } from '#test/lab/sshd.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

/** What is measured: the build of this tree, or another one. */
const dist = process.env.TRAINYARD_E2E_DIST ?? path.join(import.meta.dirname, '..', '..', 'dist');

/** The built app in headless mode, in processes of its own, and a client of it over its WebSockets. */
export interface BenchApp {
  connection: BackendConnection;
  runtime: RuntimeFile;
  dataDirectory: string;
  /** The process that does the work. */
  workerPid: number;
  loginUrl: string;
  onEvent(listener: (event: AppEvent) => void): () => void;
  stop(): Promise<void>;
}

export async function startApp({ dataDirectory }: { dataDirectory?: string } = {}): Promise<BenchApp> {
  const data = dataDirectory ?? (await makeTempDirectory('bench-data'));
  const home = await makeTempDirectory('bench-home');
  const child = spawn(process.execPath, [path.join(dist, 'headless', 'main.js'), '--data', data, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, HOME: home, TRAINYARD_DATA: data },
  });
  const loginUrl = await firstAddress(child);
  const runtime = await until('the app says where it is', () => readRuntimeFile(data));
  const connection = connectToApp(runtime);
  const listeners = new Set<(event: AppEvent) => void>();
  const open = Promise.withResolvers<void>();
  const off = followEvents(connection, {
    onOpen: () => open.resolve(),
    onEvent: (event) => {
      for (const listener of listeners) listener(event);
    },
  });
  await open.promise;
  return {
    connection,
    runtime,
    dataDirectory: data,
    workerPid: runtime.pid,
    loginUrl,
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      off();
      connection.close();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      await rm(home, { recursive: true, force: true });
      if (!dataDirectory) await rm(data, { recursive: true, force: true });
    },
  };
}

function firstAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const line = text.split('\n').find((candidate) => candidate.startsWith('{') && candidate.endsWith('}'));
      if (line) resolve((JSON.parse(line) as { url: string }).url);
    });
    child.on('exit', (code) => reject(new Error(`the app ended with ${code} before it was there`)));
  });
}

/** Boxes with one ssh_config that reaches them all. */
export async function startBoxes(
  count: number,
): Promise<{ boxes: Box[]; configFile: string; stop(): Promise<void> }> {
  const boxes: Box[] = [];
  for (let start = 0; start < count; start += 5) {
    const names = Array.from({ length: Math.min(5, count - start) }, (_, index) => `box${start + index}`);
    boxes.push(...(await Promise.all(names.map((name) => startBox({ name })))));
  }
  const directory = await makeTempDirectory('bench-ssh');
  const configFile = path.join(directory, 'config');
  await writeFile(configFile, boxes.map(({ configSnippet }) => configSnippet).join('\n'));
  return {
    boxes,
    configFile,
    async stop() {
      await Promise.all(boxes.map((box) => box.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export const addSite = (app: BenchApp, host: string, configFile: string, connect: boolean): Promise<Site> =>
  app.connection.rpc.sites.add({ ssh: { host, configFile }, connect });

/** Waits until the site's machine is connected and has been probed; returns the machine's id. */
export function connectedMachine(app: BenchApp, siteId: string): Promise<string> {
  return until(
    'the box is connected and probed',
    async () => {
      const { rows } = await app.connection.rpc.machines.list({ limit: 1000 });
      const machine = rows.find((row) => row.siteId === siteId);
      return machine?.connectionState === 'connected' && machine.inventory ? machine.id : null;
    },
    { deadlineMs: 60_000, everyMs: 50 },
  );
}
