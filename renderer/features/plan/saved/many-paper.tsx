import { useT } from '#renderer/i18n/index.ts';
import {
  formatDateTime,
  formatDuration,
  formatInteger,
  formatMoney,
  formatValue,
  formatWhen,
} from '#renderer/ui/index.ts';
import type { PortfolioContent } from '#shared/planner/plan-file.ts';
import { sentence } from '../words.ts';
import { PaperFacts } from './paper-facts.tsx';
import { PaperGantt } from './paper-gantt.tsx';

/** A plan over many runs on paper: within what it was planned, what came of it, the schedule, every run. */
export function ManyPaper({ content: { question, answer, limits } }: { content: PortfolioContent }) {
  const t = useT();
  const { problem, strategy } = question;
  const { budgetMicros, projectBudgets } = problem;
  return (
    <>
      <h2>{t('plan.asked')}</h2>
      <PaperFacts
        facts={[
          [t('plan.runs'), formatInteger(problem.runs.length)],
          [t('plan.strategy'), t(`plan.strategies.${strategy}`)],
          [t('plan.plannedFrom'), formatDateTime(problem.at)],
          [t('plan.budgetOfAll'), budgetMicros === null ? '–' : formatMoney(budgetMicros)],
          [
            t('plan.projectBudgets'),
            Object.entries(projectBudgets)
              .map(([project, amount]) => `${project} ${formatMoney(amount)}`)
              .join(', '),
          ],
          [t('plan.onlyProviders'), limits.providers.join(', ')],
          [t('plan.notProviders'), limits.excludedProviders.join(', ')],
        ]}
      />
      <h2>{t('plan.outcome')}</h2>
      <PaperFacts
        facts={[
          [
            t('plan.placed'),
            t('plan.ofAll', {
              n: formatInteger(answer.placed),
              all: formatInteger(problem.runs.length),
            }),
          ],
          [t('plan.late'), formatInteger(answer.late)],
          [t('plan.cost'), formatMoney(answer.costMicros)],
          [t('plan.allDone'), formatDuration(answer.makespanMs)],
          [t('plan.gap'), answer.gap === null ? '' : `${formatValue(Math.ceil(answer.gap * 1000) / 10)} %`],
        ]}
      />
      {answer.conflict.length > 0 ? <p>{answer.conflict.map(sentence).join(' ')}</p> : null}
      <h2>{t('plan.schedule')}</h2>
      <PaperGantt problem={problem} assignments={answer.assignments} />
      <h2>{t('plan.runs')}</h2>
      <RunsTable question={question} answer={answer} />
    </>
  );
}

function RunsTable({ question: { problem }, answer }: Pick<PortfolioContent, 'question' | 'answer'>) {
  const t = useT();
  const runs = new Map(problem.runs.map((run) => [run.id, run]));
  const pools = new Map(problem.pools.map((pool) => [pool.id, pool]));
  const when = (at: number | null | undefined) => (at ? formatWhen(at, problem.at) : '–');
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{t('plan.run')}</th>
          <th scope="col">{t('plan.place')}</th>
          <th scope="col" className="plain-table__right">
            {t('plan.start')}
          </th>
          <th scope="col" className="plain-table__right">
            {t('plan.end')}
          </th>
          <th scope="col" className="plain-table__right">
            {t('plan.deadline')}
          </th>
          <th scope="col" className="plain-table__right">
            {t('plan.cost')}
          </th>
          <th scope="col">{t('plan.why')}</th>
        </tr>
      </thead>
      <tbody>
        {answer.assignments.map((one) => {
          const run = runs.get(one.runId);
          const isLate = run?.deadlineAt != null && (one.endAt ?? 0) > run.deadlineAt;
          return (
            <tr key={one.runId}>
              <td className="paper__whole">{run?.name ?? one.runId}</td>
              <td>{one.poolId === null ? t('plan.notPlaced') : pools.get(one.poolId)?.place.title}</td>
              <td className="num plain-table__right">{when(one.startAt)}</td>
              <td className={`num plain-table__right ${isLate ? 'plan--bad' : ''}`}>{when(one.endAt)}</td>
              <td className="num plain-table__right">{when(run?.deadlineAt)}</td>
              <td className="num plain-table__right">{formatMoney(one.costMicros)}</td>
              <td>{one.reasons.map(sentence).join(' ')}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
