import { because } from '#shared/domain/because.ts';
import type { FoundCheckpoint, RunCheckpoint } from '#shared/domain/checkpoint.ts';
import type { CopyJob } from '#shared/domain/copy.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { Migration } from '#shared/domain/migration.ts';
import type { Evacuation, Proposal, RecoveryEvent } from '#shared/domain/recovery.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import type { Backup } from '#shared/domain/run-backup.ts';
import { wordOf } from '#shared/domain/word-sentences.ts';
import { fixtureId } from './fixture-data.ts';
import { said } from './fixture-moves-data.ts';

/** Checkpoints, recoveries, backups and copies of the made-up yard. */
const MiB = 1024 ** 2;
const GiB = 1024 ** 3;
const minute = 60_000;

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
      reason: said(
        'REBALANCE_OVERLOADED',
        `${run.machineName} has been overloaded for minutes: 2.4 per processor, the limit is 1.5.`,
        { machine: run.machineName, load: 2.4, limit: 1.5 },
      ),
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
      reason: said('RECOVERY_ASKS_FROM_STEP', 'It was lost (crash). Restart it from step 18400?', {
        name: run.name,
        machine: run.machineName,
        step: 18_400,
        ...because('cause', wordOf('CAUSE', 'crash')),
      }),
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
        why: noRoom(),
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
        code: 'COPY_DISK_FULL',
        message: `The disk of ${away.name} is full: 4096 MiB are needed, 512 MiB are free.`,
        params: { machine: away.name, neededMiB: 4096, freeMiB: 512 },
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

/** Why a run stays where it is, as an evacuation says it. */
export function noRoom() {
  const why = sayRoom('ROOM_ON', { machine: 'heron', ...because('why', sayRoom('ROOM_FEW_FREE')) });
  return said(
    'EVACUATION_NO_ROOM',
    `No other machine has room for it now: ${why.message}.`,
    because('why', why),
  );
}
