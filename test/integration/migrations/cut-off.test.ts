import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newestSaved } from '#test/lab/invariants.ts';
import { ledgersOf } from '#test/lab/moving/inspect.ts';
import { shortArm } from '#test/lab/moving/laptop.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { entering, FaultLab, type Scene } from './fault-lab.ts';

// The destination is cut off while its heartbeat and first step are awaited: whatever happens one trains in the end, and nothing
// that was saved at a machine that can be reached is trained twice.
describe.skipIf(!needs('linux', 'root', 'sshd', 'ssh', 'python3'))(
  'the destination cut off while it is to be confirmed',
  () => {
    let lab: FaultLab;
    beforeAll(async () => {
      lab = await FaultLab.start({ ...shortArm, armMs: 3_000, marginMs: 4_000, patienceAfterMs: 5_000 });
    });
    afterAll(() => lab?.close());

    const ofDestination = ({ runId, destination }: Scene) =>
      ledgersOf(lab.yard, runId).filter(({ host, epoch }) => {
        const { attempts } = lab.laptop.runs.get(runId);
        return host === destination.name && epoch === attempts.at(-1)?.epoch;
      });
    const saysSo = ({ laptop, migrationId }: Scene) =>
      until('the app says what it waits for', () => {
        const { waitingFor } = laptop.moves.get(migrationId);
        return waitingFor?.code === 'MOVE_WAITS_TO_CONFIRM';
      });

    test('until the run there has stopped itself: the source goes on from what it had saved there', async () => {
      const runId = await lab.run();
      const doing: Promise<void>[] = [];
      const { move, source } = await lab.move(
        runId,
        entering('confirming', (scene) => {
          scene.destination.proxy.cut();
          doing.push(
            (async () => {
              await saysSo(scene);
              await until('it stops itself', () => ofDestination(scene).at(-1)?.event === 'end');
              await scene.destination.proxy.restore();
            })(),
          );
        }),
      );
      await Promise.all(doing);
      expect(move.phase, JSON.stringify(move.error)).toBe('rolled-back');
      const before = ledgersOf(lab.yard, runId).filter(({ epoch }) => epoch === move.toEpoch);
      expect(newestSaved(before)).toBeGreaterThan(move.checkpoint?.step ?? 0);
      expect(move.broughtBack?.step).toBe(newestSaved(before));
      await lab.trainsOn(runId);
      const start = ledgersOf(lab.yard, runId).find(({ epoch }) => epoch === move.backEpoch);
      expect(start).toMatchObject({ event: 'start', host: source.name, step: newestSaved(before) });
      lab.expectSound(runId);
    });

    test('for good: it stops itself, and the source goes on from what it has', async () => {
      const runId = await lab.run();
      const { move, source } = await lab.move(
        runId,
        entering('confirming', ({ destination }) => destination.proxy.cut()),
        'request',
        { cleared: false },
      );
      expect(move.phase, JSON.stringify(move.error)).toBe('rolled-back');
      expect(move.broughtBack).toBeNull();
      expect(lab.laptop.runs.get(runId).machineId).toBe(source.id);
      await lab.trainsOn(runId);
      lab.expectSound(runId);
    });

    test('its sshd killed, and started again once the app has noticed', async () => {
      const runId = await lab.run();
      const doing: Promise<void>[] = [];
      const { move } = await lab.move(
        runId,
        entering('confirming', (scene) => {
          doing.push(
            (async () => {
              scene.destination.dropConnections();
              await scene.destination.stopServer();
              await saysSo(scene);
              await scene.destination.startServer();
            })(),
          );
        }),
      );
      await Promise.all(doing);
      // On a busy computer it may have stopped itself by then.
      expect(['committed', 'rolled-back'], JSON.stringify(move.error)).toContain(move.phase);
      await lab.trainsOn(runId);
      lab.expectSound(runId);
    });

    test('nothing is left of all that', () => lab.expectNothingLeft());
  },
);
