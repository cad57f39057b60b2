import { because, listOf } from '#shared/domain/because.ts';
import { thisComputerId } from '#shared/domain/id.ts';
import type { Inventory, Machine } from '#shared/domain/machine.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import type { Evidence, Run, RunState, RunSummary } from '#shared/domain/run.ts';
import type { Site } from '#shared/domain/site.ts';

/** A made-up yard for drawing pages: deterministic, so that two pictures of it can be compared. */
const GiB = 1024 ** 3;
const minute = 60_000;
const letters = '0123456789abcdefghjkmnpqrstvwxyz';

export const fixtureId = (kind: string, number: number): string => {
  let rest = number;
  let digits = '';
  for (let at = 0; at < 8; at++) {
    digits = letters.charAt(rest % 32) + digits;
    rest = Math.floor(rest / 32);
  }
  return `${kind.padEnd(4, '0').slice(0, 4)}${digits}`;
};

interface Box {
  name: string;
  gpus: number;
  model: string;
  memory: number;
  state: Site['connection']['state'];
}
const boxes: Box[] = [
  { name: 'This computer', gpus: 1, model: 'RTX 4070', memory: 12, state: 'connected' },
  { name: 'heron', gpus: 8, model: 'H100 80GB HBM3', memory: 80, state: 'connected' },
  { name: 'ibis', gpus: 4, model: 'A100-SXM4-80GB', memory: 80, state: 'connected' },
  { name: 'kite', gpus: 2, model: 'GeForce RTX 4090', memory: 24, state: 'connected' },
  { name: 'wren', gpus: 2, model: 'RTX A6000', memory: 48, state: 'unreachable' },
  { name: 'gpu-07.cluster.example.org', gpus: 2, model: 'H200', memory: 141, state: 'connected' },
  { name: 'jetson-lab', gpus: 1, model: 'Orin', memory: 32, state: 'blocked' },
];

export function fixtureSites(now: number, count: number): Site[] {
  return Array.from({ length: count }, (_, index) => {
    const box = boxes[index] ?? {
      name: `node${String(index).padStart(3, '0')}`,
      state: 'connected' as const,
    };
    return {
      id: index === 0 ? thisComputerId : fixtureId('s', index),
      kind: index === 0 ? 'local' : 'ssh',
      name: box.name,
      ...(index === 0 ? {} : { ssh: { host: box.name, user: 'mei', port: 22 } }),
      autoConnect: true,
      createdAt: now - 40 * 24 * 60 * minute,
      connection: {
        state: box.state,
        sinceAt: now - 35 * minute,
        ...(box.state === 'unreachable'
          ? {
              nextTryAt: now + 20_000,
              error: {
                code: 'SSH_UNREACHABLE',
                message: `${box.name} cannot be reached: no route to host.`,
                params: { host: box.name, port: '22' },
                details: 'EHOSTUNREACH 10.8.0.14:22',
                retryable: true,
              },
            }
          : {}),
        ...(box.state === 'connected' ? { roundTripMs: 4 + index, transport: 'ssh2' as const } : {}),
      },
    };
  });
}

export function fixtureMachines(sites: readonly Site[], now: number): Machine[] {
  return sites.map((site, index) => {
    const box = boxes[index] ?? {
      name: site.name,
      gpus: 8,
      model: 'A100-SXM4-80GB',
      memory: 80,
      state: 'connected',
    };
    return {
      id: site.id,
      siteId: site.id,
      siteName: site.name,
      siteKind: site.kind,
      name: site.name,
      inventory: inventoryOf(box, now - (box.state === 'unreachable' ? 4 * minute : 20_000)),
      seenAt: now - (box.state === 'unreachable' ? 4 * minute : 20_000),
      connectionState: site.connection.state,
      runningRuns: index % 3,
      queuedRuns: index === 1 ? 2 : 0,
      draining: false,
    };
  });
}

function inventoryOf(box: Box, takenAt: number): Inventory {
  return {
    takenAt,
    tookMs: 84,
    hostName: box.name,
    os: 'Ubuntu 22.04.4 LTS',
    kernel: '5.15.0-105-generic',
    architecture: 'x86_64',
    bootId: '0a1b2c3d-0000-4000-8000-000000000001',
    uptimeMs: 41 * 24 * 60 * minute,
    user: 'mei',
    home: '/home/mei',
    loginShell: '/bin/zsh',
    cpuModel: 'AMD EPYC 7763 64-Core Processor',
    cpuCount: 64,
    load1: 21.4,
    memoryBytes: 512 * GiB,
    memoryAvailableBytes: 301 * GiB,
    disks: [
      { path: '/', filesystem: 'ext4', sizeBytes: 880 * GiB, freeBytes: 212 * GiB, readOnly: false },
      { path: '/data', filesystem: 'xfs', sizeBytes: 14_000 * GiB, freeBytes: 1_900 * GiB, readOnly: false },
    ],
    accelerators: Array.from({ length: box.gpus }, (_, index) => ({
      index,
      uuid: `GPU-${box.name}-${index}`,
      vendor: 'nvidia' as const,
      model: box.model,
      memoryBytes: box.memory * GiB,
      memoryUsedBytes: (index % 3) * 0.3 * box.memory * GiB,
      utilisation: [93, 95, 42, 0, 71, 12, 0, 0][index] ?? 0,
      temperatureC: 71 - index * 3,
      powerW: 390 - index * 40,
      powerLimitW: 700,
      mig: null,
      fault: box.name === 'ibis' && index === 3 ? 'fell off the bus (XID 79)' : null,
      processes: [],
    })),
    driverVersion: '550.54.15',
    cudaVersion: '12.4',
    pythons: [{ kind: 'conda', path: '/home/mei/miniforge3/bin/python', version: '3.11.9', torch: '2.3.0' }],
    tools: { git: '2.34.1', rsync: '3.2.7', tmux: '3.2a', docker: '26.1.1' },
    clockSkewMs: 12,
    warnings: [],
  };
}

const names = [
  'llama-sft',
  'vit-l-imagenet',
  'diffusion-xl',
  'asr-zh',
  'eval-sweep',
  'bert-zh',
  'clip-finetune',
  'resnet-baseline',
  'whisper-distil',
  'moe-ablation-lr3e-4',
  'reward-model',
  'dpo-7b',
  'smoke-test',
];
const cycle: RunState[] = [
  'running',
  'running',
  'running',
  'running',
  'queued',
  'preparing',
  'succeeded',
  'failed',
  'succeeded',
  'stopped',
  'lost',
  'succeeded',
  'failed',
  'succeeded',
  'succeeded',
];

function evidenceOf(state: RunState, index: number, now: number): Evidence {
  switch (state) {
    case 'queued': {
      const holders = because('holders', listOf([sayRoom('HELD_BY_RUN', { run: 'llama-sft' })]));
      const why = sayRoom('ROOM_HELD', { wanted: 'H100:4', ...holders });
      return { kind: 'queued', at: now - 3 * minute, position: 1, reason: why.message, why };
    }
    case 'preparing':
      return { kind: 'launching', at: now - 4000, step: 'sync', done: 1_210, total: 2_000, unit: 'files' };
    case 'succeeded':
      return { kind: 'exit-record', at: now - index * 47 * minute, exitCode: 0, signal: null, by: 'itself' };
    case 'failed':
      return index % 2
        ? { kind: 'exit-record', at: now - index * 47 * minute, exitCode: 1, signal: null, by: 'itself' }
        : {
            kind: 'launch-failed',
            at: now - index * 47 * minute,
            error: {
              code: 'RUN_SETUP_FAILED',
              message: 'The set-up failed on the machine.',
              params: {},
              details: '',
              retryable: false,
            },
          };
    case 'stopped':
      return {
        kind: 'exit-record',
        at: now - index * 47 * minute,
        exitCode: null,
        signal: 'SIGTERM',
        by: 'user',
      };
    case 'lost':
      return { kind: 'rebooted', at: now - index * 47 * minute, bootIdBefore: 'a', bootIdNow: 'b' };
    default:
      return { kind: 'heartbeat', at: now - 2000, beat: 1000 };
  }
}

export function fixtureRun(index: number, machines: readonly Machine[], now: number): RunSummary {
  // The first rows are the living ones; the long tail has ended.
  const state = index < 6 ? (cycle[index] ?? 'running') : (cycle[6 + (index % 9)] ?? 'succeeded');
  const machine = machines[index === 3 ? 4 : (index % (machines.length - 1)) + 1] ?? machines[0];
  if (!machine) throw new Error('a fixture needs machines');
  const ended = ['succeeded', 'failed', 'stopped', 'lost'].includes(state);
  const createdAt = now - index * 53 * minute - 8 * minute;
  const name = names[index % names.length] ?? 'run';
  return {
    id: fixtureId('r', index),
    name: index < names.length ? name : `${name}-${index}`,
    state,
    evidence: evidenceOf(state, index, now),
    seenAt: machine.connectionState === 'connected' ? now - 2000 : now - 4 * minute,
    machineId: machine.id,
    machineName: machine.name,
    machineConnection: machine.connectionState,
    epoch: index % 11 === 2 ? 3 : 1,
    priority: 0,
    createdAt,
    startedAt: state === 'queued' || state === 'preparing' ? null : createdAt + 20_000,
    endedAt: ended ? createdAt + (12 + (index % 40)) * minute : null,
    exitCode: state === 'succeeded' ? 0 : state === 'failed' ? 1 : null,
    acceleratorsAsked: index % 4 === 0 ? 'H100:4' : index % 4 === 1 ? 'A100:2' : index % 4 === 2 ? '1' : '',
    acceleratorIndexes: state === 'running' ? [0, 1] : [],
    lastMetrics:
      state === 'queued' || state === 'preparing'
        ? []
        : [
            { name: 'loss', value: 0.0829 + (index % 17) / 100 },
            { name: 'lr', value: 8.1e-5 },
          ],
    step: state === 'running' || ended ? 18_400 + index * 7 : null,
    totalSteps: index % 3 === 0 ? 24_000 : null,
    archived: false,
    moving: null,
  };
}

export const fixtureYaml = (name: string): string => `# Supervised fine-tuning on the lab's H100 box
name: ${name}

resources:
  accelerators: [H100:2, H200:2, A100:2]
  cpus: 16+
  memory: 64+

num_nodes: 1
workdir: .

envs:
  MODEL: meta-llama/Llama-3.1-8B
  EPOCHS: "3"

secrets:
  HF_TOKEN: null

setup: |
  pip install -r requirements.txt

run: |
  torchrun --nproc_per_node=$SKYPILOT_NUM_GPUS_PER_NODE \\
    train.py --model "$MODEL" --epochs "$EPOCHS" --bf16

checkpoint:
  path: checkpoints
  framework: huggingface
  every: 500 steps
  request: {signal: USR1}
  resume: {argument: --resume_from_checkpoint}
  keep: 5

recovery:
  on: [crash, reboot, host-lost]
  to: any
`;

export function fixtureDetail(run: RunSummary, logBytes: number): Run {
  return {
    ...run,
    yaml: fixtureYaml(run.name),
    spec: {
      name: run.name,
      resources: {
        accelerators: ['H100', 'H200', 'A100'].map((name) => ({ name, count: 2 })),
        cpus: { count: 16, atLeast: true },
        memoryGiB: { size: 64, atLeast: true },
        diskGiB: null,
        ports: [],
        infra: null,
        cloud: {},
      },
      numNodes: 1,
      workdir: '.',
      fileMounts: {},
      envs: { MODEL: 'meta-llama/Llama-3.1-8B', EPOCHS: '3' },
      secretNames: ['HF_TOKEN'],
      setup: 'pip install -r requirements.txt\n',
      run: 'torchrun train.py\n',
      checkpoint: {
        path: 'checkpoints',
        framework: 'huggingface',
        every: '500 steps',
        request: { signal: 'USR1' },
        resume: { argument: '--resume_from_checkpoint' },
        keep: 5,
      },
      recovery: {
        on: ['crash', 'reboot', 'host-lost'],
        max: 3,
        backoffMs: 30_000,
        exitCodes: [],
        to: 'any',
        ask: false,
      },
    },
    snapshot: {
      id: 'c0ffee00c0ffee00',
      workdir: '/home/mei/work/llama-sft',
      files: 412,
      bytes: 9_400_000,
      git: {
        commit: '4f1d2c3b5a69788796a5b4c3d2e1f00112233445',
        branch: 'main',
        dirty: true,
        diffBytes: 3_211,
      },
    },
    attempts: Array.from({ length: run.epoch }, (_, index) => {
      const last = index + 1 === run.epoch;
      return {
        runId: run.id,
        epoch: index + 1,
        machineId: run.machineId,
        machineName: run.machineName,
        state: last ? run.state : 'stopped',
        evidence: last
          ? run.evidence
          : { kind: 'exit-record', at: run.createdAt, exitCode: null, signal: 'SIGTERM', by: 'user' },
        createdAt: run.createdAt - (run.epoch - index - 1) * 3_600_000,
        startedAt: (run.startedAt ?? run.createdAt) - (run.epoch - index - 1) * 3_600_000,
        endedAt: last ? run.endedAt : run.createdAt - (run.epoch - index - 1) * 3_600_000 + 1_800_000,
        seenAt: run.seenAt,
        exitCode: last ? run.exitCode : 143,
        accelerators: [
          { index: 0, uuid: 'GPU-0' },
          { index: 1, uuid: 'GPU-1' },
        ],
        logBytes: last ? logBytes : 21_300,
        directory: `/home/mei/.trainyard/runs/${run.id}/${index + 1}`,
        pid: last && run.state === 'running' ? 41_712 : null,
      };
    }),
  };
}
