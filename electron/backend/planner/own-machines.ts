import type { Store } from '#backend/store/index.ts';
import type { AcceleratorModel } from '#shared/domain/catalog.ts';
import type { HourlyRate } from '#shared/domain/cost.ts';
import type { Accelerator, Machine } from '#shared/domain/machine.ts';
import type { Attempt, RunSummary } from '#shared/domain/run.ts';
import type { SitePolicy } from '#shared/domain/sensitivity.ts';
import { acceleratorFinder, acceleratorKey } from '#shared/planner/accelerators.ts';
import type { OwnGpu, OwnMachine, Unready } from '#shared/planner/place/index.ts';
import type { OwnLines } from './lines.ts';

const gibibyte = 2 ** 30;
/** Drivers keep a little for themselves, and makers count differently: within this much it is the same memory. */
const sameMemory = 0.12;

/** What the runs' own rules say of accelerators, handed in by main.ts. */
export interface GpuRules {
  usable(accelerators: readonly Accelerator[]): Accelerator[];
  heldByOthers(accelerator: Accelerator, isOurRun: (runId: string) => boolean): object | null;
}

export interface OwnMachineSources {
  store: Store;
  accelerators: readonly AcceleratorModel[];
  /** By site. */
  policies: ReadonlyMap<string, SitePolicy>;
  rateOf(machineId: string): { rate: HourlyRate; pue: number | null; networkGbps: number | null };
  /** What lines have carried, by machine. */
  lines: ReadonlyMap<string, OwnLines>;
  rules: GpuRules;
}

/** Every machine as planning sees it at a moment: what it has, when that is free, what it costs, what it may hold. */
export function ownMachines(sources: OwnMachineSources, at: number): OwnMachine[] {
  const { store } = sources;
  const nameOf = catalogNames(sources.accelerators);
  return store.machines.ids().flatMap((id) => {
    const machine = store.machines.get(id);
    const policy = machine && sources.policies.get(machine.siteId);
    return machine && policy ? [ownMachine(machine, policy, nameOf, sources, at)] : [];
  });
}

function ownMachine(
  machine: Machine,
  { maxLabel, country }: SitePolicy,
  nameOf: (gpu: Accelerator) => string,
  sources: OwnMachineSources,
  at: number,
): OwnMachine {
  const { inventory } = machine;
  const { rate, pue, networkGbps } = sources.rateOf(machine.id);
  const measured = sources.lines.get(machine.id);
  const typed = networkGbps === null ? null : ({ gbps: networkGbps, basis: 'typed', at: null } as const);
  const [lineIn, lineOut] = [measured?.lineIn ?? typed, measured?.lineOut ?? typed];
  const isPriced = rate.basis !== 'none';
  const home = inventory?.disks.filter(({ readOnly }) => !readOnly) ?? [];
  return {
    id: machine.id,
    name: machine.name,
    maxLabel,
    country,
    gpus: inventory === null ? [] : gpusOf(machine, inventory.accelerators, nameOf, sources, at),
    cpus: inventory?.cpuCount ?? null,
    memoryGiB: inventory?.memoryBytes == null ? null : inventory.memoryBytes / gibibyte,
    freeDiskBytes: home.length === 0 ? null : Math.max(...home.map(({ freeBytes }) => freeBytes)),
    microsPerHour: isPriced ? rate.microsPerHour : null,
    ratedAt: isPriced ? rate.since : null,
    pue,
    unready: unreadyOf(machine),
    seenAt: inventory?.takenAt ?? null,
    ...(lineIn === null ? {} : { lineIn }),
    ...(lineOut === null ? {} : { lineOut }),
  };
}

/** One that is not connected is judged by what was seen of it last: planning needs no network. */
function unreadyOf({ draining, inventory }: Machine): Unready | null {
  if (draining) return 'draining';
  return inventory === null ? 'unseen' : null;
}

function gpusOf(
  machine: Machine,
  accelerators: readonly Accelerator[],
  nameOf: (gpu: Accelerator) => string,
  { store, rules }: OwnMachineSources,
  at: number,
): OwnGpu[] {
  const live = store.runs.liveAttempts(machine.id);
  const untilOf = new Map<string, number | null>();
  for (const attempt of live) {
    const until = endOf(attempt, store.runs.summary(attempt.runId), at);
    for (const { uuid } of attempt.accelerators) untilOf.set(uuid, until);
  }
  const knows = (runId: string) => store.runs.summary(runId) !== undefined;
  const gpus = rules.usable(accelerators).map((each): OwnGpu => {
    const held = untilOf.get(each.uuid);
    const isOthers = held === undefined && rules.heldByOthers(each, knows) !== null;
    return {
      accelerator: nameOf(each),
      memoryGiB: (each.memoryBytes ?? 0) / gibibyte,
      freeAt: held !== undefined ? held : isOthers ? null : at,
    };
  });
  return withQueued(gpus, queuedGpus(live, store));
}

/** When a run that prints its steps will have ended, at its pace so far; null: it does not say. */
export function endOf(attempt: Attempt, run: RunSummary | undefined, at: number): number | null {
  if (run === undefined || run.epoch !== attempt.epoch) return null;
  const { step, totalSteps } = run;
  if (step === null || totalSteps === null || attempt.startedAt === null || step <= 0) return null;
  const pace = (at - attempt.startedAt) / step;
  return Math.ceil(at + Math.max(0, totalSteps - step) * pace);
}

/** GPUs that runs in the machine's queue ask for: they come first, and nobody can say for how long. */
function queuedGpus(live: readonly Attempt[], store: Store): number {
  const waiting = live.filter(({ state, accelerators }) => state === 'queued' && accelerators.length === 0);
  return waiting.reduce((sum, { runId }) => {
    const asked = store.runs.get(runId)?.spec.resources.accelerators ?? [];
    return sum + Math.max(0, ...asked.map(({ count }) => Math.ceil(count)));
  }, 0);
}

function withQueued(gpus: readonly OwnGpu[], queued: number): OwnGpu[] {
  const soonest = gpus
    .map((gpu, index) => ({ index, freeAt: gpu.freeAt ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => a.freeAt - b.freeAt)
    .slice(0, queued);
  const taken = new Set(soonest.map(({ index }) => index));
  return gpus.map((gpu, index) => (taken.has(index) ? { ...gpu, freeAt: null } : gpu));
}

/** The catalogue's name for what a driver calls it ("NVIDIA H100 80GB HBM3"); the driver's own where it has none like it. */
export function catalogNames(
  models: readonly AcceleratorModel[],
): (gpu: Pick<Accelerator, 'model' | 'memoryBytes'>) => string {
  const find = acceleratorFinder(models);
  const keys = models.map((model) => ({ model, key: acceleratorKey(model.name).replace(/\d+gb$/, '') }));
  return ({ model, memoryBytes }) => {
    const exact = find(model);
    if (exact !== null && isLike(exact, memoryBytes)) return exact.name;
    const key = acceleratorKey(model.replace(/geforce|tesla|quadro|instinct/gi, ''));
    const similar = keys
      .filter((each) => key.startsWith(each.key) && isLike(each.model, memoryBytes))
      .sort((a, b) => b.key.length - a.key.length || a.model.name.length - b.model.name.length);
    return similar[0]?.model.name ?? exact?.name ?? model;
  };
}

function isLike({ memoryGiB }: AcceleratorModel, memoryBytes: number | null): boolean {
  if (memoryBytes === null) return true;
  return Math.abs(memoryBytes / gibibyte / memoryGiB - 1) <= sameMemory;
}
