import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#shared/domain/id.ts';
import { type LedgerEvent, plainLosses } from '#test/lab/invariants.ts';
import { checkRun, ledgersOf } from '#test/lab/moving/inspect.ts';
import { shortArm } from '#test/lab/moving/laptop.ts';
import { RemoteLaptop } from '#test/lab/moving/remote.ts';
import { type MovingYard, movingYard } from '#test/lab/moving/yard.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { FaultLab, plainTask } from './fault-lab.ts';

// Out of sight for longer than an armed stop waits: the box stops the run by itself, and two never train.
const possible = needs('linux', 'root', 'sshd', 'ssh', 'python3');
const attempt = (events: readonly LedgerEvent[], epoch: number) =>
  events.filter((each) => each.epoch === epoch);

describe.skipIf(!possible)('a machine out of sight for long', () => {
  let lab: FaultLab;
  beforeAll(async () => {
    lab = await FaultLab.start(shortArm);
  });
  afterAll(() => lab?.close());

  test('the source, as it is to stop: it stops itself, and the run goes on from what was brought ahead', async () => {
    const runId = await lab.run();
    const from = lab.laptop.runs.get(runId).epoch;
    const { move, sourceEnded, source, destination } = await lab.move(runId, (scene) => {
      if (scene.phase === 'stopping') scene.source.proxy.cut();
      // In sight again only when the move has been decided.
      if (scene.phase === 'committed' || scene.phase === 'rolling-back') void scene.source.proxy.restore();
    });
    expect(move.phase, JSON.stringify(move.error)).toBe('committed');
    expect(sourceEnded).toBe('timer');
    expect(lab.laptop.runs.get(runId).machineId).toBe(destination.id);
    const events = ledgersOf(lab.yard, runId);
    // It went by its own clock: saved on TERM, then ended.
    expect(attempt(events, from).some(({ event, host }) => event === 'end' && host === source.name)).toBe(
      true,
    );
    await lab.trainsOn(runId);
    lab.expectSound(runId);
  });

  test('nothing is left of all that', () => lab.expectNothingLeft());
});

describe.skipIf(!possible)('this computer away for long', () => {
  let yard: MovingYard;
  let data: string;
  let laptop: RemoteLaptop;
  beforeAll(async () => {
    yard = await movingYard(2);
    data = await makeTempDirectory('laptop');
    laptop = new RemoteLaptop({ address: yard.address, data, pace: shortArm });
    await laptop.start();
  });
  afterAll(async () => {
    await laptop?.close();
    await yard?.stop();
    await rm(data, { recursive: true, force: true });
  });

  test.each(['stopping', 'copying', 'confirming', 'rolling-back'] as const)(
    'killed in %s and started only after the boxes have helped themselves',
    async (phase) => {
      const [one, two] = yard.boxes;
      const run = await laptop.call('launch', plainTask(), one?.id ?? '');
      await until('it has saved', () => ledgersOf(yard, run.id).some(({ event }) => event === 'saved'));
      const requestId = newId();
      await laptop.call('dieAt', phase, phase === 'rolling-back' ? 0 : 1);
      if (phase === 'rolling-back') {
        const off = laptop.onMoved((move) => {
          if (move.runId !== run.id || move.phase !== 'copying') return;
          off();
          laptop.call('cancel', move.id).catch(() => undefined);
        });
      }
      const { id } = await laptop.call('move', run.id, two?.id ?? '', 'request', requestId);
      await laptop.died({ itself: true });
      const alive = () => {
        const last = ledgersOf(yard, run.id).at(-1);
        return last === undefined || last.event !== 'end';
      };
      // Where a stop was armed it happens by itself, nobody there.
      if (phase === 'stopping') await until('it has stopped itself', () => !alive());
      await laptop.start();
      const move = await laptop.ended(id);
      expect(['committed', 'rolled-back']).toContain(move.phase);
      if (phase === 'rolling-back') expect(move.phase).toBe('rolled-back');
      const before = ledgersOf(yard, run.id).length;
      await until('it trains', () => ledgersOf(yard, run.id).length > before + 3);
      expect(await checkRun(yard, laptop.asked, run.id, { lossAt: plainLosses(11) })).toEqual([]);
    },
  );
});
