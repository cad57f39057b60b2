import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BoxLaunch } from '#backend/runs/box/index.ts';
import { type BoxKind, isAlive, killed, type LocalBox, localBox } from '#test/lab/local-box.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';

// A stop that is armed for a move, its guards killed one by one, two laptops at once; over real processes in every shell.
const kinds: { kind: BoxKind; present: boolean }[] = [
  { kind: 'dash', present: needs('linux', 'dash') },
  { kind: 'bash', present: needs('linux') },
  { kind: 'busybox', present: needs('linux', 'busybox') },
  { kind: 'bare', present: needs('linux', 'dash') },
];
const token = 'laptopA';
const long = { token, seconds: 3600, graceSeconds: 5 };

for (const { kind, present } of kinds) {
  describe.skipIf(!present)(`a stop that is armed (${kind})`, () => {
    let box: LocalBox;
    beforeAll(async () => {
      box = await localBox({ kind });
      await box.runs.install();
    });
    afterEach(() => box.killEverything());
    afterAll(() => box.close());

    const started = async (run = 'echo ready; sleep 1000', more: Partial<BoxLaunch> = {}) => {
      const launch = box.launchOf(run, more);
      await box.runs.launch(launch);
      await until('it is ready', async () => (await box.log(launch.runId, launch.epoch)).includes('ready'));
      return launch;
    };
    const record = (runId: string, name: string) =>
      readFileSync(`${box.root}/runs/${runId}/attempts/1/${name}`, 'utf8').trim().split(' ');
    const guard = (runId: string, name: 'timer' | 'beater') => Number(record(runId, name)[0]);
    const supervisor = (runId: string) => Number(record(runId, 'start')[3]);

    test('it ends in time: TERM, the grace, KILL, everything of it; and that it was the timer is recorded', async () => {
      const polite = await started(
        'trap "echo saved; exit 3" TERM; echo ready; while :; do sleep 0.05; done',
      );
      const stubborn = await started(
        'trap "" TERM; (setsid sleep 1000 &) ; echo ready; while :; do sleep 1; done',
      );
      for (const { runId } of [polite, stubborn])
        await box.runs.arm(runId, 1, { token, seconds: 1, graceSeconds: 1 });
      const ended = await box.ended(polite.runId);
      expect(ended.exit).toMatchObject({ code: 3, by: 'timer' });
      expect(ended.armed).toEqual({ token, remainingMs: 0, fired: true });
      expect(await box.log(polite.runId)).toContain('saved');
      expect((await box.ended(stubborn.runId)).exit).toMatchObject({ signal: 'SIGKILL', by: 'timer' });
      await expect(box.runs.disarm(polite.runId, 1, token)).rejects.toMatchObject({ code: 'RUN_NOT_ALIVE' });
      await expect(box.runs.arm(polite.runId, 1, long)).rejects.toMatchObject({ code: 'RUN_NOT_ALIVE' });
      await box.nothingLeft();
    });

    test('disarmed it runs on, and no process of ours is left over; another token is refused', async () => {
      const { runId } = await started();
      const before = box.processes().length;
      await box.runs.arm(runId, 1, long);
      expect((await box.attempt(runId)).armed).toMatchObject({ token, fired: false });
      expect((await box.attempt(runId)).armed?.remainingMs).toBeGreaterThan(3_000_000);
      const other = { ...long, token: 'laptopB' };
      await expect(box.laptop().arm(runId, 1, other)).rejects.toMatchObject({ code: 'RUN_ARMED' });
      await expect(box.laptop().disarm(runId, 1, 'laptopB')).rejects.toMatchObject({ code: 'RUN_ARMED' });
      const timer = guard(runId, 'timer');
      expect(isAlive(timer)).toBe(true);
      // The same token again: a new time, the same timer.
      await box.runs.arm(runId, 1, { ...long, seconds: 7200 });
      expect((await box.attempt(runId)).armed?.remainingMs).toBeGreaterThan(6_000_000);
      expect(guard(runId, 'timer')).toBe(timer);
      await box.runs.disarm(runId, 1, token);
      await box.runs.disarm(runId, 1, token);
      expect((await box.attempt(runId)).armed).toBeNull();
      await until('the timer is gone', () => !isAlive(timer) && box.processes().length === before);
      expect(await box.attempt(runId)).toMatchObject({ phase: 'running', trainerAlive: true });
      await box.laptop().arm(runId, 1, { ...other, seconds: 0.5 });
      expect((await box.ended(runId)).exit).toMatchObject({ by: 'timer' });
      await box.nothingLeft();
    });

    test('the supervisor, the heartbeat, the timer: whichever is killed, the others end it in time', async () => {
      const victims: ((runId: string) => number[])[] = [
        (runId) => [supervisor(runId)],
        (runId) => [guard(runId, 'beater')],
        (runId) => [guard(runId, 'timer')],
        (runId) => [supervisor(runId), guard(runId, 'timer')],
        (runId) => [supervisor(runId), guard(runId, 'beater')],
      ];
      await Promise.all(
        victims.map(async (of) => {
          const { runId } = await started('trap "" TERM; echo ready; sleep 1000');
          await box.runs.arm(runId, 1, { token, seconds: 2, graceSeconds: 0.5 });
          for (const pid of of(runId)) killed(pid);
          const ended = await box.ended(runId);
          expect(ended).toMatchObject({ phase: 'ended', exit: { by: 'timer' }, armed: { fired: true } });
        }),
      );
      await box.nothingLeft();
    });
  });
}
