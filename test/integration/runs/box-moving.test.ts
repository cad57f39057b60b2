import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BoxLaunch } from '#backend/runs/box/index.ts';
import { type ClockedBox, clockedBox } from '#test/lab/clocked-box.ts';
import { type BoxKind, isAlive, killed } from '#test/lab/local-box.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';

// A stop that is armed for a move, its guards killed one by one, two laptops at once; over real processes in every shell.
const kinds: { kind: BoxKind; present: boolean }[] = [
  { kind: 'dash', present: needs('linux', 'dash') },
  { kind: 'bash', present: needs('linux') },
  { kind: 'busybox', present: needs('linux', 'busybox') },
  { kind: 'bare', present: needs('linux', 'dash') },
];
const numbered = (text: string | undefined) => {
  const pid = Number(text);
  if (!(pid > 1)) throw new Error(`${text} is no process`);
  return pid;
};
const token = 'laptopA';
const long = { token, seconds: 3600, graceSeconds: 5 };

for (const { kind, present } of kinds) {
  describe.skipIf(!present)(`a stop that is armed (${kind})`, () => {
    let box: ClockedBox;
    beforeAll(async () => {
      box = await clockedBox(kind);
      await box.runs.install();
    });
    afterEach(async () => {
      box.setClock(0);
      await box.killEverything();
    });
    afterAll(() => box.close());

    const started = async (run = 'echo ready; sleep 1000', more: Partial<BoxLaunch> = {}) => {
      const launch = box.launchOf(run, more);
      await box.runs.launch(launch);
      await until('it is ready', async () => (await box.log(launch.runId, launch.epoch)).includes('ready'));
      return launch;
    };
    const record = (runId: string, name: string) =>
      readFileSync(`${box.root}/runs/${runId}/attempts/1/${name}`, 'utf8').trim().split(' ');
    const guard = (runId: string, name: 'timer' | 'beater') => numbered(record(runId, name)[0]);
    const supervisor = (runId: string) => numbered(record(runId, 'start')[3]);

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
      // What was taken off is used up: an arming that was on its way must not come after.
      await expect(box.runs.arm(runId, 1, long)).rejects.toMatchObject({ code: 'RUN_ARMED' });
      expect((await box.attempt(runId)).armed).toBeNull();
      // Also one that was never heard of before it was taken off.
      await box.runs.disarm(runId, 1, 'neverseen');
      const late = box.runs.arm(runId, 1, { ...long, token: 'neverseen' });
      await expect(late).rejects.toMatchObject({ code: 'RUN_ARMED' });
      await box.laptop().arm(runId, 1, { ...other, token: 'laptopC', seconds: 0.5 });
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
      const runs = await Promise.all(
        victims.map(async (of) => {
          const { runId } = await started('trap "" TERM; echo ready; sleep 1000');
          await box.runs.arm(runId, 1, { ...long, graceSeconds: 0.5 });
          const pids = of(runId);
          for (const pid of pids) killed(pid);
          await until('they are gone', () => !pids.some(isAlive));
          return runId;
        }),
      );
      box.setClock(4000);
      await Promise.all(
        runs.map(async (runId) => {
          const ended = await box.ended(runId);
          expect(ended).toMatchObject({ phase: 'ended', exit: { by: 'timer' }, armed: { fired: true } });
        }),
      );
      await box.nothingLeft();
    });

    test('a guard that stood still, and a supervisor that did, end it all the same when they go on', async () => {
      const { runId } = await started();
      await box.runs.arm(runId, 1, { ...long, graceSeconds: 1 });
      const stopped = [supervisor(runId), guard(runId, 'beater'), guard(runId, 'timer')];
      for (const pid of stopped) killed(pid, 'SIGSTOP');
      box.setClock(4000);
      await until('the time has come', async () => (await box.attempt(runId)).armed?.remainingMs === 0);
      for (const pid of stopped) killed(pid, 'SIGCONT');
      expect((await box.ended(runId)).exit).toMatchObject({ by: 'timer' });
      await box.nothingLeft();
    });

    test('of two laptops that arm at the same instant one wins, each time', async () => {
      const { runId } = await started();
      const laptops = ['one', 'two', 'three'].map((name) => ({ name, runs: box.laptop() }));
      for (let round = 0; round < (kind === 'dash' ? 12 : 4); round++) {
        const results = await Promise.allSettled(
          laptops.map(({ name, runs }) => runs.arm(runId, 1, { ...long, token: `${name}${round}` })),
        );
        const winners = laptops.filter((_, index) => results[index]?.status === 'fulfilled');
        expect(winners).toHaveLength(1);
        for (const result of results)
          if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'RUN_ARMED' });
        const [winner] = winners;
        expect((await box.attempt(runId)).armed).toMatchObject({
          token: `${winner?.name}${round}`,
          fired: false,
        });
        await winner?.runs.disarm(runId, 1, `${winner.name}${round}`);
      }
      await box.runs.kill(runId, 1, 'test');
      await box.ended(runId);
      await box.nothingLeft();
    });

    test('a disarm at the very moment: it lives and was disarmed, or it stops and that was refused', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: kind === 'dash' ? 8 : 4 }, async (_, index) => {
          const { runId } = await started();
          await box.runs.arm(runId, 1, { token, seconds: 1, graceSeconds: 2 });
          const at = 10 * index;
          await until(
            'it is nearly time',
            async () => ((await box.attempt(runId)).armed?.remainingMs ?? 0) <= at + 60,
          );
          const disarmed = await box
            .laptop()
            .disarm(runId, 1, token)
            .then(
              () => true,
              (error: { code: string }) => {
                expect(error.code).toBe('RUN_NOT_ALIVE');
                return false;
              },
            );
          if (!disarmed) {
            expect((await box.ended(runId)).exit).toMatchObject({ by: 'timer' });
            return;
          }
          // Long after its time nothing has come.
          const before = (await box.attempt(runId)).heartbeat;
          await until('it beats on', async () => (await box.attempt(runId)).heartbeat >= before + 2);
          expect(await box.attempt(runId)).toMatchObject({ phase: 'running', armed: null, exit: null });
        }),
      );
      expect(outcomes).toHaveLength(kind === 'dash' ? 8 : 4);
    });

    test("armed while its setup runs, or with a stop under way; what ended by itself is not the timer's", async () => {
      const inSetup = box.launchOf('echo never', { setup: 'echo ready; sleep 1000', setupKey: `arm${kind}` });
      const stopping = await started('trap "" TERM; echo ready; while :; do sleep 1; done');
      const short = await started('echo ready; while [ ! -e go ]; do sleep 0.05; done; exit 4');
      await box.runs.launch(inSetup);
      await until('setup runs', async () => (await box.log(inSetup.runId)).includes('ready'));
      await box.runs.stop(stopping.runId, 1, 3600, 'test');
      for (const { runId } of [inSetup, stopping])
        await box.runs.arm(runId, 1, { token, seconds: 0.5, graceSeconds: 0.5 });
      await box.runs.arm(short.runId, 1, long);
      const timer = guard(short.runId, 'timer');
      await box.programs.exec({ script: ': >"$1"', args: [`${box.root}/runs/${short.runId}/code/go`] });
      expect((await box.ended(inSetup.runId)).exit).toMatchObject({ by: 'timer' });
      expect((await box.ended(stopping.runId)).exit).toMatchObject({ signal: 'SIGKILL', by: 'user' });
      const ended = await box.ended(short.runId);
      expect(ended).toMatchObject({ exit: { code: 4, by: 'itself' }, armed: { token, fired: false } });
      await expect(box.runs.disarm(short.runId, 1, token)).rejects.toMatchObject({ code: 'RUN_NOT_ALIVE' });
      await until('its timer is gone', () => !isAlive(timer));
      await box.nothingLeft();
    });

    test('a run that has gone on elsewhere starts here no more, until it comes back', async () => {
      const { runId } = await started();
      await expect(box.runs.entomb(runId, 2, 'elsewhere')).rejects.toMatchObject({
        code: 'RUN_ALREADY_LIVE',
      });
      await box.runs.kill(runId, 1, 'test');
      await box.ended(runId);
      await box.runs.entomb(runId, 2, "Anna's box");
      await box.runs.entomb(runId, 2, "Anna's box");
      expect((await box.attempt(runId)).movedTo).toBe("Anna's box");
      const again = box.launchOf('echo ready; sleep 1000', { runId });
      for (const epoch of [1, 2])
        await expect(box.runs.launch({ ...again, epoch })).rejects.toMatchObject({
          code: 'RUN_MOVED',
          params: { to: "Anna's box" },
        });
      await box.runs.launch({ ...again, epoch: 3 });
      expect((await box.attempt(runId, 3)).movedTo).toBeNull();
      // Between two machines with one home the newer attempt is there already.
      await box.runs.entomb(runId, 2, 'the same home');
      expect(await box.attempt(runId, 3)).toMatchObject({ movedTo: null, trainerAlive: true });
      await box.runs.arm(runId, 3, { ...long, seconds: 0.3 });
      await box.ended(runId, 3);
      // Also one that this box has never seen.
      const unknown = box.launchOf('true');
      await box.runs.entomb(unknown.runId, 1, 'there');
      await expect(box.runs.launch(unknown)).rejects.toMatchObject({ code: 'RUN_MOVED' });
      await box.nothingLeft();
    });

    test('a setup ahead of its launch: done once, its failure said, its tree gone when it is called off', async () => {
      const { runId, workdir, setup, setupKey } = {
        ...box.launchOf(''),
        setup: 'echo "$WORD" >made; exit 0',
        setupKey: `warm${randomUUID().slice(0, 8)}`,
      };
      const asked = { runId, workdir, setup, setupKey, env: { WORD: "it's" } };
      const signal = new AbortController().signal;
      await box.runs.warm(asked, signal);
      await box.runs.warm({ ...asked, setup: 'exit 1' }, signal);
      await box.runs.launch(box.launchOf('cat made', { runId, setup: 'exit 1', setupKey }));
      expect((await box.ended(runId)).exit).toMatchObject({ code: 0 });
      expect(await box.log(runId)).toBe("it's\n");

      const failing = { ...asked, setup: 'echo "no such package"; exit 9', setupKey: `bad${kind}` };
      await expect(box.runs.warm(failing, signal)).rejects.toMatchObject({
        code: 'RUN_SETUP_FAILED',
        details: expect.stringContaining('no such package'),
      });
      const endless = {
        ...asked,
        setup: '(setsid sleep 1000 &); trap "" TERM; : >begun; while :; do sleep 1; done',
        setupKey: `endless${kind}`,
      };
      const off = new AbortController();
      const under = box.runs.warm(endless, off.signal).catch((error: unknown) => error);
      await until('it has begun', () => existsSync(`${box.root}/runs/${runId}/code/begun`));
      off.abort();
      expect(await under).toMatchObject({ code: 'CANCELLED' });
      await box.nothingLeft();
      expect(existsSync(`${box.root}/envs/${endless.setupKey}/done`)).toBe(false);
    });
  });
}
