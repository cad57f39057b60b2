import type { BudgetState, CostGroup, CostSummary } from '#shared/domain/cost.ts';
import type { Figure } from '#shared/domain/figure.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { englishFigureName } from '#shared/planner/figure-names.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { moneyOf } from '../money.ts';
import { findRun } from '../names.ts';
import { duration, printable, printJson, printLine, printTable, printWrapped } from '../output.ts';

const dayMs = 86_400_000;

export interface CostsOptions {
  from?: string;
  to?: string;
  by: 'project' | 'user' | 'machine' | 'day';
  json: boolean;
}

/** `trainyard costs`: sums of a period, this month (UTC) where none is said. */
export async function listCosts({ from, to, by, json }: CostsOptions): Promise<number> {
  const period = periodOf(from, to, Date.now());
  const { summary, money } = await withBackend(async ({ client }) => ({
    summary: await client.costs.summary(period),
    money: await moneyOf(client),
  }));
  if (json) {
    printJson(summary);
    return exitCodes.ok;
  }
  if (by === 'day')
    printTable(
      ['day', 'spent'],
      summary.byDay.map(({ day, micros }) => [dayText(day), money.say(micros)]),
    );
  else
    printTable(
      [by, 'runs', 'GPU hours', 'spent'],
      groupsOf(summary, by).map(({ label, runs, gpuHours, micros }) => [
        label ?? '–',
        String(runs),
        gpuHours.toFixed(1),
        money.say(micros),
      ]),
    );
  const idle = summary.idle.reduce((sum, { idleMicros }) => sum + idleMicros, 0);
  printLine(
    `${money.say(summary.totalMicros)} from ${dayText(summary.from)} to ${dayText(summary.to - 1)}${idle > 0 ? `; ${money.say(idle)} more for machines that nobody used` : ''}`,
  );
  for (const note of summary.notes) printWrapped(money.reason(note));
  return exitCodes.ok;
}

/** `trainyard costs run RUN` */
export async function runCosts(given: string, project: string | undefined, json: boolean): Promise<number> {
  const { cost, figure, money } = await withBackend(async ({ client }) => {
    const { id: runId } = await findRun(client, given);
    if (project !== undefined)
      await client.costs.setProject({ runId, project: project.toLowerCase() === 'none' ? null : project });
    return { ...(await client.costs.run({ runId })), money: await moneyOf(client) };
  });
  if (json) {
    printJson({ cost, figure });
    return exitCodes.ok;
  }
  const say = (micros: number | null, none: string) => (micros === null ? none : money.say(micros));
  printLine(printable(`${cost.name} on ${cost.machineName || '–'}, ${cost.state}`));
  printLine(printable(`project ${cost.project ?? '–'}, launched by ${cost.user ?? 'nobody known'}`));
  if (cost.basis === 'none')
    printLine('not priced: nobody has said what its machine costs (trainyard costs set)');
  printLine(`so far     ${money.say(cost.soFarMicros)} (${cost.gpuHours.toFixed(2)} GPU hours)`);
  printLine(`in the end ${say(cost.projectedMicros, 'not known: it has ended, or prints no steps')}`);
  printLine(`planned    ${say(cost.plannedMicros, '–')}`);
  printFigure(figure, money.say);
  return exitCodes.ok;
}

/** `trainyard budgets`: ends with 0 however they stand. */
export async function listBudgets(json: boolean): Promise<number> {
  const { states, money } = await withBackend(async ({ client }) => ({
    states: await client.costs.budgets(),
    money: await moneyOf(client),
  }));
  if (json) printJson(states);
  else
    printTable(
      ['budget', 'counts', 'every', 'spent', 'amount', 'at this pace', 'stands'],
      states.map((state) => [
        state.budget.name,
        scopeOf(state),
        state.budget.period,
        money.say(state.spentMicros),
        money.say(state.budget.amountMicros),
        money.say(state.paceMicros),
        state.spentUpAt === null ? state.state : `${state.state}, spent up by ${dayText(state.spentUpAt)}`,
      ]),
    );
  return exitCodes.ok;
}

const groupsOf = (summary: CostSummary, by: 'project' | 'user' | 'machine'): CostGroup[] =>
  ({ project: summary.byProject, user: summary.byUser, machine: summary.byMachine })[by];

const scopeOf = ({ budget: { project, user } }: BudgetState): string =>
  [project === null ? '' : `project ${project}`, user === null ? '' : `user ${user}`]
    .filter((part) => part !== '')
    .join(', ') || 'all runs';

const watts = (value: number): string => `${Math.round(value)} W`;

/** How an amount comes about, one line a part. */
export function printFigure(figure: Figure, say: (micros: number) => string, depth = 0): void {
  const { key, value, unit, formula, source, inputs } = figure;
  const amounts: Partial<Record<Figure['unit'], (value: number) => string>> = {
    micros: say,
    microsPerHour: (micros) => `${say(micros)}/h`,
    ms: duration,
    share: (share) => `${Number((share * 100).toPrecision(6))} %`,
    W: watts,
    gpuHours: (hours) => `${hours.toFixed(2)} GPU hours`,
  };
  const said = typeof value === 'number' ? (amounts[unit]?.(value) ?? String(value)) : value;
  const how = formula === '' ? '' : ` = ${formula}`;
  const whose = source === null ? '' : ` (${source})`;
  printLine(printable(`${'  '.repeat(depth)}${englishFigureName(key)}: ${said}${how}${whose}`));
  for (const input of inputs) printFigure(input, say, depth + 1);
}

/** Whole UTC days; this month where nothing is said. Throws USAGE. */
export function periodOf(
  from: string | undefined,
  to: string | undefined,
  now: number,
): { from: number; to: number } {
  const date = new Date(now);
  const month = Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  const first = from === undefined ? null : dayOf(from, '--from');
  const last = to === undefined ? null : dayOf(to, '--to');
  const end = last === null ? Math.floor(now / dayMs) * dayMs : last;
  const begin = first ?? (last === null ? month : monthOf(last));
  if (begin > end)
    throw new TrainyardError('USAGE', 'The period begins after it ends: look at --from and --to.', {
      params: {},
    });
  return { from: begin, to: end + dayMs };
}

const monthOf = (at: number): number => Date.UTC(new Date(at).getUTCFullYear(), new Date(at).getUTCMonth());

function dayOf(text: string, option: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(at) && dayText(at) === text) return at;
  throw new TrainyardError('USAGE', `${option} takes a day such as 2026-11-28.`, { params: { option } });
}

const dayText = (at: number): string => new Date(at).toISOString().slice(0, 10);
