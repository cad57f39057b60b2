import type { Reason, Spread } from '#shared/domain/figure.ts';
import type { Alternative, PlaceRef } from '#shared/domain/plan.ts';
import { unlabelled } from '#shared/domain/sensitivity.ts';
import { placeReason } from '../place-sentences.ts';
import { quotaName } from '../quotas/index.ts';
import { gibibyte, gibRange } from './amounts.ts';
import type { Candidate, Collector, Excluded, Where } from './collector.ts';
import { costFigure, type Shown, timeFigure } from './figures.ts';
import type { OwnMachine, PlaceInputs, PlaceQuestion } from './inputs.ts';
import type { OwnPlaces } from './own.ts';
import { ageReason, bestReason, fitReason, riskReasons, spotReasons } from './reasons.ts';
import { type Chance, emptyReckoning, type Reckoned, type Reckoner, type Terms } from './reckoning.ts';
import { emptyTerms, type RentedPlaces } from './rented.ts';
import { askedOf, type Use } from './wanted.ts';
import type { Work, WorkEngine } from './work.ts';

export interface DescribeContext {
  question: PlaceQuestion;
  inputs: PlaceInputs;
  reckoner: Reckoner;
  own: OwnPlaces;
  rented: RentedPlaces;
  engine: WorkEngine;
  collector: Collector;
}

/** Makes what is shown of a place: names, numbers with their figures, and reasons in words. Only for those that are returned. */
export class Describer {
  readonly #context: DescribeContext;

  constructor(context: DescribeContext) {
    this.#context = context;
  }

  candidate(one: Candidate, isBest: boolean): Alternative {
    const { question, collector } = this.#context;
    const shown = this.#shown(one.where, one.use, one.work);
    const isPareto = !collector.front.dominates(one.costMicros, one.totalMs);
    const reasons = [
      ...(isBest ? [bestReason(question.objective, shown.p50)] : []),
      ...(isPareto ? (isBest ? [] : [placeReason('PLACE_FRONT')]) : this.#dominated(one)),
      ...fitReason(one.work.fit),
      ...this.#placeReasons(one, shown),
      ...spotReasons(shown.terms, shown.p50, usedWork(shown), question.limits, question.at),
      ...riskReasons(shown.p90, question.limits, question.at),
      ...ageReason(shown.pricedAt, question.at),
    ];
    return {
      place: this.#ref(one.where, one.use, one.work),
      reasons,
      excluded: false,
      fit: one.work.fit,
      ...numbers(shown),
      pareto: isPareto,
    };
  }

  excluded(one: Excluded): Alternative {
    const { use, work } = one;
    const isTimed = use !== null && work?.trainMs != null && timedCodes.has(one.code);
    const shown = isTimed ? this.#shown(one.where, use, work) : null;
    return {
      place: this.#ref(one.where, use, work),
      reasons: this.#why(one, shown),
      excluded: true,
      fit: work?.fit ?? null,
      ...(shown === null ? noNumbers(this.#pricedAt(one.where)) : numbers(shown)),
      pareto: false,
    };
  }

  #shown(where: Where, use: Use, work: Work): Shown {
    const { inputs, own, rented, reckoner, question } = this.#context;
    const terms = emptyTerms();
    if (where.kind === 'machine') {
      const machine = inputs.machines[where.index];
      if (machine !== undefined) own.fill(terms, machine, { use, work });
    } else rented.fill(terms, where.row, where.kind, { use, work });
    const trainMs = work.trainMs ?? { p10: 0, p50: 0, p90: 0 };
    return {
      terms,
      work,
      p10: this.#reckoned(terms, trainMs, 'p10'),
      p50: this.#reckoned(terms, trainMs, 'p50'),
      p90: this.#reckoned(terms, trainMs, 'p90'),
      priceSource: this.#source(where),
      pricedAt: this.#pricedAt(where),
      diskGB: reckoner.diskGB,
      lostPerInterruptionMs: reckoner.lostPerInterruption(terms),
      dataBytes: question.demand.data.bytes,
      resultBytes: question.demand.resultBytes,
    };
  }

  #reckoned(terms: Terms, trainMs: Spread, chance: Chance): Reckoned {
    const out = emptyReckoning();
    this.#context.reckoner.reckon(terms, trainMs[chance], chance, out);
    return out;
  }

  #ref(where: Where, use: Use | null, work: Work | null): PlaceRef {
    const { inputs, rented } = this.#context;
    if (where.kind === 'machine') {
      const machine = inputs.machines[where.index];
      const gpus = use?.gpus ?? machine?.gpus.length ?? 0;
      return {
        kind: 'machine',
        id: machine?.id ?? '',
        title: machine?.name ?? '',
        provider: null,
        region: null,
        country: machine?.country ?? null,
        accelerator: work?.accelerator ?? machine?.gpus[0]?.accelerator ?? null,
        gpus,
        nodes: 1,
      };
    }
    const offer = inputs.offers.row(where.row);
    return {
      kind: where.kind,
      id: offer.id,
      title: `${offer.instanceType} · ${offer.provider} ${offer.zone ?? offer.region}`,
      provider: offer.provider,
      region: offer.region,
      country: rented.areaOf(where.row)?.country ?? null,
      accelerator: offer.accelerator,
      gpus: use?.gpus ?? offer.acceleratorCount,
      nodes: use?.nodes ?? 1,
    };
  }

  #source(where: Where): string | null {
    const { inputs } = this.#context;
    if (where.kind === 'machine')
      return inputs.machines[where.index]?.microsPerHour == null ? null : 'own costs';
    const { sourceId } = inputs.offers.row(where.row);
    return inputs.sourceTitles[sourceId] ?? sourceId;
  }

  #pricedAt(where: Where): number | null {
    const { inputs } = this.#context;
    if (where.kind === 'machine') return inputs.machines[where.index]?.ratedAt ?? null;
    return inputs.offers.columns.pricedAt[where.row] ?? null;
  }

  /** One that is better in both, and by how much. */
  #dominated(one: Candidate): Reason[] {
    const better = this.#context.collector.front.fastestWithin(one.costMicros);
    if (better === null) return [];
    const other = this.#ref(better.where, better.use, better.work).title;
    const [saved, sooner] = [one.costMicros - better.costMicros, one.totalMs - better.totalMs];
    const params = { other, costMicros: saved, timeMs: sooner };
    if (sooner < 1000) return [placeReason('PLACE_DOMINATED_COST', params)];
    return [placeReason(saved === 0 ? 'PLACE_DOMINATED_TIME' : 'PLACE_DOMINATED', params)];
  }

  #placeReasons({ where, use, work }: Candidate, { terms }: Shown): Reason[] {
    const { inputs, own, rented } = this.#context;
    if (where.kind === 'machine') {
      const machine = inputs.machines[where.index];
      if (machine === undefined) return [];
      const later = placeReason('PLACE_FREE_LATER', { gpus: use.gpus, timeMs: terms.waitMs });
      const now = placeReason('PLACE_FREE_NOW', { gpus: own.freeOf(machine, work.accelerator) });
      const free = use.gpus === 0 ? [] : [terms.waitMs > 0 ? later : now];
      const { data, resultBytes } = this.#context.question.demand;
      const isAssumed =
        (data.bytes > 0 && terms.lineIn === null) || (resultBytes > 0 && terms.lineOut === null);
      const gbps = Math.min(
        data.bytes > 0 ? terms.inGbps : Number.POSITIVE_INFINITY,
        resultBytes > 0 ? terms.outGbps : Number.POSITIVE_INFINITY,
      );
      return [
        ...free,
        ...(isAssumed ? [placeReason('PLACE_LINE_ASSUMED', { gbps })] : []),
        ...ownReasons(machine, this.#context.question.at),
      ];
    }
    const has = (inputs.offers.columns.acceleratorCount[where.row] ?? 0) * use.nodes;
    const area = rented.areaOf(where.row);
    return [
      ...(use.nodes > 1
        ? [placeReason('PLACE_NODES', { nodes: use.nodes, each: use.gpus / use.nodes })]
        : []),
      ...(use.nodes > 1 && !((inputs.offers.columns.networkGbps[where.row] ?? 0) > 0)
        ? [placeReason('PLACE_NETWORK_UNKNOWN')]
        : []),
      ...(use.gpus > 0 && has > use.gpus ? [placeReason('PLACE_MORE_GPUS', { has, used: use.gpus })] : []),
      ...(area && !area.isEgressKnown
        ? [placeReason('PLACE_EGRESS_UNKNOWN', { provider: area.provider })]
        : []),
      placeReason('PLACE_UNRESERVED'),
    ];
  }

  /** Why a place is left out; of what does not fit, what would make it fit follows. */
  #why(one: Excluded, shown: Shown | null): Reason[] {
    const { code, use, work } = one;
    if (code === 'PLACE_SETUP' && work?.refusal) {
      return [placeReason(code, { gpus: use?.gpus ?? 0 }), work.refusal];
    }
    if (code !== 'PLACE_NO_FIT') return [this.#whyNot(one, shown)];
    const fit = work?.fit;
    const params = {
      need: fit ? gibRange(fit.need.lowBytes, fit.need.highBytes) : '',
      has: fit ? fit.availableBytes / gibibyte : '',
    };
    const remedy = work?.question ? this.#context.engine.remedy(work.question) : [];
    return [placeReason(remedy.length === 0 ? 'PLACE_NO_FIT' : 'PLACE_NO_FIT_UNLESS', params), ...remedy];
  }

  /** The sentence for it, with what the place has and what was asked. */
  #whyNot({ where, code, use, work }: Excluded, shown: Shown | null): Reason {
    const { demand, limits, at } = this.#context.question;
    const has = this.#has(where);
    switch (code) {
      case 'PLACE_LATE': {
        const late = at + (shown?.p50.totalMs ?? 0) - (limits.deadlineAt ?? 0);
        return placeReason(code, { lateMs: late });
      }
      case 'PLACE_OVER_BUDGET': {
        const costMicros = shown?.p50.costMicros ?? 0;
        return placeReason(code, { costMicros, overMicros: costMicros - (limits.budgetMicros ?? 0) });
      }
      case 'PLACE_CARBON':
        return placeReason(code, {
          grams: shown?.p50.carbonGrams ?? 0,
          limit: limits.maxCarbonGrams ?? 0,
        });
      case 'PLACE_ACCELERATOR':
      case 'PLACE_NO_ACCELERATOR':
        return placeReason(code, { has: has.accelerators, asked: askedOf(demand) });
      case 'PLACE_TOO_FEW':
        return placeReason(code, { has: has.count, accelerator: has.accelerator, asked: askedOf(demand) });
      case 'PLACE_BUSY':
        return placeReason(code, { free: this.#free(where, work), asked: use?.gpus ?? 0 });
      case 'PLACE_CPUS':
        return placeReason(code, { asked: demand.cpus ?? 0, has: has.cpus ?? 0 });
      case 'PLACE_MEMORY':
        return placeReason(code, { asked: demand.memoryGiB ?? 0, has: has.memoryGiB ?? 0 });
      case 'PLACE_DISK':
        return placeReason(code, { asked: demand.diskGiB ?? 0, has: has.freeDiskGiB ?? 0 });
      case 'PLACE_LABEL':
        return placeReason(code, {
          label: demand.label ?? unlabelled,
          place: has.name,
          most: has.maxLabel,
        });
      case 'PLACE_COUNTRY':
      case 'PLACE_COUNTRY_UNKNOWN':
        return placeReason(code, { country: has.country ?? '', countries: demand.countries.join(', ') });
      case 'PLACE_QUOTA':
        return this.#overQuota(where, use?.nodes ?? 1, has.count);
      default:
        return placeReason(code, { provider: has.name, accelerator: has.accelerator });
    }
  }

  #overQuota(where: Where, machines: number, gpus: number): Reason {
    const shortage =
      where.kind === 'machine' ? null : this.#context.rented.shortage(where.row, where.kind, machines);
    const { quota, asked = 0, left = 0, least = 0 } = shortage ?? {};
    return placeReason(quota?.unit === 'vcpus' ? 'PLACE_QUOTA_VCPUS' : 'PLACE_QUOTA', {
      quota: quota ? quotaName(quota) : '',
      gpus: gpus * machines,
      asked,
      left,
      limit: quota?.limit ?? 0,
      least,
    });
  }

  #free(where: Where, work: Work | null): number {
    const { inputs, own } = this.#context;
    const machine = where.kind === 'machine' ? inputs.machines[where.index] : undefined;
    return machine === undefined ? 0 : own.freeOf(machine, work?.accelerator ?? null);
  }

  #has(where: Where) {
    const { inputs, rented } = this.#context;
    if (where.kind === 'machine') {
      const machine = inputs.machines[where.index];
      const kinds = new Map<string, number>();
      for (const { accelerator } of machine?.gpus ?? [])
        kinds.set(accelerator, (kinds.get(accelerator) ?? 0) + 1);
      return {
        name: machine?.name ?? '',
        accelerators: [...kinds].map(([name, count]) => `${name}:${count}`).join(', ') || '–',
        accelerator: machine?.gpus[0]?.accelerator ?? '',
        count: machine?.gpus.length ?? 0,
        cpus: machine?.cpus ?? null,
        memoryGiB: machine?.memoryGiB ?? null,
        freeDiskGiB: machine?.freeDiskBytes == null ? null : machine.freeDiskBytes / gibibyte,
        country: machine?.country ?? null,
        maxLabel: machine?.maxLabel ?? unlabelled,
      };
    }
    const offer = inputs.offers.row(where.row);
    const area = rented.areaOf(where.row);
    return {
      name: offer.provider,
      accelerators: `${offer.accelerator}:${offer.acceleratorCount}`,
      accelerator: offer.accelerator ?? '',
      count: offer.acceleratorCount,
      cpus: offer.vCpus,
      memoryGiB: offer.memoryGiB,
      freeDiskGiB: null,
      country: area?.country ?? null,
      maxLabel: area?.maxLabel ?? unlabelled,
    };
  }
}

/** Older than that is told of. */
const seenLongAgoMs = 10 * 60_000;

function ownReasons({ name, microsPerHour, seenAt }: OwnMachine, at: number): Reason[] {
  const reasons: Reason[] = [];
  if (seenAt != null && at - seenAt > seenLongAgoMs)
    reasons.push(placeReason('PLACE_SEEN', { timeMs: at - seenAt }));
  if (microsPerHour === null) reasons.push(placeReason('PLACE_RATE_UNKNOWN', { machine: name }));
  return reasons;
}

/** Of these it is known how long it would take and what it would cost. */
const timedCodes = new Set(['PLACE_LATE', 'PLACE_OVER_BUDGET', 'PLACE_CARBON', 'PLACE_CARBON_UNKNOWN']);

const usedWork = ({ terms, p50, work }: Shown): number =>
  terms.setupMs + p50.dataMs + (work.trainMs?.p50 ?? 0);

type Numbers = Pick<
  Alternative,
  'durationMs' | 'costMicros' | 'parts' | 'carbonGrams' | 'pricedAt' | 'costFigure' | 'timeFigure'
>;

const noNumbers = (pricedAt: number | null): Numbers => ({
  durationMs: null,
  costMicros: null,
  parts: null,
  carbonGrams: null,
  pricedAt,
  costFigure: null,
  timeFigure: null,
});

function numbers(shown: Shown): Numbers {
  const { terms, work, p10, p50, p90, pricedAt } = shown;
  return {
    durationMs: { p10: p10.totalMs, p50: p50.totalMs, p90: p90.totalMs },
    costMicros: { p10: p10.costMicros, p50: p50.costMicros, p90: p90.costMicros },
    parts: {
      computeMicros: p50.computeMicros,
      storageMicros: p50.storageMicros,
      egressMicros: terms.egressMicros,
      waitMs: terms.waitMs,
      setupMs: terms.setupMs,
      dataMs: p50.dataMs,
      trainMs: work.trainMs?.p50 ?? 0,
      lostMs: p50.lostMs,
      expectedInterruptions: p50.interruptions,
    },
    carbonGrams: Number.isNaN(p50.carbonGrams) ? null : p50.carbonGrams,
    pricedAt,
    costFigure: costFigure(shown),
    timeFigure: timeFigure(shown),
  };
}
