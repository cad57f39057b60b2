import { copyFile, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import pino from 'pino';
import { type Backend, startBackend } from '#backend/main.ts';
import type { Client } from '#shared/contract/index.ts';
import { newId } from '#shared/domain/id.ts';
import { isOver, type Migration, type MigrationMode } from '#shared/domain/migration.ts';
import { type Box, type BoxOptions, startBox, writeSshConfig } from '#test/lab/sshd.ts';
import { type HistoryLine, lightTrainer, readHistory, trainer } from '#test/lab/trainers/index.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

export const me = { name: 'desktop', role: 'owner' } as const;
const log = pino({ level: process.env.TEST_LOG ?? 'silent' });

/** Two boxes, and the code that runs on them. */
export interface Lab {
  boxes: [Box, Box];
  configFile: string;
  code: string;
  /** Where the app keeps what it knows. */
  data: string;
  stop(): Promise<void>;
}

/** `one`, `two`: what else is to be of each box. */
export async function startLab(one: BoxOptions = {}, two: BoxOptions = {}): Promise<Lab> {
  // The usual place for keys, as sshd has it by itself: where a copy from box to box puts its own for a while.
  const config = ['AuthorizedKeysFile %h/../authorized_keys %h/.ssh/authorized_keys'];
  const box = (name: string, more: BoxOptions) =>
    startBox({ ...more, name, config, env: { PATH: '/usr/bin:/bin', TY_BEAT: '1', ...more.env } });
  const boxes = await Promise.all([box('one', one), box('two', two)]);
  const code = await makeTempDirectory('code');
  const data = await makeTempDirectory('data');
  await copyFile(trainer, path.join(code, 'train.py'));
  await copyFile(lightTrainer, path.join(code, 'light.py'));
  const configFile = await writeSshConfig(code, boxes);
  return {
    boxes,
    configFile,
    code,
    data,
    stop: async () => {
      await Promise.all(boxes.map((box) => box.stop()));
      for (const directory of [code, data])
        await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A whole backend with both boxes as its sites, and what a user does with it. */
export interface Laptop {
  backend: Backend;
  client: Client;
  /** Machine identifiers, by the box's name. */
  ids: Record<string, string>;
}

export const openLaptop = ({ boxes, configFile, data }: Lab, dataDirectory = data): Promise<Laptop> =>
  openLaptopIn(
    dataDirectory,
    configFile,
    boxes.map(({ name }) => name),
  );

export async function openLaptopIn(
  dataDirectory: string,
  configFile: string,
  names: readonly string[],
  onMove: (migration: Migration) => void = () => undefined,
): Promise<Laptop> {
  const backend = await startBackend({
    dataDirectory,
    host: 'headless',
    version: 'test',
    log,
    connect: false,
  });
  backend.events.subscribe((event) => {
    if (event.type === 'migration.changed') onMove(event.migration);
  });
  const client = createRouterClient(backend.router, { context: { actor: me, log } }) as unknown as Client;
  const known = await client.sites.list();
  const ids: Record<string, string> = {};
  for (const name of names) {
    const site =
      known.find((each) => each.ssh?.host === name) ??
      (await client.sites.add({ ssh: { host: name, configFile }, connect: false }));
    ids[name] = site.id;
    await client.sites.connect({ siteId: site.id });
  }
  return { backend, client, ids };
}

/** A task for one of the two trainings below. */
export const taskOf = (trains: string, more = ''): string =>
  [
    'name: train',
    'workdir: .',
    `run: ${trains}`,
    'checkpoint:',
    ...(trains.includes('light.py')
      ? ["  path: 'checkpoints/step-{step}.bin'", '  framework: own']
      : ['  path: checkpoints']),
    '  request: { signal: USR1 }',
    '  resume: { env: RESUME_FROM }',
    more,
  ].join('\n');
/** Real PyTorch: `steps` in all, a little rest after each. */
export const torchTraining = (steps: number, every = 20, pace = 0.05): string =>
  `exec python3 train.py --steps ${steps} --every ${every} --pace ${pace}`;
/** Without PyTorch, for what does not depend on the trainer. */
export const lightTraining = (steps: number, every = 20, pace = 0.05): string =>
  `exec python3 light.py --steps ${steps} --every ${every} --pace ${pace}`;

export async function launch(
  { client, ids }: Laptop,
  { code }: Lab,
  yaml: string,
  on = 'one',
): Promise<string> {
  const { id } = await client.runs.launch({
    requestId: newId(),
    yaml,
    baseDirectory: code,
    machineId: ids[on] ?? '',
    envs: {},
    secrets: {},
    priority: 0,
  });
  return id;
}

/** It trains, and has a checkpoint or more. */
export async function trained({ client }: Laptop, runId: string, steps: number): Promise<void> {
  const made = async () => {
    const run = await client.runs.get({ runId });
    if (run.state === 'failed') throw new Error(await logOf(client, runId));
    return run.state === 'running' && (run.step ?? 0) >= steps;
  };
  await until(`it has made ${steps} steps`, made, { deadlineMs: 120_000, everyMs: 50 });
}

export async function move(
  { client, ids }: Laptop,
  runId: string,
  to: string,
  more: { mode?: MigrationMode; path?: 'direct' | 'laptop'; requestId?: string } = {},
): Promise<Migration> {
  const requestId = more.requestId ?? newId();
  return client.migrations.start({ requestId, runId, machineId: ids[to] ?? '', secrets: {}, ...more });
}

export async function ended({ client }: Laptop, migrationId: string): Promise<Migration> {
  return until(
    'the move is over',
    async () => {
      const now = await client.migrations.get({ migrationId });
      return isOver(now.phase) ? now : null;
    },
    { deadlineMs: 180_000, everyMs: 50 },
  );
}

export async function logOf(client: Client, runId: string, epoch?: number): Promise<string> {
  const read = await client.logs.read({ runId, offset: 0, length: 4_000_000, ...(epoch ? { epoch } : {}) });
  return Buffer.from(read.base64, 'base64').toString();
}

export const runDirectory = (box: Box, runId: string): string =>
  path.join(box.home, '.trainyard/runs', runId);

export async function historyAt(box: Box, runId: string): Promise<HistoryLine[]> {
  return readHistory(await readFile(path.join(runDirectory(box, runId), 'code/history.tsv'), 'utf8'));
}
