import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { quote } from '#backend/processes/index.ts';
import { type BoxKind, isAlive, killed, type LocalBox, localBox, script } from '#test/lab/local-box.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

// Real supervisors and trainers on this computer, under every shell and with and without flock, /proc and GNU tools.
const kinds: { kind: BoxKind; present: boolean }[] = [
  { kind: 'dash', present: needs('linux', 'dash') },
  { kind: 'bash', present: needs('linux') },
  { kind: 'busybox', present: needs('linux', 'busybox') },
  { kind: 'bare', present: needs('linux', 'dash') },
];

const patient = 'trap "" TERM; echo "pid $$"; while :; do sleep 1; done';
const numberIn = (text: string, name: string) =>
  Number(new RegExp(`${name} (\\d+)`).exec(text)?.[1] ?? Number.NaN);

for (const { kind, present } of kinds) {
  describe.skipIf(!present)(`the supervisor (${kind})`, () => {
    let box: LocalBox;
    beforeAll(async () => {
      box = await localBox({ kind });
      await box.runs.install();
    });
    afterEach(() => box.killEverything());
    afterAll(() => box.close());

    test('a run from its launch to its exit record', async () => {
      const launch = box.launchOf(
        'echo "hello $NAME"; pwd; echo "$TRAINYARD_RUN_ID $TRAINYARD_EPOCH"; exit 7',
        {
          env: { NAME: `it's "quoted" $HOME\nsecond line\n` },
        },
      );
      const launched = await box.runs.launch(launch);
      expect(launched.directory).toBe(`${box.root}/runs/${launch.runId}`);
      expect(launched.pid).toBeGreaterThan(1);
      const ended = await box.ended(launch.runId);
      expect(ended).toMatchObject({
        phase: 'ended',
        exit: { code: 7, signal: null, by: 'itself' },
        complaint: null,
      });
      expect(ended.pid).toBe(launched.pid);
      expect(ended.endedAgoMs).not.toBeNull();
      const log = `hello it's "quoted" $HOME\nsecond line\n\n${box.root}/runs/${launch.runId}/code\n${launch.runId} 1\n`;
      expect(await box.log(launch.runId)).toBe(log);
      expect(ended.logBytes).toBe(Buffer.byteLength(log));
      await box.nothingLeft();
    });

    test('what is printed and ends while the box is asked: the length of its log is that of its end', async () => {
      const bin = await tempDirectory('late-ls');
      const real = (await box.programs.exec({ script: 'command -v ls' })).stdout.toString().trim();
      const path = (await box.programs.exec({ script: 'printf %s "$PATH"' })).stdout.toString();
      const launch = box.launchOf(
        'while [ ! -e "$HOME/go" ]; do sleep 0.05; done; echo "the last words"; exit 3',
      );
      // Between the list of the logs and the reading of what else there is, the run prints and ends.
      const state = quote(`${box.root}/runs/${launch.runId}/attempts/1/state`);
      script(
        `${bin}/ls`,
        `#!/bin/sh\n${quote(real)} "$@"; status=$?\n: >"$HOME/go"\nuntil grep -q '^ended' ${state} 2>/dev/null; do sleep 0.05; done\nexit $status\n`,
      );
      const other = await localBox({ kind, home: box.home, env: { PATH: `${bin}:${path}` } });
      await box.runs.launch(launch);
      const told = await other.attempt(launch.runId);
      expect(told).toMatchObject({ phase: 'ended', exit: { code: 3 } });
      expect(told.logBytes).toBe(Buffer.byteLength('the last words\n'));
      await other.leave();
    });

    test('exit codes as they are', async () => {
      const table = [
        ['exit 0', 0, null],
        ['exit 1', 1, null],
        ['exit 200', 200, null],
        ['kill -KILL $$', 137, 'SIGKILL'],
        ['kill -TERM $$', 143, 'SIGTERM'],
        ['kill -SEGV $$', 139, 'SIGSEGV'],
      ] as const;
      const { runId } = box.launchOf('');
      for (const [index, [run, code, signal]] of table.entries()) {
        await box.runs.launch(box.launchOf(run, { runId, epoch: index + 1 }));
        const ended = await box.ended(runId, index + 1);
        expect({ run, exit: ended.exit }).toEqual({ run, exit: { code, signal, by: 'itself' } });
      }
    });

    test('a launch sent again answers the same and starts nothing; older and other ones are refused', async () => {
      const launch = box.launchOf('echo started; sleep 1000', { epoch: 4 });
      const first = await box.runs.launch(launch);
      await until('it has begun', async () => (await box.log(launch.runId, 4)) !== '');
      expect((await box.runs.launch(launch)).pid).toBe(first.pid);
      await expect(box.laptop().launch(launch)).rejects.toMatchObject({ code: 'RUN_EPOCH_STALE' });
      await expect(box.runs.launch({ ...launch, epoch: 3 })).rejects.toMatchObject({
        code: 'RUN_EPOCH_STALE',
      });
      await expect(box.runs.launch({ ...launch, epoch: 5 })).rejects.toMatchObject({
        code: 'RUN_ALREADY_LIVE',
      });
      await expect(box.runs.remove(launch.runId)).rejects.toMatchObject({ code: 'RUN_ALREADY_LIVE' });
      await box.runs.kill(launch.runId, 4, 'test');
      await box.ended(launch.runId, 4);
      expect(await box.log(launch.runId, 4)).toBe('started\n');
      expect((await box.runs.launch(launch)).pid).toBe(first.pid);
      await box.runs.remove(launch.runId);
      await box.runs.remove(launch.runId);
      expect((await box.runs.status([launch.runId])).attempts).toEqual([]);
    });

    test('the same launch by name from another process is the same launch', async () => {
      const launch = box.launchOf('sleep 1000', { token: 'request1' });
      const first = await box.runs.launch(launch);
      expect((await box.laptop().launch(launch)).pid).toBe(first.pid);
      await box.runs.kill(launch.runId, 1, 'test');
      await box.ended(launch.runId);
    });

    test('of several laptops that launch the same epoch at once, one wins', async () => {
      const launch = box.launchOf('echo one; sleep 1000');
      const results = await Promise.allSettled(Array.from({ length: 5 }, () => box.laptop().launch(launch)));
      expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
      for (const one of results)
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'RUN_EPOCH_STALE' });
      await until('it has begun', async () => (await box.log(launch.runId)) !== '');
      await box.runs.kill(launch.runId, 1, 'test');
      await box.ended(launch.runId);
      expect(await box.log(launch.runId)).toBe('one\n');
    });

    test('stop reaches the whole tree: children that ignore TERM, left the session, or dropped their environment', async () => {
      const launch = box.launchOf(
        `sh -c '${patient.replace('pid', 'stubborn')}' &
         setsid sh -c '${patient.replace('pid', 'escaped')}' &
         env -i PATH="$PATH" sh -c '${patient.replace('pid', 'naked')}' &
         echo "main $$"; sleep 1000`,
      );
      await box.runs.launch(launch);
      const log = await until('all children are there', async () => {
        const text = await box.log(launch.runId);
        return ['stubborn', 'escaped', 'naked', 'main'].every((one) => text.includes(`${one} `))
          ? text
          : null;
      });
      const pids = ['stubborn', 'escaped', 'naked', 'main'].map((one) => numberIn(log, one));
      expect(pids.every(isAlive)).toBe(true);
      await box.runs.stop(launch.runId, 1, 1, 'test');
      const ended = await box.ended(launch.runId);
      expect(ended.exit).toMatchObject({ by: 'user' });
      expect(pids.filter(isAlive)).toEqual([]);
      await box.runs.stop(launch.runId, 1, 1, 'test');
      await box.nothingLeft();
    });

    test("the grace is the trainer's: it may save and end by itself, and a second stop does not signal it again", async () => {
      const launch = box.launchOf(
        'trap "echo got; sleep 1; echo saved; exit 0" TERM; echo ready; while :; do sleep 0.05; done',
      );
      await box.runs.launch(launch);
      await until('it is ready', async () => (await box.log(launch.runId)).includes('ready'));
      await box.runs.stop(launch.runId, 1, 60, 'test');
      await box.runs.stop(launch.runId, 1, 60, 'test');
      expect((await box.ended(launch.runId)).exit).toEqual({ code: 0, signal: null, by: 'user' });
      expect(await box.log(launch.runId)).toMatch(/^ready\n(Terminated\n)?got\nsaved\n$/);
    });

    test('the box keeps the grace when the laptop is gone', async () => {
      const launch = box.launchOf(patient);
      await box.runs.launch(launch);
      await until('it is ready', async () => (await box.log(launch.runId)).includes('pid'));
      const leaving = await localBox({ kind, home: box.home });
      await leaving.runs.stop(launch.runId, 1, 1, 'test');
      await leaving.leave();
      expect((await box.ended(launch.runId)).exit).toEqual({ code: 137, signal: 'SIGKILL', by: 'user' });
    });

    test('a kill shortens a stop that is under way', async () => {
      const launch = box.launchOf(patient);
      await box.runs.launch(launch);
      await until('it is ready', async () => (await box.log(launch.runId)).includes('pid'));
      await box.runs.stop(launch.runId, 1, 3600, 'test');
      expect((await box.attempt(launch.runId)).phase).toBe('stopping');
      await box.runs.kill(launch.runId, 1, 'test');
      expect((await box.ended(launch.runId)).exit).toMatchObject({ signal: 'SIGKILL', by: 'user' });
    });

    test("started again at once after a stop: the first one's clearing up never takes the second along", async () => {
      const { runId } = box.launchOf('');
      const loops = kind === 'dash' ? 20 : 6;
      await box.runs.launch(box.launchOf('sleep 1000 & sleep 1000', { runId, epoch: 1 }));
      for (let epoch = 1; epoch <= loops; epoch++) {
        await box.runs.stop(runId, epoch, 5, 'test');
        await box.runs.launch(box.launchOf('sleep 1000 & sleep 1000', { runId, epoch: epoch + 1 }));
        expect((await box.ended(runId, epoch)).exit).toMatchObject({ by: 'user' });
      }
      expect(await box.attempt(runId, loops + 1)).toMatchObject({ phase: 'running', trainerAlive: true });
      await box.runs.kill(runId, loops + 1, 'test');
      await box.ended(runId, loops + 1);
      await box.nothingLeft();
    });

    test('supervisor killed: the trainer lives on and is told so, nothing else can start; afterwards it is lost', async () => {
      const launch = box.launchOf('echo "main $$"; while [ ! -e go ]; do sleep 0.05; done; exit 3');
      const { pid } = await box.runs.launch(launch);
      killed(supervisorOf(box, launch.runId, 1));
      const seen = await until('the supervisor is gone', async () => {
        const one = await box.attempt(launch.runId);
        return one.supervisorAlive ? null : one;
      });
      expect(seen).toMatchObject({ phase: 'running', trainerAlive: true, pid });
      await expect(box.runs.launch({ ...launch, epoch: 2 })).rejects.toMatchObject({
        code: 'RUN_ALREADY_LIVE',
      });
      await box.programs.exec({ script: ': >"$1"', args: [`${box.root}/runs/${launch.runId}/code/go`] });
      expect(await box.ended(launch.runId)).toMatchObject({ phase: 'lost', exit: null, trainerAlive: false });
      await box.runs.launch({ ...launch, epoch: 2 });
      expect((await box.ended(launch.runId, 2)).exit).toMatchObject({ code: 3 });
      await box.nothingLeft();
    });

    test('supervisor killed, then stopped by the user: everything goes, and that is recorded', async () => {
      const launch = box.launchOf(`sh -c '${patient}' & sleep 1000`);
      const { pid } = await box.runs.launch(launch);
      killed(supervisorOf(box, launch.runId, 1));
      await box.runs.stop(launch.runId, 1, 1, 'test');
      expect(await box.ended(launch.runId)).toMatchObject({
        phase: 'ended',
        exit: { code: null, signal: null, by: 'user' },
      });
      expect(isAlive(pid)).toBe(false);
      await box.nothingLeft();
    });

    test('what the trainer leaves behind when it ends goes too', async () => {
      const launch = box.launchOf('setsid sleep 1000 & sleep 1000 & exit 4');
      await box.runs.launch(launch);
      expect((await box.ended(launch.runId)).exit).toMatchObject({ code: 4, by: 'itself' });
      await box.nothingLeft();
    });

    test('setup runs once per key; a failed or killed one never counts', async () => {
      const setupKey = `key${kind}${randomUUID().slice(0, 8)}`;
      const setup = 'echo setting up; [ -e ready ] || { echo "no such thing"; exit 9; }; echo done';
      const first = box.launchOf('echo run', { setup, setupKey });
      await box.runs.launch(first);
      expect(await box.ended(first.runId)).toMatchObject({
        exit: { code: 9, by: 'itself' },
        complaint: expect.stringContaining('no such thing'),
      });

      const second = box.launchOf('echo run', { setup: 'echo "pid $$"; sleep 1000', setupKey });
      await box.runs.launch(second);
      await until('setup runs', async () => (await box.log(second.runId)).includes('pid'));
      expect((await box.attempt(second.runId)).phase).toBe('setup');
      await box.runs.stop(second.runId, 1, 5, 'test');
      expect((await box.ended(second.runId)).exit).toMatchObject({ by: 'user' });
      expect(existsSync(`${box.root}/envs/${setupKey}/done`)).toBe(false);

      const both = [1, 2].map(() =>
        box.launchOf('echo run', { setup: 'echo setting up; sleep 0.5', setupKey }),
      );
      await Promise.all(both.map((one) => box.runs.launch(one)));
      for (const one of both) expect((await box.ended(one.runId)).exit).toMatchObject({ code: 0 });
      const logs = await Promise.all(both.map((one) => box.log(one.runId)));
      expect(logs.filter((one) => one.includes('setting up'))).toHaveLength(1);
      expect(logs.every((one) => one.endsWith('run\n'))).toBe(true);
      await box.nothingLeft();
    });

    test('the heartbeat counts on', async () => {
      const launch = box.launchOf('sleep 1000');
      await box.runs.launch(launch);
      await until('two beats', async () => (await box.attempt(launch.runId)).heartbeat >= 2);
      expect((await box.attempt(launch.runId)).heartbeatAgeMs).toBeGreaterThanOrEqual(0);
      await box.runs.kill(launch.runId, 1, 'test');
      await box.ended(launch.runId);
      await box.nothingLeft();
    });
  });
}

export function supervisorOf(box: LocalBox, runId: string, epoch: number): number {
  const start = readFileSync(`${box.root}/runs/${runId}/attempts/${epoch}/start`, 'utf8').split(' ');
  const pid = Number(start[3]);
  expect(pid).toBeGreaterThan(1);
  return pid;
}
