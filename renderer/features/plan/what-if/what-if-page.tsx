import { useEffect } from 'react';
import { Link } from '#renderer/app/link.tsx';
import { useMachines } from '#renderer/app/machine-store.ts';
import { paths } from '#renderer/app/routes.ts';
import { type Key, useT } from '#renderer/i18n/index.ts';
import { Button, EmptyState, Menu, Segments, toast } from '#renderer/ui/index.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { Scenario } from '#shared/domain/what-if.ts';
import { asItStands } from '#shared/planner/what-if.ts';
import { useMany } from '../many/many-store.ts';
import { usePlan } from '../many/use-plan.ts';
import { useOne } from '../one/one-store.ts';
import { SavedBar } from '../one/saved-bar.tsx';
import { useAnswer } from '../one/use-answer.ts';
import { PlanHead } from '../plan-head.tsx';
import { ExportMenu } from '../saved/export-menu.tsx';
import { SaveButton } from '../saved/save-plan.tsx';
import { BuyingPanel } from './buying-panel.tsx';
import { Differences } from './differences.tsx';
import { useScenarios } from './use-scenarios.ts';
import { WaitsPanel } from './waits-panel.tsx';
import { addScenario, useWhatIf, whatIfContent } from './what-if-store.ts';

/** What would be if: scenarios over the plan that is being made, buying against renting, and waiting. */
export function WhatIfPage() {
  const t = useT();
  useAnswer();
  usePlan();
  useScenarios();
  const state = useWhatIf();
  const { base, saved } = state;
  const hasOne = useOne(({ answer, started }) => started && answer !== null);
  const hasMany = useMany(({ solution }) => solution !== null);
  // Whichever plan there is.
  useEffect(() => {
    if (base === 'one' && !hasOne && hasMany) useWhatIf.setState({ base: 'many' });
    if (base === 'many' && !hasMany && hasOne) useWhatIf.setState({ base: 'one' });
  }, [base, hasOne, hasMany]);
  const content = whatIfContent(state);
  const name = saved?.name ?? t('plan.whatIf');
  return (
    <div className="page plan plan--scrolls">
      <PlanHead at="what-if">
        {hasOne && hasMany ? (
          <Segments<'one' | 'many'>
            label={t('plan.base')}
            value={base}
            onValue={(next) => useWhatIf.setState({ base: next, saved: null })}
            options={[
              { value: 'one', label: t('plan.one') },
              { value: 'many', label: t('plan.many') },
            ]}
          />
        ) : null}
        <AddScenario />
        <ExportMenu content={content} name={name} planId={saved?.id ?? null} />
        <SaveButton
          usualName={name}
          content={content}
          onSaved={(plan) => {
            useWhatIf.setState({ saved: plan });
            toast('info', t('plan.savedAs', { name: plan.name }));
          }}
        />
      </PlanHead>
      {saved ? (
        <SavedBar saved={saved} onAgain={() => useWhatIf.setState({ saved: null, answers: {} })} />
      ) : null}
      {hasOne || hasMany ? (
        <Differences />
      ) : (
        <EmptyState
          title={t('plan.whatIfEmpty')}
          actions={
            <>
              <Link className="button" href={paths.plan()}>
                {t('plan.toOne')}
              </Link>
              <Link className="button" href={paths.plan('many')}>
                {t('plan.toMany')}
              </Link>
            </>
          }
        >
          {t('plan.whatIfEmptyText')}
        </EmptyState>
      )}
      <div className="whatif__panels">
        <BuyingPanel />
        <WaitsPanel />
      </div>
    </div>
  );
}

const msPerDay = 86_400_000;
const usual: readonly { label: Key; patch: Partial<Scenario> }[] = [
  { label: 'plan.usualSpotOff', patch: { spotOff: true } },
  { label: 'plan.usualPrices', patch: { pricePercent: 20 } },
  { label: 'plan.usualDeadline', patch: { deadlineShiftMs: -2 * msPerDay } },
  { label: 'plan.usualBudget', patch: { budgetPercent: -20 } },
  { label: 'plan.usualWork', patch: { workPercent: 25 } },
];

/** The changes that are asked about most, and one's own. */
function AddScenario() {
  const t = useT();
  const machine = useMachines(({ byId }) =>
    [...byId.values()].find(({ inventory }) => (inventory?.accelerators.length ?? 0) > 0),
  );
  const add = (name: string, patch: Partial<Scenario>) =>
    addScenario({ ...asItStands, id: newId(), name, ...patch });
  return (
    <Menu
      trigger={<Button>{t('plan.addScenario')}</Button>}
      entries={[
        ...usual.map(({ label, patch }) => ({ label: t(label), onSelect: () => add(t(label), patch) })),
        ...(machine
          ? [
              {
                label: t('plan.usualDown', { machine: machine.name }),
                onSelect: () =>
                  add(t('plan.usualDown', { machine: machine.name }), { withoutMachines: [machine.id] }),
              },
            ]
          : []),
        { kind: 'rule' as const },
        { label: t('plan.usualOwn'), onSelect: () => add(t('plan.usualOwn'), {}) },
      ]}
    />
  );
}
