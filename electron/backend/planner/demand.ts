import type { RunDemand } from '#shared/domain/plan.ts';
import type { TaskSpec } from '#shared/domain/spec.ts';
import type { MeasuredThroughput, ModelShape, Setup } from '#shared/domain/workload.ts';

const minuteMs = 60_000;
/** Boot, image and drivers of a rented machine; more where the task has a set-up of its own. */
const bootMs = 5 * minuteMs;
const ownSetupMs = 5 * minuteMs;
/** Where the task does not say how often it saves. */
const usualCheckpointMs = 30 * minuteMs;
/** Tried where a model is given and no accelerators are. */
const usualCounts = [1, 2, 4, 8];
/** Weights in 2 or 4 bytes and Adam's two moments and master copy: about what training frameworks write. */
const checkpointBytesPerParameter = 14;

const units: Readonly<Record<string, number>> = { s: 1000, m: minuteMs, h: 3_600_000, d: 86_400_000 };
const everyForm =
  /^\s*(\d{1,9}(?:\.\d{1,6})?)\s*(?:(s)(?:ec(?:ond)?s?)?|(m)(?:in(?:ute)?s?)?|(h)(?:ours?)?|(d)(?:ays?)?)\s*$/i;

/** "30m", "2 hours" → ms; null of counts of steps and epochs, whose time nobody knows yet. */
export function everyMs(text: string | undefined): number | null {
  const [, amount, ...named] = everyForm.exec(text ?? '') ?? [];
  const unit = named.find((each) => each !== undefined)?.toLowerCase() ?? '';
  const ms = Number(amount) * (units[unit] ?? Number.NaN);
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}

export interface DemandExtras {
  model: ModelShape | null;
  setup: Setup | null;
  measured: readonly MeasuredThroughput[];
}

/** What a task asks for, as planning sees it. What the task does not say is as usual, and may be changed by who plans. */
export function demandOfTask(task: TaskSpec, { model, setup, measured }: DemandExtras): RunDemand {
  const { accelerators, cpus, memoryGiB, diskGiB, cloud } = task.resources;
  const nodes = task.numNodes;
  return {
    name: task.name ?? 'run',
    // num_nodes machines, each with what is asked: all of them together.
    accelerators: accelerators.map(({ name, count }) => ({ name, count: count * nodes })),
    gpuCounts: accelerators.length === 0 && model !== null ? usualCounts : [],
    ...(nodes > 1 ? { maxNodes: Math.min(nodes, 64) } : {}),
    cpus: cpus?.count ?? null,
    memoryGiB: memoryGiB?.size ?? null,
    diskGiB,
    model,
    setup,
    tokens: null,
    duration: null,
    measured: [...measured],
    data: { bytes: 0, provider: null, region: null },
    resultBytes: 0,
    checkpointBytes: checkpointBytes(model, setup),
    checkpointEveryMs: everyMs(task.checkpoint?.every) ?? usualCheckpointMs,
    setupMs: bootMs + (task.setup === null ? 0 : ownSetupMs),
    useSpot: spotOf(cloud.use_spot, task.checkpoint !== null),
    label: null,
    countries: [],
  };
}

/** What says nothing may go on a machine that is taken away only if it can go on elsewhere. */
function spotOf(asked: unknown, hasCheckpoints: boolean): RunDemand['useSpot'] {
  if (asked === true || asked === 'true') return 'only';
  if (asked === false || asked === 'false') return 'never';
  return hasCheckpoints ? 'allowed' : 'never';
}

function checkpointBytes(model: ModelShape | null, setup: Setup | null): number {
  if (model === null || setup?.kind !== 'training') return 0;
  return setup.method === 'full' ? model.parameters * checkpointBytesPerParameter : model.parameters * 0.1;
}
