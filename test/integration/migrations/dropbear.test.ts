import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Box } from '#test/lab/sshd.ts';
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

// A server that cannot limit a key to one command from one address gets no key laid: bytes go through this computer.
describe.skipIf(!needs('linux', 'root', 'sshd', 'dropbear', 'python3'))(
  'a box whose SSH server is dropbear',
  () => {
    let lab: Lab;
    let laptop: Laptop;
    beforeAll(async () => {
      lab = await startLab({}, { server: 'dropbear' });
      laptop = await openLaptop(lab);
    }, 120_000);
    afterAll(async () => {
      await laptop?.backend.close();
      await lab?.stop();
    });

    const keysOf = ({ home }: Box): string => {
      const file = path.join(home, '.ssh/authorized_keys');
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    };

    test('a run moves to it through this computer, which says why; and back again', {
      timeout: 300_000,
    }, async () => {
      const [one, two] = lab.boxes;
      const before = keysOf(two);
      const { client, ids } = laptop;
      const runId = await launch(laptop, lab, taskOf(lightTraining(100_000)));
      await trained(laptop, runId, 25);
      const plan = await client.migrations.plan({ runId, machineId: ids.two ?? '' });
      expect(plan).toMatchObject({ possible: true, path: 'laptop' });
      expect(plan.paths.find(({ kind }) => kind === 'direct')).toMatchObject({
        usable: false,
        why: {
          code: 'COPY_KEY_LIMITS',
          params: { machine: 'two', software: expect.stringMatching(/^dropbear_20/) },
        },
      });
      const trainsAt = async (box: Box, epoch: number) => {
        const done = await ended(laptop, (await move(laptop, runId, box.name)).id);
        expect(done.error).toBeNull();
        expect(done).toMatchObject({ phase: 'committed', toEpoch: epoch });
        await until('it trains there', async () => {
          const mine = (await historyAt(box, runId)).filter((line) => line.epoch === epoch);
          return mine.length > 3 && mine[0]?.step === (done.checkpoint?.step ?? -1) + 1;
        });
        return done;
      };
      expect(await trainsAt(two, 2)).toMatchObject({ path: 'laptop' });
      await trainsAt(one, 3);
      expect(keysOf(two)).toBe(before);
      await until('no key is left', () => !keysOf(one).includes('trainyard'));
      await client.runs.stop({ runId });
      await until('it has ended', async () => (await client.runs.get({ runId })).state === 'stopped');
    });
  },
);
