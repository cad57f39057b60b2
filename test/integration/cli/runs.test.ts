import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Machine } from '#shared/domain/machine.ts';
import type { Run, RunSummary } from '#shared/domain/run.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { serve, trainyard, trainyardJson, userEnvironment } from './trainyard.ts';

const task = (run: string, more = '') => `name: hello\n${more}run: |\n${run.replace(/^/gm, '  ')}\n`;

async function user(yaml: string) {
  const directory = await tempDirectory('cli');
  const env = userEnvironment(directory);
  const file = path.join(directory, 'task.yaml');
  await writeFile(file, yaml);
  return { env, file, directory };
}

/** Ends what a test may have left running on this computer. */
function endRuns(env: NodeJS.ProcessEnv): void {
  onTestFinished(async () => {
    const runs = await trainyardJson<RunSummary[]>(env, ['ps', '--running']);
    if (runs.length > 0) await trainyard(env, ['kill', ...runs.map(({ id }) => id)]);
    await until(
      'all have ended',
      async () => (await trainyardJson<RunSummary[]>(env, ['ps', '--running'])).length === 0,
    );
  });
}

describe.skipIf(!needs('linux'))('runs from the command line', () => {
  test('without an app: launched, followed, ended with its own exit code, found again, deleted', async () => {
    const { env, file } = await user(
      task(
        'echo one\necho "secret is $(printf %s "$TOKEN_X" | wc -c)"\necho $GREETING\nexit 7',
        'secrets:\n  TOKEN_X: null\nenvs:\n  GREETING: null\n',
      ),
    );
    endRuns(env);
    const launched = await trainyard({ ...env, TOKEN_X: 'abcd' }, [
      'run',
      file,
      '--on',
      'local',
      '--secret',
      'TOKEN_X',
      '--env',
      'GREETING=good day',
      '--follow',
    ]);
    expect(launched).toMatchObject({ code: 7, out: 'one\nsecret is 4\ngood day\n' });

    const [run] = await trainyardJson<RunSummary[]>(env, ['ps']);
    expect(run).toMatchObject({ name: 'hello', state: 'failed', exitCode: 7, machineName: 'This computer' });
    const shown = await trainyardJson<Run>(env, ['show', 'hello']);
    expect(shown).toMatchObject({ id: run?.id, evidence: { kind: 'exit-record', exitCode: 7 } });
    expect(JSON.stringify(shown)).not.toContain('abcd');
    expect((await trainyard(env, ['logs', 'hello'])).out).toBe('one\nsecret is 4\ngood day\n');
    expect((await trainyard(env, ['logs', 'hello', '--from', '-9'])).out).toBe('good day\n');
    expect((await trainyard(env, ['logs', 'hello', '--follow'])).code).toBe(7);
    const found = await trainyardJson<{ lineNumber: number; text: string }[]>(env, [
      'logs',
      'hello',
      '--search',
      'g.*day',
    ]);
    expect(found).toMatchObject([{ lineNumber: 3, text: 'good day' }]);

    expect((await trainyard(env, ['rm', 'hello'])).out).toContain('deleted');
    expect((await trainyard(env, ['show', String(run?.id)])).code).toBe(3);
  });

  test('with an app: detached, listed, stopped, restarted elsewhere in time, killed', async () => {
    const { env, file } = await user(task('echo started\nsleep 600'));
    const serving = serve(env);
    endRuns(env);
    await until('the app is up', () => serving.urls[0], { deadlineMs: 60_000 });
    const run = await trainyardJson<Run>(env, ['run', file, '--on', 'this computer', '--name', 'long one']);
    expect(run).toMatchObject({ name: 'long one', state: 'running', epoch: 1 });
    expect(await trainyardJson<RunSummary[]>(env, ['ps', '--running', '--on', 'local'])).toHaveLength(1);
    expect((await trainyard(env, ['rm', 'long one'])).code).toBe(1);

    await trainyardJson(env, ['stop', 'long one', '--grace', '2']);
    const stopped = await until('it has stopped', async () => {
      const now = await trainyardJson<Run>(env, ['show', run.id]);
      return now.state === 'stopped' ? now : null;
    });
    expect(stopped.evidence).toMatchObject({ kind: 'exit-record', by: 'user' });

    await trainyardJson(env, ['restart', run.id]);
    await until('its second attempt runs', async () => {
      const now = await trainyardJson<Run>(env, ['show', run.id]);
      return now.state === 'running' && now.epoch === 2;
    });
    await trainyardJson(env, ['kill', run.id]);
    await until(
      'it is ended',
      async () => (await trainyardJson<Run>(env, ['show', run.id])).state === 'stopped',
    );
    const detached = await trainyardJson<Run>(env, ['run', file, '--on', 'local', '--detach']);
    expect(detached.id).not.toBe(run.id);
  });

  test('a name that fits several is an error that lists them; what is needed and missing is said', async () => {
    const { env, file, directory } = await user(task('true'));
    const serving = serve(env);
    endRuns(env);
    await until('the app is up', () => serving.urls[0], { deadlineMs: 60_000 });
    const [first, second] = [
      await trainyardJson<Run>(env, ['run', file, '--on', 'local']),
      await trainyardJson<Run>(env, ['run', file, '--on', 'local']),
    ];
    const ambiguous = await trainyard(env, ['show', 'hello']);
    expect(ambiguous.code).toBe(2);
    expect(ambiguous.err).toContain(first.id);
    expect(ambiguous.err).toContain(second.id);
    const shown = await trainyard(env, ['show', first.id.slice(0, 8)]);
    expect(shown.out).toMatch(/^evidence +/m);
    expect((await trainyard(env, ['ps'])).out).toMatch(/hello +This computer +/);

    expect((await trainyard(env, ['run', file, '--on', 'nowhere'])).code).toBe(3);
    expect((await trainyard(env, ['run', file, '--on', 'local', '--secret', 'NOT_SET_ANYWHERE'])).code).toBe(
      5,
    );
    await writeFile(path.join(directory, 'wrong.yaml'), 'nmae: x\n');
    const wrong = await trainyard(env, [
      'run',
      path.join(directory, 'wrong.yaml'),
      '--on',
      'local',
      '--json',
    ]);
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.err)).toMatchObject({ error: { code: 'TASK_INVALID' } });
  });
});

test('sites, machines, settings, backups and the way in, with an app', async () => {
  const { env, directory } = await user('');
  const serving = serve(env);
  await until('the app is up', () => serving.urls[0], { deadlineMs: 60_000 });
  const added = await trainyardJson<{ id: string }[]>(env, [
    'sites',
    'add',
    'me@nowhere.invalid:2222',
    '--name',
    'Box',
    '--no-connect',
  ]);
  expect(added).toMatchObject([{ name: 'Box', ssh: { host: 'nowhere.invalid', user: 'me', port: 2222 } }]);
  expect((await trainyard(env, ['sites', 'test', 'Box'])).code).toBe(4);
  expect((await trainyard(env, ['sites'])).out).toContain('me@nowhere.invalid:2222');
  expect((await trainyard(env, ['ssh', 'local'])).code).toBe(2);
  await trainyardJson(env, ['sites', 'remove', 'box']);
  expect(await trainyardJson<unknown[]>(env, ['sites', 'list'])).toHaveLength(1);

  expect((await trainyard(env, ['machines', 'refresh'])).code).toBe(0);
  const [machine] = await trainyardJson<Machine[]>(env, ['machines', 'list']);
  expect(machine?.inventory?.cpuCount).toBeGreaterThan(0);
  expect((await trainyard(env, ['machines', 'show', 'local'])).out).toContain('processor');

  expect(await trainyardJson(env, ['config', 'set', 'theme', 'dark'])).toMatchObject({ theme: 'dark' });
  expect((await trainyard(env, ['config', 'get', 'theme'])).out).toBe('dark\n');
  const { file } = await trainyardJson<{ file: string }>(env, ['backup', 'now']);
  await trainyardJson(env, ['config', 'set', 'theme', 'light']);
  expect(await trainyardJson<unknown[]>(env, ['backup', 'list'])).not.toHaveLength(0);
  await trainyardJson(env, ['backup', 'restore', path.resolve(directory, file)]);
  expect(await trainyardJson(env, ['config', 'get', 'theme'])).toBe('dark');

  // A restore starts the app's process anew: until it is back there is nobody to sign a browser in, and who answers before it is gone
  // signs nobody in any more.
  await until('the app is back, and lets a browser in', async () => {
    const { url } = await trainyardJson<{ url: string }>(env, ['open']);
    const answer = await fetch(url, { redirect: 'manual' }).catch(() => null);
    return answer?.status === 303;
  });
});
