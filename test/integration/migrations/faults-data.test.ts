import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { MigrationPhase } from '#shared/domain/migration.ts';
import { type Damage, damage, newestCheckpoint } from '#test/lab/moving/faults.ts';
import { openLaptop } from '#test/lab/moving/laptop.ts';
import { operationsOf } from '#test/lab/moving/operations.ts';
import { type MovingBox, readIfThere } from '#test/lab/moving/yard.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { entering, FaultLab, plainTask, type Scene, type Strike } from './fault-lab.ts';

const damages: readonly Damage[] = ['corrupt byte', 'truncated', 'rewritten'];

/** The checkpoint at the destination, between its arrival and its verification. */
function onceArrived(strike: Strike, times: number): Strike {
  let left = times;
  let markedAt: unknown = null;
  return (scene) => {
    if (scene.phase !== 'copying' || left === 0) return;
    const copied = marksOf(scene).copied ?? null;
    if (copied === null || copied === markedAt) return;
    markedAt = copied;
    left -= 1;
    strike(scene);
  };
}
/** A STAND-IN for dd on a disk that fails: what is read with it ends as the kernel ends it. Its tries are written down. */
function cannotBeRead(box: MovingBox, how: 'once' | 'always'): void {
  const bin = path.join(box.home, 'bin');
  mkdirSync(bin, { recursive: true });
  const fails = [
    'case " $* " in *" if="*)',
    `  if [ ${how} = always ] || ! [ -e '${bin}/tries' ]; then`,
    `    echo x >>'${bin}/tries'`,
    '    echo "dd: error reading: Input/output error" >&2; exit 1',
    '  fi',
    'esac',
    'exec /usr/bin/dd "$@"',
  ];
  writeFileSync(path.join(bin, 'dd'), `#!/bin/sh\n${fails.join('\n')}\n`, { mode: 0o755 });
  spawnSync('chown', ['-R', `--reference=${box.home}`, bin]);
}
/** Gives the tries that there were until now. */
function readableAgain(box: MovingBox): number {
  const bin = path.join(box.home, 'bin');
  rmSync(path.join(bin, 'dd'), { force: true });
  return readIfThere(path.join(bin, 'tries')).length;
}

function marksOf({ laptop, migrationId }: Scene): Record<string, number | null> {
  const row = laptop.store.sql.get<{ content: string }>(
    'SELECT content FROM migrations WHERE id = ?',
    migrationId,
  );
  return (JSON.parse(row?.content ?? '{}') as { memory: { marks: Record<string, number | null> } }).memory
    .marks;
}

describe.skipIf(!needs('linux', 'root', 'sshd', 'ssh', 'python3'))(
  'moves with damaged data and trainers with manners',
  () => {
    let lab: FaultLab;
    beforeAll(async () => {
      lab = await FaultLab.start();
    });
    afterAll(() => lab?.close());

    test.each(damages)(
      '%s at the destination between copy and verification: sent again, then committed',
      async (how) => {
        const runId = await lab.run();
        let struck = 0;
        const strike = onceArrived((scene) => {
          const file = newestCheckpoint(scene.destination, scene.runId);
          if (file === null) return;
          damage(file, how);
          struck += 1;
        }, 1);
        const { move } = await lab.move(runId, strike);
        expect(struck).toBe(1);
        expect(move).toMatchObject({ phase: 'committed', error: null });
        await lab.trainsOn(runId);
        lab.expectSound(runId);
      },
    );

    test('damaged each time it arrives: back, the disk over there is not to be trusted', async () => {
      const runId = await lab.run();
      const strike = onceArrived((scene) => {
        const file = newestCheckpoint(scene.destination, scene.runId);
        if (file !== null) damage(file, 'corrupt byte');
      }, 99);
      const { move, source } = await lab.move(runId, strike);
      expect(move).toMatchObject({ phase: 'rolled-back', error: { code: 'MOVE_NOT_VERIFIED' } });
      expect(lab.laptop.runs.get(runId).machineId).toBe(source.id);
      await lab.trainsOn(runId);
      lab.expectSound(runId);
    });

    const manners: [string, string, 'request' | 'next' | 'last', 'committed' | 'rolled-back' | 'either'][] = [
      [
        'one checkpoint kept, for two seconds: rotated away while it is copied',
        '--every 100 --keep 1 --pad-kib 8000',
        'request',
        'either',
      ],
      ['the same, moved from its last checkpoint', '--every 100 --keep 1 --pad-kib 8000', 'last', 'either'],
      ['a trainer that ignores TERM', '--ignore-term', 'request', 'committed'],
      ['a save that takes a while', '--save-seconds 1.5', 'next', 'committed'],
      ['a save longer than the grace', '--save-seconds 7 --every 60', 'last', 'committed'],
      ['a trainer that ends when it is asked to save', '--exit-on-request', 'request', 'committed'],
      ['no handlers, moved from its next checkpoint', '--no-handlers', 'next', 'committed'],
      [
        'no handlers, moved on request: it is not asked, and goes on',
        '--no-handlers',
        'request',
        'rolled-back',
      ],
    ];
    test.each(manners)('%s', async (_name, flags, mode, end) => {
      const runId = await lab.launch(plainTask(flags));
      const { move } = await lab.move(runId, () => undefined, mode);
      // A busy computer may not get to see it while it is there, and leaves the run where it is.
      const allowed = end === 'either' ? ['committed', 'rolled-back'] : [end];
      expect(allowed, JSON.stringify(move.error)).toContain(move.phase);
      await lab.settled(runId);
      await lab.trainsOn(runId);
      lab.expectSound(runId);
      await operationsOf(lab.laptop).stop(runId);
    });

    test('the destination full: back, and it says what is missing', async () => {
      const runId = await lab.launch(plainTask('--pad-kib 6000'));
      const [, box] = lab.yard.boxes;
      if (box === undefined) throw new Error('two boxes');
      const runs = path.join(box.home, '.trainyard/runs');
      mkdirSync(runs, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', runs]);
      onTestFinished(() => void spawnSync('umount', ['-l', runs]));
      spawnSync('chown', ['-R', `--reference=${box.home}`, path.join(box.home, '.trainyard')]);
      const { move } = await lab.move(runId, () => undefined);
      expect(move.phase, JSON.stringify(move.error)).toBe('rolled-back');
      expect(move.error?.message).toMatch(/full|room|space/i);
      await lab.settled(runId);
      await lab.trainsOn(runId);
      lab.expectSound(runId);
      await operationsOf(lab.laptop).stop(runId);
    });

    const unreadable: [string, MigrationPhase, 'once' | 'always', 'committed' | 'rolled-back'][] = [
      [
        'before the stop, for good: the run goes on and was never stopped',
        'precopying',
        'always',
        'rolled-back',
      ],
      ['after the stop, once: it is read again', 'copying', 'once', 'committed'],
      ['after the stop, for good: back', 'copying', 'always', 'rolled-back'],
    ];
    test.each(unreadable)(
      'the source cannot be read (Input/output error) %s',
      async (_name, phase, how, end) => {
        const runId = await lab.launch(plainTask('--pad-kib 9000 --every 200'));
        const source = lab.yard.box(lab.laptop.runs.get(runId).machineId);
        onTestFinished(() => rmSync(path.join(source.home, 'bin'), { recursive: true, force: true }));
        const unreads = entering(phase, () => cannotBeRead(source, how));
        const { move } = await lab.move(runId, (scene) => {
          unreads(scene);
          if (scene.phase === 'rolling-back') readableAgain(source);
        });
        expect(readableAgain(source), 'somebody tried to read it').toBeGreaterThan(0);
        expect(move.phase, JSON.stringify(move.error)).toBe(end);
        if (end === 'rolled-back')
          expect(move.error).toMatchObject({
            code: 'COPY_SOURCE_UNREADABLE',
            details: expect.stringContaining('Input/output error'),
          });
        if (phase === 'precopying')
          expect(lab.laptop.runs.get(runId)).toMatchObject({ epoch: 1, state: 'running' });
        await lab.settled(runId);
        await lab.trainsOn(runId);
        lab.expectSound(runId);
        await operationsOf(lab.laptop).stop(runId);
      },
    );

    test('two laptops move the same run: one of them does, the other is refused', async () => {
      const runId = await lab.launch(plainTask());
      const [one, two] = lab.yard.boxes;
      if (one === undefined || two === undefined) throw new Error('two boxes');
      const data = await makeTempDirectory('other');
      const other = await openLaptop({ address: lab.yard.address, data });
      onTestFinished(async () => {
        await other.close();
        await rm(data, { recursive: true, force: true });
      });
      await other.access.programs(one.id);
      await until('the other one has found it', async () => {
        await other.runs.handover.connect(one.id, AbortSignal.timeout(30_000));
        return other.store.runs.summary(runId)?.state === 'running';
      });
      const second: Promise<{ phase: string; code: string | null }>[] = [];
      const { move } = await lab.move(
        runId,
        entering('stopping', () => {
          second.push(
            other.move(runId, two.id).then(
              async ({ id }) => {
                const { phase, error } = await other.ended(id);
                return { phase, code: error?.code ?? null };
              },
              (error: { code: string }) => ({ phase: 'refused', code: error.code }),
            ),
          );
        }),
      );
      const [answer] = await Promise.all(second);
      expect(move.phase, JSON.stringify(move.error)).toBe('committed');
      expect(answer?.phase).not.toBe('committed');
      await lab.trainsOn(runId);
      lab.expectSound(runId);
    });

    test('nothing is left of all that', () => lab.expectNothingLeft());

    // The last one: nobody speaks to that machine any more.
    test('the host key of the destination changes: the run is not harmed', async () => {
      const runId = await lab.launch(plainTask());
      const strike = entering('precopying', ({ destination }) => void destination.changeHostKey());
      const { move, source } = await lab.move(runId, strike, 'request', { cleared: false });
      expect(move.phase, JSON.stringify(move.error)).toBe('rolled-back');
      expect(lab.laptop.runs.get(runId).machineId).toBe(source.id);
      await lab.trainsOn(runId);
      lab.expectSound(runId);
    });
  },
);
