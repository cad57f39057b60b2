import { z } from 'zod';
import { recoverySpec } from './recovery.ts';
import { told } from './told.ts';

/** An accelerator asked for: canonical name ("A100", "H100", "any") and how many. */
export const acceleratorRequest = z.object({ name: z.string(), count: z.number().positive() });
export type AcceleratorRequest = z.infer<typeof acceleratorRequest>;

/** `checkpoint:` — Trainyard's one addition to a SkyPilot task. Used when a run is moved or recovered. */
export const checkpointSpec = z.object({
  path: z.string(),
  framework: z.string().optional(),
  every: z.string().optional(),
  request: z.object({ signal: z.string().optional(), command: z.string().optional() }).optional(),
  resume: z
    .object({ argument: z.string().optional(), env: z.string().optional(), command: z.string().optional() })
    .optional(),
  keep: z.number().int().positive().optional(),
  /** The trainer can go on with another number of GPUs than it was saved with. */
  elastic: z.boolean().optional(),
});

/**
 * A task as Trainyard runs it: one document of a SkyPilot task YAML, checked and made uniform.
 * Sizes are GiB as in SkyPilot; `atLeast` stands for a trailing `+`.
 */
export const taskSpec = z.object({
  name: z.string().nullable(),
  resources: z.object({
    /** Alternatives, any of which will do, in order of preference where `ordered`. Empty: none needed. */
    accelerators: z.array(acceleratorRequest),
    cpus: z.object({ count: z.number(), atLeast: z.boolean() }).nullable(),
    memoryGiB: z.object({ size: z.number(), atLeast: z.boolean() }).nullable(),
    diskGiB: z.number().nullable(),
    ports: z.array(z.string()),
    infra: z.string().nullable(),
    /** Keys that only mean something on rented machines (use_spot, region …), kept as written. */
    cloud: z.record(z.string(), z.unknown()),
  }),
  numNodes: z.number().int().min(1),
  /** Local directory, relative to the task file; null: none. */
  workdir: z.string().nullable(),
  /** Remote path → local path. */
  fileMounts: z.record(z.string(), z.string()),
  envs: z.record(z.string(), z.string()),
  /** Names only. Values come with the launch and go to the process's environment, nowhere else. */
  secretNames: z.array(z.string()),
  setup: z.string().nullable(),
  run: z.string().nullable(),
  checkpoint: checkpointSpec.nullable(),
  recovery: recoverySpec.nullable().default(null),
});
export type TaskSpec = z.infer<typeof taskSpec>;

/** What is wrong with a task file: a mistake (`invalid`), or something right that Trainyard cannot do yet (`unsupported`). */
export const specIssue = z.object({
  kind: z.enum(['invalid', 'unsupported']),
  /** Dotted path of the key ("resources.accelerators"), '' for the whole document. */
  key: z.string(),
  /** 1-based; 0 where there is no line (an empty file). */
  line: z.number().int().min(0),
  column: z.number().int().min(0).default(0),
  /** The sentence and its code. */
  ...told.shape,
});
export type SpecIssue = z.infer<typeof specIssue>;

export const checkedTasks = z.object({
  ok: z.boolean(),
  tasks: z.array(taskSpec),
  errors: z.array(specIssue),
});
export type CheckedTasks = z.infer<typeof checkedTasks>;
