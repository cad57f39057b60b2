import type { FoundCheckpoint, RunCheckpoint } from '#shared/domain/checkpoint.ts';
import type { CopyJob } from '#shared/domain/copy.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { Migration, MigrationMode, MigrationPhase, MigrationPlan } from '#shared/domain/migration.ts';
import { migrationPhases } from '#shared/domain/migration.ts';
import type { Evacuation, Proposal, RecoveryEvent } from '#shared/domain/recovery.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import type { Backup } from '#shared/domain/run-backup.ts';
import { fixtureId } from './fixture-data.ts';

/** Moves, checkpoints, recoveries, backups and copies of the made-up yard. */
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
      code: 'MOVE_DESTINATION_ENDED',
      message: `The run ended on ${to.name} before it had trained beyond its checkpoint.`,
      params: { machine: to.name },
      details:
        'Resuming from checkpoint-12000\nRuntimeError: CUDA error: no kernel image is available for execution on the device',
      retryable: false,
    },
  };
}

const said = (code: string, message: string, params: Record<string, string | number> = {}) => ({
  code,
  params,
  message,
});

const passing = [
  said('CHECK_DRIVER', 'The driver over there is new enough for the CUDA that the run uses.'),
  said('CHECK_PYTHON', 'Python 3.11 is there, as where it runs now.'),
  said('CHECK_DISK', '1.9 TiB are free for 64 GiB.'),
  said('CHECK_ARCHITECTURE', 'Both machines are x86_64.'),
  said('CHECK_PORT', 'The port of its workers is free.'),
];

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
            ...said('CHECK_GPU_COUNT', `${to.name} has 1 GPU, and the run holds 2.`),
            remedy: said(
              'CHECK_GPU_COUNT_REMEDY',
              'Choose a machine with 2 GPUs, or say “elastic: true” under “checkpoint” if the trainer can go on with fewer.',
            ),
          },
        ]
      : []),
    ...(data
      ? [
          {
            ...said('CHECK_DATA_LABEL', `Its data may not go to ${to.name}.`, {
              to: to.name,
              why: `“patients” is confidential; ${to.name} may hold internal data.`,
            }),
            remedy: said('CHECK_DATA_REMEDY', 'An owner can raise what the site may hold, or give a reason.'),
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
            why: said('NO_CHECKPOINT', 'There is no complete checkpoint yet.'),
          }
        : { mode: 'last', possible: true, why: null },
    ],
    checks: [
      ...passing.map((check) => ({ ...check, verdict: 'pass' as const, remedy: null })),
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
        why: said('COPY_NO_BUCKET', 'No site holds objects yet.'),
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

const verdicts = {
  whole: said('CHECKPOINT_COMPLETE', 'Everything is there, and nothing of it changes.'),
  writing: said('CHECKPOINT_BEING_WRITTEN', 'Somebody is writing to "model-00004-of-00009.safetensors".', {
    file: 'model-00004-of-00009.safetensors',
  }),
};

export function fixtureCheckpoints(
  run: RunSummary,
  count: number,
  kite: Machine,
  now: number,
): RunCheckpoint[] {
  return Array.from({ length: count }, (_, index) => {
    const step = (run.step ?? 18_400) - index * 500;
    const isFirst = index === 0;
    const verifiedAt = now - index * 8 * minute;
    const own = {
      machineId: run.machineId,
      machineName: run.machineName,
      path: `/home/mei/.trainyard/runs/${run.id}/work/checkpoints/checkpoint-${step}`,
      kind: 'run' as const,
      verifiedAt,
    };
    return {
      id: fixtureId('c', index),
      runId: run.id,
      epoch: 1,
      path: `checkpoint-${step}`,
      framework: 'huggingface' as const,
      step,
      bytes: isFirst ? 7.2 * GiB : 18.4 * GiB,
      modifiedAt: now - index * 8 * minute - 5_000,
      complete: !isFirst,
      why: isFirst ? verdicts.writing : verdicts.whole,
      fileCount: 14,
      seenAt: now - 5_000,
      gone: index > 4,
      manifest: isFirst ? null : { algorithm: 'b2sum', digest: 'a3f5'.repeat(16) },
      copies: isFirst
        ? []
        : [
            ...(index > 4 ? [] : [own]),
            ...(index % 3 === 1
              ? [
                  {
                    machineId: kite.id,
                    machineName: kite.name,
                    path: `/data/backups/${run.id}/checkpoint-${step}`,
                    kind: 'backup' as const,
                    verifiedAt,
                  },
                ]
              : []),
          ],
    };
  });
}

export const foundCheckpoints = (now: number): FoundCheckpoint[] => [
  {
    path: 'epoch=3-step=9000.ckpt',
    framework: 'lightning',
    step: 9000,
    files: ['epoch=3-step=9000.ckpt'],
    bytes: 3.1 * GiB,
    modifiedAt: now - 40 * minute,
    complete: true,
    why: verdicts.whole,
  },
];

export function fixtureRecoveryEvents(run: RunSummary, now: number): RecoveryEvent[] {
  const plain = {
    runId: run.id,
    dueAt: null,
    toMachineId: run.machineId,
    toMachineName: run.machineName,
    checkpoint: { path: 'checkpoint-15500', step: 15_500 },
    diagnosis: null,
    error: null,
  };
  return [
    {
      ...plain,
      id: fixtureId('e', 0),
      at: now - 52 * minute,
      cause: 'crash',
      epoch: 2,
      outcome: 'restarted',
      newEpoch: 3,
      diagnosis: {
        guess: 'gpu-out-of-memory',
        line: 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.2 GiB',
        lastLines: [
          '  File "train.py", line 214, in step',
          '    loss = model(batch).loss',
          'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.',
        ],
      },
    },
    {
      ...plain,
      id: fixtureId('e', 1),
      at: now - 9 * 3_600_000,
      cause: 'reboot',
      epoch: 1,
      outcome: 'restarted',
      newEpoch: 2,
      checkpoint: { path: 'checkpoint-9000', step: 9_000 },
    },
  ];
}

export function fixtureProposals(run: RunSummary, failed: RunSummary, to: Machine, now: number): Proposal[] {
  return [
    {
      id: fixtureId('p', 0),
      at: now - 3 * minute,
      kind: 'move',
      runId: run.id,
      runName: run.name,
      fromMachineId: run.machineId,
      fromMachineName: run.machineName,
      toMachineId: to.id,
      toMachineName: to.name,
      rule: 'overloaded',
      reason: said('PLACE_OVERLOADED', `${run.machineName} is overloaded: 2.4 per CPU for 10 minutes.`),
      state: 'open',
      migrationId: null,
    },
    {
      id: fixtureId('p', 1),
      at: now - 8 * minute,
      kind: 'restart',
      runId: failed.id,
      runName: failed.name,
      fromMachineId: failed.machineId,
      fromMachineName: failed.machineName,
      toMachineId: to.id,
      toMachineName: to.name,
      rule: 'recovery',
      reason: said('RECOVERY_CRASHED', 'It crashed; it would go on from step 18,400.'),
      state: 'open',
      migrationId: null,
    },
  ];
}

export function fixtureEvacuation(
  machine: Machine,
  move: Migration,
  other: RunSummary,
  now: number,
): Evacuation {
  return {
    id: fixtureId('q', 0),
    machineId: machine.id,
    machineName: machine.name,
    who: 'mei',
    startedAt: now - 4 * minute,
    endedAt: null,
    state: 'running',
    items: [
      {
        runId: move.runId,
        runName: move.runName,
        toMachineId: move.to.machineId,
        toMachineName: move.to.machineName,
        state: 'moving',
        migrationId: move.id,
        why: null,
      },
      {
        runId: other.id,
        runName: other.name,
        toMachineId: null,
        toMachineName: null,
        state: 'stays',
        migrationId: null,
        why: said('PLACE_NO_ROOM', 'No other machine has 4 free H100.'),
      },
    ],
  };
}

export function fixtureBackups(run: RunSummary, kite: Machine, away: Machine, now: number): Backup[] {
  const made = (index: number, more: Partial<Backup> = {}): Backup => ({
    id: fixtureId('b', index),
    runId: run.id,
    runName: run.name,
    machineId: kite.id,
    machineName: kite.name,
    path: `/data/trainyard/backups/${run.id}/${index}`,
    createdAt: now - (index * 47 + 1) * minute,
    state: 'verified',
    epoch: 1,
    checkpoint: {
      path: `checkpoint-${18_000 - index * 500}`,
      step: 18_000 - index * 500,
      framework: 'huggingface',
    },
    files: 430,
    bytes: 18.5 * GiB,
    sharedBytes: 92 * MiB,
    copyPath: 'direct',
    verifiedAt: now - (index * 47 + 1) * minute,
    progress: null,
    error: null,
    ...more,
  });
  return [
    made(0, {
      state: 'copying',
      verifiedAt: null,
      progress: {
        doneBytes: 11.2 * GiB,
        totalBytes: 18.5 * GiB,
        doneFiles: 8,
        totalFiles: 14,
        bytesPerSecond: 212 * MiB,
        remainingMs: 34_000,
      },
    }),
    made(1),
    made(2),
    made(3, { state: 'damaged', machineId: away.id, machineName: away.name }),
    made(4, {
      state: 'failed',
      verifiedAt: null,
      checkpoint: null,
      error: {
        code: 'BACKUP_DISK_FULL',
        message: `The disk of ${away.name} is full.`,
        params: {},
        details: '',
        retryable: true,
      },
    }),
  ];
}

export function fixtureCopies(from: Machine, to: Machine, now: number): CopyJob[] {
  const place = (machine: Machine, path: string) => ({
    machineId: machine.id,
    machineName: machine.name,
    path,
  });
  const job = (index: number, state: CopyJob['state'], done: number): CopyJob => ({
    id: fixtureId('y', index),
    from: place(from, '/data/imagenet'),
    to: place(to, '/data/imagenet'),
    path: 'direct',
    state,
    startedAt: now - (index + 1) * 9 * minute,
    endedAt: state === 'running' ? null : now - index * 9 * minute,
    progress: {
      doneBytes: done * GiB,
      totalBytes: 146 * GiB,
      doneFiles: done * 9_000,
      totalFiles: 1_281_167,
      bytesPerSecond: state === 'running' ? 420 * MiB : 0,
      remainingMs: state === 'running' ? 190_000 : null,
    },
    recopied: index === 1 ? 3 : 0,
    error:
      state === 'failed'
        ? {
            code: 'SSH_UNREACHABLE',
            message: `${to.name} cannot be reached.`,
            params: { host: to.name, port: '22' },
            details: '',
            retryable: true,
          }
        : null,
  });
  return [job(0, 'running', 68), job(1, 'done', 146), job(2, 'failed', 12)];
}
