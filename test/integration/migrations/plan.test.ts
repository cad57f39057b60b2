import { rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Backend, startBackend } from '#backend/main.ts';
import type { Client } from '#shared/contract/index.ts';
import { newId } from '#shared/domain/id.ts';
import type { MigrationPlan } from '#shared/domain/migration.ts';
import type { Actor } from '#shared/domain/role.ts';
import { type Box, startBox } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

const me: Actor = { name: 'desktop', role: 'owner' };
const log = pino({ level: process.env.TEST_LOG ?? 'silent' });

/** Saves when asked and every 20 steps; holds still between steps, and prints them. */
const trainer = `
import json, os, signal, time
asked = {"save": False}
signal.signal(signal.SIGUSR1, lambda *_: asked.update(save=True))
os.makedirs("checkpoints", exist_ok=True)
step = 0
while True:
    step += 1
    print(f"step {step}/100000 loss={1 / step:.4f}", flush=True)
    if step % 20 == 0 or asked["save"]:
        asked["save"] = False
        with open("checkpoints/new", "w") as file:
            json.dump({"step": step, "pad": "x" * 100000}, file)
        os.replace("checkpoints/new", f"checkpoints/step-{step:06d}.json")
    time.sleep(0.05)
`;

const checkpoint = [
  'checkpoint:',
  '  path: checkpoints/step-{step}.json',
  '  framework: own',
  '  request: {signal: USR1}',
  '  resume: {env: FROM}',
].join('\n');

const plans = {
  source: "GPUS=2 MODEL='NVIDIA A100-SXM4-80GB' MEMORY_MIB=81920 CUDA=12.4 FOLLOW=1",
  smaller: "GPUS=2 MODEL='NVIDIA A100-PCIE-40GB' MEMORY_MIB=40960 CUDA=11.8",
};

describe.skipIf(!needs('sshd', 'python3', 'linux'))('plans between real machines', () => {
  const boxes = new Map<string, Box>();
  const machines = new Map<string, string>();
  const directories: string[] = [];
  let backend: Backend | undefined;
  let client: Client;

  const temp = async (label: string) => {
    const made = await makeTempDirectory(label);
    directories.push(made);
    return made;
  };
  const idOf = (name: string): string => {
    const id = machines.get(name);
    if (id === undefined) throw new Error(`no machine ${name}`);
    return id;
  };

  beforeAll(async () => {
    const standIn = await readFile('test/lab/nvidia-smi/nvidia-smi', 'utf8');
    backend = await startBackend({
      dataDirectory: await temp('data'),
      host: 'headless',
      version: 'test',
      log,
      connect: false,
    });
    client = createRouterClient(backend.router, { context: { actor: me, log } }) as unknown as Client;
    for (const [name, gpus] of Object.entries({ ...plans, bare: null })) {
      const box = await startBox({
        name,
        files: gpus === null ? {} : { 'bin/nvidia-smi': standIn, 'bin/nvidia-smi.conf': `${gpus}\n` },
        env: { PATH: gpus === null ? '/usr/bin:/bin' : '%h/bin:/usr/bin:/bin' },
      });
      boxes.set(name, box);
      const configFile = path.join(box.directory, 'ssh_config');
      await writeFile(configFile, box.configSnippet);
      const site = await client.sites.add({ ssh: { host: name, configFile }, connect: false });
      await client.sites.connect({ siteId: site.id });
      machines.set(name, site.id);
      await until('it was looked at', async () => {
        const { inventory } = await client.machines.get({ machineId: site.id });
        return inventory?.accelerators.length === (gpus === null ? 0 : 2);
      });
    }
  }, 240_000);

  afterAll(async () => {
    const live = await client?.runs
      .list({
        search: '',
        states: [],
        archived: false,
        sort: 'created',
        descending: true,
        offset: 0,
        limit: 50,
      })
      .catch(() => ({ rows: [] }));
    for (const { id } of live?.rows ?? []) await client.runs.kill({ runId: id });
    await until('nothing runs any more', async () => {
      const counts = await client.runs.counts();
      return counts.running + counts.stopping + counts.preparing + counts.starting === 0;
    }).catch(() => undefined);
    await backend?.close();
    await Promise.all([...boxes.values()].map((box) => box.stop()));
    for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }, 180_000);

  async function launched(extra: string): Promise<string> {
    const base = await temp('code');
    await writeFile(path.join(base, 'train.py'), trainer);
    const yaml = `workdir: .\nrun: exec /usr/bin/python3 -u train.py\n${checkpoint}\n${extra}`;
    const request = { requestId: newId(), yaml, baseDirectory: base, machineId: idOf('source') };
    const { id } = await client.runs.launch({ ...request, envs: {}, secrets: {}, priority: 0 });
    await until('it has saved', async () => ((await client.runs.get({ runId: id })).step ?? 0) > 25);
    return id;
  }
  const checkOf = ({ checks }: MigrationPlan, code: string) => checks.find((check) => check.code === code);

  test('a run without GPUs could go: what is asked of each machine is found, and what it costs', {
    timeout: 240_000,
  }, async () => {
    const box = boxes.get('source');
    if (box === undefined) throw new Error('no box');
    await writeFile(path.join(box.home, 'only-here'), 'x');
    const runId = await launched('envs: {DATA: ~/only-here, BOTH: /etc/passwd}\n');
    const plan = await client.migrations.plan({ runId, machineId: idOf('bare') });
    expect(plan.checks.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
    expect(plan).toMatchObject({ possible: true, mode: 'request' });
    expect(plan.modes).toMatchObject([{ possible: true }, { possible: true }, { possible: true }]);
    expect(checkOf(plan, 'CHECK_PATH_MISSING')).toMatchObject({
      verdict: 'warn',
      params: { path: '~/only-here' },
    });
    for (const code of [
      'CHECK_ALIVE_AT',
      'CHECK_ARCHITECTURE',
      'CHECK_DISK',
      'CHECK_MEMORY',
      'CHECK_PYTHON',
      'CHECK_WAY',
    ])
      expect([code, checkOf(plan, code)?.verdict]).toEqual([code, 'pass']);
    const bytes = (what: string) =>
      plan.copies.filter((copy) => copy.what === what).reduce((sum, copy) => sum + copy.bytes, 0);
    expect(bytes('code')).toBe(trainer.length);
    expect(bytes('checkpoint')).toBeGreaterThan(100_000);
    expect(plan.estimate?.downtimeMs.low).toBeGreaterThan(0);
    expect(plan.estimate?.downtimeMs.high).toBeGreaterThan(plan.estimate?.downtimeMs.low ?? 0);
    expect(plan.estimate?.totalMs.high).toBeGreaterThan(plan.estimate?.downtimeMs.high ?? 0);
    const last = await client.migrations.plan({ runId, machineId: idOf('bare'), mode: 'last' });
    expect(last).toMatchObject({ possible: true, mode: 'last' });
    expect(last.estimate?.lostSteps).toBeGreaterThanOrEqual(0);
    // Nothing was done to the run, nor left at the other machine.
    expect((await client.runs.get({ runId })).attempts).toHaveLength(1);
    await client.runs.kill({ runId });
  });

  test('GPUs of another kind: what they lack and what would make it pass', { timeout: 240_000 }, async () => {
    const runId = await launched('resources: {accelerators: "A100:1"}\n');
    const smaller = await client.migrations.plan({ runId, machineId: idOf('smaller') });
    expect(checkOf(smaller, 'CHECK_GPUS_FREE')).toMatchObject({ verdict: 'pass' });
    expect(checkOf(smaller, 'CHECK_GPU_MEMORY_LESS')).toMatchObject({ verdict: 'warn' });
    expect(checkOf(smaller, 'CHECK_GPU_MODEL')).toMatchObject({ verdict: 'warn' });
    expect(checkOf(smaller, 'CHECK_CUDA_OLDER')).toMatchObject({
      verdict: 'fail',
      remedy: { code: 'DO_UPDATE_DRIVER' },
    });
    const bare = await client.migrations.plan({ runId, machineId: idOf('bare') });
    expect(checkOf(bare, 'CHECK_GPUS_NEVER')).toMatchObject({
      verdict: 'fail',
      remedy: { code: 'DO_ELASTIC' },
    });
    const same = await client.migrations.plan({ runId, machineId: idOf('source') });
    expect(checkOf(same, 'CHECK_SAME_MACHINE')).toMatchObject({ verdict: 'fail' });
    for (const plan of [smaller, bare, same]) expect(plan.possible).toBe(false);
    await client.runs.kill({ runId });
  });
});
