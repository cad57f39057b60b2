import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { type Backend, startBackend } from '#backend/main.ts';
import type { Client } from '#shared/contract/index.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Box } from '#test/lab/sshd.ts';

export const me: Actor = { name: 'desktop', role: 'owner' };
const log = pino({ level: process.env.TEST_LOG ?? 'silent' });

export interface Laptop {
  backend: Backend;
  client: Client;
  /** The box's machine. */
  machineId: string;
  close(): Promise<void>;
}

/** A whole backend on a data directory, with the box as its site; ended with the test. */
export async function openLaptop(data: string, box: Box): Promise<Laptop> {
  const backend = await startBackend({
    dataDirectory: data,
    host: 'headless',
    version: 'test',
    log,
    connect: false,
  });
  onTestFinished(() => backend.close());
  const client = createRouterClient(backend.router, { context: { actor: me, log } }) as unknown as Client;
  const configFile = path.join(box.directory, 'ssh_config');
  await writeFile(configFile, box.configSnippet);
  const known = (await client.sites.list()).find(({ ssh }) => ssh?.host === box.name);
  const site = known ?? (await client.sites.add({ ssh: { host: box.name, configFile }, connect: false }));
  await client.sites.connect({ siteId: site.id });
  return { backend, client, machineId: site.id, close: () => backend.close() };
}
