import type { Reason } from '../../domain/figure.ts';
import type { FitVerdict, Remedy } from '../../domain/fit.ts';
import type { ModelShape, Setup } from '../../domain/workload.ts';
import { needOf } from './need.ts';
import { servingSteps } from './serving-steps.ts';
import { trainingSteps } from './training-steps.ts';
import { judge } from './verdict.ts';

export interface State {
  setup: Setup;
  gpus: number;
}
/** A change, and how it is said, in one sentence or several; null where it changes nothing. */
export type Step = (state: State) => { state: State; reasons: Reason[] } | null;

/** Steps by what they cost. */
export interface Steps {
  /** Cost nothing, or little: tried by themselves, and together with the others where those alone are not enough. */
  cheap: Step[];
  /** Cost speed, money, or what comes out of it; the least first. */
  dear: Step[];
  /** How many of `dear` may go together; those after them change what is trained. */
  together: number;
}

/** At most so many are offered. */
const most = 8;

interface Question {
  model: ModelShape;
  setup: Setup;
  gpus: number;
  availableBytes: number;
  verdict: FitVerdict;
}

/**
 * What would make it fit, the cheapest first: what costs nothing, then time, then money, then what is trained. Each is computed
 * anew before it is offered. What is not enough by itself is tried together with what is cheap; where still nothing fits, the
 * cheapest of all go together.
 */
export function remediesOf(question: Question): Remedy[] {
  const { model, setup, gpus, availableBytes, verdict } = question;
  if (verdict === 'fits') return [];
  const steps =
    setup.kind === 'training' ? trainingSteps(model, availableBytes) : servingSteps(model, availableBytes);
  const from = { setup, gpus };
  const found: Remedy[] = [];
  const take = (one: Remedy | null): void => {
    if (one !== null && isBetter(one.verdict, verdict)) found.push(one);
  };
  for (const step of steps.cheap) take(remedyOf(model, availableBytes, from, [step], null));
  const isCheap = found.some((one) => one.verdict === 'fits');
  for (const step of steps.dear) {
    const alone = remedyOf(model, availableBytes, from, [step], step);
    if (isCheap || alone?.verdict === 'fits') take(alone);
    else if (step(after(from, steps.cheap)) !== null)
      take(leanest(model, availableBytes, from, [...steps.cheap, step], step));
  }
  if (!found.some((one) => one.verdict === 'fits')) {
    const chosen = [...steps.cheap, ...steps.dear.slice(0, steps.together)];
    take(leanest(model, availableBytes, from, untilItFits(model, availableBytes, from, chosen), null));
  }
  return unlike(found).slice(0, most);
}

/** Different ways may end in the same place: the first, which costs the least, stays. */
function unlike(found: Remedy[]): Remedy[] {
  const seen = new Set<string>();
  return found.filter(({ setup, gpus }) => {
    const place = JSON.stringify([setup, gpus]);
    return !seen.has(place) && seen.add(place);
  });
}

const isBetter = (now: FitVerdict, before: FitVerdict): boolean =>
  now === 'fits' || (now === 'tight' && before === 'no');

const after = (from: State, steps: Step[]): State =>
  steps.reduce((state, step) => step(state)?.state ?? state, from);

/** What the steps lead to, one after the other; the sentences of `first` come first. Null where they change nothing. */
function remedyOf(
  model: ModelShape,
  availableBytes: number,
  from: State,
  steps: Step[],
  first: Step | null,
): Remedy | null {
  let state = from;
  const reasons: Reason[] = [];
  for (const step of steps) {
    const next = step(state);
    if (next === null) continue;
    state = next.state;
    if (step === first) reasons.unshift(...next.reasons);
    else reasons.push(...next.reasons);
  }
  const [reason, ...also] = reasons;
  if (reason === undefined) return null;
  const need = needOf(model, state.setup, state.gpus);
  return {
    reason,
    also,
    setup: state.setup,
    gpus: state.gpus,
    total: { lowBytes: Math.floor(need.total.low), highBytes: Math.ceil(need.total.high) },
    verdict: judge(need.total, availableBytes),
  };
}

/** As many of the steps, in their order, as it takes to fit; all of them where that is not enough. */
function untilItFits(model: ModelShape, availableBytes: number, from: State, steps: Step[]): Step[] {
  for (let count = 1; count <= steps.length; count += 1) {
    const chosen = steps.slice(0, count);
    if (remedyOf(model, availableBytes, from, chosen, null)?.verdict === 'fits') return chosen;
  }
  return steps;
}

/** The steps without those that it does as well without, the dearest of which go first; `kept` is never left out. Null: they change nothing. */
function leanest(
  model: ModelShape,
  availableBytes: number,
  from: State,
  steps: Step[],
  kept: Step | null,
): Remedy | null {
  let chosen = steps;
  let best = remedyOf(model, availableBytes, from, steps, kept);
  if (best === null || best.verdict === 'no') return best;
  for (const step of steps.toReversed()) {
    if (step === kept || chosen.length === 1) continue;
    const without = chosen.filter((other) => other !== step);
    const next = remedyOf(model, availableBytes, from, without, kept);
    if (next === null || isBetter(best.verdict, next.verdict)) continue;
    chosen = without;
    best = next;
  }
  return best;
}
