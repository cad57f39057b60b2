import { create } from 'zustand';
import type { objectives, Placement, PlanLimits, PriceChanges, RunDemand } from '#shared/domain/plan.ts';
import type { PlaceContent } from '#shared/planner/plan-file.ts';

export type Objective = (typeof objectives)[number];

/** The saved plan that the answer on the page is, until something is changed. */
export interface SavedAs {
  id: string;
  name: string;
  changedAt: number;
  /** Null: nobody knows. */
  priceChanges: PriceChanges | null;
}

interface OneState {
  /** The task file, '' where there is none. */
  yaml: string;
  demand: RunDemand;
  limits: PlanLimits;
  objective: Objective;
  /** Something has been said about what is to be run. */
  started: boolean;
  answer: Placement | null;
  error: unknown;
  asking: boolean;
  /** Index of the alternative that is looked at; null: the recommended one. */
  chosen: number | null;
  saved: SavedAs | null;
}

const minute = 60_000;

export const emptyDemand: RunDemand = {
  name: 'run',
  accelerators: [],
  gpuCounts: [1, 2, 4, 8],
  cpus: null,
  memoryGiB: null,
  diskGiB: null,
  model: null,
  setup: null,
  tokens: null,
  duration: null,
  measured: [],
  data: { bytes: 0, provider: null, region: null },
  resultBytes: 0,
  checkpointBytes: 0,
  checkpointEveryMs: 30 * minute,
  setupMs: 10 * minute,
  useSpot: 'allowed',
  label: null,
  countries: [],
};

export const noLimits: PlanLimits = {
  deadlineAt: null,
  budgetMicros: null,
  maxCarbonGrams: null,
  providers: [],
  excludedProviders: [],
  offerLabels: {},
};

const empty: OneState = {
  yaml: '',
  demand: emptyDemand,
  limits: noLimits,
  objective: 'balanced',
  started: false,
  answer: null,
  error: null,
  asking: false,
  chosen: null,
  saved: null,
};

/** What is asked about one run, and the last answer. Kept while the app is open: going elsewhere and back loses nothing. */
export const useOne = create<OneState>()(() => empty);

/** Another question: what was saved is not what is on the page any more. */
export function ask(change: Partial<Pick<OneState, 'yaml' | 'demand' | 'limits' | 'objective'>>): void {
  useOne.setState({ ...change, started: true, chosen: null, saved: null });
}
export const askDemand = (change: Partial<RunDemand>): void =>
  ask({ demand: { ...useOne.getState().demand, ...change } });
export const askLimits = (change: Partial<PlanLimits>): void =>
  ask({ limits: { ...useOne.getState().limits, ...change } });

/** What a task file says of its needs; what it cannot say (model, tokens, times, data, label) stays as it was typed. */
export function takeDemand(yaml: string, read: RunDemand): void {
  const { demand } = useOne.getState();
  const { model, setup, tokens, duration, measured, data, label, countries } = demand;
  ask({
    yaml,
    demand: {
      ...read,
      model: read.model ?? model,
      setup: read.setup ?? setup,
      tokens: read.tokens ?? tokens,
      duration: read.duration ?? duration,
      measured: read.measured.length > 0 ? read.measured : measured,
      data: read.data.bytes > 0 ? read.data : data,
      label: read.label ?? label,
      countries: read.countries.length > 0 ? read.countries : countries,
    },
  });
}

/** A saved plan, shown as it was answered. */
export function showSaved({ yaml, question, answer }: PlaceContent, saved: SavedAs): void {
  useOne.setState({
    yaml: yaml ?? '',
    demand: question.demand,
    limits: question.limits,
    objective: question.objective,
    started: true,
    answer,
    error: null,
    asking: false,
    chosen: null,
    saved,
  });
}

export const startAnew = (): void => useOne.setState(empty);

/** The plan on the page as it is saved; null before there is an answer. */
export function contentOf({ yaml, demand, limits, objective, answer }: OneState): PlaceContent | null {
  if (!answer) return null;
  return {
    kind: 'place',
    yaml: yaml.trim() === '' ? null : yaml,
    question: { demand, limits, objective, scenario: null },
    answer,
  };
}
