import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FoundCheckpoint, RunCheckpoint } from '#shared/domain/checkpoint.ts';
import type { Cleaned, Leftover } from '#shared/domain/leftover.ts';
import type { Migration, MigrationPlan } from '#shared/domain/migration.ts';
import type { Run } from '#shared/domain/run.ts';
import type { Backup } from '#shared/domain/run-backup.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { serve, trainyard, trainyardJson, userEnvironment } from '../cli/trainyard.ts';
import { type Lab, lightTraining, runDirectory, startLab, taskOf } from './lab.ts';

describe.skipIf(!needs('sshd', 'root', 'python3'))('trainyard move', () => {
  let lab: Lab;
  // Anew for a second try: what the first has left on the boxes would be found and told.
  beforeEach(async () => {
    lab = await startLab();
  }, 120_000);
  afterEach(() => lab?.stop());

  test('a dry run changes nothing; a move tells what it cost; then the list has it', {
    timeout: 400_000,
  }, async () => {
    const env = userEnvironment(await tempDirectory('user'));
    const app = serve(env);
    await until('the app is served', () => app.urls.length > 0);
    for (const name of ['one', 'two']) {
      const added = await trainyard(env, ['sites', 'add', name, '--config', lab.configFile]);
      expect(added.err).toBe('');
    }
    const file = path.join(lab.code, 'task.yaml');
    writeFileSync(file, taskOf(lightTraining(100_000)));
    const { id } = await trainyardJson<Run>(env, ['run', file, '--on', 'one']);
    await until('it has a checkpoint', async () => {
      const run = await trainyardJson<Run>(env, ['show', id]);
      return (run.step ?? 0) > 25;
    });

    const plan = await trainyardJson<MigrationPlan>(env, ['move', id, '--to', 'two', '--dry-run']);
    expect(plan).toMatchObject({ possible: true, mode: 'request' });
    const inWords = await trainyard(env, ['move', id, '--to', 'two', '--dry-run']);
    expect(inWords).toMatchObject({ code: 0, err: '' });
    expect(inWords.out).toMatch(/^time {2}.* without training$/m);
    expect(await trainyardJson<Migration[]>(env, ['moves', 'list'])).toEqual([]);
    expect((await trainyard(env, ['move', id, '--to', 'one'])).code).toBe(1);

    const moved = await trainyard(env, ['move', 'train', '--to', 'two', '--path', 'laptop']);
    expect(moved.err).toBe('');
    expect(moved.code).toBe(0);
    expect(moved.out).toMatch(
      /moved from one to two; from step \d+; stood still for [\d.]+ s \(save .*start /,
    );
    const [listed] = await trainyardJson<Migration[]>(env, ['moves', 'list', id]);
    expect(listed).toMatchObject({ phase: 'committed', runId: id, path: 'laptop' });
    const shown = await trainyard(env, ['moves', 'show', listed?.id ?? '']);
    expect(shown.out).toBe(moved.out);
    expect(await trainyard(env, ['moves', 'cancel', id])).toMatchObject({ code: 3 });
    await tellsOfCheckpoints(env, lab, id);
    await cleansUp(env, lab, id);
    await keeps(env, id);
    expect((await trainyard(env, ['stop', id])).code).toBe(0);
  });
});

/** Of the run, where the copies of each lie; of a directory of a machine the same without. */
async function tellsOfCheckpoints(
  env: NodeJS.ProcessEnv,
  { boxes: [, two] }: Lab,
  id: string,
): Promise<void> {
  // It saves each second, and one that is being looked at may go meanwhile.
  const whole = await until('one is told complete', async () =>
    (await trainyardJson<RunCheckpoint[]>(env, ['checkpoints', id])).find(
      (each) => each.complete && !each.gone,
    ),
  );
  expect(whole).toMatchObject({ framework: 'own', copies: [{ kind: 'run', machineName: 'two' }] });
  expect(whole.copies[0]?.path.startsWith(two.home)).toBe(true);
  await until('the table tells it', async () => {
    const { out } = await trainyard(env, ['checkpoints', id]);
    expect(out).toMatch(/^STEP +COMPLETE +SIZE +AGE +FRAMEWORK +PATH +COPIES +WHY$/m);
    return /^\d+ +yes .* step-\d+\.bin +two /m.test(out);
  });
  const directory = `${runDirectory(two, id)}/code/checkpoints`;
  const there = await until('the directory has some', async () => {
    const found = await trainyardJson<FoundCheckpoint[]>(env, [
      'checkpoints',
      `two:${directory}`,
      '--framework',
      'own',
    ]);
    return found.length > 0 ? found : null;
  });
  expect(there.filter(({ path: name }) => !/^step-\d+\.bin$/.test(name))).toEqual([]);
}

/** Its newest checkpoint, on the other machine; the run goes on from it there once it has been stopped. */
async function keeps(env: NodeJS.ProcessEnv, id: string): Promise<void> {
  const said = async (...args: string[]) => {
    const { code, out, err } = await trainyard(env, ['keep', ...args]);
    return { code, said: out + err };
  };
  expect(await said('policy', id)).toEqual({ code: 0, said: 'Nothing of it is kept elsewhere by itself.\n' });
  expect((await said('policy', id, '--keep', '2')).said).toContain('--to MACHINE');
  const policy = [
    'policy',
    id,
    '--to',
    'one',
    '--checkpoints',
    'none',
    '--artefacts',
    'history.tsv',
    '--keep',
    '2',
  ];
  expect((await said(...policy)).said).toBe('on: checkpoints none, 2 on each of one, and history.tsv\n');
  expect((await said('policy', id, '--off')).said).toContain('Nothing of it');
  expect((await trainyard(env, ['stop', id])).code).toBe(0);
  await until(
    'it has stopped',
    async () => (await trainyardJson<Run>(env, ['show', id])).state === 'stopped',
  );
  const [kept] = await trainyardJson<Backup[]>(env, ['keep', 'now', id, '--to', 'one']);
  expect(kept).toMatchObject({
    machineName: 'one',
    state: 'verified',
    checkpoint: { path: expect.stringMatching(/^step-/) },
  });
  const backup = kept?.id ?? '';
  expect((await said('list', id)).said).toMatch(new RegExp(`^${backup} +train +\\d+ +one +verified `, 'm'));
  expect(await said('verify', backup)).toMatchObject({ code: 0 });
  expect((await said('restore', backup, '--on', 'one')).said).toMatch(/attempt 3 on one$/m);
  await until('it trains beyond that', async () => {
    const run = await trainyardJson<Run>(env, ['show', id]);
    return (
      run.machineName === 'one' && run.state === 'running' && (run.step ?? 0) > (kept?.checkpoint?.step ?? 0)
    );
  });
  expect(await said('rm', backup)).toMatchObject({ code: 0 });
  expect(
    (await trainyardJson<Backup[]>(env, ['keep', 'list', id])).filter(({ id: each }) => each === backup),
  ).toEqual([]);
}

/** What it has left at the source goes, but for what is nowhere else and what is in use; that of a machine that is away, later. */
async function cleansUp(env: NodeJS.ProcessEnv, { boxes: [one] }: Lab, id: string): Promise<void> {
  const home = path.join(one.home, '.trainyard/runs', id);
  const only = path.join(home, 'code/checkpoints/step-9999999.bin');
  const stages = ['0a', '0b'].map((name) => path.join(home, `.trainyard-copy-${name}`));
  const plant =
    'for stage; do mkdir "$stage" && echo half >"$stage/in"; done; chown -R --reference="$(dirname "$1")" "$@"; touch -d "-1 hour" "$1/in" "$1"';
  spawnSync('sh', ['-c', plant, 'sh', ...stages]);
  writeFileSync(only, 'a');
  const left = () => trainyardJson<Leftover[]>(env, ['moves', '--clean', '--dry-run']);
  const stateOf = (all: readonly Leftover[], where: string) => {
    const found = all.find((each) => each.machineName === 'one' && each.path.endsWith(where));
    return found === undefined ? null : `${found.state} ${found.why?.code ?? ''}`.trim();
  };

  const first = await left();
  // While a copy may be under way beside it, nothing of it is touched.
  expect(stateOf(first, '/code')).toBe('kept LEFT_BUSY');
  expect(stateOf(first, '-0a')).toBe('removable');
  expect(stateOf(first, '-0b')).toBe('kept LEFT_BUSY');
  rmSync(stages[1] ?? '', { recursive: true });
  const second = await left();
  expect(stateOf(second, '/code')).toBe('kept LEFT_ONLY_CHECKPOINT');
  rmSync(only);
  const third = await left();
  expect(stateOf(third, '/code')).toBe('removable');
  expect(third.find(({ what }) => what === 'directory')?.bytes).toBeGreaterThan(0);
  // Where the run is, nothing is a left-over.
  expect(third.filter(({ machineName, runId }) => machineName === 'two' && runId === id)).toEqual([]);
  expect(existsSync(path.join(home, 'code'))).toBe(true);

  const unasked = await trainyard(env, ['moves', '--clean', '--json']);
  expect(unasked.code).toBe(2);
  expect(unasked.err).toContain('--yes');

  await one.stopServer();
  one.dropConnections();
  const away = await trainyardJson<Cleaned[]>(env, ['moves', '--clean', '--yes']);
  expect(away.map(({ leftover, result }) => [leftover.machineName, leftover.what, result])).toEqual([
    ['one', 'directory', 'later'],
  ]);
  await one.startServer();
  await until('it is removed as the machine is seen', () => !existsSync(path.join(home, 'code')), {
    deadlineMs: 60_000,
  });
  // Its records and logs stay.
  expect(existsSync(path.join(home, 'attempts/1/log'))).toBe(true);
  expect(existsSync(path.join(home, 'moved'))).toBe(true);

  const last = await trainyard(env, ['moves', '--clean', '--yes']);
  expect(last).toMatchObject({ code: 0, err: '' });
  expect(last.out).toMatch(/^removed {2}one:.*trainyard-copy-0a/m);
  expect(await left()).toEqual([]);
  expect((await trainyard(env, ['moves', '--clean'])).out).toContain('nothing');
}
