import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import {
  ended,
  historyAt,
  type Lab,
  type Laptop,
  launch,
  lightTraining,
  move,
  openLaptop,
  startLab,
  taskOf,
  trained,
} from './lab.ts';

describe.skipIf(!needs('sshd', 'root', 'python3'))('a move that does not come to be', () => {
  let lab: Lab;
  let laptop: Laptop;
  beforeAll(async () => {
    lab = await startLab();
    laptop = await openLaptop(lab);
  }, 120_000);
  afterAll(async () => {
    await laptop?.backend.close();
    await lab?.stop();
  });

  const stopped = async (runId: string) => {
    await laptop.client.runs.stop({ runId });
    await until('it has ended', async () => (await laptop.client.runs.get({ runId })).state === 'stopped');
  };

  test('a wrong Python over there: the run goes on where it was, and the log says why', {
    timeout: 400_000,
  }, async () => {
    const [one, two] = lab.boxes;
    writeFileSync(path.join(two.home, 'broken'), '');
    const trains = `if [ -e "$HOME/broken" ]; then echo "step: no module named torch"; exit 7; fi\n  ${lightTraining(100_000)}`;
    const yaml = taskOf(lightTraining(100_000)).replace(/run: .*/, `run: |\n  ${trains}`);
    const runId = await launch(laptop, lab, yaml);
    await trained(laptop, runId, 25);
    const done = await ended(laptop, (await move(laptop, runId, 'two')).id);
    expect(done).toMatchObject({
      phase: 'rolled-back',
      toEpoch: 2,
      backEpoch: 3,
      error: { code: 'MOVE_DIED_THERE' },
    });
    expect(done.error?.details).toContain('no module named torch');
    expect(done.error?.message).toContain('exit code 7');
    await until('it trains on at the source', async () => {
      const lines = (await historyAt(one, runId)).filter(({ epoch }) => epoch === 3);
      return lines.length > 3;
    });
    const run = await laptop.client.runs.get({ runId });
    expect(run).toMatchObject({ state: 'running', machineName: 'one', epoch: 3, moving: null });
    await stopped(runId);
  });

  test('cancelled while it is copied ahead: the run never notices, and the copy is removed', {
    timeout: 400_000,
  }, async () => {
    const [one, two] = lab.boxes;
    const runId = await launch(laptop, lab, taskOf(lightTraining(100_000, 1_000_000), '  every: 10m'));
    await trained(laptop, runId, 25);
    // It waits for a next checkpoint that does not come.
    const begun = await move(laptop, runId, 'two', { mode: 'next' });
    await until('it waits', async () => {
      const now = await laptop.client.migrations.get({ migrationId: begun.id });
      if (now.error !== null) throw new Error(now.error.message);
      return now.waitingFor?.code === 'MOVE_WAITS_FOR_CHECKPOINT';
    });
    await laptop.client.migrations.cancel({ migrationId: begun.id });
    const done = await ended(laptop, begun.id);
    expect(done).toMatchObject({
      phase: 'rolled-back',
      toEpoch: null,
      backEpoch: null,
      error: { code: 'MOVE_CANCELLED' },
    });
    expect((await laptop.client.runs.get({ runId })).state).toBe('running');
    await until('the copy is gone', () => !existsSync(path.join(two.home, '.trainyard/runs', runId)));
    const before = (await historyAt(one, runId)).length;
    await until('it trains on', async () => (await historyAt(one, runId)).length > before + 5);
    expect((await historyAt(one, runId)).every(({ epoch }) => epoch === 1)).toBe(true);
    await stopped(runId);
  });

  test('the user stops the run meanwhile: it ends where it is, and the move with it', {
    timeout: 400_000,
  }, async () => {
    const runId = await launch(laptop, lab, taskOf(lightTraining(100_000, 1_000_000), '  every: 10m'));
    await trained(laptop, runId, 10);
    const begun = await move(laptop, runId, 'two', { mode: 'next' });
    await until('it waits', async () => {
      const now = await laptop.client.migrations.get({ migrationId: begun.id });
      return now.waitingFor?.code === 'MOVE_WAITS_FOR_CHECKPOINT';
    });
    await stopped(runId);
    const done = await ended(laptop, begun.id);
    expect(done).toMatchObject({
      phase: 'rolled-back',
      backEpoch: null,
      error: { code: 'MOVE_RUN_STOPPED' },
    });
    expect(await laptop.client.runs.get({ runId })).toMatchObject({
      state: 'stopped',
      machineName: 'one',
      epoch: 1,
    });
  });
});
