import type { RunDemand } from '#shared/domain/plan.ts';
import { lineGbps, transferCost } from '../egress.ts';
import type { PlaceCode } from '../place-sentences.ts';
import { dataCodeOf, gridOf } from './areas.ts';
import { ownBilling } from './billing.ts';
import type { Collector } from './collector.ts';
import type { OwnGpu, OwnMachine, PlaceInputs, PlaceQuestion } from './inputs.ts';
import { beyond, overLimit } from './limits.ts';
import { emptyReckoning, type Reckoner, type Terms } from './reckoning.ts';
import { emptyTerms, workCode } from './rented.ts';
import { type Use, usesOf } from './wanted.ts';
import type { Work, Workloads } from './work.ts';

const gibibyte = 2 ** 30;
const here = { provider: null, region: null };
/** Ways to use one machine that are told apart in the order of all. */
const mostWays = 1000;
/** Where nobody has said: a small room without much cooling. */
const usualPue = 1.5;

/** A machine's accelerators of one kind, those that are free first. */
interface Kind {
  accelerator: string | null;
  memoryGiB: number | null;
  /** When the first, the second … is free; null: nobody knows. */
  freeAt: readonly (number | null)[];
}

/** Judges every machine of one's own. */
export class OwnPlaces {
  readonly #question: PlaceQuestion;
  readonly #inputs: PlaceInputs;
  readonly #workloads: Workloads;
  readonly #reckoner: Reckoner;

  constructor(question: PlaceQuestion, inputs: PlaceInputs, workloads: Workloads, reckoner: Reckoner) {
    this.#question = question;
    this.#inputs = inputs;
    this.#workloads = workloads;
    this.#reckoner = reckoner;
  }

  judge(collector: Collector): void {
    for (const [index, machine] of this.#inputs.machines.entries()) this.#one(index, machine, collector);
  }

  /** Writes what a machine means for time and money into `terms`. */
  fill(terms: Terms, machine: OwnMachine, { use, work }: { use: Use; work: Work }): void {
    const { demand, at } = this.#question;
    const { regions, egress } = this.#inputs;
    const kind = this.#kinds(machine).find((each) => this.#workName(each) === work.accelerator);
    const freeAt = use.gpus === 0 ? at : (kind?.freeAt[Math.ceil(use.gpus) - 1] ?? at);
    const share = machine.gpus.length === 0 || use.gpus === 0 ? 1 : use.gpus / machine.gpus.length;
    Object.assign(terms, emptyTerms());
    terms.microsPerHour = (machine.microsPerHour ?? 0) * share;
    terms.billing = ownBilling;
    terms.waitMs = Math.max(0, freeAt - at);
    // What is rented elsewhere comes over the internet: a card of one's own can only be slower than that.
    const isOwnData = demand.data.provider === null;
    terms.lineIn = isOwnData ? (machine.lineIn ?? null) : null;
    terms.lineOut = machine.lineOut ?? null;
    const card = machine.lineIn?.gbps ?? null;
    terms.inGbps = terms.lineIn?.gbps ?? lineGbps(demand.data, here, isOwnData ? null : card);
    terms.outGbps = terms.lineOut?.gbps ?? lineGbps(here, here, null);
    terms.checkpointGbps = terms.outGbps;
    terms.egressMicros = transferCost(demand.data, here, demand.data.bytes, egress).micros;
    terms.powerKW = work.powerW === null ? Number.NaN : (work.powerW * use.gpus) / 1000;
    terms.pue = machine.pue ?? usualPue;
    terms.gramsPerKWh = gridOf(machine.country, regions);
  }

  /** How many of those that a run would use are free now. */
  freeOf(machine: OwnMachine, accelerator: string | null): number {
    return machine.gpus.filter(
      (gpu) =>
        (accelerator === null || this.#workName({ accelerator: gpu.accelerator }) === accelerator) &&
        gpu.freeAt !== null &&
        gpu.freeAt <= this.#question.at,
    ).length;
  }

  #one(index: number, machine: OwnMachine, collector: Collector): void {
    collector.judged += 1;
    const { demand } = this.#question;
    const before = this.#stands(machine);
    const out = emptyReckoning();
    const terms = emptyTerms();
    let isPossible = false;
    let against: { code: PlaceCode; use: Use | null; work: Work | null; distance: number } | null =
      before === null ? null : { code: before, use: null, work: null, distance: 0 };
    let way = 0;
    for (const kind of before === null ? this.#kinds(machine) : []) {
      const wanted = this.#uses(kind, demand);
      if ('missing' in wanted) {
        const none = kind.accelerator === null ? 'PLACE_NO_ACCELERATOR' : 'PLACE_ACCELERATOR';
        against ??= {
          code: wanted.missing === 'count' ? 'PLACE_TOO_FEW' : none,
          use: null,
          work: null,
          distance: 0,
        };
        continue;
      }
      for (const use of wanted.uses) {
        const work = this.#workloads.of(
          use.gpus === 0 ? null : this.#workName(kind),
          use.gpus,
          use.gpus === 0 ? null : kind.memoryGiB,
        );
        const code = workCode(work) ?? busyCode(kind, use);
        if (code !== null || work.trainMs === null) {
          against = nearer(against, { code: code ?? 'PLACE_TIME_UNKNOWN', use, work, distance: 0 });
          continue;
        }
        this.fill(terms, machine, { use, work });
        this.#reckoner.reckon(terms, work.trainMs.p50, 'p50', out);
        const over = overLimit(out, this.#question.limits, this.#question.at);
        if (over !== null) {
          against = nearer(against, { code: over, use, work, distance: beyond(over, out) });
          continue;
        }
        isPossible = true;
        const { costMicros, totalMs } = out;
        const order = index * mostWays + way++;
        collector.take({ where: { kind: 'machine', index }, use, work, costMicros, totalMs, order }, null);
      }
    }
    if (isPossible) collector.possible += 1;
    else {
      const { code, use, work, distance } = against ?? nothingThere;
      const order = index * mostWays;
      collector.excludeOwn({ where: { kind: 'machine', index }, code, use, work, distance, order });
    }
  }

  /** What stands against the machine, whatever the run does on it. */
  #stands(machine: OwnMachine): PlaceCode | null {
    const { demand } = this.#question;
    if (machine.unready !== null) return unreadyCodes[machine.unready];
    const { cpus, memoryGiB, freeDiskBytes } = machine;
    if (demand.cpus !== null && cpus !== null && cpus < demand.cpus) return 'PLACE_CPUS';
    if (demand.memoryGiB !== null && memoryGiB !== null && memoryGiB < demand.memoryGiB)
      return 'PLACE_MEMORY';
    const neededGiB = demand.diskGiB ?? 0;
    if (freeDiskBytes !== null && freeDiskBytes < neededGiB * gibibyte) return 'PLACE_DISK';
    return dataCodeOf(demand, { title: machine.name, maxLabel: machine.maxLabel, country: machine.country });
  }

  #kinds({ gpus }: OwnMachine): Kind[] {
    const kinds = new Map<string, OwnGpu[]>();
    for (const gpu of gpus) {
      const same = kinds.get(gpu.accelerator);
      if (same) same.push(gpu);
      else kinds.set(gpu.accelerator, [gpu]);
    }
    if (kinds.size === 0) return [{ accelerator: null, memoryGiB: null, freeAt: [] }];
    return [...kinds].map(([accelerator, all]) => ({
      accelerator,
      memoryGiB: Math.min(...all.map((each) => each.memoryGiB)),
      freeAt: all.map(({ freeAt }) => freeAt).sort(soonestFirst),
    }));
  }

  /** With no counts given: one, two, four … of its accelerators, and all of them. */
  #uses(kind: Kind, demand: RunDemand) {
    const count = kind.freeAt.length;
    const isOpen =
      count > 0 &&
      demand.accelerators.length === 0 &&
      demand.gpuCounts.length === 0 &&
      (demand.model !== null || demand.duration !== null);
    if (!isOpen) {
      const counts = demand.gpuCounts.filter((each) => each <= count);
      // Each count is a way of its own: here, fewer of them cost less.
      if (demand.accelerators.length === 0 && counts.length > 0 && count > 0)
        return { uses: counts.map((gpus) => ({ gpus, nodes: 1 })) };
      return usesOf(demand, { accelerator: this.#ownName(kind), count }, { most: 1 });
    }
    const counts = [1, 2, 4, 8, 16].filter((each) => each < count);
    return { uses: [...counts, count].map((gpus) => ({ gpus, nodes: 1 })) };
  }

  #workName({ accelerator }: { accelerator: string | null }): string | null {
    return accelerator === null ? null : this.#workloads.nameOf(accelerator);
  }

  /** As runs take them here: who asks for an A100 may have one with 80 GB. */
  #ownName(kind: Kind): string | null {
    const has = this.#workName(kind);
    if (has === null) return null;
    return this.#question.demand.accelerators.find(({ name }) => has.startsWith(`${name}-`))?.name ?? has;
  }
}

const unreadyCodes = {
  draining: 'PLACE_DRAINING',
  unseen: 'PLACE_UNSEEN',
} as const;
const nothingThere = { code: 'PLACE_NO_ACCELERATOR', use: null, work: null, distance: 0 } as const;

/** Those that nobody knows of come last. */
const soonestFirst = (a: number | null, b: number | null): number =>
  (a ?? Number.MAX_SAFE_INTEGER) - (b ?? Number.MAX_SAFE_INTEGER);

const busyCode = ({ freeAt }: Kind, { gpus }: Use): PlaceCode | null =>
  gpus > 0 && (freeAt[Math.ceil(gpus) - 1] ?? null) === null ? 'PLACE_BUSY' : null;

/** What came furthest before something stood against it tells most. */
const furthest: readonly PlaceCode[] = [
  'PLACE_ACCELERATOR',
  'PLACE_TOO_FEW',
  'PLACE_SETUP',
  'PLACE_NO_FIT',
  'PLACE_TIME_UNKNOWN',
  'PLACE_BUSY',
  'PLACE_CARBON_UNKNOWN',
  'PLACE_CARBON',
  'PLACE_OVER_BUDGET',
  'PLACE_LATE',
];

interface Against {
  code: PlaceCode;
  use: Use | null;
  work: Work | null;
  distance: number;
}
function nearer(before: Against | null, now: Against): Against {
  if (before === null) return now;
  const [a, b] = [furthest.indexOf(before.code), furthest.indexOf(now.code)];
  return b > a || (b === a && now.distance < before.distance) ? now : before;
}
