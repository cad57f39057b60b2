import { describe, expect, test } from 'vitest';
import { everyMs } from '#backend/planner/demand.ts';
import { rateOf, settledValue } from '#backend/planner/measured.ts';
import { catalogNames } from '#backend/planner/own-machines.ts';
import { probeTask } from '#backend/planner/probe-task.ts';
import { checkTasks } from '#backend/runs/spec/index.ts';
import type { ModelShape, Setup } from '#shared/domain/workload.ts';
import { asItStands } from '#shared/planner/what-if.ts';
import { accelerators, at, hour, someDemand, someLimits } from '../../shared/planner/place/some-world.ts';
import { gpu, heron, planned } from './world.ts';

const question = {
  demand: someDemand(),
  limits: someLimits(),
  objective: 'cheapest',
  scenario: null,
} as const;

describe('own machines', () => {
  test('what the inventory shows, by the catalogue’s names, free now', async () => {
    const { planner } = await planned();
    const [machine] = planner.machines(at);
    expect(machine).toMatchObject({
      id: heron,
      name: 'box-aa',
      maxLabel: 'confidential',
      country: 'DE',
      unready: null,
    });
    expect(machine?.gpus).toHaveLength(8);
    expect(machine?.gpus[0]).toMatchObject({ accelerator: 'H100', freeAt: at });
    expect(machine?.microsPerHour).toBeNull();
  });

  test('what a run holds is free when its steps say so, else nobody knows', async () => {
    const world = await planned();
    const { id } = world.run({ gpus: 3 });
    expect(world.planner.machines(at)[0]?.gpus.map(({ freeAt }) => freeAt)).toEqual([
      null,
      null,
      null,
      at,
      at,
      at,
      at,
      at,
    ]);
    // An hour for a quarter of its steps.
    world.store.runs.setProgress(id, { step: 250, totalSteps: 1000 });
    expect(world.planner.machines(at)[0]?.gpus[0]?.freeAt).toBe(at + 3 * hour);
  });

  test('what others hold, what is broken and what is drained', async () => {
    const held = gpu(0, {
      processes: [{ pid: 7, user: 'bob', command: 'python x.py', memoryBytes: 1, runId: null }],
    });
    const { planner, store } = await planned([held, gpu(1, { fault: 'fell off the bus' }), gpu(2)]);
    expect(planner.machines(at)[0]?.gpus.map(({ freeAt }) => freeAt)).toEqual([null, at]);
    store.machines.setPolicy(heron, { draining: true, window: null, preference: 0 });
    expect(planner.machines(at)[0]?.unready).toBe('draining');
  });

  test('runs in its queue come first', async () => {
    const world = await planned();
    world.run({ gpus: 0, state: 'queued', startedAt: null, asks: '"H100:6"' });
    const free = world.planner.machines(at)[0]?.gpus.filter(({ freeAt }) => freeAt === at);
    expect(free).toHaveLength(2);
  });

  test.each([
    ['NVIDIA H100 80GB HBM3', 79.6, 'H100'],
    ['NVIDIA A100-SXM4-40GB', 39.6, 'A100'],
    ['NVIDIA A100-SXM4-80GB', 79.3, 'A100-80GB'],
    ['NVIDIA A100 80GB PCIe', 79.3, 'A100-80GB'],
    ['NVIDIA L4', 22.5, 'L4'],
    ['NVIDIA L40S', 45, 'NVIDIA L40S'],
    ['Strange 9000', 16, 'Strange 9000'],
  ])('%s with %f GiB is %s', (model, gib, name) => {
    expect(catalogNames(accelerators)({ model, memoryBytes: gib * 2 ** 30 })).toBe(name);
  });
});

describe('placing', () => {
  test('own machines and offers, judged together', async () => {
    const { planner } = await planned();
    const answer = planner.place(question);
    expect(answer.judged).toBe(4);
    expect(answer.alternatives[0]?.place).toMatchObject({ kind: 'machine', title: 'box-aa' });
    expect(planner.place(question).inputsHash).toBe(answer.inputsHash);
  });

  test('the formula behind an alternative; none behind one that has no price', async () => {
    const { planner } = await planned();
    const { cost, time } = planner.explain({ ...question, alternative: 1 });
    expect([cost.key, time.key]).toEqual(['planCost', 'planTime']);
    expect(() => planner.explain({ ...question, alternative: 99 })).toThrow(
      expect.objectContaining({ code: 'PLAN_ALTERNATIVE_GONE' }),
    );
  });

  test('under a scenario: dearer, without a machine, with a bought one', async () => {
    const { planner } = await planned();
    const costs = {
      capexMicros: 200_000_000_000,
      residualMicros: 0,
      overhead: 0,
      years: 4,
      powerKW: 5,
      pue: 1.3,
      microsPerKWh: 200_000,
      otherMicrosPerHour: 0,
      utilisation: 0.8,
    };
    const bought = [{ title: 'new', accelerator: 'H100', gpus: 8, costs }];
    const scenario = { ...asItStands, withoutMachines: [heron], pricePercent: 20, spotOff: true, bought };
    const { alternatives } = planner.place({ ...question, scenario });
    const titles = alternatives.map(({ place: { title } }) => title);
    expect(titles[0]).toBe('new');
    expect(titles).not.toContain('box-aa');
    const onDemand = alternatives.find(({ place: { kind } }) => kind === 'on-demand');
    expect(onDemand?.parts?.computeMicros).toBe(480_000_000);
    expect(alternatives.find(({ place: { kind } }) => kind === 'spot')?.excluded).toBe(true);
  });
});

describe('what a task asks for', () => {
  const yaml = `name: big
num_nodes: 2
resources:
  accelerators: {H100: 8, A100-80GB: 8}
  use_spot: true
  disk_size: 500
checkpoint:
  path: out
  every: 10m
run: python train.py
`;

  test('machines together, spot, disk, how often it saves', async () => {
    const { planner } = await planned();
    expect(planner.demandOf(yaml, null, null)).toEqual([
      expect.objectContaining({
        name: 'big',
        accelerators: [
          { name: 'H100', count: 16 },
          { name: 'A100-80GB', count: 16 },
        ],
        maxNodes: 2,
        useSpot: 'only',
        diskGiB: 500,
        checkpointEveryMs: 600_000,
        gpuCounts: [],
      }),
    ]);
  });

  test('without a word on spot: only what saves may be taken away', async () => {
    const { planner } = await planned();
    const spotOf = (text: string) => planner.demandOf(text, null, null)[0]?.useSpot;
    expect(spotOf('run: x')).toBe('never');
    expect(spotOf('run: x\ncheckpoint: {path: out}')).toBe('allowed');
    expect(spotOf('run: x\nresources: {use_spot: false}\ncheckpoint: {path: out}')).toBe('never');
  });

  test('speeds of the same task come along, those of others do not', async () => {
    const world = await planned();
    const { id } = world.run({ name: 'big' });
    world.prints(id, 'tokens_per_second', [1, 900, 1000, 1000]);
    const other = world.run({ name: 'other' });
    world.prints(other.id, 'tokens_per_second', [5, 5, 5, 5]);
    const model = { name: 'm', parameters: 1e9 } as ModelShape;
    const [demand] = world.planner.demandOf('name: big\nrun: x', model, {
      kind: 'training',
      method: 'full',
    } as Setup);
    expect(demand?.measured).toEqual([
      { accelerator: 'H100', gpus: 4, tokensPerSecond: 1000, runId: id, at },
    ]);
    expect(demand).toMatchObject({ gpuCounts: [1, 2, 4, 8], checkpointBytes: 14e9 });
  });

  test('a task with mistakes is refused with its line', async () => {
    const { planner } = await planned();
    expect(() => planner.demandOf('run: x\nresources: {accelerators: H1000}', null, null)).toThrow(
      expect.objectContaining({ code: 'TASK_INVALID', params: expect.objectContaining({ line: 2 }) }),
    );
  });

  test.each([
    ['30s', 30_000],
    ['10m', 600_000],
    ['2 hours', 7_200_000],
    ['1d', 86_400_000],
    ['500 steps', null],
    ['', null],
    [undefined, null],
    ['0m', null],
  ])('every %s', (text, ms) => {
    expect(everyMs(text)).toBe(ms);
  });
});

describe('measured speeds', () => {
  test.each([
    ['tokens_per_second', { of: 'tokens', perGpu: false }],
    ['train/tokens_per_sec', { of: 'tokens', perGpu: false }],
    ['tok/s', { of: 'tokens', perGpu: false }],
    ['tokens/sec', { of: 'tokens', perGpu: false }],
    ['toks_per_sec', { of: 'tokens', perGpu: false }],
    ['tps', { of: 'tokens', perGpu: false }],
    ['tgs', { of: 'tokens', perGpu: true }],
    ['tokens_per_second_per_gpu', { of: 'tokens', perGpu: true }],
    ['tokens/s/gpu', { of: 'tokens', perGpu: true }],
    ['train_samples_per_second', { of: 'samples', perGpu: false }],
    ['loss', null],
    ['tokens', null],
    ['steps_per_second', { of: 'steps', perGpu: false }],
    ['train/steps_per_sec', { of: 'steps', perGpu: false }],
    ['it/s', { of: 'steps', perGpu: false }],
    ['iters_per_second', { of: 'steps', perGpu: false }],
    ['commits_per_second', null],
    ['total_tokens_seen', null],
    ['eps', null],
  ])('%s', (name, rate) => {
    expect(rateOf(name)).toEqual(rate);
  });

  test('the middle of the second half: warming up does not count', () => {
    const points = [1, 2, 100, 110, 90].map((value, step): [number, number] => [step, value]);
    expect(settledValue(points)).toBe(100);
    expect(settledValue(points.slice(0, 2))).toBeNull();
  });

  test('samples count where the task says how long they are, per GPU times all', async () => {
    const world = await planned();
    const known = world.run({ name: 'known', envs: { SEQ_LEN: '2048' } });
    world.prints(known.id, 'train_samples_per_second', [10, 10, 10]);
    const unknown = world.run({ name: 'unknown' });
    world.prints(unknown.id, 'train_samples_per_second', [10, 10, 10]);
    const each = world.run({ name: 'each', gpus: 2 });
    world.prints(each.id, 'tgs', [100, 100, 100]);
    const without = world.run({ name: 'without', gpus: 0 });
    world.prints(without.id, 'tokens_per_second', [7, 7, 7]);
    const found = new Map(
      world.planner.measured().map(({ runName, tokensPerSecond }) => [runName, tokensPerSecond]),
    );
    expect(Object.fromEntries(found)).toEqual({ known: 20_480, each: 200 });
  });
});

test('steps a second count where it is known how much goes into one: by the task, or by the set-up that is planned for', async () => {
  const world = await planned();
  const stepping = (name: string, envs: Record<string, string>) => {
    const { id } = world.run({ name, envs });
    // What a probe's watch prints stands there once.
    world.prints(id, 'trainyard/steps_per_second', [2]);
  };
  stepping('by-batch', { GLOBAL_BATCH_SIZE: '16', SEQ_LEN: '1024' });
  stepping('by-tokens', { TOKENS_PER_STEP: '500000' });
  stepping('by-set-up', {});
  const both = world.run({ name: 'both', envs: { TOKENS_PER_STEP: '500000' } });
  world.prints(both.id, 'steps_per_second', [2, 2, 2]);
  world.prints(both.id, 'tokens_per_second', [900_000, 900_000, 900_000]);
  const short = world.run({ name: 'short', envs: { TOKENS_PER_STEP: '500000' } });
  world.prints(short.id, 'steps_per_second', [2]);
  const speeds = () =>
    Object.fromEntries(world.planner.measured().map((each) => [each.runName, each.tokensPerSecond]));
  expect(speeds()).toEqual({ 'by-batch': 32_768, 'by-tokens': 1_000_000, both: 900_000 });
  const model = { name: 'm', parameters: 1e9 } as ModelShape;
  const setup = { kind: 'training', method: 'full', globalBatch: 8, sequence: 2048 } as Setup;
  const [demand] = world.planner.demandOf('name: by-set-up\nrun: x', model, setup);
  expect(demand?.measured).toMatchObject([{ tokensPerSecond: 32_768 }]);
  // Somebody else's batch is not taken for it.
  expect(
    world.planner.demandOf('name: by-batch\nrun: x', model, { ...setup, globalBatch: 1 } as Setup)[0]
      ?.measured,
  ).toMatchObject([{ tokensPerSecond: 32_768 }]);
});

describe('probes', () => {
  const yaml = 'name: task\nrun: python train.py\n';
  const asked = { requestId: 'r'.repeat(12), machineId: heron, yaml, baseDirectory: '/work', steps: 50 };

  test('a run of the task that is told how many steps, and ends itself after them', async () => {
    const { planner, launched, activity } = await planned();
    planner.probes.launch(asked, { name: 'ann', role: 'owner' });
    expect(launched).toEqual([
      expect.objectContaining({
        name: 'probe of task',
        envs: { TRAINYARD_PROBE_STEPS: '50' },
        baseDirectory: '/work',
        machineId: heron,
        yaml: probeTask(yaml, { steps: 50, seconds: 1800 }),
      }),
    ]);
    expect(activity.map(({ action }) => action)).toEqual(['plan.probe']);
  });

  test('the task stays what it was, but for the watch beside its “run:”', () => {
    const heredoc = `# A comment
name: task
resources: {accelerators: H100:8}
workdir: .
run: |
  cat <<'EOF'
  it's "quoted" $HOME \\n
  EOF

  exit 3
envs: {A: 010}
`;
    const writings = [
      heredoc,
      `${heredoc.replace('run: |', 'run: |-')}# end`,
      'run: python train.py',
      'run: python train.py # why\nname: x\n',
      'run: "echo \\e[1m\\tä"\nname: x',
      "run: 'it''s'\nname: x\n",
      'run: >\n  python\n  train.py\nname: x\n',
      'name: x\nrun: |+\n  a\n\n\n',
      '{name: x, run: "python train.py", workdir: .}\n',
    ];
    for (const whole of writings) {
      const before = checkTasks(whole, { envs: {} });
      const after = checkTasks(probeTask(whole, { steps: 50, seconds: 1800 }), { envs: {} });
      expect([whole, after.errors]).toEqual([whole, before.errors]);
      expect({ ...after.tasks[0], run: null }).toEqual({ ...before.tasks[0], run: null });
      expect(before.tasks[0]?.run).toBeTruthy();
      expect(after.tasks[0]?.run).toContain(`\n(\n${before.tasks[0]?.run}\n)\n`);
    }
    for (const yaml of ['name: x', '- 1', 'run: [', '', 'run: {a: 1}'])
      expect(probeTask(yaml, { steps: 50, seconds: 1800 })).toBe(yaml);
  });

  test('a task that runs nothing has no speed', async () => {
    const { planner } = await planned();
    expect(() =>
      planner.probes.launch({ ...asked, yaml: 'setup: pip install x\n' }, { name: 'ann', role: 'owner' }),
    ).toThrow(expect.objectContaining({ code: 'PROBE_NOTHING_TO_RUN' }));
  });
});

test('a fit by the catalogue’s names; one that it does not have is refused', async () => {
  const { planner } = await planned();
  const asked = { setup: {} as Setup, gpus: 8, tokens: null, measured: [], model: {} as ModelShape };
  expect(() => planner.fit({ ...asked, accelerator: 'H1000' })).toThrow(
    expect.objectContaining({ code: 'ACCELERATOR_UNKNOWN', params: { name: 'H1000' } }),
  );
});
