import type { Reason } from '#shared/domain/figure.ts';
import type { Alternative, Placement } from '#shared/domain/plan.ts';
import { contentHash } from '../bytes.ts';
import { placeReason } from '../place-sentences.ts';
import { Collector } from './collector.ts';
import { Describer } from './describe.ts';
import type { PlaceInputs, PlaceQuestion } from './inputs.ts';
import { OwnPlaces } from './own.ts';
import { daysOld } from './reasons.ts';
import { Reckoner } from './reckoning.ts';
import { RentedPlaces } from './rented.ts';
import { type WorkEngine, Workloads } from './work.ts';

const mostShown = 200;
/** Room for those that may not be taken: why is half of the answer. */
const mostPossible = 150;

/**
 * Judges every machine of one's own and every offer for one run: which may be taken, for how much, how long, and why not.
 * A pure function: the same question and inputs give the same answer. More budget, a later deadline, a lower price or
 * another offer never make what is recommended worse by its objective.
 */
export function place(question: PlaceQuestion, inputs: PlaceInputs, engine: WorkEngine): Placement {
  const { demand, limits, objective, at } = question;
  const workloads = new Workloads(demand, inputs.accelerators, engine);
  const reckoner = new Reckoner(demand);
  const own = new OwnPlaces(question, inputs, workloads, reckoner);
  const rented = new RentedPlaces(question, inputs, workloads, reckoner);
  const collector = new Collector(objective, rented.slots);
  own.judge(collector);
  rented.judge(collector);
  const describer = new Describer({ question, inputs, reckoner, own, rented, engine, collector });
  const possible = collector.shown(mostPossible);
  const alternatives = possible.map((one, index) => describer.candidate(one, index === 0));
  for (const one of collector.shownExcluded(mostShown - alternatives.length))
    alternatives.push(describer.excluded(one));
  return {
    demand,
    limits,
    objective,
    at,
    inputsHash: inputsHashOf(inputs),
    judged: collector.judged,
    alternatives,
    recommended: possible.length > 0 ? 0 : null,
    excludedBy: collector.excludedBy(),
    summary: summaryOf(question, collector, alternatives),
  };
}

function summaryOf(
  { demand, at }: PlaceQuestion,
  collector: Collector,
  alternatives: readonly Alternative[],
): Reason[] {
  const summary = [placeReason('PLACE_JUDGED', { all: collector.judged, left: collector.possible })];
  const [most] = collector.excludedBy();
  if (collector.possible === 0 && most !== undefined) {
    const why = alternatives.find(({ reasons }) => reasons[0]?.code.startsWith(most.code))?.reasons[0];
    summary.push(placeReason('PLACE_NONE', { count: most.count, all: collector.judged }));
    if (why !== undefined) summary.push(why);
  }
  const isTimed =
    (demand.model !== null && demand.setup !== null && demand.tokens !== null) || demand.duration !== null;
  if (!isTimed) summary.push(placeReason('PLACE_ONE_HOUR'));
  const best = alternatives[0];
  if (best && !best.excluded && best.place.kind !== 'machine' && best.pricedAt !== null)
    summary.push(placeReason('PLACE_OLDEST', { days: daysOld(best.pricedAt, at) }));
  return summary;
}

const hashes = new WeakMap<PlaceInputs, string>();

/** Identifies inputs by their content, wherever they came from. */
export function inputsHashOf(inputs: PlaceInputs): string {
  const known = hashes.get(inputs);
  if (known !== undefined) return known;
  const { offers, ...rest } = inputs;
  const text = JSON.stringify(sorted({ ...rest, offers: offers.version }));
  const hash = contentHash(new TextEncoder().encode(text));
  hashes.set(inputs, hash);
  return hash;
}

/** The same text whatever order the keys were written in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
