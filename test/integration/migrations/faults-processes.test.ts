import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MigrationMode, MigrationPhase } from '#shared/domain/migration.ts';
import { hasEnded } from '#shared/domain/run.ts';
import { type Guard, signal } from '#test/lab/moving/faults.ts';
import { me } from '#test/lab/moving/laptop.ts';
import { put } from '#test/lab/moving/yard.ts';
import { needs } from '#test/needs.ts';
import { entering, FaultLab, inEveryPhase, plainTask, type Scene, type Strike } from './fault-lab.ts';

// Who guards a run, the run itself and its machine: killed, paused, rebooted while it moves.
type End = 'source' | 'destination';
const ends: readonly End[] = ['source', 'destination'];
const pausedMs = 700;

const hit = (end: End, who: Guard, name: NodeJS.Signals) => (scene: Scene) =>
  void signal(scene[end], scene.runId, who, name);
const paused = (end: End, who: Guard) => (scene: Scene) => {
  if (!signal(scene[end], scene.runId, who, 'SIGSTOP')) return;
  setTimeout(() => signal(scene[end], scene.runId, who, 'SIGCONT'), pausedMs);
};
const rebooted = (end: End) => (scene: Scene) => void scene[end].reboot();

interface Case {
  name: string;
  strike: () => Strike;
  /** How the move may end; both where it depends on the moment. */
  ends: readonly ('committed' | 'rolled-back')[];
  /** Whether the run must be alive after it. */
  lives: boolean;
  mode?: MigrationMode;
}
const one = (
  phase: MigrationPhase,
  what: string,
  strike: Strike,
  more: Omit<Case, 'name' | 'strike'>,
): Case => ({
  name: `${phase}: ${what}`,
  strike: () => entering(phase, strike),
  ...more,
});
const committed = { ends: ['committed'], lives: true } as const;
const back = { ends: ['rolled-back'], lives: true } as const;
const either = { ends: ['committed', 'rolled-back'], lives: true } as const;
const over = { ends: ['rolled-back'], lives: false } as const;

const table: Case[] = [
  one('precopying', 'supervisor at the source killed', hit('source', 'supervisor', 'SIGKILL'), committed),
  one('stopping', 'supervisor at the source killed', hit('source', 'supervisor', 'SIGKILL'), committed),
  one(
    'confirming',
    'supervisor at the destination killed',
    hit('destination', 'supervisor', 'SIGKILL'),
    either,
  ),
  // The run has ended by itself, as far as anybody can tell: a move brings nothing back to life.
  one('precopying', 'trainer at the source killed', hit('source', 'trainer', 'SIGKILL'), over),
  one('confirming', 'trainer at the destination killed', hit('destination', 'trainer', 'SIGKILL'), either),
  ...ends.flatMap((end): Case[] =>
    (['supervisor', 'trainer'] as const).map((who) => ({
      name: `${who} at the ${end} paused in every phase`,
      strike: () => inEveryPhase(paused(end, who)),
      ...either,
    })),
  ),
  one(
    'stopping',
    'trainer at the source paused for good: killed after its grace',
    hit('source', 'trainer', 'SIGSTOP'),
    { ...committed, mode: 'last' },
  ),
  one('precopying', 'the destination reboots', rebooted('destination'), committed),
  one('copying', 'the destination reboots', rebooted('destination'), either),
  one('copying', 'the source reboots', rebooted('source'), either),
  one('confirming', 'the destination reboots', rebooted('destination'), either),
  one('precopying', 'the source reboots', rebooted('source'), over),
  one(
    'precopying',
    'cancelled',
    ({ laptop, migrationId }) => void laptop.moves.cancel(migrationId, me),
    back,
  ),
  one('copying', 'cancelled', ({ laptop, migrationId }) => void laptop.moves.cancel(migrationId, me), back),
  one(
    'confirming',
    'cancelled',
    ({ laptop, migrationId }) => void laptop.moves.cancel(migrationId, me),
    back,
  ),
  one(
    'precopying',
    'stopped by its user',
    ({ laptop, runId }) => void laptop.runs.stop(runId, undefined, me),
    over,
  ),
  one(
    'copying',
    'stopped by its user',
    ({ laptop, runId }) => void laptop.runs.stop(runId, undefined, me),
    over,
  ),
];

describe.skipIf(!needs('linux', 'root', 'sshd', 'ssh', 'python3'))(
  'moves while processes and machines fail',
  () => {
    let lab: FaultLab;
    beforeAll(async () => {
      lab = await FaultLab.start();
    });
    afterAll(() => lab?.close());

    test.each(table.map((each): [string, Case] => [each.name, each]))(
      '%s',
      async (_name, { strike, ends: allowed, lives, mode }) => {
        const runId = await lab.run();
        const { move } = await lab.move(runId, strike(), mode);
        expect(allowed, JSON.stringify(move.error)).toContain(move.phase);
        const state = await lab.settled(runId);
        expect(hasEnded(state as 'running')).toBe(!lives);
        if (lives) await lab.trainsOn(runId);
        lab.expectSound(runId);
      },
    );

    test.each(['cuda', 'oom'])(
      'it falls over at the destination (%s): back, with its last words',
      async (how) => {
        const runId = await lab.run();
        const { move, destination, source } = await lab.move(
          runId,
          entering('armed', (scene) => put(scene.destination, 'crash', how)),
        );
        rmSync(path.join(destination.home, 'crash'));
        expect(move).toMatchObject({ phase: 'rolled-back', error: { code: 'MOVE_DIED_THERE' } });
        expect(move.error?.details).toMatch(
          how === 'oom' ? /out of memory/ : /driver on your system is too old/,
        );
        expect(lab.laptop.runs.get(runId).machineId).toBe(source.id);
        await lab.trainsOn(runId);
        lab.expectSound(runId);
      },
    );

    test('it falls over at the destination, and back at the source too: told, and not started again and again', async () => {
      const runId = await lab.launch(plainTask());
      const { move, destination, source } = await lab.move(runId, (scene) => {
        if (scene.phase === 'armed') put(scene.destination, 'crash', '1');
        if (scene.phase === 'rolling-back') put(scene.source, 'crash', '1');
      });
      for (const box of [source, destination]) rmSync(path.join(box.home, 'crash'), { force: true });
      expect(move.phase).toBe('rolled-back');
      expect(await lab.settled(runId)).toBe('failed');
      expect(lab.laptop.runs.get(runId).attempts.length).toBe(3);
      lab.expectSound(runId);
    });

    test('nothing is left of all that', () => lab.expectNothingLeft());
  },
);
