import { because } from '#shared/domain/because.ts';
import type { Leftover } from '#shared/domain/leftover.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { Migration, MigrationMode, MigrationPhase, MigrationPlan } from '#shared/domain/migration.ts';
import { migrationPhases } from '#shared/domain/migration.ts';
import { moveSentences } from '#shared/domain/move-sentences.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { reasonOf } from '#shared/domain/sentence.ts';
import { sayWord } from '#shared/domain/word-sentences.ts';
import { fixtureId } from './fixture-data.ts';

/** Moves of the made-up yard, and what its machines say to one. */
const MiB = 1024 ** 2;
const GiB = 1024 ** 3;
const minute = 60_000;
const nothingHappened: readonly MigrationPhase[] = ['preparing'];
const stillTrains: readonly MigrationPhase[] = ['precopying', 'armed'];

export function consequenceOf(phase: MigrationPhase): Migration['cancelConsequence'] {
  if (nothingHappened.includes(phase)) return 'nothing-happened';
  if (stillTrains.includes(phase)) return 'run-goes-on';
  return ['committed', 'rolling-back', 'rolled-back'].includes(phase) ? null : 'run-restarts-at-source';
}

export function fixtureMove(
  number: number,
  run: RunSummary,
  to: Machine,
  phase: MigrationPhase,
  now: number,
  more: Partial<Migration> = {},
): Migration {
  const passed = migrationPhases.slice(0, migrationPhases.indexOf(phase) + 1);
  const startedAt = now - passed.length * 40_000;
  return {
    id: fixtureId('v', number),
    runId: run.id,
    runName: run.name,
    from: { machineId: run.machineId, machineName: run.machineName },
    to: { machineId: to.id, machineName: to.name },
    fromEpoch: run.epoch,
    toEpoch: null,
    backEpoch: null,
    broughtBack: null,
    mode: 'request',
    reason: { kind: 'user', who: 'mei', why: null },
    path: 'direct',
    phase,
    startedAt,
    phaseAt: startedAt + (passed.length - 1) * 40_000,
    endedAt: null,
    phases: passed.map((each, index) => ({ phase: each, at: startedAt + index * 40_000 })),
    checkpoint: null,
    progress: null,
    estimate: fixtureEstimate('request'),
    waitingFor: null,
    cancelConsequence: consequenceOf(phase),
    downtime: null,
    lostSteps: null,
    copiedBytes: { beforeStop: 0, afterStop: 0 },
    kept: [],
    error: null,
    ...more,
  };
}

const fixtureEstimate = (mode: MigrationMode): NonNullable<MigrationPlan['estimate']> => ({
  totalMs: { low: 6 * minute, high: 8 * minute },
  downtimeMs: mode === 'last' ? { low: 21_000, high: 33_000 } : { low: 34_000, high: 49_000 },
  lostSteps: mode === 'last' ? 312 : 0,
  lostMs: mode === 'last' ? 5 * minute : 0,
});

export function committedMove(number: number, run: RunSummary, to: Machine, now: number): Migration {
  const at = now - 3 * 3_600_000;
  return {
    ...fixtureMove(number, run, to, 'committed', at),
    from: { machineId: to.id, machineName: to.name },
    to: { machineId: run.machineId, machineName: run.machineName },
    toEpoch: run.epoch,
    endedAt: at,
    checkpoint: { path: 'checkpoint-16000', step: 16_000, bytes: 18.4 * GiB },
    downtime: {
      totalMs: 41_300,
      saveMs: 9_800,
      stopMs: 1_900,
      copyMs: 21_400,
      verifyMs: 2_100,
      startMs: 5_600,
    },
    lostSteps: 0,
    copiedBytes: { beforeStop: 46 * GiB, afterStop: 18.4 * GiB },
    kept: [
      {
        machineId: to.id,
        machineName: to.name,
        what: 'run-directory',
        path: `/home/mei/.trainyard/runs/${run.id}`,
        bytes: 46 * GiB,
      },
    ],
  };
}

export function rolledBackMove(number: number, run: RunSummary, to: Machine, now: number): Migration {
  const at = now - 26 * 3_600_000;
  const phases: MigrationPhase[] = [
    'preparing',
    'precopying',
    'armed',
    'stopping',
    'copying',
    'verified',
    'starting',
    'confirming',
    'rolling-back',
    'rolled-back',
  ];
  return {
    ...fixtureMove(number, run, to, 'rolled-back', at),
    phases: phases.map((phase, index) => ({ phase, at: at - (phases.length - index) * 20_000 })),
    endedAt: at,
    backEpoch: 2,
    mode: 'last',
    path: 'laptop',
    lostSteps: 120,
    checkpoint: { path: 'checkpoint-12000', step: 12_000, bytes: 18.4 * GiB },
    copiedBytes: { beforeStop: 12 * GiB, afterStop: 18.4 * GiB },
    downtime: {
      totalMs: 94_000,
      saveMs: null,
      stopMs: 2_100,
      copyMs: 61_000,
      verifyMs: 3_000,
      startMs: 11_000,
    },
    error: {
      code: 'MOVE_DIED_THERE',
      message: `Run "llama-sft" ended on ${to.name} before it trained there: exit code 1.`,
      params: {
        name: 'llama-sft',
        machine: to.name,
        ...because('how', sayWord('END_EXIT', { exitCode: 1 })),
      },
      details:
        'Resuming from checkpoint-12000\nRuntimeError: CUDA error: no kernel image is available for execution on the device',
      retryable: false,
    },
  };
}

export const said = (code: string, message: string, params: Record<string, string | number> = {}) => ({
  code,
  params,
  message,
});

const check = (code: keyof typeof moveSentences, params: Record<string, string | number> = {}) =>
  reasonOf(moveSentences, code, params);

const passing = (to: string) => [
  check('CHECK_CUDA', { to, there: '12.4' }),
  check('CHECK_PYTHON', { python: '/usr/bin/python3.11' }),
  check('CHECK_DISK', { to, free: '1.9 TiB', needed: '64 GiB' }),
  check('CHECK_ARCHITECTURE', { here: 'x86_64' }),
  check('CHECK_PORTS', { to }),
];

const tooSensitive = (place: string) =>
  said(
    'SENSITIVITY_VIOLATION',
    `"patients" is confidential, and ${place} may hold internal data at most. Nothing was sent.`,
    { context: 'label', data: 'patients', place },
  );

/** A plan as each of the made-up machines would have it: some fit, one lacks GPUs, one may not hold the data. */
export function fixturePlan(
  run: RunSummary,
  to: Machine,
  mode: MigrationMode,
  path: 'direct' | 'laptop',
): MigrationPlan {
  const few = (to.inventory?.accelerators.length ?? 0) < run.acceleratorIndexes.length;
  const data = to.name.includes('cluster');
  const fails = [
    ...(few
      ? [
          {
            ...check('CHECK_GPUS_NEVER', {
              to: to.name,
              ...because('why', sayRoom('ROOM_ASKS', { wanted: 'any:2', has: '1 × H100' })),
            }),
            remedy: check('DO_ELASTIC'),
          },
        ]
      : []),
    ...(data
      ? [
          {
            ...said('CHECK_DATA_LABEL', `Its data may not go to ${to.name}.`, {
              to: to.name,
              ...because('why', tooSensitive(to.name)),
            }),
            remedy: check('DO_OVERRIDE'),
          },
        ]
      : []),
  ];
  return {
    runId: run.id,
    toMachineId: to.id,
    mode,
    modes: [
      { mode: 'request', possible: true, why: null },
      { mode: 'next', possible: true, why: null },
      run.step === null
        ? {
            mode: 'last',
            possible: false,
            why: check('MODE_NO_CHECKPOINT'),
          }
        : { mode: 'last', possible: true, why: null },
    ],
    checks: [
      ...passing(to.name).map((each) => ({ ...each, verdict: 'pass' as const, remedy: null })),
      {
        ...said('CHECK_GPU_MODEL', 'The GPUs are others.', {
          there: to.inventory?.accelerators[0]?.model ?? '',
          here: 'NVIDIA H100',
        }),
        verdict: 'warn' as const,
        remedy: null,
      },
      ...fails.map((check) => ({ ...check, verdict: 'fail' as const })),
    ],
    possible: fails.length === 0,
    paths: [
      { kind: 'direct', usable: true, bytesPerSecond: 640 * MiB, roundTripMs: 0.8, why: null },
      {
        kind: 'bucket',
        usable: false,
        bytesPerSecond: null,
        roundTripMs: null,
        why: said('COPY_BUCKET_LATER', 'No site of yours holds objects yet.'),
      },
      { kind: 'laptop', usable: true, bytesPerSecond: 41 * MiB, roundTripMs: 12, why: null },
    ],
    path,
    copies: [
      { what: 'code', files: 412, bytes: 9.4 * MiB, beforeStop: true },
      { what: 'environment', files: 20_314, bytes: 6.1 * GiB, beforeStop: true },
      { what: 'data', files: 1_280, bytes: 38 * GiB, beforeStop: true },
      { what: 'outputs', files: 96, bytes: 1.9 * GiB, beforeStop: true },
      { what: 'checkpoint', files: 9, bytes: 18.4 * GiB, beforeStop: false },
    ],
    estimate: fails.length > 0 ? null : fixtureEstimate(mode),
  };
}

/** What moves have left: of one run on two machines, one of them away; the half of a copy that was broken off. */
export function fixtureLeft(run: RunSummary, [first, away, third]: readonly Machine[]): Leftover[] {
  if (!first || !away || !third) return [];
  const of = (machine: Machine) => ({ machineId: machine.id, machineName: machine.name });
  const directory = {
    what: 'directory' as const,
    runId: run.id,
    runName: run.name,
    path: `~/.trainyard/runs/${run.id}/code`,
  };
  return [
    {
      ...of(first),
      ...directory,
      id: 'one',
      bytes: 61.2 * GiB,
      state: 'kept',
      why: said('LEFT_ONLY_CHECKPOINT', 'Its checkpoint checkpoint-12400 is nowhere else.', {
        path: 'checkpoint-12400',
        step: 12_400,
      }),
    },
    { ...of(third), ...directory, id: 'two', bytes: 48.7 * GiB, state: 'removable', why: null },
    { ...of(away), ...directory, id: 'three', bytes: null, state: 'away', why: null },
    {
      ...of(third),
      id: 'four',
      what: 'staging',
      runId: null,
      runName: null,
      path: `/home/mei/.trainyard/runs/${run.id}/.trainyard-copy-0a1b2c3d4e5f6071`,
      bytes: 3.4 * GiB,
      state: 'removable',
      why: null,
    },
  ];
}
