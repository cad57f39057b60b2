import { z } from 'zod';
import { idSchema } from './id.ts';

/** A process that holds an accelerator's memory. */
export const acceleratorProcess = z.object({
  pid: z.number().int(),
  user: z.string().nullable(),
  command: z.string().nullable(),
  memoryBytes: z.number().nullable(),
  /** The run it belongs to, where it is one of ours. */
  runId: idSchema.nullable().default(null),
});

export const accelerator = z.object({
  index: z.number().int().min(0),
  /** The maker's own id (GPU-…, MIG-…), what CUDA_VISIBLE_DEVICES takes. */
  uuid: z.string(),
  vendor: z.enum(['nvidia', 'amd', 'apple', 'other']),
  model: z.string(),
  memoryBytes: z.number().nullable(),
  memoryUsedBytes: z.number().nullable(),
  /** Per cent of time busy over the tool's own window; null where not reported (MIG). */
  utilisation: z.number().min(0).max(100).nullable(),
  temperatureC: z.number().nullable(),
  powerW: z.number().nullable(),
  powerLimitW: z.number().nullable(),
  /** Set on a MIG slice: its parent's index and profile ("1g.10gb"). */
  mig: z.object({ parentIndex: z.number().int(), profile: z.string() }).nullable().default(null),
  /** What is wrong with it ("fell off the bus", "needs reset"), null when healthy. */
  fault: z.string().nullable().default(null),
  processes: z.array(acceleratorProcess).default([]),
});
export type Accelerator = z.infer<typeof accelerator>;

export const disk = z.object({
  path: z.string(),
  filesystem: z.string(),
  sizeBytes: z.number(),
  freeBytes: z.number(),
  readOnly: z.boolean().default(false),
});

export const pythonEnvironment = z.object({
  kind: z.enum(['system', 'conda', 'venv', 'uv', 'pyenv']),
  path: z.string(),
  version: z.string(),
  torch: z.string().nullable(),
});

/** What `probe.sh` found in one round trip. Every part can be missing: `warnings` says which and why. */
export const inventory = z.object({
  takenAt: z.number(),
  tookMs: z.number(),
  hostName: z.string(),
  os: z.string(),
  kernel: z.string(),
  architecture: z.string(),
  /** Changes with every boot: the evidence that a host was restarted. */
  bootId: z.string().nullable(),
  uptimeMs: z.number().nullable(),
  user: z.string(),
  home: z.string(),
  loginShell: z.string(),
  cpuModel: z.string().nullable(),
  cpuCount: z.number().nullable(),
  load1: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  memoryAvailableBytes: z.number().nullable(),
  disks: z.array(disk),
  accelerators: z.array(accelerator),
  driverVersion: z.string().nullable(),
  cudaVersion: z.string().nullable(),
  pythons: z.array(pythonEnvironment),
  /** Tool name → version ('' where it does not tell): docker, apptainer, sbatch, git, rsync, tmux … */
  tools: z.record(z.string(), z.string()),
  /** Clock of the box minus clock of this computer, ms, at the middle of the round trip. */
  clockSkewMs: z.number().nullable(),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
});
export type Inventory = z.infer<typeof inventory>;

export const machine = z.object({
  id: idSchema,
  siteId: idSchema,
  siteName: z.string(),
  siteKind: z.enum(['local', 'ssh']),
  name: z.string(),
  /** The last known one, however old; null before the first. */
  inventory: inventory.nullable(),
  /** When anything was last heard from it. */
  seenAt: z.number().nullable(),
  connectionState: z.string(),
  runningRuns: z.number(),
  queuedRuns: z.number(),
  /** Takes no new runs (see places.setPolicy). */
  draining: z.boolean().default(false),
});
export type Machine = z.infer<typeof machine>;
