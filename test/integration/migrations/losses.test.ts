import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasEnded } from '#shared/domain/run.ts';
import { checkRun, ledgersOf } from '#test/lab/moving/inspect.ts';
import { type Laptop, openLaptop } from '#test/lab/moving/laptop.ts';
import { operationsOf } from '#test/lab/moving/operations.ts';
import { torchLosses } from '#test/lab/moving/reference.ts';
import { type MovingYard, movingYard } from '#test/lab/moving/yard.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

const task = (command: string) =>
  [
    'name: losses',
    'workdir: .',
    'checkpoint: { path: checkpoints, framework: torch, every: 50 steps, request: { signal: USR1 } }',
    `run: exec ${command} --steps 100000 --every 50 --pace 0.02 --seed 5`,
  ].join('\n');

describe.skipIf(!needs('linux', 'root', 'sshd', 'ssh', 'torch'))(
  'the losses of a real training that moves',
  () => {
    let yard: MovingYard;
    let laptop: Laptop;
    let data: string;
    beforeAll(async () => {
      yard = await movingYard(3);
      data = await makeTempDirectory('laptop');
      laptop = await openLaptop({ address: yard.address, data });
    });
    afterAll(async () => {
      await laptop?.close();
      await yard?.stop();
      await rm(data, { recursive: true, force: true });
    });

    const stepsOf = (runId: string) => ledgersOf(yard, runId).filter(({ event }) => event === 'step');
    const saved = (runId: string, epoch: number) =>
      until('it has saved', () =>
        ledgersOf(yard, runId).some((each) => each.epoch === epoch && each.event === 'saved'),
      );

    const stopped = async (runId: string) => {
      operationsOf(laptop).stop(runId);
      await until('it has ended', () => hasEnded(laptop.runs.get(runId).state));
    };

    test('moved five times they are, value by value, those of one never moved', {
      timeout: 480_000,
    }, async () => {
      const { id: runId } = await laptop.launch(task('/usr/bin/python3 train.py'), yard.boxes[0]?.id ?? '');
      const modes = ['request', 'next', 'last', 'request', 'request'] as const;
      for (const [index, mode] of modes.entries()) {
        await saved(runId, index + 1);
        const to = yard.boxes[(index + 1) % 3];
        const { id } = await laptop.move(runId, to?.id ?? '', mode);
        const move = await laptop.ended(id);
        expect(move, JSON.stringify(move.error)).toMatchObject({ phase: 'committed', toEpoch: index + 2 });
      }
      await saved(runId, 6);
      await stopped(runId);
      const losses = await torchLosses(5, Math.max(...stepsOf(runId).map(({ step }) => step ?? 0)));
      const epochs = new Set(stepsOf(runId).map(({ epoch }) => epoch));
      expect([...epochs].sort()).toEqual([1, 2, 3, 4, 5, 6]);
      // A step that was done twice (moved from its last checkpoint) has the same loss both times.
      for (const { step = 0, loss } of stepsOf(runId)) expect(loss).toBe(losses(step));
      expect(await checkRun(yard, operationsOf(laptop), runId, { lossAt: losses })).toEqual([]);
    });
  },
);
