import type { BoxFacts } from '#backend/migrations/plan/box-facts.ts';
import type { MachineFacts, MoveFacts } from '#backend/migrations/plan/index.ts';
import { checkTasks } from '#backend/runs/spec/index.ts';
import type { FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import { type Accelerator, accelerator, type Inventory, inventory } from '#shared/domain/machine.ts';
import type { Attempt, Run } from '#shared/domain/run.ts';
import type { TaskSpec } from '#shared/domain/spec.ts';

export const GB = 1e9;
export const runId = 'rrrrrrrrrrrr';

export const usualTask = [
  'run: python train.py',
  'checkpoint:',
  '  path: checkpoints',
  '  every: 100 steps',
  '  request: {signal: USR1}',
  '  resume: {argument: --resume}',
].join('\n');

export function specOf(yaml: string): TaskSpec {
  const { tasks, errors } = checkTasks(yaml);
  const [spec] = tasks;
  if (spec === undefined || errors.length > 0) throw new Error(JSON.stringify(errors));
  return spec;
}

export const someGpu = (index: number, more: Partial<Accelerator> = {}): Accelerator =>
  accelerator.parse({
    index,
    uuid: `GPU-${index}`,
    vendor: 'nvidia',
    model: 'NVIDIA A100-SXM4-80GB',
    memoryBytes: 80 * GB,
    memoryUsedBytes: 0,
    utilisation: 0,
    temperatureC: 30,
    powerW: 50,
    powerLimitW: 400,
    ...more,
  });

const someInventory = (more: Partial<Inventory> = {}): Inventory =>
  inventory.parse({
    takenAt: 0,
    tookMs: 1,
    hostName: 'box',
    os: 'Debian GNU/Linux 12',
    kernel: '6',
    architecture: 'x86_64',
    bootId: 'b',
    uptimeMs: 1,
    user: 'u',
    home: '/home/u',
    loginShell: 'bash',
    cpuModel: null,
    cpuCount: 8,
    load1: 0,
    memoryBytes: 64 * GB,
    memoryAvailableBytes: 60 * GB,
    disks: [],
    accelerators: [],
    driverVersion: '550',
    cudaVersion: '12.4',
    pythons: [],
    tools: {},
    clockSkewMs: 0,
    warnings: [],
    ...more,
  });

const someBox = (more: Partial<BoxFacts> = {}): BoxFacts => ({
  architecture: 'x86_64',
  system: 'Linux',
  diskFreeBytes: 100 * GB,
  memoryAvailableBytes: 60 * GB,
  listening: new Set([22]),
  paths: [],
  python: null,
  torchDirectory: null,
  torch: null,
  processes: 0,
  residentBytes: 0,
  handles: 0,
  worldSize: 1,
  sizes: {},
  ...more,
});

interface MachineChange {
  machine?: Partial<MachineFacts>;
  inventory?: Partial<Inventory>;
  box?: Partial<BoxFacts>;
}

export interface Change {
  yaml?: string;
  run?: Partial<Run>;
  attempt?: Partial<Attempt>;
  from?: MachineChange;
  to?: MachineChange;
  facts?: Partial<MoveFacts>;
}

export const someCheckpoint = (step: number, more: Partial<FoundCheckpoint> = {}): FoundCheckpoint => ({
  path: `step-${step}.pt`,
  framework: 'torch',
  step,
  files: [`step-${step}.pt`],
  bytes: GB,
  modifiedAt: step * 1000,
  complete: true,
  why: { code: 'OK', params: {}, message: 'It is complete.' },
  ...more,
});

const unseen = { code: 'X', message: 'not seen', params: {}, details: '', retryable: false };
export const failure = (code: string, message: string, params: Record<string, string> = {}) => ({
  ...unseen,
  code,
  message,
  params,
});

/** A move that nothing stands against, with what the case is about changed. */
export function someFacts({ yaml = usualTask, run, attempt, from, to, facts }: Change = {}): MoveFacts {
  const now: Attempt = {
    runId,
    epoch: 1,
    machineId: 'aaaaaaaaaaaa',
    machineName: 'here',
    state: 'running',
    evidence: { kind: 'heartbeat', at: 1, beat: 1 },
    createdAt: 0,
    startedAt: 0,
    endedAt: null,
    seenAt: 1,
    exitCode: null,
    accelerators: [],
    logBytes: 0,
    directory: `/home/u/.trainyard/runs/${runId}`,
    pid: 7,
    ...attempt,
  };
  const machine = (id: string, name: string, change: MachineChange | undefined): MachineFacts => ({
    id,
    name,
    unreachable: null,
    inventory: someInventory(change?.inventory),
    box: someBox(change?.box),
    unanswered: null,
    ...change?.machine,
  });
  const spec = specOf(yaml);
  return {
    run: {
      ...({ id: runId, name: 'one', snapshot: null, attempts: [now], yaml, epoch: 1 } as unknown as Run),
      spec,
      ...run,
    },
    attempt: now,
    claimed: false,
    from: machine('aaaaaaaaaaaa', 'here', {
      ...from,
      box: { processes: 1, handles: 1, residentBytes: 2 * GB, ...from?.box },
    }),
    to: machine('bbbbbbbbbbbb', 'there', to),
    draining: false,
    held: [],
    room: { ok: true, value: [] },
    objection: null,
    missingSecrets: [],
    checkpoints: { ok: true, value: [someCheckpoint(100), someCheckpoint(200)] },
    paths: {
      ok: true,
      value: [
        { kind: 'direct', usable: true, bytesPerSecond: 100e6, roundTripMs: 1, why: null },
        { kind: 'laptop', usable: true, bytesPerSecond: 10e6, roundTripMs: 20, why: null },
      ],
    },
    step: 250,
    pace: { stepMs: 100, startMs: 4000 },
    untold: null,
    neededPaths: [],
    graceSeconds: 30,
    asked: { mode: undefined, path: undefined },
    ...facts,
  };
}
