import './costs.css';
import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { sayError } from '#renderer/app/session-store.ts';
import { saveText } from '#renderer/features/catalog/save-text.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ErrorState, Input, Menu, Segments, Skeleton, Tabs } from '#renderer/ui/index.ts';
import { BudgetsTab } from './budgets-tab.tsx';
import { MachinesTab } from './machines-tab.tsx';
import {
  type ChosenPeriod,
  dayText,
  lastDay,
  type PeriodName,
  periodNames,
  readDay,
  readPeriod,
} from './period.ts';
import { RunsTab } from './runs-tab.tsx';
import { SpendingTab } from './spending-tab.tsx';
import { useCosts } from './use-costs.ts';

const tabNames = ['spending', 'runs', 'budgets', 'machines'] as const;
type TabName = (typeof tabNames)[number];
const exports = ['runs', 'projects', 'users', 'machines', 'idle'] as const;

/** What was spent, by whom, for what, and what will be. */
export function CostsPage() {
  const t = useT();
  const { tab, period, go } = useAddress();
  const { value, failure, again } = useCosts(`${period.from}-${period.to}`, (client) =>
    client.costs.summary({ from: period.from, to: period.to }),
  );
  return (
    <div className="page costs">
      <div className="page__head">
        <h1>{t('costs.title')}</h1>
        {tab === 'budgets' ? null : <PeriodChooser period={period} onPeriod={go} />}
        <Menu
          trigger={<Button aria-haspopup="menu">{t('costs.export')}</Button>}
          entries={exports.map((what) => ({
            label: t(`costs.export.${what}`),
            onSelect: () => void download(what, period).catch(sayError),
          }))}
        />
      </div>
      {failure && value === null ? <ErrorState error={failure} onRetry={again} /> : null}
      {value === null && !failure ? <Skeleton rows={12} /> : null}
      {value ? (
        <Tabs
          label={t('costs.tabs')}
          className="costs__tabs"
          value={tab}
          onValue={(next) => go({ tab: next === 'spending' ? null : next })}
          tabs={[
            {
              value: 'spending',
              label: t('costs.spending'),
              content: <SpendingTab summary={value} period={period} onTab={(next) => go({ tab: next })} />,
            },
            { value: 'runs', label: t('costs.runs'), content: <RunsTab period={period} /> },
            { value: 'budgets', label: t('costs.budgets'), content: <BudgetsTab /> },
            { value: 'machines', label: t('costs.machines'), content: <MachinesTab summary={value} /> },
          ]}
        />
      ) : null}
    </div>
  );
}

type Changes = Partial<Record<'tab' | 'period' | 'from' | 'to', string | null>>;

/** Tab and period are part of the address, so that a link leads to them. */
function useAddress(): { tab: TabName; period: ChosenPeriod; go(changes: Changes): void } {
  const [location, navigate] = useLocation();
  const search = useSearch();
  return useMemo(() => {
    const query = new URLSearchParams(search);
    return {
      tab: tabNames.find((name) => name === query.get('tab')) ?? 'spending',
      period: readPeriod(query, Date.now()),
      go(changes: Changes) {
        const next = new URLSearchParams(search);
        for (const [name, value] of Object.entries(changes)) {
          if (value === null || value === undefined) next.delete(name);
          else next.set(name, value);
        }
        navigate(next.size === 0 ? location : `${location}?${next}`, { replace: true });
      },
    };
  }, [search, location, navigate]);
}

function PeriodChooser({ period, onPeriod }: { period: ChosenPeriod; onPeriod(changes: Changes): void }) {
  const t = useT();
  const choose = (name: PeriodName) =>
    onPeriod(
      name === 'custom'
        ? { period: name, from: dayText(period.from), to: dayText(lastDay(period)) }
        : { period: name === 'this-month' ? null : name, from: null, to: null },
    );
  const day = (which: 'from' | 'to', value: number) => (
    <Input
      type="date"
      className="input--small costs__day"
      aria-label={t(which === 'from' ? 'costs.from' : 'costs.to')}
      // Typed days that are none yet are left alone until they are.
      defaultValue={dayText(value)}
      key={`${which}${value}`}
      {...(which === 'from' ? { max: dayText(lastDay(period)) } : { min: dayText(period.from) })}
      onChange={(event) => {
        if (readDay(event.target.value) !== null) onPeriod({ [which]: event.target.value });
      }}
    />
  );
  return (
    <>
      <Segments
        label={t('costs.period')}
        value={period.name}
        options={periodNames.map((value) => ({ value, label: t(`costs.period.${value}`) }))}
        onValue={choose}
      />
      {period.name === 'custom' ? (
        <>
          {day('from', period.from)}
          {day('to', lastDay(period))}
        </>
      ) : null}
    </>
  );
}

async function download(what: (typeof exports)[number], { from, to }: ChosenPeriod): Promise<void> {
  const { fileName, text } = await rpc().costs.export({ what, from, to });
  saveText(fileName, text);
}
