import { useEffect } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { takePart } from '#renderer/app/live.ts';
import { newId } from '#shared/domain/new-id.ts';
import { changesPlans } from '../one/use-answer.ts';
import { change, problemOf, useMany } from './many-store.ts';

/** Changes that come one after the other are planned together, ms. */
const restMs = 150;

/** Judges places and plans again whenever something has changed, and takes better answers as they come. */
export function usePlan(): void {
  const version = useMany((state) => state.version);
  const demandVersion = useMany((state) => state.demandVersion);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the versions stand for all that is asked
  useEffect(() => {
    const { saved, picked, runs } = useMany.getState();
    // A saved answer, and one that was picked among others, stays as it is until something is changed.
    if (saved || picked !== null) return;
    if (runs.length === 0) {
      useMany.setState({ judged: null, solution: null, error: null, working: false, solveId: null });
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => void plan(abort.signal), restMs);
    useMany.setState({ working: true });
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [version, demandVersion]);
  useEffect(
    () =>
      takePart({
        reload: async () => undefined,
        apply(event) {
          if (event.type === 'plan.improved' && event.solveId === useMany.getState().solveId)
            useMany.setState({ solution: event.solution });
          if (changesPlans(event) && !useMany.getState().saved) change({}, true);
        },
      }),
    [],
  );
  // Nobody looks at better answers any more.
  useEffect(() => stopImproving, []);
}

let judgedVersion = -1;

async function plan(signal: AbortSignal): Promise<void> {
  stopImproving();
  try {
    await judge(signal);
    const problem = problemOf(useMany.getState());
    if (!problem || signal.aborted) return;
    const solveId = newId();
    // Named before it is asked: a better answer may come before the first one has arrived here.
    useMany.setState({ solveId });
    const solution = await rpc().plan.solve(
      { problem, strategy: useMany.getState().strategy, solveId },
      { signal },
    );
    if (!signal.aborted) useMany.setState({ solution, error: null, working: false });
  } catch (error) {
    if (!signal.aborted) useMany.setState({ error, working: false });
  }
}

async function judge(signal: AbortSignal): Promise<void> {
  const { demandVersion, judged, runs, limits } = useMany.getState();
  if (judged && judgedVersion === demandVersion) return;
  const answer = await rpc().plan.options({ demands: runs.map(({ demand }) => demand), limits }, { signal });
  if (signal.aborted) return;
  judgedVersion = demandVersion;
  useMany.setState({ judged: answer });
}

/** Better answers are not wanted any more; the last one stays. */
export function stopImproving(): void {
  const { solveId, solution } = useMany.getState();
  if (solveId === null || !solution?.improving) return;
  useMany.setState({ solution: { ...solution, improving: false }, solveId: null });
  rpc()
    .plan.cancelSolve({ solveId })
    .catch((thrown: unknown) => console.info('Planning could not be stopped:', thrown));
}
