import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import {
  type Command,
  collect,
  type ExecResult,
  type RunningProgram,
  type RunsPrograms,
} from '#backend/processes/index.ts';
import { createBoxRuns } from '#backend/runs/box/index.ts';
import { findPlaceScript, installScript } from '#backend/runs/box/scripts.ts';
import { newId } from '#shared/domain/id.ts';

/** A box that finds its place like any other and then says what it likes. */
function lyingBox(say: { stdout: string | Buffer; stderr?: string; exitCode?: number }): RunsPrograms {
  const program = (command: Command): RunningProgram => {
    const honest =
      command.script === findPlaceScript
        ? 'present home\n/home/x/.trainyard\n'
        : command.script === installScript
          ? 'ok\n'
          : null;
    const stdin = new PassThrough();
    stdin.resume();
    return {
      stdin,
      stdout: Readable.from([Buffer.from(honest ?? say.stdout)], { objectMode: false }),
      stderr: Readable.from([Buffer.from(honest === null ? (say.stderr ?? '') : '')], { objectMode: false }),
      exited: Promise.resolve({ exitCode: honest === null ? (say.exitCode ?? 0) : 0, signal: null }),
      kill: () => undefined,
    };
  };
  return {
    exec: (command, options): Promise<ExecResult> => collect(program(command), options),
    spawn: (command) => Promise.resolve(program(command)),
  };
}

const launch = () => ({
  runId: newId(),
  epoch: 1,
  specification: '{}',
  workdir: 'code',
  setup: null,
  setupKey: null,
  run: 'true',
  env: {},
  graceSeconds: 5,
});

describe('a box that gives nonsense for an answer', () => {
  const nonsense = [
    '',
    'launched',
    'launched x 0\n',
    'launched 1 0\nlaunched 2 0\n',
    '\u001b[2J',
    'refused \u001b[2J\n',
    'A'.repeat(60_000),
  ];
  for (const stdout of nonsense) {
    test(`${JSON.stringify(stdout.slice(0, 30))}: a clear error, nothing hangs`, async () => {
      const runs = createBoxRuns(lyingBox({ stdout }));
      const wrong = { code: 'BOX_ANSWER_INVALID' };
      const id = newId();
      await expect(runs.launch(launch())).rejects.toMatchObject(wrong);
      await expect(runs.stop(id, 1, 5, 'test')).rejects.toMatchObject(wrong);
      await expect(runs.status()).rejects.toMatchObject(wrong);
      await expect(runs.remove(id)).rejects.toMatchObject(wrong);
      await expect(runs.usage(id)).rejects.toMatchObject(wrong);
      const { signal } = new AbortController();
      const { runId, epoch: _, ...bare } = launch();
      await expect(runs.arm(id, 1, { token: 'a', seconds: 5, graceSeconds: 5 })).rejects.toMatchObject(wrong);
      await expect(runs.disarm(id, 1, 'a')).rejects.toMatchObject(wrong);
      await expect(runs.entomb(id, 1, 'there')).rejects.toMatchObject(wrong);
      await expect(runs.requestCheckpoint(id, 1, { signal: 'USR1' })).rejects.toMatchObject(wrong);
      await expect(runs.requestCheckpoint(id, 1, { command: 'true' })).rejects.toMatchObject(wrong);
      await expect(
        runs.warm({ runId, workdir: 'code', setup: 'true', setupKey: 'a', env: {} }, signal),
      ).rejects.toMatchObject(wrong);
      await expect(runs.startAtBoot(id, 1, { launch: bare, secretNames: [], max: 1 })).rejects.toMatchObject(
        wrong,
      );
      if (stdout !== '') await expect(runs.listFiles(id, '')).rejects.toMatchObject(wrong);
      if (stdout.length > 5) await expect(runs.readLog(id, 1, 0, 5)).rejects.toBeInstanceOf(Error);
      const query = { pattern: 'x', regex: true, ignoreCase: false, limit: 10 };
      const search = async () => {
        for await (const match of runs.searchLog(id, 1, query, new AbortController().signal))
          expect(match).toBeNull();
      };
      await expect(search()).rejects.toMatchObject(wrong);
    });
  }

  test('a report without an end is refused once it is too long', async () => {
    const runs = createBoxRuns(lyingBox({ stdout: Buffer.alloc(65 * 1024 * 1024, 'x\n') }));
    await expect(runs.status()).rejects.toMatchObject({ code: 'OUTPUT_TOO_LARGE' });
    const told: unknown[] = [];
    await expect(
      runs.watch((report) => told.push(report), new AbortController().signal),
    ).rejects.toMatchObject({
      code: 'BOX_ANSWER_INVALID',
    });
    expect(told).toEqual([]);
  });

  test('words of the system there do not move our terminal', async () => {
    const runs = createBoxRuns(
      lyingBox({ stdout: 'refused write \u001b[31mNo space left on device\u0007\n' }),
    );
    await expect(runs.launch(launch())).rejects.toMatchObject({
      code: 'BOX_DISK_FULL',
      details: '[31mNo space left on device',
    });
  });
});

describe('what a box refuses while a run moves', () => {
  const id = newId();
  const { runId: _, epoch: __, ...bare } = launch();
  const of = (stdout: string) => createBoxRuns(lyingBox({ stdout }));
  const token = { token: 'a', seconds: 5, graceSeconds: 5 };

  test('its words become errors with stable codes', async () => {
    const cases: [string, string, object][] = [
      ['refused armed\n', 'RUN_ARMED', {}],
      ['refused notalive\n', 'RUN_NOT_ALIVE', {}],
      ['refused moved some place\u001b[2J\n', 'RUN_MOVED', { params: { to: 'some place [2J' } }],
      ['refused unknown\n', 'RUN_UNKNOWN_ON_BOX', {}],
      ['refused elsewhere\n', 'RUN_ON_OTHER_MACHINE', {}],
      ['refused write ln: No space left on device\n', 'BOX_DISK_FULL', {}],
    ];
    for (const [stdout, code, more] of cases)
      await expect(of(stdout).arm(id, 1, token)).rejects.toMatchObject({ code, ...more });
    const asked = of('refused unhandled\n').requestCheckpoint(id, 1, { signal: 'SIGUSR1' });
    await expect(asked).rejects.toMatchObject({ code: 'RUN_SIGNAL_UNHANDLED' });
    const unseen = of('refused nosignals\n').requestCheckpoint(id, 1, { signal: 'usr1' });
    await expect(unseen).rejects.toMatchObject({ code: 'RUN_SIGNAL_UNKNOWN' });
    const setup = { runId: id, workdir: 'code', setup: 'false', setupKey: 'a', env: {} };
    await expect(
      of('refused setup code 9: no\u0007 such package\n').warm(setup, new AbortController().signal),
    ).rejects.toMatchObject({ code: 'RUN_SETUP_FAILED', details: 'code 9: no  such package' });
  });

  test('what it says about the start after a reboot', async () => {
    const plan = { launch: bare, secretNames: [], max: 3 };
    expect(await of('boot cron\n').startAtBoot(id, 1, plan)).toEqual({
      by: 'cron',
      why: null,
      details: null,
    });
    expect(await of('boot impossible no cron runs\u001b\n').startAtBoot(id, 1, plan)).toEqual({
      by: 'impossible',
      why: 'no-scheduler',
      details: 'no cron runs',
    });
    const secret = { ...plan, secretNames: ['A', 'B'] };
    expect(await of('boot off\n').startAtBoot(id, 1, secret)).toEqual({
      by: 'impossible',
      why: 'secrets',
      details: 'A, B',
    });
  });

  test('what makes no sense is not sent', async () => {
    const wrong = { code: 'RUN_REQUEST_INVALID' };
    const runs = of('ok\n');
    for (const bad of [
      { seconds: 0 },
      { seconds: Number.NaN },
      { seconds: 1e9 },
      { graceSeconds: -1 },
      { token: 'a b' },
    ])
      await expect(runs.arm(id, 1, { ...token, ...bad })).rejects.toMatchObject(wrong);
    await expect(runs.disarm(id, 1, '')).rejects.toMatchObject(wrong);
    await expect(runs.entomb(id, 0, 'there')).rejects.toMatchObject(wrong);
    for (const how of [{ signal: 'KILL' }, { signal: '9' }, { command: ' ' }, { command: 'a\0b' }])
      await expect(runs.requestCheckpoint(id, 1, how)).rejects.toMatchObject(wrong);
    for (const max of [0, 1.5, 1001])
      await expect(runs.startAtBoot(id, 1, { launch: bare, secretNames: [], max })).rejects.toMatchObject(
        wrong,
      );
  });
});

describe('what is refused before anything is sent', () => {
  const runs = createBoxRuns(lyingBox({ stdout: 'launched 1 0\n' }));
  const cases: [string, object][] = [
    ['a run that is no identifier', { runId: '../../etc' }],
    ['an epoch of zero', { epoch: 0 }],
    ['a variable with a shell in its name', { env: { 'A;reboot': '1' } }],
    ['a NUL in a value', { env: { A: 'x\0y' } }],
    ['a setup key that is a path', { setup: 'x', setupKey: '../x' }],
    ['a working directory that leads out', { workdir: '../../x' }],
    ['a grace of half a second', { graceSeconds: 0.5 }],
  ];
  for (const [what, change] of cases) {
    test(what, async () => {
      await expect(runs.launch({ ...launch(), ...change })).rejects.toMatchObject({
        code: 'RUN_REQUEST_INVALID',
      });
    });
  }
});
