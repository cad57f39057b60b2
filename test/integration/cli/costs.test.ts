import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OwnCosts } from '#shared/domain/catalog.ts';
import type { CostSummary, RunCost } from '#shared/domain/cost.ts';
import type { Figure } from '#shared/domain/figure.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { serve, trainyard, trainyardJson, userEnvironment } from './trainyard.ts';

describe.skipIf(!needs('linux'))('costs from the command line', () => {
  test('costs set, costs run, costs and budgets', { timeout: 240_000 }, async () => {
    const directory = await tempDirectory('cli');
    const env = userEnvironment(directory);
    const file = path.join(directory, 'task.yaml');
    await writeFile(file, 'name: dear\nenvs: {TRAINYARD_PROJECT: llm}\nrun: sleep 1\n');
    const app = serve(env);
    await until('it serves', () => app.urls.length > 0);
    const say = async (...args: string[]) => {
      const { code, out, err } = await trainyard(env, args);
      return { code, said: out + err };
    };
    expect(await say('costs', 'set', 'local', '--years', '4')).toMatchObject({
      code: 2,
      said: expect.stringContaining('--capex'),
    });
    const price = ['--capex', '35040000', '--overhead', '0', '--kwh', '0', '--utilisation', '50'];
    expect((await say('costs', 'set', 'local', ...price)).said).toContain('$1,000 an hour, used or not');
    const network = ['costs', 'set', 'local', '--network'];
    const known = await trainyardJson<{ costs: OwnCosts }>(env, [...network, '25']);
    expect(known.costs).toMatchObject({ networkGbps: 25, years: 4 });
    expect(
      (await trainyardJson<{ costs: OwnCosts }>(env, [...network, 'unknown'])).costs.networkGbps,
    ).toBeNull();
    await trainyardJson(env, ['run', file, '--on', 'local']);
    const asked = () => trainyardJson<{ cost: RunCost; figure: Figure }>(env, ['costs', 'run', 'dear']);
    await until('it has ended', async () => (await asked()).cost.endedAt !== null);

    const { cost, figure } = await asked();
    expect(cost).toMatchObject({ project: 'llm', user: 'cli', basis: 'own', state: 'succeeded' });
    expect(cost.soFarMicros).toBeGreaterThan(200_000);
    expect(figure.value).toBe(cost.soFarMicros);
    const all = await trainyardJson<CostSummary>(env, ['costs']);
    expect(all.totalMicros).toBe(cost.soFarMicros);
    expect((await say('costs', '--by', 'machine')).said).toMatch(/MACHINE\s+RUNS\s+GPU HOURS\s+SPENT\n/);
    expect((await say('costs', 'run', 'dear', '--project', 'other')).said).toContain('project other');
    expect(await trainyardJson(env, ['budgets'])).toEqual([]);
    expect(await trainyardJson(env, ['costs', 'set', 'local', '--clear'])).toBeNull();
  });
});
