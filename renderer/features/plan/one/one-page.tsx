import { useCallback } from 'react';
import { SideSplitter, useSideWidth } from '#renderer/app/side-pane.tsx';
import { useT } from '#renderer/i18n/index.ts';
import { Button, EmptyState, ErrorState, Segments, Skeleton, toast } from '#renderer/ui/index.ts';
import { PlanHead } from '../plan-head.tsx';
import { ExportMenu } from '../saved/export-menu.tsx';
import { SaveButton } from '../saved/save-plan.tsx';
import { DataFields, HardwareFields } from './demand-fields.tsx';
import { useOffer } from './from-offer.ts';
import { LimitFields } from './limit-fields.tsx';
import { ask, askLimits, contentOf, type Objective, type SavedAs, startAnew, useOne } from './one-store.ts';
import { PlacementView } from './placement-view.tsx';
import { SavedBar } from './saved-bar.tsx';
import { TaskSource } from './task-source.tsx';
import { useAnswer } from './use-answer.ts';
import { WorkFields } from './work-fields.tsx';

/** Where one run should go. Everything on the right follows at once from what is said on the left. */
export function OnePage() {
  const t = useT();
  useOffer();
  useAnswer();
  const state = useOne();
  const { answer, error, started, objective, saved, demand } = state;
  const content = contentOf(state);
  const onSaved = useCallback(
    (plan: SavedAs) => {
      useOne.setState({ saved: plan });
      toast('info', t('plan.savedAs', { name: plan.name }));
    },
    [t],
  );
  return (
    <div className="page plan">
      <PlanHead at="one">
        <Segments<Objective>
          label={t('plan.objective')}
          value={objective}
          onValue={(next) => ask({ objective: next })}
          options={[
            { value: 'cheapest', label: t('plan.cheapest') },
            { value: 'balanced', label: t('plan.balanced') },
            { value: 'fastest', label: t('plan.fastest') },
          ]}
        />
        <ExportMenu content={content} name={saved?.name ?? demand.name} planId={saved?.id ?? null} />
        <SaveButton usualName={demand.name} content={content} onSaved={onSaved} />
      </PlanHead>
      <div className="plan__columns" style={useSideWidth('plan-one')}>
        <section className="plan__answer" aria-label={t('plan.answer')} aria-busy={state.asking}>
          {saved ? <SavedBar saved={saved} onAgain={() => ask({})} /> : null}
          {error ? <ErrorState error={error} onRetry={() => ask({})} /> : null}
          {answer && started ? <PlacementView answer={answer} /> : null}
          {!answer && started && !error ? <Skeleton rows={10} /> : null}
          {started ? null : <EmptyState title={t('plan.emptyTitle')}>{t('plan.emptyText')}</EmptyState>}
        </section>
        <SideSplitter name="plan-one" label={t('plan.panelWidth')} usual={[320, 272]} min={250} max={520} />
        <div className="plan__asks">
          <TaskSource />
          <WorkFields />
          <HardwareFields />
          <LimitFields limits={state.limits} onLimits={askLimits} budgetLabel={t('plan.budget')} />
          <DataFields />
          {started ? (
            <Button look="quiet" small onClick={startAnew}>
              {t('plan.startAnew')}
            </Button>
          ) : null}
        </div>
      </div>
    </div>
  );
}
