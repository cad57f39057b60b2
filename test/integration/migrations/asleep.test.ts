import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#shared/domain/id.ts';
import type { Migration, MigrationPhase } from '#shared/domain/migration.ts';
import { plainLosses } from '#test/lab/invariants.ts';
import { checkRun, ledgersOf } from '#test/lab/moving/inspect.ts';
import { shortArm } from '#test/lab/moving/laptop.ts';
import { RemoteLaptop } from '#test/lab/moving/remote.ts';
import { type MovingYard, movingYard } from '#test/lab/moving/yard.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { plainTask } from './fault-lab.ts';

// On a busy computer the destination may stop itself before it was seen to train.
const either: Migration['phase'][] = ['committed', 'rolled-back'];

// The app stands still in the middle of a move (SIGSTOP) while real boxes go on, for longer than an armed stop waits; meanwhile its
// connections are lost, as those of a computer are that sleeps for an hour. The hour itself is in the tests with an injected clock.
describe.skipIf(!needs('linux', 'root', 'sshd', 'ssh', 'python3'))('this computer asleep', () => {
  let yard: MovingYard;
  let data: string;
  let laptop: RemoteLaptop;
  beforeAll(async () => {
    yard = await movingYard(2);
    data = await makeTempDirectory('laptop');
    laptop = new RemoteLaptop({ address: yard.address, data, pace: { ...shortArm, armMs: 8_000 } });
    await laptop.start();
  });
  afterAll(async () => {
    await laptop?.close();
    await yard?.stop();
    await rm(data, { recursive: true, force: true });
  });

  interface Moment {
    phase: MigrationPhase;
    /** Lines that the journal has taken in since the phase began. */
    notes: number;
    /** Which attempt stops itself meanwhile, as its stop was armed; null: nothing runs then. */
    stopsItself: 1 | 2 | null;
    ends: Migration['phase'][];
  }
  const moments: [string, Moment][] = [
    ['with a stop armed at the source', { phase: 'stopping', notes: 0, stopsItself: 1, ends: either }],
    ['while it copies', { phase: 'copying', notes: 0, stopsItself: null, ends: either }],
    // Not to be believed any more: by the time that it wakes the run there has stopped itself.
    [
      'right after it has seen the run train at the destination',
      { phase: 'confirming', notes: 1, stopsItself: 2, ends: ['rolled-back'] },
    ],
  ];

  test.each(moments)(
    '%s: one trains in the end, on from what was saved',
    async (_what, { phase, notes, stopsItself, ends }) => {
      const [one, two] = yard.boxes;
      const run = await laptop.call('launch', plainTask(), one?.id ?? '');
      const events = () => ledgersOf(yard, run.id);
      await until('it has saved', () => events().some(({ event }) => event === 'saved'));
      await laptop.call('sleepAt', phase, notes);
      // Its answer comes when it wakes.
      const requestId = newId();
      const moving = laptop.call('move', run.id, two?.id ?? '', 'request', requestId);
      await laptop.asleep();
      for (const { proxy } of yard.boxes) {
        proxy.cut();
        await proxy.restore();
      }
      if (stopsItself !== null)
        await until('its box stops it', () =>
          events().some(({ epoch, event }) => epoch === stopsItself && event === 'end'),
        );
      laptop.wake();
      const { id } = await moving;
      const move = await laptop.ended(id);
      expect(ends, JSON.stringify(move.error)).toContain(move.phase);
      const before = events().length;
      await until('it trains', () => events().length > before + 3);
      expect(await checkRun(yard, laptop.asked, run.id, { lossAt: plainLosses(11) })).toEqual([]);
    },
  );
});
