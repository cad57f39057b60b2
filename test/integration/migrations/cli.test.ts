import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Migration, MigrationPlan } from '#shared/domain/migration.ts';
import type { Run } from '#shared/domain/run.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { serve, trainyard, trainyardJson, userEnvironment } from '../cli/trainyard.ts';
import { type Lab, lightTraining, startLab, taskOf } from './lab.ts';

describe.skipIf(!needs('sshd', 'root', 'python3'))('trainyard move', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  }, 120_000);
  afterAll(() => lab?.stop());

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
    expect((await trainyard(env, ['stop', id])).code).toBe(0);
  });
});
