import { useState } from 'react';
import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { FigureButton } from '#renderer/features/figures/index.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import { Button, EmptyState, formatMoney, formatValue, Segments } from '#renderer/ui/index.ts';
import type { CostGroup, CostSummary } from '#shared/domain/cost.ts';
import { BudgetList } from './budget-list.tsx';
import { DayBars } from './day-bars.tsx';
import { formatHours } from './hours.ts';
import { type ChosenPeriod, paceOf } from './period.ts';

const groupings = ['project', 'user', 'machine'] as const;
type Grouping = (typeof groupings)[number];

/** The period in sums: how much, which day, for what and by whom. */
export function SpendingTab({
  summary,
  period,
  onTab,
}: {
  summary: CostSummary;
  period: ChosenPeriod;
  onTab(tab: 'budgets' | 'machines'): void;
}) {
  const t = useT();
  const nothing = summary.byMachine.length === 0;
  return (
    <div className="costs__spending">
      <Totals summary={summary} period={period} />
      <Notes summary={summary} onMachines={() => onTab('machines')} />
      {nothing ? (
        <EmptyState
          title={t('costs.nothing')}
          actions={
            <Link className="button" href={paths.newRun}>
              {t('costs.newRun')}
            </Link>
          }
        >
          {t('costs.nothingText')}
        </EmptyState>
      ) : (
        <div className="costs__columns">
          <div className="costs__main">
            <DayBars days={summary.byDay} total={summary.totalMicros} />
            <Groups summary={summary} />
          </div>
          <aside className="costs__side">
            <BudgetList onAll={() => onTab('budgets')} />
            <Idle summary={summary} onAll={() => onTab('machines')} />
          </aside>
        </div>
      )}
    </div>
  );
}

function Totals({ summary, period }: { summary: CostSummary; period: ChosenPeriod }) {
  const t = useT();
  const idle = summary.idle.reduce((sum, { idleMicros }) => sum + idleMicros, 0);
  const pace = paceOf(summary.byDay, { ...period, now: Date.now(), spent: summary.totalMicros });
  return (
    <dl className="costs__totals">
      <div>
        <dt>{t('costs.spent')}</dt>
        <dd>
          <FigureButton figure={summary.figure} />
        </dd>
      </div>
      {pace === null ? null : (
        <div title={t('costs.paceTitle')}>
          <dt>{t('costs.pace')}</dt>
          <dd className="num">{formatMoney(pace)}</dd>
        </div>
      )}
      <div>
        <dt>{t('costs.gpuHours')}</dt>
        <dd className="num">{formatHours(summary.gpuHours)}</dd>
      </div>
      {summary.idle.length > 0 ? (
        <div title={t('costs.idleTitle')}>
          <dt>{t('costs.idle')}</dt>
          <dd className="num">{formatMoney(idle)}</dd>
        </div>
      ) : null}
    </dl>
  );
}

function Notes({ summary, onMachines }: { summary: CostSummary; onMachines(): void }) {
  const t = useT();
  if (summary.notes.length === 0) return null;
  return (
    <ul className="costs__notes">
      {summary.notes.map(({ code, params, message }) => (
        <li
          key={code}
          className={code === 'COSTS_UNPRICED' ? 'costs__note costs__note--warn' : 'costs__note'}
        >
          {translateError(code, params, message)}{' '}
          {code === 'COSTS_UNPRICED' ? (
            <button type="button" className="costs__link" onClick={onMachines}>
              {t('costs.setThem')}
            </button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function Groups({ summary }: { summary: CostSummary }) {
  const t = useT();
  const [by, setBy] = useState<Grouping>('project');
  const groups = { project: summary.byProject, user: summary.byUser, machine: summary.byMachine }[by];
  const most = Math.max(1, ...groups.map(({ micros }) => micros));
  return (
    <section className="costs__section" aria-label={t('costs.byWhat')}>
      <div className="costs__section-head">
        <h2>{t('costs.byWhat')}</h2>
        <Segments<Grouping>
          label={t('costs.byWhat')}
          value={by}
          options={groupings.map((value) => ({ value, label: t(`costs.by.${value}`) }))}
          onValue={setBy}
        />
      </div>
      <table className="plain num costs__groups">
        <thead>
          <tr>
            <th scope="col">{t(`costs.by.${by}`)}</th>
            <td />
            <th scope="col" className="right">
              {t('costs.runs')}
            </th>
            <th scope="col" className="right">
              {t('costs.gpuHours')}
            </th>
            <th scope="col" className="right">
              {t('costs.spent')}
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.key ?? ''}>
              <th scope="row" title={group.label ?? ''}>
                <GroupName group={group} by={by} />
              </th>
              <td>
                <i className="costs__bar" style={{ width: `${(group.micros / most) * 100}%` }} />
              </td>
              <td className="right">{formatValue(group.runs)}</td>
              <td className="right">{formatHours(group.gpuHours)}</td>
              <td className="right">{formatMoney(group.micros)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function GroupName({ group, by }: { group: CostGroup; by: Grouping }) {
  const t = useT();
  if (group.key === null)
    return <span className="quiet">{t(by === 'user' ? 'costs.noUser' : 'costs.noProject')}</span>;
  if (by === 'machine') return <Link href={paths.machine(group.key)}>{group.label ?? group.key}</Link>;
  return group.label ?? group.key;
}

function Idle({ summary, onAll }: { summary: CostSummary; onAll(): void }) {
  const t = useT();
  const worst = summary.idle.filter(({ idleMicros }) => idleMicros > 0).slice(0, 5);
  if (worst.length === 0) return null;
  return (
    <section className="costs__section" aria-label={t('costs.idle')}>
      <div className="costs__section-head">
        <h2>{t('costs.idle')}</h2>
        <Button small look="quiet" onClick={onAll}>
          {t('costs.all')}
        </Button>
      </div>
      <ul className="costs__list num">
        {worst.map(({ machineId, machineName, idleGpuHours, paidGpuHours, idleMicros }) => (
          <li key={machineId}>
            <span className="clip">
              <Link href={paths.machine(machineId)}>{machineName}</Link>
            </span>
            <span>{formatMoney(idleMicros)}</span>
            <span className="quiet costs__under">
              {t('costs.idleOf', { idle: formatHours(idleGpuHours), paid: formatHours(paidGpuHours) })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
