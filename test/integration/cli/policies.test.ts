import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Evacuation, MachinePolicy, RebalancePolicy, RecoverySpec } from '#shared/domain/recovery.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { serve, trainyard, trainyardJson, userEnvironment } from './trainyard.ts';

describe.skipIf(!needs('linux'))('policies from the command line', () => {
  test('recovery, drain, evacuate, rebalance, machines policy and lost', { timeout: 240_000 }, async () => {
    const directory = await tempDirectory('cli');
    const env = userEnvironment(directory);
    const file = path.join(directory, 'task.yaml');
    await writeFile(file, 'name: sleeper\nrun: sleep 600\nrecovery: {on: [crash], max: 5}\n');
    const app = serve(env);
    await until('it serves', () => app.urls.length > 0);
    const say = async (...args: string[]) => {
      const { code, out, err } = await trainyard(env, args);
      return { code, said: out + err };
    };
    onTestFinished(async () => {
      await trainyard(env, ['kill', 'sleeper']);
    });
    await trainyardJson(env, ['run', file, '--on', 'local']);

    expect(await say('recovery', 'sleeper')).toMatchObject({
      code: 0,
      said: expect.stringContaining(
        'crash: restarts (to: same), up to 5 in a row, first after 30 s (as its task says)',
      ),
    });
    const changed = await trainyardJson<{ policy: RecoverySpec; from: string }>(env, [
      ...[
        'recovery',
        'sleeper',
        '--on',
        'crash,reboot',
        '--backoff',
        '2m',
        '--to',
        'heron,ibis',
        '--exit-codes',
        '1,33',
        '--ask',
      ],
    ]);
    expect(changed).toMatchObject({
      from: 'user',
      policy: {
        on: ['crash', 'reboot'],
        max: 5,
        backoffMs: 120_000,
        to: ['heron', 'ibis'],
        exitCodes: [1, 33],
        ask: true,
      },
    });
    expect((await say('recovery', 'sleeper', '--off')).said).toContain('nothing is done when it is lost');
    expect((await say('recovery', 'sleeper', '--task')).said).toContain('as its task says');
    expect(await say('recovery', 'sleeper', '--on', 'rain')).toMatchObject({ code: 2 });

    expect((await say('drain', 'local')).said).toContain('takes no new runs');
    expect(await say('run', file, '--on', 'local', '-d')).toMatchObject({
      code: 1,
      said: expect.stringContaining('drained'),
    });
    expect(await say('evacuate', 'local', '--dry-run')).toMatchObject({
      code: 1,
      said: expect.stringContaining('there is no other machine'),
    });
    const { code, out } = await trainyard(env, ['evacuate', 'local', '--json']);
    expect(code).toBe(1);
    expect((JSON.parse(out) as Evacuation).items).toMatchObject([{ runName: 'sleeper', state: 'stays' }]);
    expect((await say('evacuate', 'local', '--cancel')).said).toContain('is not being emptied');
    expect((await say('drain', 'local', '--off')).said).toContain('takes runs again');
    expect(
      await trainyardJson<MachinePolicy>(env, [
        'machines',
        'policy',
        'local',
        '--window',
        '20:00-08:00',
        '--preference',
        '3',
      ]),
    ).toEqual({ draining: false, window: { from: '20:00', to: '08:00' }, preference: 3 });
    expect(await say('machines', 'policy', 'local', '--window', '25:00-08:00')).toMatchObject({ code: 2 });
    expect((await say('machines', 'policy', 'local', '--window', 'none')).said).toContain(
      'at any time; preference 3',
    );

    expect((await say('rebalance')).said).toMatch(/^off; rules: overloaded, gpu-failing/);
    const { policy } = await trainyardJson<{ policy: RebalancePolicy }>(env, [
      ...['rebalance', '--mode', 'propose', '--rules', 'gpu-failing', '--cool-down', '3h', '--load', '2.5'],
    ]);
    expect(policy).toEqual({
      mode: 'propose',
      rules: { overloaded: false, gpuFailing: true, betterPlace: false, windowClosing: false },
      coolDownMs: 10_800_000,
      loadPerCpu: 2.5,
    });
    expect(await say('rebalance', '--accept', 'nothing')).toMatchObject({ code: 3 });
    expect(await say('machines', 'lost', 'local')).toMatchObject({ code: 2 });
    expect(await say('machines', 'lost', 'local', '--yes')).toMatchObject({
      code: 1,
      said: expect.stringContaining('cannot be given up'),
    });
    await trainyardJson(env, ['kill', 'sleeper']);
    await until(
      'it has ended',
      async () => (await trainyardJson<RunSummary[]>(env, ['ps', '--running'])).length === 0,
    );
  });
});
