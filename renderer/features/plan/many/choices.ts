import { rpc } from '#renderer/app/backend.ts';
import { newId } from '#shared/domain/new-id.ts';
import { strategies } from '#shared/domain/plan.ts';
import type { Choice } from './choice-layout.ts';
import { type Choices, problemOf, useMany } from './many-store.ts';
import { stopImproving } from './use-plan.ts';

/** Plans of the front that are asked for. */
const points = 8;

let going = new AbortController();

/** Computes what else could be done with the same runs: by every strategy first, then the front. A change of the runs ends it. */
export async function compute(): Promise<void> {
  going.abort();
  going = new AbortController();
  const { signal } = going;
  const { version } = useMany.getState();
  const problem = problemOf(useMany.getState());
  if (!problem) return;
  const tell = (patch: Partial<Choices>): boolean => {
    const { choices, version: now } = useMany.getState();
    if (signal.aborted || now !== version) return false;
    useMany.setState({ choices: { ...(choices ?? nothing), ...patch } });
    return true;
  };
  const about = { since: Date.now(), solveId: newId(), made: null };
  tell({ ...nothing, doing: { what: 'strategies', ...about } });
  try {
    const rules = await rpc().plan.compare({ problem, strategies: [...strategies] }, { signal });
    if (!tell({ strategies: rules, doing: { what: 'front', ...about } })) return;
    const { solveId } = about;
    tell({ front: await rpc().plan.front({ problem, points, solveId }, { signal }), doing: null });
  } catch (error) {
    tell({ error, doing: null });
  }
}

const nothing: Choices = { strategies: [], front: [], doing: null, error: null };

/** How far a front is, as the planner tells. */
export function takeMade(solveId: string, plans: number, of: number): void {
  const { choices } = useMany.getState();
  if (choices?.doing?.solveId !== solveId) return;
  useMany.setState({ choices: { ...choices, doing: { ...choices.doing, made: { plans, of } } } });
}

/** Nothing more is computed; what is there stays. */
export function cancelCompute(): void {
  going.abort();
  const { choices } = useMany.getState();
  if (!choices?.doing) return;
  const isEmpty = choices.strategies.length === 0 && choices.front.length === 0;
  useMany.setState({ choices: isEmpty ? null : { ...choices, doing: null } });
}

/** Nobody wants to see them any more. The plan that was picked stays. */
export function closeChoices(): void {
  going.abort();
  useMany.setState({ choices: null });
}

/** Makes it the plan on the page: its schedule is drawn, and it is what is saved or accepted. */
export function pick({ key, solution }: Choice): void {
  stopImproving();
  useMany.setState({
    picked: key,
    solution: { ...solution, improving: false },
    solveId: null,
    strategy: solution.strategy,
    error: null,
    working: false,
    saved: null,
  });
}

/** Back to what the strategy answers. */
export function unpick(): void {
  cancelCompute();
  useMany.setState(({ version }) => ({ picked: null, version: version + 1 }));
}
