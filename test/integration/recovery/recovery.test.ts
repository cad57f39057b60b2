import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

describe.skipIf(!needs('sshd', 'root', 'torch'))('real trainings that are lost, on two real boxes', () => {
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
  /** The trainer dies of a fault of its own. */
  const crash = async (runId: string) =>
    process.kill((await runOf(runId)).attempts.at(-1)?.pid ?? 0, 'SIGSEGV');
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

  test('a crash, then a reboot: on from the newest checkpoint; a stop by the user is the end', {
    timeout: 240_000,
  }, async () => {
    const [one] = lab.boxes;
    const policy = 'recovery: { on: [crash, reboot], max: 3, backoff: 0s }';
    const runId = await launch(laptop, lab, taskOf(plainTraining(100_000), policy));
    await trained(laptop, runId, 25);
    await crash(runId);
    await restarted(runId, 2);
    await goesOn(runId, one, 2);
    expect(await newestEvent(runId)).toMatchObject({
      cause: 'crash',
      epoch: 1,
      diagnosis: { guess: 'code-error' },
    });

    await trained(laptop, runId, 45);
    await one.reboot();
    await until('it is connected again', async () => {
      await laptop.client.sites.connect({ siteId: laptop.ids.one ?? '' });
      return true;
    });
    await restarted(runId, 3);
    await goesOn(runId, one, 3);
    expect(await newestEvent(runId)).toMatchObject({ cause: 'reboot', epoch: 2 });
    expect((await runOf(runId)).attempts[1]).toMatchObject({ state: 'lost', evidence: { kind: 'rebooted' } });

    await stop(runId);
    // By the time a run that crashed after it has been given up, this one would have been restarted.
    const text = 'echo "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB."; exit 1';
    const looping = await launch(
      laptop,
      lab,
      `name: loops\nrun: ${JSON.stringify(text)}\nrecovery: { on: [crash], max: 2, backoff: 0s }\n`,
    );
    const given = await until('it is given up', async () => {
      const newest = await newestEvent(looping);
      return newest?.outcome === 'gave-up' ? newest : null;
    });
    expect(given).toMatchObject({
      epoch: 3,
      diagnosis: { guess: 'gpu-out-of-memory', line: expect.stringContaining('Tried to allocate') },
    });
    expect((await runOf(looping)).attempts.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
    const { notices } = await laptop.client.app.notices();
    expect(notices.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['RECOVERY_GAVE_UP', 'RECOVERY_RESTARTED_FROM_STEP']),
    );
    expect((await runOf(runId)).attempts).toHaveLength(3);
    expect((await laptop.client.recovery.get({ runId })).events).toHaveLength(2);
  });

  test('to another machine: what it has written and its checkpoint go along', {
    timeout: 240_000,
  }, async () => {
    const [, two] = lab.boxes;
    const policy = 'recovery: { on: [crash], to: [two], backoff: 0s }';
    const runId = await launch(laptop, lab, taskOf(plainTraining(100_000), policy));
    await trained(laptop, runId, 25);
    await crash(runId);
    const run = await restarted(runId, 2);
    expect(run.machineId).toBe(laptop.ids.two);
    await goesOn(runId, two, 2);
    expect((await historyAt(two, runId)).some(({ epoch }) => epoch === 1)).toBe(true);
    await stop(runId);
  });
});
