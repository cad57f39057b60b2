import type { Store } from '#backend/store/index.ts';
import type { Inventory } from '#shared/domain/machine.ts';
import { type Attempt, type Evidence, hasEnded, type RunState } from '#shared/domain/run.ts';
import type { TaskSpec } from '#shared/domain/spec.ts';

/** The same numbers each time: a small generator by its seed (mulberry32). Gives [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface SeedOptions {
  machines?: number;
  seed?: number;
  /** Epoch ms of the newest run. */
  now?: number;
}

interface NamedMachine {
  id: string;
  name: string;
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const projects = [
  'llama',
  'resnet',
  'vit',
  'whisper',
  'diffusion',
  'bert',
  'gnn',
  'moe',
  'rlhf',
  'segformer',
];
const purposes = ['pretrain', 'finetune', 'sweep', 'ablation', 'distill', 'eval', 'baseline', 'debug'];
const sizes = ['125m', '350m', '1b', '7b', '13b', 'small', 'base', 'large'];
const places = ['lab', 'rack', 'attic', 'cellar', 'north', 'south'];
const models = [
  { model: 'NVIDIA H100 80GB HBM3', memoryGiB: 80, powerLimitW: 700 },
  { model: 'NVIDIA A100-SXM4-40GB', memoryGiB: 40, powerLimitW: 400 },
  { model: 'NVIDIA GeForce RTX 4090', memoryGiB: 24, powerLimitW: 450 },
  { model: 'NVIDIA L4', memoryGiB: 24, powerLimitW: 72 },
] as const;
const gib = 1024 ** 3;

/**
 * Fills an empty store with `n` runs on `machines` machines (1,000 unless told), each with an inventory. The same seed
 * gives the same rows. Names, states and times are what a busy year looks like: most have ended, a few run or wait.
 */
export function seedRuns(
  store: Store,
  n: number,
  options: SeedOptions = {},
): { machineIds: string[]; runIds: string[] } {
  const { machines = 1_000, seed = 1, now = Date.UTC(2026, 10, 28, 12) } = options;
  const random = seededRandom(seed);
  const made: NamedMachine[] = [];
  const runIds: string[] = [];
  store.transaction(() => {
    for (let index = 0; index < machines; index += 1) made.push(seedMachine(store, random, index, now));
    for (let index = 0; index < n; index += 1) {
      const createdAt = now - Math.floor(((n - index) / n) * 365 * 86_400_000 * random());
      runIds.push(seedRun(store, random, pick(random, made), createdAt));
    }
  });
  return { machineIds: made.map((machine) => machine.id), runIds };
}

function seedMachine(store: Store, random: () => number, index: number, now: number): NamedMachine {
  const id = randomId(random);
  const name = `${pick(random, places)}-gpu-${String(index + 1).padStart(4, '0')}`;
  store.sites.insert({
    id,
    kind: 'ssh',
    name,
    ssh: { host: name },
    autoConnect: true,
    createdAt: now - 400 * 86_400_000,
  });
  store.machines.upsert({ id, siteId: id, name });
  store.machines.setInventory(id, seedInventory(random, name, now - Math.floor(random() * 3_600_000)));
  return { id, name };
}

/** An inventory as the probe of a healthy box with 0 to 8 accelerators would give it. */
export function seedInventory(random: () => number, hostName: string, takenAt: number): Inventory {
  const { model, memoryGiB, powerLimitW } = pick(random, models);
  const accelerators = Array.from({ length: pick(random, [0, 1, 2, 4, 8, 8]) }, (_none, index) => ({
    index,
    uuid: `GPU-${randomId(random)}${randomId(random)}`,
    vendor: 'nvidia' as const,
    model,
    memoryBytes: memoryGiB * gib,
    memoryUsedBytes: Math.floor(random() * memoryGiB) * gib,
    utilisation: Math.floor(random() * 101),
    temperatureC: 30 + Math.floor(random() * 50),
    powerW: Math.floor(random() * powerLimitW),
    powerLimitW,
    mig: null,
    fault: null,
    processes: [],
  }));
  return {
    takenAt,
    tookMs: 40 + Math.floor(random() * 200),
    hostName,
    os: 'Ubuntu 24.04.3 LTS',
    kernel: '6.8.0-87-generic',
    architecture: 'x86_64',
    bootId: `${randomId(random)}-boot`,
    uptimeMs: Math.floor(random() * 90 * 86_400_000),
    user: 'ada',
    home: '/home/ada',
    loginShell: '/bin/bash',
    cpuModel: 'AMD EPYC 9354 32-Core Processor',
    cpuCount: 64,
    load1: Math.floor(random() * 6_400) / 100,
    memoryBytes: 512 * gib,
    memoryAvailableBytes: Math.floor(random() * 512) * gib,
    disks: [
      {
        path: '/',
        filesystem: 'ext4',
        sizeBytes: 1_800 * gib,
        freeBytes: Math.floor(random() * 1_800) * gib,
        readOnly: false,
      },
    ],
    accelerators,
    driverVersion: accelerators.length > 0 ? '580.95.05' : null,
    cudaVersion: accelerators.length > 0 ? '13.0' : null,
    pythons: [{ kind: 'conda', path: '/home/ada/miniconda3/bin/python', version: '3.12.4', torch: '2.9.1' }],
    tools: { git: '2.43.0', rsync: '3.2.7', tmux: '3.4' },
    clockSkewMs: Math.floor(random() * 40) - 20,
    warnings: [],
  };
}

function seedRun(store: Store, random: () => number, machine: NamedMachine, createdAt: number): string {
  const id = randomId(random);
  const project = pick(random, projects);
  const name = `${project}-${pick(random, sizes)}-${pick(random, purposes)}-${Math.floor(random() * 1_000)}`;
  const count = pick(random, [1, 1, 2, 4, 8]);
  const state = pickState(random);
  const attempt = seedAttempt(random, id, machine, createdAt, state, count);
  store.runs.insert({
    id,
    requestId: randomId(random),
    name,
    priority: pick(random, [0, 0, 0, 10, -10]),
    createdAt,
    acceleratorsAsked: `any:${count}`,
    yaml: `name: ${name}\nresources:\n  accelerators: any:${count}\nworkdir: .\nrun: python train.py --size ${project}\n`,
    spec: seedSpec(name, count),
    snapshot: null,
    attempts: [attempt],
  });
  if (attempt.startedAt !== null) {
    const totalSteps = 1_000 * (1 + Math.floor(random() * 100));
    store.runs.setProgress(id, {
      lastMetrics: [{ name: 'loss', value: Math.round(random() * 4_000) / 1_000 }],
      step: state === 'succeeded' ? totalSteps : Math.floor(random() * totalSteps),
      totalSteps,
    });
  }
  return id;
}

function seedAttempt(
  random: () => number,
  runId: string,
  machine: NamedMachine,
  createdAt: number,
  state: RunState,
  count: number,
): Attempt {
  const began = state !== 'queued' && state !== 'preparing' && state !== 'starting';
  const startedAt = began ? createdAt + 2_000 + Math.floor(random() * 60_000) : null;
  const ended = hasEnded(state);
  const endedAt = ended && startedAt !== null ? startedAt + Math.floor(random() * 12 * 3_600_000) : null;
  const exitCode = state === 'succeeded' ? 0 : state === 'failed' ? pick(random, [1, 1, 2, 137]) : null;
  return {
    runId,
    epoch: 1,
    machineId: machine.id,
    machineName: machine.name,
    state,
    evidence: seedEvidence(state, endedAt ?? startedAt ?? createdAt, exitCode),
    createdAt,
    startedAt,
    endedAt,
    seenAt: began ? (endedAt ?? createdAt + 3_600_000) : null,
    exitCode,
    accelerators: began
      ? Array.from({ length: count }, (_none, index) => ({ index, uuid: `GPU-${machine.id}-${index}` }))
      : [],
    logBytes: began ? Math.floor(random() * 5_000_000) : 0,
    directory: began ? `/home/ada/.trainyard/runs/${runId}` : null,
    pid: began ? 1_000 + Math.floor(random() * 60_000) : null,
  };
}

function seedEvidence(state: RunState, at: number, exitCode: number | null): Evidence {
  switch (state) {
    case 'queued':
      return { kind: 'queued', at, position: 1, reason: 'all accelerators are taken' };
    case 'preparing':
      return { kind: 'launching', at, step: 'sync', done: 120, total: 400, unit: 'files' };
    case 'starting':
      return { kind: 'launching', at, step: 'start', done: 0, total: 1, unit: 'steps' };
    case 'running':
      return { kind: 'heartbeat', at, beat: 1_234 };
    case 'stopping':
      return { kind: 'user', at, who: 'desktop', what: 'stop' };
    case 'stopped':
      return { kind: 'exit-record', at, exitCode, signal: 'TERM', by: 'user' };
    case 'lost':
      return { kind: 'rebooted', at, bootIdBefore: 'before', bootIdNow: 'now' };
    case 'succeeded':
    case 'failed':
      return { kind: 'exit-record', at, exitCode, signal: null, by: 'itself' };
  }
}

const seedSpec = (name: string, count: number): TaskSpec => ({
  name,
  resources: {
    accelerators: [{ name: 'any', count }],
    cpus: null,
    memoryGiB: null,
    diskGiB: null,
    ports: [],
    infra: null,
    cloud: {},
  },
  numNodes: 1,
  workdir: '.',
  fileMounts: {},
  envs: {},
  secretNames: [],
  setup: null,
  run: 'python train.py',
  checkpoint: null,
  recovery: null,
});

function pickState(random: () => number): RunState {
  const dice = random();
  if (dice < 0.62) return 'succeeded';
  if (dice < 0.82) return 'failed';
  if (dice < 0.93) return 'stopped';
  if (dice < 0.95) return 'lost';
  if (dice < 0.98) return 'running';
  return pick(random, ['queued', 'queued', 'preparing', 'starting', 'stopping'] as const);
}

function pick<T>(random: () => number, from: readonly T[]): T {
  const chosen = from[Math.floor(random() * from.length)];
  if (chosen === undefined) throw new RangeError('nothing to pick from');
  return chosen;
}

const randomId = (random: () => number): string =>
  Array.from({ length: 12 }, () => alphabet.charAt(Math.floor(random() * 32))).join('');
