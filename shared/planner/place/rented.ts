import type { PlanLimits, RunDemand } from '#shared/domain/plan.ts';
import type { Quota } from '#shared/domain/quota.ts';
import type { PlaceCode } from '../place-sentences.ts';
import { countsAgainst, type QuotaShortage, shortageOf } from '../quotas/index.ts';
import { interruptionsPerHour } from '../spot.ts';
import { type AreaFacts, areaFacts, checkpointGbps, providersPue } from './areas.ts';
import { type Collector, codeIndex } from './collector.ts';
import type { PlaceInputs, PlaceQuestion } from './inputs.ts';
import { beyond, overLimit } from './limits.ts';
import { type OfferGroup, type PreparedOffers, prepare } from './prepared.ts';
import { emptyReckoning, type Reckoner, type Terms } from './reckoning.ts';
import { type Use, usesOf } from './wanted.ts';
import type { Work, Workloads } from './work.ts';

/** A way to use a group's accelerators, and what stands against it wherever it is rented. */
interface Way {
  use: Use;
  work: Work;
  code: PlaceCode | null;
}
interface GroupFacts extends OfferGroup {
  /** It has not what is asked for. */
  code: PlaceCode | null;
  /** No way to use it would do, wherever it is rented. */
  workCode: PlaceCode | null;
  ways: Way[];
}

export const emptyTerms = (): Terms => ({
  microsPerHour: 0,
  nodes: 1,
  billing: { leastMs: 0, stepMs: 1 },
  waitMs: 0,
  setupMs: 0,
  inGbps: 1,
  outGbps: 1,
  lineIn: null,
  lineOut: null,
  checkpointGbps: 1,
  egressMicros: 0,
  diskMicrosPerGBMonth: 0,
  interruptionsPerHour: 0,
  powerKW: Number.NaN,
  pue: 1,
  gramsPerKWh: Number.NaN,
});

export const rentedKinds = ['on-demand', 'spot'] as const;

/** Judges every offer, on demand and spot apart: one pass over the columns, in which numbers are made and nothing else. */
export class RentedPlaces {
  readonly #demand: RunDemand;
  readonly #limits: PlanLimits;
  readonly #at: number;
  readonly #workloads: Workloads;
  readonly #inputs: PlaceInputs;
  readonly #reckoner: Reckoner;
  readonly #prepared: PreparedOffers;
  readonly #groups: GroupFacts[];
  readonly #areas: AreaFacts[];
  readonly #spotRates: Float64Array;
  /** By area. */
  readonly #quotas: Quota[][];
  /** By type in an area, on demand and spot. */
  readonly #counting = new Map<number, readonly Quota[]>();
  readonly #providers: number;

  constructor(
    { demand, limits, at }: PlaceQuestion,
    inputs: PlaceInputs,
    workloads: Workloads,
    reckoner: Reckoner,
  ) {
    this.#demand = demand;
    this.#limits = limits;
    this.#at = at;
    this.#workloads = workloads;
    this.#inputs = inputs;
    this.#reckoner = reckoner;
    this.#prepared = prepare(inputs.offers);
    this.#groups = this.#prepared.groups.map((group) => groupFacts(group, demand, workloads));
    this.#areas = areaFacts(this.#prepared.areas, demand, limits, inputs);
    // The last one is of those whose band is not known.
    this.#spotRates = Float64Array.from([0, 1, 2, 3, 4, null], interruptionsPerHour);
    this.#quotas = inputs.quotas.length === 0 ? [] : this.#areas.map((area) => quotasIn(area, inputs.quotas));
    this.#providers = inputs.offers.words.providers.length;
  }

  /** Kinds of places that the collector tells apart: a group of a provider, on demand and spot. */
  get slots(): number {
    return this.#groups.length * this.#providers * 2;
  }

  areaOf(row: number): AreaFacts | undefined {
    return this.#areas[this.#prepared.areaOf[row] ?? -1];
  }

  /** What is missing of which quota, to rent so many machines of a row at once; null: nothing. */
  shortage(row: number, kind: 'on-demand' | 'spot', machines: number): QuotaShortage | null {
    if (this.#quotas.length === 0) return null;
    const quotas = this.#quotasOn(row, kind);
    return quotas.length === 0 ? null : shortageOf(quotas, this.#sizeOf(row), machines);
  }

  judge(collector: Collector): void {
    const { columns, length } = this.#inputs.offers;
    const { groupOf, areaOf } = this.#prepared;
    for (let row = 0; row < length; row += 1) {
      const group = this.#groups[groupOf[row] ?? -1];
      const area = this.#areas[areaOf[row] ?? -1];
      if (group === undefined || area === undefined) continue;
      const code = area.providerCode ?? group.code ?? this.#tooSmall(row) ?? area.dataCode;
      if ((columns.onDemandMicrosPerHour[row] ?? Number.NaN) >= 0) this.#one(row, 0, group, code, collector);
      if ((columns.spotMicrosPerHour[row] ?? Number.NaN) >= 0) this.#one(row, 1, group, code, collector);
    }
  }

  /** Writes what a row means for time and money into `terms`. */
  fill(terms: Terms, row: number, kind: 'on-demand' | 'spot', { use, work }: { use: Use; work: Work }): void {
    const { columns } = this.#inputs.offers;
    const area = this.areaOf(row);
    if (area === undefined) return;
    const isSpot = kind === 'spot';
    const price = isSpot ? columns.spotMicrosPerHour[row] : columns.onDemandMicrosPerHour[row];
    const card = columns.networkGbps[row] ?? Number.NaN;
    const count = columns.acceleratorCount[row] ?? 0;
    terms.microsPerHour = (price ?? 0) * this.#inputs.priceFactor * use.nodes;
    terms.nodes = use.nodes;
    terms.billing = area.billing;
    terms.waitMs = 0;
    terms.setupMs = this.#demand.setupMs;
    terms.inGbps = card > 0 && card < area.inGbps ? card : area.inGbps;
    terms.outGbps = card > 0 && card < area.outGbps ? card : area.outGbps;
    terms.checkpointGbps = card > 0 && card < checkpointGbps ? card : checkpointGbps;
    terms.egressMicros = area.egressMicros;
    const hasDisk = (columns.localDiskGiB[row] ?? 0) * 1.073741824 >= this.#reckoner.diskGB;
    terms.diskMicrosPerGBMonth = hasDisk ? 0 : area.diskMicrosPerGBMonth;
    const band = columns.spotBand[row] ?? -1;
    terms.interruptionsPerHour = isSpot ? (this.#spotRates[band === -1 ? 5 : band] ?? 0) * use.nodes : 0;
    // All of a machine's accelerators draw power, and are paid for, whether they are used or not.
    terms.powerKW = work.powerW === null ? Number.NaN : (work.powerW * Math.max(count, 1) * use.nodes) / 1000;
    terms.pue = providersPue;
    terms.gramsPerKWh = area.gramsPerKWh;
  }

  readonly #terms = emptyTerms();
  readonly #out = emptyReckoning();

  #one(
    row: number,
    kindIndex: 0 | 1,
    group: GroupFacts,
    before: PlaceCode | null,
    collector: Collector,
  ): void {
    const kind = rentedKinds[kindIndex];
    const { columns } = this.#inputs.offers;
    collector.judged += 1;
    const place = (this.#prepared.groupOf[row] ?? 0) * this.#providers + (columns.provider[row] ?? 0);
    const slot = place * 2 + kindIndex;
    const price = (kindIndex === 1 ? columns.spotMicrosPerHour : columns.onDemandMicrosPerHour)[row] ?? 0;
    const { useSpot } = this.#demand;
    const code = before ?? (kindIndex === 1 ? spotCodes : onDemandCodes)[useSpot] ?? group.workCode;
    if (code !== null) {
      if (collector.countExcluded(codeIndex[code], slot, price))
        this.#keep(code, row, kindIndex, group.ways[0], price, slot, collector);
      return;
    }
    const out = this.#out;
    let isPossible = false;
    let against: PlaceCode | null = null;
    let distance = price;
    let nearest: Way | undefined;
    for (let index = 0; index < group.ways.length; index += 1) {
      const way = group.ways[index];
      if (way === undefined) continue;
      const work = way.use.nodes > 1 ? this.#overNetwork(row, group, way) : way.work;
      const { trainMs } = work;
      const stands = way.code ?? (this.shortage(row, kind, way.use.nodes) === null ? null : 'PLACE_QUOTA');
      if (stands !== null || trainMs === null) {
        if (against === null) [against, nearest] = [stands ?? 'PLACE_TIME_UNKNOWN', way];
        continue;
      }
      this.fill(this.#terms, row, kind, { use: way.use, work });
      this.#reckoner.reckon(this.#terms, trainMs.p50, 'p50', out);
      const over = overLimit(out, this.#limits, this.#at);
      if (over !== null) {
        against = over;
        nearest = way;
        distance = beyond(over, out);
        continue;
      }
      isPossible = true;
      const { costMicros, totalMs } = out;
      if (!collector.wants(costMicros, totalMs, slot)) continue;
      const order = this.#order(row, kindIndex) + index;
      const { use } = way;
      collector.take({ where: { kind, row }, use, work, costMicros, totalMs, order }, slot);
    }
    if (isPossible) collector.possible += 1;
    else if (against !== null && collector.countExcluded(codeIndex[against], slot, distance))
      this.#keep(against, row, kindIndex, nearest, distance, slot, collector);
  }

  /** The work on several machines of an offer, by its own network. */
  #overNetwork(row: number, { accelerator, count, memoryGiB, link }: GroupFacts, { use }: Way): Work {
    const card = this.#inputs.offers.columns.networkGbps[row] ?? Number.NaN;
    // A price list that says 0 does not know.
    const networkGbps = card > 0 ? card : null;
    return this.#workloads.of(accelerator, use.gpus, memoryGiB, {
      gpusPerNode: Math.min(count, use.gpus / use.nodes),
      networkGbps,
      link,
    });
  }

  #keep(
    code: PlaceCode,
    row: number,
    kindIndex: 0 | 1,
    way: Way | undefined,
    distance: number,
    slot: number,
    collector: Collector,
  ): void {
    collector.keepExcluded(
      {
        where: { kind: rentedKinds[kindIndex], row },
        code,
        use: way?.use ?? null,
        work: way?.work ?? null,
        order: this.#order(row, kindIndex),
        distance,
      },
      slot,
    );
  }

  /** Own machines come before all offers. */
  #order(row: number, kindIndex: number): number {
    return 1_000_000 + (row * 2 + kindIndex) * 32;
  }

  #tooSmall(row: number): PlaceCode | null {
    const { columns } = this.#inputs.offers;
    const { cpus, memoryGiB } = this.#demand;
    if (cpus !== null && (columns.vCpus[row] ?? Number.NaN) < cpus) return 'PLACE_CPUS';
    return memoryGiB !== null && (columns.memoryGiB[row] ?? Number.NaN) < memoryGiB ? 'PLACE_MEMORY' : null;
  }

  /** Those that count an offer's machines: looked for once for a type in a region, not for each of its zones and ways. */
  #quotasOn(row: number, kind: 'on-demand' | 'spot'): readonly Quota[] {
    const { columns, words } = this.#inputs.offers;
    const area = this.#prepared.areaOf[row] ?? -1;
    const quotas = this.#quotas[area];
    if (quotas === undefined || quotas.length === 0) return none;
    const type = columns.instanceType[row] ?? -1;
    const accelerator = columns.accelerator[row] ?? -1;
    const place =
      (area * words.instanceTypes.length + type) * (words.accelerators.length + 1) + accelerator + 1;
    const key = place * 2 + (kind === 'spot' ? 1 : 0);
    const known = this.#counting.get(key);
    if (known !== undefined) return known;
    const machine = {
      provider: words.providers[columns.provider[row] ?? -1] ?? '',
      region: words.regions[columns.region[row] ?? -1] ?? '',
      instanceType: words.instanceTypes[type] ?? '',
      accelerator: words.accelerators[accelerator] ?? null,
    };
    const counting = quotas.filter((quota) => countsAgainst(quota, machine, kind));
    this.#counting.set(key, counting);
    return counting;
  }

  #sizeOf(row: number): { gpus: number; vCpus: number | null } {
    const { columns } = this.#inputs.offers;
    const vCpus = columns.vCpus[row] ?? Number.NaN;
    return { gpus: columns.acceleratorCount[row] ?? 0, vCpus: Number.isNaN(vCpus) ? null : vCpus };
  }
}

const none: readonly Quota[] = [];

/** Of an area: the quotas that count something there. */
const quotasIn = ({ provider, region }: AreaFacts, quotas: readonly Quota[]): Quota[] =>
  quotas.filter((quota) => quota.provider === provider && (quota.region === null || quota.region === region));

const spotCodes = { never: 'PLACE_SPOT_UNWANTED', allowed: null, only: null } as const;
const onDemandCodes = { never: null, allowed: null, only: 'PLACE_SPOT_ONLY' } as const;

function groupFacts(group: OfferGroup, demand: RunDemand, workloads: Workloads): GroupFacts {
  const wanted = usesOf(demand, group, { most: demand.maxNodes ?? 1 });
  if ('missing' in wanted) {
    const none = group.accelerator === null ? 'PLACE_NO_ACCELERATOR' : 'PLACE_ACCELERATOR';
    return { ...group, code: wanted.missing === 'count' ? 'PLACE_TOO_FEW' : none, workCode: null, ways: [] };
  }
  const ways = wanted.uses.map((use) => {
    const accelerator = use.gpus === 0 ? null : group.accelerator;
    const work = workloads.of(accelerator, use.gpus, group.memoryGiB, {
      gpusPerNode: use.gpus / use.nodes,
      networkGbps: null,
      link: group.link,
    });
    return { use, work, code: workCode(work) };
  });
  const isHopeless = ways.every(({ code }) => code !== null);
  return { ...group, code: null, workCode: isHopeless ? (ways[0]?.code ?? null) : null, ways };
}

/** What stands against the work itself, wherever it is done. */
export const workCode = (work: Work): PlaceCode | null => {
  if (work.refusal !== null) return 'PLACE_SETUP';
  if (work.fit?.verdict === 'no') return 'PLACE_NO_FIT';
  return work.trainMs === null ? 'PLACE_TIME_UNKNOWN' : null;
};
