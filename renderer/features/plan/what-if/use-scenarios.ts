import { useEffect } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { Scenario } from '#shared/domain/what-if.ts';
import { problemOf, useMany } from '../many/many-store.ts';
import { useOne } from '../one/one-store.ts';
import { keyOf, takeAnswer, useWhatIf } from './what-if-store.ts';

/** A slider that is being dragged asks once it has rested this long, ms. */
const restMs = 150;

/** Has every scenario answered, and answered again when it or the plan under it changes. */
export function useScenarios(): void {
  const { base, scenarios, saved } = useWhatIf();
  const one = useOne(({ answer }) => answer);
  const many = useMany(({ version, judged }) => `${version} ${judged?.at ?? 0}`);
  const planKey = base === 'one' ? `one ${one?.at ?? 0} ${one?.inputsHash ?? ''}` : `many ${many}`;
  useEffect(() => {
    if (saved) return;
    const abort = new AbortController();
    const timers = scenarios.flatMap((scenario) => {
      const key = `${planKey} ${keyOf(scenario)}`;
      if (useWhatIf.getState().answers[scenario.id]?.key === key) return [];
      return [setTimeout(() => void answer(base, scenario, key, abort.signal), restMs)];
    });
    return () => {
      for (const timer of timers) clearTimeout(timer);
      abort.abort();
    };
  }, [base, scenarios, planKey, saved]);
}

async function answer(
  base: 'one' | 'many',
  scenario: Scenario,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const found = base === 'one' ? await placeUnder(scenario, signal) : await solveUnder(scenario, signal);
    if (!signal.aborted)
      takeAnswer(scenario.id, { place: null, portfolio: null, ...found, error: null, key });
  } catch (error) {
    if (!signal.aborted) takeAnswer(scenario.id, { place: null, portfolio: null, error, key });
  }
}

async function placeUnder(scenario: Scenario, signal: AbortSignal) {
  const { demand, limits, objective, started } = useOne.getState();
  if (!started) return {};
  return { place: await rpc().plan.place({ demand, limits, objective, scenario }, { signal }) };
}

async function solveUnder(scenario: Scenario, signal: AbortSignal) {
  const state = useMany.getState();
  const problem = problemOf(state);
  if (!problem) return {};
  const solveId = newId();
  const portfolio = await rpc().plan.solve(
    { problem, strategy: state.strategy, scenario, solveId },
    { signal },
  );
  // The first answer is what scenarios are compared by: it is there at once, and proven to within its gap.
  if (portfolio.improving) await rpc().plan.cancelSolve({ solveId });
  return { portfolio: { ...portfolio, improving: false } };
}
