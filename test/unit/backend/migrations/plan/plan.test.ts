import { describe, expect, test } from 'vitest';
import { planMove } from '#backend/migrations/plan/index.ts';
import { migrationPlan } from '#shared/domain/migration.ts';
import { moveSentences as sentences } from '#shared/domain/move-sentences.ts';
import words from '../../../../../renderer/i18n/errors/move-checks.ts';
import {
  type Change,
  failure,
  GB,
  runId,
  someCheckpoint,
  someFacts,
  someGpu,
  usualTask,
} from './some-facts.ts';

const gpuTask = `${usualTask}\nresources: {accelerators: "A100:2"}`;
const two = [someGpu(0), someGpu(1)];
const withGpus = (change: Change = {}): Change => ({
  yaml: gpuTask,
  ...change,
  facts: { held: two, room: { ok: true, value: two }, ...change.facts },
});
const using = (bytes: number) =>
  two.map((one) => ({
    ...one,
    processes: [{ pid: 1, user: 'u', command: 'python', memoryBytes: bytes, runId }],
  }));
const elsewhere = `/home/u/.trainyard/runs/${runId}/code/.venv/bin/python3.11`;
const withSetup = `${usualTask}\nsetup: pip install torch`;
const mib = 2 ** 20;

/** What is changed, the check that it gives, and (but for a pass) the remedy. */
const cases: [string, Change, string, 'pass' | 'warn' | 'fail', string | null][] = [
  ['both are there', {}, 'CHECK_REACHABLE', 'pass', null],
  [
    'one is not',
    { to: { machine: { unreachable: failure('MACHINE_UNREACHABLE', 'No route.'), box: null } } },
    'CHECK_UNREACHABLE',
    'fail',
    'DO_CONNECT',
  ],
  [
    'one does not answer',
    { to: { machine: { unanswered: failure('X', 'What?'), box: null } } },
    'CHECK_FACTS_UNKNOWN',
    'warn',
    'DO_LOOK_AGAIN',
  ],
  ['it is alive', {}, 'CHECK_ALIVE_AT', 'pass', null],
  ['it prints no steps', { facts: { step: null } }, 'CHECK_ALIVE', 'pass', null],
  ['it has ended', { attempt: { state: 'failed' } }, 'CHECK_NOT_ALIVE', 'fail', 'DO_RESTART'],
  ['it waits', { attempt: { state: 'queued' } }, 'CHECK_NOT_ALIVE', 'fail', 'DO_RESTART'],
  ['it is claimed', { facts: { claimed: true } }, 'CHECK_CLAIMED', 'fail', 'DO_WAIT'],
  [
    'it is there already',
    { to: { machine: { id: 'aaaaaaaaaaaa' } } },
    'CHECK_SAME_MACHINE',
    'fail',
    'DO_CHOOSE_OTHER',
  ],
  ['it is drained', { facts: { draining: true } }, 'CHECK_DRAINING', 'fail', 'DO_UNDRAIN'],
  ['its data may go there', {}, 'CHECK_DATA_LABEL_OK', 'pass', null],
  [
    'its data may not',
    { facts: { objection: failure('SENSITIVITY_VIOLATION', 'Secret data.') } },
    'CHECK_DATA_LABEL',
    'fail',
    'DO_OVERRIDE',
  ],
  [
    'secrets are lost',
    { facts: { missingSecrets: ['HF_TOKEN'] } },
    'CHECK_SECRETS',
    'warn',
    'DO_GIVE_SECRETS',
  ],

  ['no GPU is asked for', {}, 'CHECK_NO_GPUS', 'pass', null],
  ['there are GPUs', withGpus(), 'CHECK_GPUS_FREE', 'pass', null],
  [
    'they are taken',
    withGpus({
      facts: { room: { ok: false, why: failure('MACHINE_FULL', 'x', { why: 'held by run "two"' }) } },
    }),
    'CHECK_GPUS_TAKEN',
    'fail',
    'DO_FREE_GPUS',
  ],
  [
    'there are none such',
    withGpus({
      facts: { room: { ok: false, why: failure('RUN_NO_SUCH_ACCELERATOR', 'x', { why: 'it has none' }) } },
    }),
    'CHECK_GPUS_NEVER',
    'fail',
    'DO_ELASTIC',
  ],
  [
    'there are fewer',
    withGpus({ facts: { room: { ok: true, value: [someGpu(3)] } } }),
    'CHECK_GPUS_FEWER',
    'warn',
    null,
  ],
  ['their memory will do', withGpus({ facts: { held: using(70 * GB) } }), 'CHECK_GPU_MEMORY', 'pass', null],
  [
    'their memory is less than it uses',
    withGpus({
      facts: {
        held: using(70 * GB),
        room: { ok: true, value: [someGpu(0, { memoryBytes: 40 * GB }), someGpu(1)] },
      },
    }),
    'CHECK_GPU_MEMORY_LOW',
    'fail',
    'DO_BIGGER_GPU',
  ],
  [
    'their memory is less than it had',
    withGpus({
      facts: {
        held: using(10 * GB),
        room: { ok: true, value: two.map((one) => ({ ...one, memoryBytes: 40 * GB })) },
      },
    }),
    'CHECK_GPU_MEMORY_LESS',
    'warn',
    'DO_BIGGER_GPU',
  ],
  [
    'they are by another maker',
    withGpus({
      facts: { room: { ok: true, value: two.map((one) => ({ ...one, vendor: 'amd' as const })) } },
    }),
    'CHECK_GPU_VENDOR',
    'fail',
    'DO_SAME_VENDOR',
  ],
  [
    'they are another model',
    withGpus({ facts: { room: { ok: true, value: two.map((one) => ({ ...one, model: 'NVIDIA H100' })) } } }),
    'CHECK_GPU_MODEL',
    'warn',
    null,
  ],
  ['the driver is as new', withGpus(), 'CHECK_CUDA', 'pass', null],
  [
    'the driver is newer',
    withGpus({ to: { inventory: { cudaVersion: '13.0' } } }),
    'CHECK_CUDA',
    'pass',
    null,
  ],
  [
    'the driver is a major version older',
    withGpus({ to: { inventory: { cudaVersion: '11.8' } } }),
    'CHECK_CUDA_OLDER',
    'fail',
    'DO_UPDATE_DRIVER',
  ],
  [
    'the driver is a little older',
    withGpus({ to: { inventory: { cudaVersion: '12.1' } } }),
    'CHECK_CUDA_OLDER',
    'warn',
    'DO_UPDATE_DRIVER',
  ],
  [
    'the driver is not known',
    withGpus({ to: { inventory: { cudaVersion: null } } }),
    'CHECK_CUDA_UNKNOWN',
    'warn',
    'DO_UPDATE_DRIVER',
  ],

  [
    'the processors are alike',
    { to: { box: { architecture: 'amd64' } } },
    'CHECK_ARCHITECTURE',
    'pass',
    null,
  ],
  [
    'they are not',
    { to: { box: { architecture: 'aarch64' } } },
    'CHECK_ARCHITECTURE_OTHER',
    'fail',
    'DO_SAME_ARCHITECTURE',
  ],
  [
    'they are not, and set-up makes the environment',
    { yaml: withSetup, to: { box: { architecture: 'aarch64' } } },
    'CHECK_ARCHITECTURE_SETUP',
    'warn',
    null,
  ],
  [
    'the system is another',
    { to: { box: { system: 'Darwin' } } },
    'CHECK_SYSTEM_OTHER',
    'fail',
    'DO_SAME_SYSTEM',
  ],
  ['the system is the same', {}, 'CHECK_SYSTEM', 'pass', null],
  [
    'its release is another and an environment is copied',
    {
      from: { box: { sizes: { environment: { files: 9, bytes: 9 } } } },
      to: { inventory: { os: 'Rocky Linux 8' } },
    },
    'CHECK_SYSTEM_VERSION',
    'warn',
    'DO_SAME_SYSTEM',
  ],
  [
    'its Python is there',
    { from: { box: { python: '/usr/bin/python3.11' } }, to: { box: { python: 'there' } } },
    'CHECK_PYTHON',
    'pass',
    null,
  ],
  [
    'its Python is not',
    { from: { box: { python: '/usr/bin/python3.11' } }, to: { box: { python: 'none' } } },
    'CHECK_PYTHON_MISSING',
    'fail',
    'DO_INSTALL',
  ],
  [
    'its Python is not, and set-up may make it',
    { yaml: withSetup, from: { box: { python: '/usr/bin/python3.11' } }, to: { box: { python: 'none' } } },
    'CHECK_PYTHON_MISSING',
    'warn',
    'DO_INSTALL',
  ],
  [
    'PyTorch is the same',
    { from: { box: { torchDirectory: '/usr/lib/torch', torch: '2.1.0' } }, to: { box: { torch: '2.1.0' } } },
    'CHECK_TORCH',
    'pass',
    null,
  ],
  [
    'PyTorch is another',
    { from: { box: { torchDirectory: '/usr/lib/torch', torch: '2.1.0' } }, to: { box: { torch: '1.13.0' } } },
    'CHECK_TORCH_OTHER',
    'warn',
    'DO_SAME_TORCH',
  ],
  [
    'PyTorch is not there',
    { from: { box: { torchDirectory: '/usr/lib/torch', torch: '2.1.0' } } },
    'CHECK_TORCH_MISSING',
    'fail',
    'DO_INSTALL',
  ],
  [
    'PyTorch is not there, and set-up may make it',
    { yaml: withSetup, from: { box: { torchDirectory: '/usr/lib/torch', torch: '2.1.0' } } },
    'CHECK_TORCH_MISSING',
    'warn',
    'DO_INSTALL',
  ],
  ['set-up is run there', { yaml: withSetup }, 'CHECK_SETUP', 'warn', null],

  ['there is room on the disk', {}, 'CHECK_DISK', 'pass', null],
  [
    'there is just not room for a tenth more than travels',
    {
      from: { box: { sizes: { data: { files: 1, bytes: 10 * GB } } } },
      to: { box: { diskFreeBytes: 11.5 * GB } },
    },
    'CHECK_DISK_FULL',
    'fail',
    'DO_FREE_DISK',
  ],
  ['the disk does not say', { to: { box: { diskFreeBytes: null } } }, 'CHECK_DISK_UNKNOWN', 'warn', null],
  ['there is memory', {}, 'CHECK_MEMORY', 'pass', null],
  [
    'memory is tight',
    { to: { box: { memoryAvailableBytes: 2.1 * GB } } },
    'CHECK_MEMORY_TIGHT',
    'warn',
    'DO_FREE_MEMORY',
  ],
  [
    'there is too little memory',
    { to: { box: { memoryAvailableBytes: GB } } },
    'CHECK_MEMORY_LOW',
    'fail',
    'DO_FREE_MEMORY',
  ],
  [
    'its ports are free',
    { yaml: `${usualTask}\nresources: {ports: 8080-8090}` },
    'CHECK_PORTS',
    'pass',
    null,
  ],
  [
    'a port of its is taken',
    { yaml: `${usualTask}\nresources: {ports: 8080-8090}`, to: { box: { listening: new Set([8085, 22]) } } },
    'CHECK_PORTS_TAKEN',
    'fail',
    'DO_FREE_PORTS',
  ],
  [
    'a path is here and not there',
    {
      from: { box: { paths: ['directory'] } },
      to: { box: { paths: ['none'] } },
      facts: { neededPaths: ['/data'] },
    },
    'CHECK_PATH_MISSING',
    'warn',
    'DO_BRING_PATH',
  ],
  [
    'a path is at both or at neither',
    {
      from: { box: { paths: ['directory', 'none'] } },
      to: { box: { paths: ['directory', 'none'] } },
      facts: { neededPaths: ['/data', '/nope'] },
    },
    'CHECK_PATHS',
    'pass',
    null,
  ],
  [
    'it has more processes than there are processors',
    { from: { box: { worldSize: 16 } } },
    'CHECK_WORLD_CPUS',
    'warn',
    'DO_CHOOSE_OTHER',
  ],

  ['the trainer is told how to go on', {}, 'CHECK_RESUME', 'pass', null],
  ['it is not told', { yaml: 'run: x\ncheckpoint: {path: c, every: 5}' }, 'CHECK_RESUME_OWN', 'warn', null],
  [
    'it cannot surely be told',
    { facts: { untold: 'its last command is a loop' } },
    'CHECK_RESUME_UNSURE',
    'fail',
    'DO_RESUME_VARIABLE',
  ],
  ['it saves when asked', {}, 'CHECK_MODE_REQUEST', 'pass', null],
  [
    'it is to be the next',
    { facts: { asked: { mode: 'next', path: undefined } } },
    'CHECK_MODE_NEXT',
    'pass',
    null,
  ],
  [
    'it is to be the last',
    { facts: { asked: { mode: 'last', path: undefined } } },
    'CHECK_MODE_LAST',
    'pass',
    null,
  ],
  [
    'it is to be asked and does not listen',
    { from: { box: { handles: 0 } }, facts: { asked: { mode: 'request', path: undefined } } },
    'CHECK_MODE_IMPOSSIBLE',
    'fail',
    'DO_HANDLE_SIGNAL',
  ],
  [
    'it has no checkpoints at all',
    { yaml: 'run: x', facts: { checkpoints: null } },
    'CHECK_MODE_IMPOSSIBLE',
    'fail',
    'DO_SAY_PATH',
  ],
  ['the best way is taken', {}, 'CHECK_WAY', 'pass', null],
  [
    'no way works',
    {
      facts: {
        paths: {
          ok: true,
          value: [
            {
              kind: 'direct',
              usable: false,
              bytesPerSecond: null,
              roundTripMs: null,
              why: { code: 'X', params: {}, message: 'No port.' },
            },
          ],
        },
      },
    },
    'CHECK_NO_WAY',
    'fail',
    'DO_OPEN_WAY',
  ],
  [
    'the ways could not be tried',
    { facts: { paths: { ok: false, why: failure('X', 'Gone.') } } },
    'CHECK_NO_WAY',
    'fail',
    'DO_OPEN_WAY',
  ],
  [
    'the way asked for does not work',
    { facts: { asked: { mode: undefined, path: 'bucket' } } },
    'CHECK_WAY_OTHER',
    'fail',
    'DO_ANY_WAY',
  ],
];

test.each(cases)('%s', (_, change, code, verdict, remedy) => {
  const plan = planMove(someFacts(change));
  const check = plan.checks.find((each) => each.code === code);
  expect(check).toMatchObject({ code, verdict, remedy: remedy === null ? null : { code: remedy } });
  expect(check?.message).not.toMatch(/\{\{|undefined|null|NaN/);
  expect(check?.remedy?.message ?? '').not.toMatch(/\{\{|undefined|null|NaN/);
  if (verdict === 'fail') expect(plan.possible).toBe(false);
});

test('a move that nothing stands against is possible, and its plan crosses the contract', () => {
  const plan = planMove(someFacts());
  expect(plan.checks.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
  expect(plan).toMatchObject({ possible: true, mode: 'request', path: 'direct' });
  expect(() => migrationPlan.parse(plan)).not.toThrow();
});

test('what lies in the run directory comes along, so it need not be there', () => {
  const from = { box: { python: elsewhere, torchDirectory: `${elsewhere}/torch`, torch: '2.1' } };
  const { checks } = planMove(someFacts({ from, to: { box: { python: 'none' } } }));
  expect(checks.filter(({ code }) => /PYTHON|TORCH/.test(code))).toEqual([]);
});

test('where nothing is known of a machine nothing is claimed about it', () => {
  const nothing = { machine: { inventory: null, box: null } };
  const { checks } = planMove(someFacts({ from: nothing, to: nothing }));
  expect(checks.map(({ code }) => code)).not.toContain('CHECK_DISK');
  expect(checks.every(({ message }) => !/undefined|null|NaN/.test(message))).toBe(true);
});

describe('ways to hand over', () => {
  const modes = (change: Change) =>
    planMove(someFacts(change)).modes.map(({ mode, why }) => [mode, why?.code ?? 'possible']);
  test.each<[string, Change, [string, string, string]]>([
    ['all', {}, ['possible', 'possible', 'possible']],
    [
      'nothing saved yet, no rhythm',
      { yaml: 'run: x\ncheckpoint: {path: c}', facts: { checkpoints: { ok: true, value: [] } } },
      ['MODE_NEEDS_REQUEST', 'MODE_NO_RHYTHM', 'MODE_NO_CHECKPOINT'],
    ],
    [
      'nothing complete yet, but a rhythm',
      { facts: { checkpoints: { ok: true, value: [someCheckpoint(1, { complete: false })] } } },
      ['possible', 'possible', 'MODE_NO_CHECKPOINT'],
    ],
    [
      'a command that makes it save',
      {
        yaml: 'run: x\ncheckpoint: {path: c, request: {command: touch save}}',
        from: { box: { processes: 0 } },
      },
      ['possible', 'possible', 'possible'],
    ],
    [
      'processes that cannot be seen',
      { from: { box: { processes: 0, handles: 0 } } },
      ['MODE_NOT_KNOWN', 'possible', 'possible'],
    ],
    [
      'checkpoints that cannot be seen',
      {
        yaml: 'run: x\ncheckpoint: {path: c, request: {signal: USR1}}',
        facts: { checkpoints: { ok: false, why: failure('X', 'Gone.') } },
      },
      ['possible', 'MODE_CHECKPOINTS_UNSEEN', 'MODE_CHECKPOINTS_UNSEEN'],
    ],
    [
      'no checkpoints',
      { yaml: 'run: x', facts: { checkpoints: null } },
      ['MODE_NEEDS_PATH', 'MODE_NEEDS_PATH', 'MODE_NEEDS_PATH'],
    ],
  ])('%s', (_, change, [request, next, last]) => {
    expect(modes(change)).toEqual([
      ['request', request],
      ['next', next],
      ['last', last],
    ]);
  });

  test('the best that is possible is taken where none is asked for', () => {
    expect(planMove(someFacts({ from: { box: { handles: 0 } } })).mode).toBe('next');
    const late = { yaml: 'run: x\ncheckpoint: {path: c}' };
    expect(planMove(someFacts(late)).mode).toBe('next');
  });
});

describe('what it costs', () => {
  const sizes = {
    rest: { files: 12, bytes: 3 * GB },
    environment: { files: 20_000, bytes: 5 * GB },
    data: { files: 3, bytes: 7 * GB },
    checkpoints: { files: 2, bytes: 2 * GB },
  };
  const snapshot = { id: 's', workdir: '/w', files: 10, bytes: 10 * mib, git: null };

  test('what travels, before the stop and after it', () => {
    const { copies } = planMove(someFacts({ from: { box: { sizes } }, run: { snapshot } }));
    expect(copies).toEqual([
      { what: 'code', files: 10, bytes: 10 * mib, beforeStop: true },
      { what: 'environment', files: 20_000, bytes: 5 * GB, beforeStop: true },
      { what: 'data', files: 3, bytes: 7 * GB, beforeStop: true },
      { what: 'outputs', files: 2, bytes: 3 * GB - 10 * mib, beforeStop: true },
      { what: 'checkpoint', files: 2, bytes: 2 * GB, beforeStop: true },
      { what: 'checkpoint', files: 1, bytes: GB, beforeStop: false },
    ]);
  });

  test('what set-up makes is not copied, and of the last checkpoint nothing is left to send', () => {
    const facts = { asked: { mode: 'last' as const, path: undefined } };
    const { copies } = planMove(someFacts({ yaml: withSetup, from: { box: { sizes } }, facts }));
    expect(copies.map(({ what, beforeStop }) => [what, beforeStop])).toEqual([
      ['data', true],
      ['outputs', true],
      ['checkpoint', true],
    ]);
  });

  test('downtime is step, save, S/B, verify and start, as wide as it is uncertain', () => {
    const { estimate } = planMove(someFacts());
    const copied = GB / 100e6 / 1.25;
    expect(estimate?.downtimeMs.low).toBeGreaterThan(copied * 1000);
    expect(estimate?.downtimeMs.low).toBeLessThan(10_000 + 4000 + 2000);
    expect(estimate?.downtimeMs.high).toBeGreaterThan(10_000 + 4000);
    expect(estimate?.downtimeMs.high).toBeLessThan(60_000);
    expect(estimate?.totalMs.low).toBeGreaterThan(estimate?.downtimeMs.low ?? 0);
    expect(estimate).toMatchObject({ lostSteps: 0, lostMs: 0 });
  });

  test('a slower way takes longer, and the last checkpoint stands still the shortest but loses steps', () => {
    const of = (mode: 'request' | 'last', path: 'direct' | 'laptop') =>
      planMove(someFacts({ facts: { asked: { mode, path } } })).estimate;
    expect(of('request', 'laptop')?.downtimeMs.low).toBeGreaterThan(
      of('request', 'direct')?.downtimeMs.high ?? 0,
    );
    expect(of('last', 'direct')?.downtimeMs.high).toBeLessThan(of('request', 'direct')?.downtimeMs.high ?? 0);
    expect(of('last', 'direct')).toMatchObject({ lostSteps: 50, lostMs: 5000 });
  });

  test('waiting for the next checkpoint is no standstill', () => {
    const of = (every: string) =>
      planMove(
        someFacts({
          yaml: `run: x\ncheckpoint: {path: c, every: ${every}}`,
          facts: { asked: { mode: 'next', path: undefined } },
        }),
      ).estimate;
    expect((of('1h')?.totalMs.high ?? 0) - (of('1m')?.totalMs.high ?? 0)).toBe(59 * 60_000);
    expect(of('1h')?.downtimeMs).toEqual(of('1m')?.downtimeMs);
    expect((of('1000 steps')?.totalMs.high ?? 0) - (of('10 steps')?.totalMs.high ?? 0)).toBe(99_000);
  });

  test('without a way there is no estimate', () => {
    const plan = planMove(someFacts({ facts: { paths: { ok: true, value: [] } } }));
    expect(plan).toMatchObject({ estimate: null, path: null, possible: false });
  });
});

test('the page has every sentence, in English the same', () => {
  expect(words.en).toMatchObject(sentences);
  const names = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(([name]) => name).sort();
  const chinese: Record<string, string> = words['zh-CN'];
  for (const [code, english] of Object.entries(words.en)) {
    expect([code, names(chinese[code] ?? '')]).toEqual([code, names(english)]);
  }
});
