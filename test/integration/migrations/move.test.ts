import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { processesWith } from '#test/lab/local-box.ts';
import type { Box } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import {
  ended,
  historyAt,
  type Lab,
  type Laptop,
  launch,
  logOf,
  move,
  openLaptop,
  runDirectory,
  startLab,
  taskOf,
  torchTraining,
  trained,
} from './lab.ts';

describe.skipIf(!needs('sshd', 'root', 'torch'))('a real training moves between two real boxes', () => {
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

  const keysOf = (at: 0 | 1): string => {
    const file = path.join(lab.boxes[at].home, '.ssh/authorized_keys');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };

  test.each([
    ['request', 'direct'],
    ['next', 'laptop'],
    ['last', 'direct'],
  ] as const)('by "%s", %s', { timeout: 400_000 }, async (mode, way) => {
    const [one, two] = lab.boxes;
    const runId = await launch(laptop, lab, taskOf(torchTraining(100_000)));
    await trained(laptop, runId, 45);
    const begun = await move(laptop, runId, 'two', { mode, path: way });
    const done = await ended(laptop, begun.id);
    expect(done.error).toBeNull();
    expect(done).toMatchObject({ phase: 'committed', fromEpoch: 1, toEpoch: 2, mode, path: way });

    const run = await laptop.client.runs.get({ runId });
    expect(run).toMatchObject({ state: 'running', machineId: laptop.ids.two, epoch: 2, moving: null });
    expect(run.attempts[0]).toMatchObject({
      state: 'stopped',
      evidence: { kind: 'moved', toMachineName: 'two' },
    });
    await until('the source has its tombstone', () =>
      existsSync(path.join(runDirectory(one, runId), 'moved')),
    );
    expect(keysOf(0) + keysOf(1)).not.toContain('trainyard-copy');

    // Everything the source has trained is there, and the rest follows exactly from the checkpoint.
    const before = await historyAt(one, runId);
    const after = await until('it has trained on', async () => {
      const lines = await historyAt(two, runId);
      return lines.filter(({ epoch }) => epoch === 2).length > 5 ? lines : null;
    });
    expect(after.slice(0, before.length)).toEqual(before);
    const second = after.filter(({ epoch }) => epoch === 2);
    expect(second[0]?.step).toBe((done.checkpoint?.step ?? -1) + 1);
    // Its first attempt's log, whole, on the new box too.
    const log = readFileSync(path.join(runDirectory(one, runId), 'attempts/1/log'), 'utf8');
    expect(readFileSync(path.join(runDirectory(two, runId), 'attempts/1/log'), 'utf8')).toBe(log);
    expect(await logOf(laptop.client, runId, 2)).toContain(`resumed from step ${done.checkpoint?.step}`);

    await laptop.client.runs.stop({ runId });
    await until('it has ended', async () => (await laptop.client.runs.get({ runId })).state === 'stopped');
  });

  test('torchrun with two processes, its checkpoints in shards', { timeout: 400_000 }, async () => {
    const [one, two] = lab.boxes;
    const trains =
      'exec python3 -m torch.distributed.run --standalone --nproc_per_node 2 --redirects 1 --tee 1 train.py --steps 100000 --every 20 --pace 0.05 --shards 3 --pad-mib 9';
    const runId = await launch(laptop, lab, taskOf(trains, '  framework: huggingface'));
    await trained(laptop, runId, 25);
    const done = await ended(laptop, (await move(laptop, runId, 'two', { mode: 'request' })).id);
    expect(done.error).toBeNull();
    expect(done).toMatchObject({ phase: 'committed', toEpoch: 2 });
    const before = await historyAt(one, runId);
    const second = await until('it has trained on', async () => {
      const lines = (await historyAt(two, runId)).slice(before.length);
      return lines.length > 5 ? lines : null;
    });
    expect(second[0]).toMatchObject({ epoch: 2, step: (done.checkpoint?.step ?? -1) + 1 });
    const trainers = (box: Box) =>
      processesWith(`HOME=${box.home}\0`).filter(({ command }) => command.includes(' train.py'));
    expect(trainers(one)).toEqual([]);
    expect(trainers(two).length).toBeGreaterThanOrEqual(2);
    await laptop.client.runs.stop({ runId });
    await until('nothing of it is left', () => trainers(two).length === 0);
  });
});
