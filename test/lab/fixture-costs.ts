import { api } from '#backend/api/index.ts';
import type { EventBus } from '#backend/events.ts';
import type { Budget, BudgetState, CostGroup, CostSummary, RunCost } from '#shared/domain/cost.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Figure } from '#shared/domain/figure.ts';
import type { Machine } from '#shared/domain/machine.ts';
import { hasEnded, type RunSummary } from '#shared/domain/run.ts';
import { reasonOf } from '#shared/domain/sentence.ts';
import { costsSentences } from '#shared/planner/costs-sentences.ts';
import { fixtureId } from './fixture-data.ts';

const dayMs = 86_400_000;
const dollar = 1_000_000;
const projects = ['llama-sft', 'vision', null] as const;
const users = ['mei', 'jonas', 'desktop'] as const;

/** What a pretended yard has cost: made from its runs by formula, the same on every start of a day. */
export function fixtureCosts(
  now: number,
  events: EventBus,
  machines: readonly Machine[],
  runs: ReadonlyMap<string, RunSummary>,
) {
  /** Whose costs are said. */
  const own = new Set(machines.slice(1, 4).map(({ id }) => id));
  const given = new Map<string, string | null>();
  const budgets = new Map<string, Budget>();
  for (const budget of fixtureBudgets(now)) budgets.set(budget.id, budget);
  const changed = () => events.publish({ type: 'costs.changed' });

  const costs = (): RunCost[] =>
    [...runs.values()].flatMap((run, index) => {
      const cost = costOf(run, index, own, now);
      const project = given.get(run.id);
      return cost === null ? [] : [project === undefined ? cost : { ...cost, project }];
    });
  const find = (runId: string): RunCost => {
    const cost = costs().find((each) => each.runId === runId);
    if (!cost) throw new TrainyardError('RUN_UNKNOWN', 'There is no such run (any more).');
    return cost;
  };
  return {
    router: api.costs.router({
      summary: api.costs.summary.handler(({ input }) => summaryOf(input, costs(), machines, own, now)),
      runs: api.costs.runs.handler(({ input }) => (input.from > now ? [] : costs().slice(0, input.limit))),
      run: api.costs.run.handler(({ input }) => {
        const cost = find(input.runId);
        return { cost, figure: figureOf('runCost', cost.soFarMicros) };
      }),
      setProject: api.costs.setProject.handler(({ input }) => {
        given.set(find(input.runId).runId, input.project);
        changed();
      }),
      setPlanned: api.costs.setPlanned.handler(() => undefined),
      projects: api.costs.projects.handler(() => ['llama-sft', 'vision']),
      budgets: api.costs.budgets.handler(() => [...budgets.values()].map((each) => stateOf(each, now))),
      setBudget: api.costs.setBudget.handler(({ input }) => {
        const budget = { ...input, createdAt: now };
        budgets.set(budget.id, budget);
        changed();
        return budget;
      }),
      removeBudget: api.costs.removeBudget.handler(({ input }) => {
        budgets.delete(input.budgetId);
        changed();
      }),
      export: api.costs.export.handler(({ input }) => ({
        fileName: `costs-${input.what}.csv`,
        text: '"run","USD"\r\n',
      })),
    }),
  };
}

function costOf(run: RunSummary, index: number, own: ReadonlySet<string>, now: number): RunCost | null {
  if (run.startedAt === null) return null;
  const gpus = [4, 2, 1, 8][index % 4] ?? 1;
  const hours = ((run.endedAt ?? now) - run.startedAt) / 3_600_000 + (index % 7) * 2.5;
  const priced = own.has(run.machineId);
  const soFarMicros = priced ? Math.round(gpus * hours * 1.62 * dollar) : 0;
  const share = run.step !== null && run.totalSteps !== null ? run.step / run.totalSteps : null;
  const isLive = !hasEnded(run.state);
  return {
    runId: run.id,
    name: run.name,
    project: projects[index % 3] ?? null,
    user: users[index % 3] ?? null,
    machineName: run.machineName,
    state: run.state,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    gpuHours: gpus * hours,
    soFarMicros,
    periodMicros: soFarMicros,
    projectedMicros: priced && isLive && share !== null ? Math.round(soFarMicros / share) : null,
    plannedMicros: index % 2 === 0 && priced ? Math.round(soFarMicros * (index % 4 === 0 ? 1.4 : 0.8)) : null,
    plannedMs: index % 2 === 0 ? hours * 3_600_000 : null,
    basis: priced ? 'own' : 'none',
  };
}

function summaryOf(
  { from, to }: { from: number; to: number },
  costs: readonly RunCost[],
  machines: readonly Machine[],
  own: ReadonlySet<string>,
  now: number,
): CostSummary {
  const counted = from > now || to < now - 3650 * dayMs ? [] : costs;
  const totalMicros = counted.reduce((sum, { soFarMicros }) => sum + soFarMicros, 0);
  const unpricedRuns = counted.filter(({ basis }) => basis === 'none').length;
  const days: CostSummary['byDay'] = [];
  for (let day = Math.floor(from / dayMs) * dayMs; day < to; day += dayMs)
    days.push({
      day,
      micros: day > now ? 0 : Math.round((totalMicros / 14) * (0.5 + ((day / dayMs) % 5) / 4)),
    });
  return {
    from,
    to,
    totalMicros,
    gpuHours: counted.reduce((sum, { gpuHours }) => sum + gpuHours, 0),
    unpricedRuns,
    byProject: grouped(counted, ({ project }) => project),
    byUser: grouped(counted, ({ user }) => user),
    byMachine: grouped(counted, ({ machineName }) => machineName).map((group) => ({
      ...group,
      key: machines.find(({ name }) => name === group.key)?.id ?? group.key,
    })),
    byDay: days,
    idle: counted.length === 0 ? [] : idleOf(machines.filter(({ id }) => own.has(id))),
    notes: unpricedRuns === 0 ? [] : [reasonOf(costsSentences, 'COSTS_UNPRICED', { runs: unpricedRuns })],
    figure: {
      ...figureOf('spent', totalMicros),
      formula: 'Σ machines',
      inputs: [{ ...figureOf('machineSpent', totalMicros), source: machines[1]?.name ?? null }],
    },
  };
}

const idleOf = (machines: readonly Machine[]): CostSummary['idle'] =>
  machines.map(({ id, name, inventory }, index) => {
    const gpus = inventory?.accelerators.length ?? 0;
    return {
      machineId: id,
      machineName: name,
      gpus,
      paidGpuHours: gpus * 660,
      idleGpuHours: gpus * (410 - index * 120),
      idleMicros: Math.round(gpus * (410 - index * 120) * 1.1 * dollar),
    };
  });

function grouped(costs: readonly RunCost[], keyOf: (cost: RunCost) => string | null): CostGroup[] {
  const groups = new Map<string | null, CostGroup>();
  for (const cost of costs) {
    const key = keyOf(cost);
    const group = groups.get(key) ?? { key, label: key, runs: 0, gpuHours: 0, micros: 0 };
    groups.set(key, {
      ...group,
      runs: group.runs + 1,
      gpuHours: group.gpuHours + cost.gpuHours,
      micros: group.micros + cost.soFarMicros,
    });
  }
  return [...groups.values()].sort((a, b) => b.micros - a.micros);
}

const fixtureBudgets = (now: number): Budget[] =>
  (
    [
      ['llama-sft, this month', 'llama-sft', null, 'month', 6000],
      ['Vision', 'vision', null, 'quarter', 20_000],
      ['Jonas', null, 'jonas', 'month', 1500],
      ['Everything', null, null, 'year', 120_000],
    ] as const
  ).map(([name, project, user, period, amount], index) => ({
    id: fixtureId('b', index),
    name,
    project,
    user,
    period,
    amountMicros: amount * dollar,
    alertAt: [0.5, 0.8, 1],
    createdAt: now,
  }));

function stateOf(budget: Budget, now: number): BudgetState {
  const index = Number(budget.amountMicros > 10_000 * dollar) + Number(budget.project === null) * 2;
  const shares = [0.71, 0.32, 1.04, 0.55];
  const paces = [1.24, 0.8, 1.6, 0.93];
  const state = (['fast', 'ok', 'over', 'near'] as const)[index] ?? 'ok';
  return {
    budget,
    periodStartsAt: now - 20 * dayMs,
    periodEndsAt: now + 10 * dayMs,
    spentMicros: Math.round(budget.amountMicros * (shares[index] ?? 0)),
    paceMicros: Math.round(budget.amountMicros * (paces[index] ?? 0)),
    state,
    spentUpAt: state === 'fast' ? now + 6 * dayMs : null,
  };
}

const figureOf = (key: string, value: number): Figure => ({
  key,
  value,
  unit: 'micros',
  formula: '',
  inputs: [],
  source: null,
  asOf: null,
});
