import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#shared/domain/id.ts';
import type { RecoveryEvent } from '#shared/domain/recovery.ts';
import {
  historyAt,
  type Lab,
  type Laptop,
  launch,
  logOf,
  openLaptop,
  plainTraining,
  startLab,
  taskOf,
  trained,
} from '#test/integration/migrations/lab.ts';
import type { Box } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until as patiently } from '#test/until.ts';

/** Other tests may have most of the machine. */
const until = <T>(what: string, condition: () => T | Promise<T>) =>
  patiently(what, condition, { deadlineMs: 180_000, everyMs: 50 });

describe.skipIf(!needs('sshd', 'root', 'torch'))('a real training whose host is given up', () => {
  let lab: Lab;
  let laptop: Laptop;
  let data = '';
  beforeAll(async () => {
    lab = await startLab();
    data = await makeTempDirectory('data');
    laptop = await openLaptop(lab, data);
  }, 120_000);
  afterAll(async () => {
    await laptop?.backend.close();
    await lab?.stop();
    await rm(data, { recursive: true, force: true, maxRetries: 3 });
  });

  const runOf = (runId: string) => laptop.client.runs.get({ runId });
  const newestEvent = async (runId: string): Promise<RecoveryEvent | undefined> =>
    (await laptop.client.recovery.get({ runId })).events[0];
  const restarted = (runId: string, epoch: number) =>
    until(`attempt ${epoch} runs`, async () => {
      const run = await runOf(runId);
      return run.epoch === epoch && run.state === 'running' ? run : null;
    });
  const stop = async (runId: string) => {
    await laptop.client.runs.stop({ runId });
    await until('it has stopped', async () => (await runOf(runId)).state === 'stopped');
  };

  /** Its steps go on exactly from the checkpoint that it was restarted from. */
  async function goesOn(runId: string, box: Box, epoch: number): Promise<void> {
    const event = await until('that is written down', async () => {
      const newest = await newestEvent(runId);
      return newest?.outcome === 'restarted' && newest.newEpoch === epoch ? newest : null;
    });
    const step = event.checkpoint?.step ?? -1;
    expect(step).toBeGreaterThan(0);
    const lines = await until('it trains on', async () => {
      const mine = (await historyAt(box, runId)).filter((line) => line.epoch === epoch);
      return mine.length > 3 ? mine : null;
    });
    expect(lines[0]?.step).toBe(step + 1);
    expect(await logOf(laptop.client, runId, epoch)).toContain(`resumed from step ${step}`);
  }

  test('a host that is given up: on from the backup; when it is back, what trains there is stopped', {
    timeout: 300_000,
  }, async () => {
    const [one, two] = lab.boxes;
    const { client, ids } = laptop;
    const policy = 'recovery: { on: [host-lost], to: any, backoff: 0s }';
    const runId = await launch(laptop, lab, taskOf(plainTraining(100_000, 25, 0.4), policy));
    await trained(laptop, runId, 26);
    const [backup] = await client.backups.start({ runId, requestId: newId(), machineId: ids.two });
    await until('it is kept', async () => {
      const kept = (await client.backups.list({ runId })).find(({ id }) => id === backup?.id);
      if (kept?.state === 'failed') throw new Error(kept.error?.message);
      return kept?.state === 'verified';
    });
    await expect(client.recovery.declareLost({ machineId: ids.one ?? '' })).rejects.toThrow('it is not lost');
    await one.stopServer();
    one.dropConnections();
    await until(
      'it is out of sight',
      async () => (await client.machines.get({ machineId: ids.one ?? '' })).connectionState !== 'connected',
    );
    expect(await runOf(runId)).toMatchObject({ state: 'running', epoch: 1 });
    expect(await client.recovery.declareLost({ machineId: ids.one ?? '' })).toEqual({ runs: 1 });
    const run = await restarted(runId, 2);
    expect(run.machineId).toBe(ids.two);
    await goesOn(runId, two, 2);
    const [pid] = run.attempts.map((attempt) => attempt.pid ?? 0);
    expect(process.kill(pid ?? 0, 0)).toBe(true);

    await one.startServer();
    await until('it is connected again', async () => {
      await client.sites.connect({ siteId: ids.one ?? '' });
      return true;
    });
    await until('it is stopped there', async () => (await runOf(runId)).attempts[0]?.state === 'stopped');
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
    expect(await runOf(runId)).toMatchObject({ state: 'running', epoch: 2, machineId: ids.two });
    await stop(runId);
  });
});
