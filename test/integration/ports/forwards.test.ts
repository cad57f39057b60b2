import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, connect as netConnect, type Server } from 'node:net';
import path from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#backend/clock.ts';
import { EventBus } from '#backend/events.ts';
import { Jobs } from '#backend/jobs.ts';
import { Forwards } from '#backend/ports/index.ts';
import { localPrograms } from '#backend/processes/index.ts';
import { Prompts, Sites } from '#backend/sites/index.ts';
import { createSshPool, previewHosts } from '#backend/ssh/index.ts';
import { openStore } from '#backend/store/index.ts';
import { newId } from '#shared/domain/id.ts';
import { type FaultProxy, startProxy } from '#test/lab/proxy.ts';
import { type Box, startBox } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { silentLog } from '#test/temp-store.ts';
import { until } from '#test/until.ts';

const me = { name: 'desktop', role: 'owner' } as const;

/** Sites and forwards on a real store, a real pool and real time, and one box behind a proxy that does what networks do. */
async function lab() {
  const directory = await makeTempDirectory('forwards');
  const box = await startBox();
  const proxy = await startProxy({ to: { port: box.port } });
  const known = (await readFile(box.knownHostsFile, 'utf8')).replaceAll(`:${box.port} `, `:${proxy.port} `);
  const configFile = path.join(directory, 'config');
  await writeFile(`${configFile}.known`, known);
  const snippet = box.configSnippet
    .replace(`Port ${box.port}`, `Port ${proxy.port}`)
    .replace(/UserKnownHostsFile .*/, `UserKnownHostsFile ${configFile}.known`);
  await writeFile(configFile, `${snippet}  ServerAliveInterval 1\n  ServerAliveCountMax 2\n`);
  const store = openStore({ file: path.join(directory, 'trainyard.db'), clock: systemClock, log: silentLog });
  const events = new EventBus();
  const log = pino({ level: 'silent' });
  const programs = localPrograms();
  const prompts = new Prompts(events, systemClock);
  const ssh = createSshPool({ prompter: prompts });
  const jobs = new Jobs(events, systemClock);
  const activity = { record: () => undefined };
  const shared = { store, events, clock: systemClock, log };
  const sites = new Sites({
    ...shared,
    jobs,
    activity,
    programs,
    ssh,
    prompts,
    previewHosts,
    probeScript: await readFile('resources/remote/probe.sh', 'utf8'),
  });
  const script = await readFile('resources/remote/ports.sh', 'utf8');
  const forwards = new Forwards({ ...shared, activity: activity as never, machines: sites.machines, script });
  forwards.start();
  const site = await sites.add({ name: 'box', ssh: { host: box.name, configFile }, connect: true }, me);
  return {
    box,
    proxy,
    sites,
    forwards,
    machineId: site.id,
    async close() {
      await forwards.shutDown();
      await jobs.close();
      await sites.close();
      await ssh.close();
      await programs.close();
      store.close();
      await proxy.stop();
      await box.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function ask(port: number, text: string): Promise<string> {
  const socket = netConnect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end(text);
  let got = '';
  for await (const chunk of socket) got += chunk;
  return got;
}

describe.skipIf(!needs('sshd', 'linux'))('ports of a box over SSH', () => {
  let all: Awaited<ReturnType<typeof lab>>;
  let server: Server;
  let box: Box;
  let proxy: FaultProxy;
  let localPort = 0;
  beforeAll(async () => {
    server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    all = await lab();
    ({ box, proxy } = all);
    const { port } = server.address() as { port: number };
    await until('it is connected', () => all.sites.machines.isConnected(all.machineId));
    const { machineId } = all;
    const forward = await all.forwards.open(
      { requestId: newId(), machineId, remotePort: port, remoteHost: 'localhost', label: '' },
      me,
    );
    localPort = forward.localPort;
  });
  afterAll(async () => {
    await all?.close();
    server?.close();
  });

  test('200 connections at once, and a big one beside a program that still answers', async () => {
    const many = Array.from({ length: 200 }, (_, at) => ask(localPort, `number ${at}`));
    expect(await Promise.all(many)).toEqual(many.map((_, at) => `number ${at}`));
    const [big, { stdout }] = await Promise.all([
      ask(localPort, 'x'.repeat(8_000_000)),
      (await all.sites.machines.programs(all.machineId)).exec({ script: 'echo here' }),
    ]);
    expect([big.length, stdout.toString()]).toEqual([8_000_000, 'here\n']);
    await until('all are gone', () => all.forwards.list()[0]?.connections === 0);
  });

  test('who listens is told, as far as the account may see it', async () => {
    const { port } = server.address() as { port: number };
    const found = await all.forwards.listening({ machineId: all.machineId });
    expect(found.find((one) => one.port === port)).toMatchObject({ address: '127.0.0.1', runId: null });
    expect(found.some((one) => one.port === box.port)).toBe(true);
  });

  test('cut: open connections end, the next waits and goes through when the box is back', async () => {
    const socket = netConnect({ port: localPort, host: '127.0.0.1' });
    const over = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.write('x');
    await new Promise((resolve) => socket.once('data', resolve));
    proxy.cut();
    await over;
    await until('it is said', () => all.forwards.list()[0]?.state === 'waiting');
    const waiting = ask(localPort, 'after the cut');
    await proxy.restore();
    await all.sites.connect(all.machineId, me);
    expect(await waiting).toBe('after the cut');
    expect(all.forwards.list()[0]).toMatchObject({ state: 'open', error: null });
  });

  test('half-open: found out by the keep-alive, ended, and well again', async () => {
    const socket = netConnect({ port: localPort, host: '127.0.0.1' });
    const over = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.write('x');
    await new Promise((resolve) => socket.once('data', resolve));
    proxy.halfOpen();
    await over;
    await proxy.restore();
    await until('it is connected again', () => all.sites.connect(all.machineId, me).then(() => true));
    expect(await ask(localPort, 'well again')).toBe('well again');
  });
});
