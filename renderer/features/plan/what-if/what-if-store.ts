import { create } from 'zustand';
import type { Placement, PortfolioSolution } from '#shared/domain/plan.ts';
import type { BreakEven, Scenario } from '#shared/domain/what-if.ts';
import type { PlaceContent, PortfolioContent, WhatIfContent } from '#shared/planner/plan-file.ts';
import { asItStands } from '#shared/planner/what-if.ts';
import { manyContent, showSavedMany, useMany } from '../many/many-store.ts';
import { contentOf, type SavedAs, showSaved, useOne } from '../one/one-store.ts';

/** What a plan would be under one scenario. */
export interface ScenarioAnswer {
  place: Placement | null;
  portfolio: PortfolioSolution | null;
  error: unknown;
  /** What was asked: another question has another answer. */
  key: string;
}

interface WhatIfState {
  /** The plan that is looked at: the one on the page of one run, or of many. */
  base: 'one' | 'many';
  scenarios: readonly Scenario[];
  answers: Readonly<Record<string, ScenarioAnswer>>;
  breakEven: BreakEven | null;
  /** The last answer about waiting. */
  waits: WhatIfContent['waits'];
  saved: SavedAs | null;
}

export const baseId = asItStands.id;

export const useWhatIf = create<WhatIfState>()(() => ({
  base: 'one',
  scenarios: [],
  answers: {},
  breakEven: null,
  waits: null,
  saved: null,
}));

export const addScenario = (scenario: Scenario): void =>
  useWhatIf.setState(({ scenarios }) => ({ scenarios: [...scenarios, scenario].slice(0, 8), saved: null }));

export const changeScenario = (id: string, patch: Partial<Scenario>): void =>
  useWhatIf.setState(({ scenarios }) => ({
    scenarios: scenarios.map((one) => (one.id === id ? { ...one, ...patch } : one)),
    saved: null,
  }));

export const removeScenario = (id: string): void =>
  useWhatIf.setState(({ scenarios }) => ({
    scenarios: scenarios.filter((one) => one.id !== id),
    saved: null,
  }));

export const takeAnswer = (id: string, answer: ScenarioAnswer): void =>
  useWhatIf.setState(({ answers }) => ({ answers: { ...answers, [id]: answer } }));

/** The plan that scenarios change; null where there is none yet. */
export function baseContent(base: WhatIfState['base']): PlaceContent | PortfolioContent | null {
  return base === 'one' ? contentOf(useOne.getState()) : manyContent(useMany.getState());
}

/** As it is saved; null before there is a plan to change. */
export function whatIfContent({
  base,
  scenarios,
  answers,
  breakEven,
  waits,
}: WhatIfState): WhatIfContent | null {
  const content = baseContent(base);
  if (!content) return null;
  return {
    kind: 'what-if',
    base: content,
    scenarios: scenarios.map((scenario) => ({
      scenario,
      place: answers[scenario.id]?.place ?? null,
      portfolio: answers[scenario.id]?.portfolio ?? null,
    })),
    breakEven,
    waits,
  };
}

/** Saved scenarios with the plan that they change. Prices are those of now: the answers are asked for again. */
export function showSavedWhatIf({ base, scenarios, breakEven, waits }: WhatIfContent, saved: SavedAs): void {
  if (base.kind === 'place') showSaved(base, saved);
  else showSavedMany(base, saved);
  useWhatIf.setState({
    base: base.kind === 'place' ? 'one' : 'many',
    scenarios: scenarios.map(({ scenario }) => scenario),
    answers: Object.fromEntries(
      scenarios.map(({ scenario, place, portfolio }) => [
        scenario.id,
        { place, portfolio, error: null, key: keyOf(scenario) },
      ]),
    ),
    breakEven,
    waits,
    saved,
  });
}

/** What of a scenario changes its answer: not what it is called. */
export const keyOf = ({ name: _, ...scenario }: Scenario): string => JSON.stringify(scenario);
