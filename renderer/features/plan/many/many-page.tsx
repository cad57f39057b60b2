import { type DragEvent, useMemo, useState } from 'react';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { SideSplitter, useSideWidth } from '#renderer/app/side-pane.tsx';
import { useT } from '#renderer/i18n/index.ts';
import { Button, EmptyState, ErrorState, formatInteger, Skeleton, toast } from '#renderer/ui/index.ts';
import { LimitFields } from '../one/limit-fields.tsx';
import { SavedBar } from '../one/saved-bar.tsx';
import { PlanHead } from '../plan-head.tsx';
import { ExportMenu } from '../saved/export-menu.tsx';
import { SaveButton } from '../saved/save-plan.tsx';
import { AcceptDialog } from './accept-dialog.tsx';
import { AddRuns } from './add-runs.tsx';
import { ChoicesPanel } from './choices-panel.tsx';
import { Gantt } from './gantt.tsx';
import { change, clearMany, manyContent, problemOf, useMany } from './many-store.ts';
import { Outcome } from './outcome.tsx';
import { PlanTable } from './plan-table.tsx';
import { ProjectBudgets } from './project-budgets.tsx';
import { RunEditor } from './run-editor.tsx';
import { Strategies } from './strategies.tsx';
import { takeFiles } from './take-files.ts';
import { usePlan } from './use-plan.ts';

const nobody: ReadonlySet<string> = new Set();

/** Many runs over everything there is: where and when each goes, and what is in the way. */
export function ManyPage() {
  const t = useT();
  usePlan();
  const may = useMay('operator');
  const state = useMany();
  const { runs, solution, error, working, saved } = state;
  const [selection, setSelection] = useState<ReadonlySet<string>>(nobody);
  const [chosen, setChosen] = useState<string | null>(null);
  const [accepting, setAccepting] = useState(false);
  const content = manyContent(state);
  const side = useSideWidth('plan-many');
  const name = saved?.name ?? t('plan.manyName');
  const onDrag = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    if (event.type === 'drop') takeFiles([...event.dataTransfer.files]).catch(sayError);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files that are dropped anywhere are taken; the menu does the same
    <div className="page plan" onDragOver={onDrag} onDrop={onDrag}>
      <PlanHead at="many">
        <AddRuns />
        <ExportMenu content={content} name={name} planId={saved?.id ?? null} />
        <SaveButton
          usualName={name}
          content={content}
          onSaved={(plan) => {
            useMany.setState({ saved: plan });
            toast('info', t('plan.savedAs', { name: plan.name }));
          }}
        />
        <Button look="primary" disabled={!may || !solution} onClick={() => setAccepting(true)}>
          {selection.size > 0 ? t('plan.acceptSome', { count: selection.size }) : t('plan.acceptAll')}
        </Button>
      </PlanHead>
      {accepting ? <AcceptDialog chosen={selection} onClose={() => setAccepting(false)} /> : null}
      {runs.length === 0 ? (
        <EmptyState title={t('plan.manyEmpty')} actions={<AddRuns />}>
          {t('plan.manyEmptyText')}
        </EmptyState>
      ) : (
        <div className="plan__columns" style={side}>
          <section
            className="plan__answer plan__answer--many"
            aria-label={t('plan.answer')}
            aria-busy={working}
          >
            {saved ? <SavedBar saved={saved} onAgain={() => change({}, true)} /> : null}
            {error ? <ErrorState error={error} onRetry={() => change({}, true)} /> : null}
            {!solution && !error ? <Skeleton rows={8} /> : null}
            {state.choices ? <ChoicesPanel choices={state.choices} /> : null}
            {solution ? <Schedule chosen={chosen} onChoose={setChosen} /> : null}
            <section className="placed__table" aria-label={t('plan.runs')}>
              <h2>
                {t('plan.runs')} <small className="quiet num">{formatInteger(runs.length)}</small>
              </h2>
              <PlanTable selection={selection} onSelection={setSelection} onChoose={setChosen} />
            </section>
          </section>
          <SideSplitter
            name="plan-many"
            label={t('plan.panelWidth')}
            usual={[320, 272]}
            min={250}
            max={520}
          />
          <Side chosen={chosen} onClose={() => setChosen(null)} />
        </div>
      )}
    </div>
  );
}

function Schedule({ chosen, onChoose }: { chosen: string | null; onChoose(runId: string): void }) {
  const state = useMany();
  const { runs, judged, limits, projectBudgets, weights, solution } = state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what a problem is made of
  const problem = useMemo(() => problemOf(state), [runs, judged, limits, projectBudgets, weights]);
  if (!problem || !solution) return null;
  return <Gantt problem={problem} assignments={solution.assignments} chosen={chosen} onChoose={onChoose} />;
}

/** What came of it, the run that is chosen, the rule it is planned by, and within what. */
function Side({ chosen, onClose }: { chosen: string | null; onClose(): void }) {
  const t = useT();
  const { runs, solution, limits } = useMany();
  const run = runs.find(({ id }) => id === chosen);
  return (
    <div className="plan__asks">
      {solution ? <Outcome solution={solution} total={runs.length} /> : null}
      {run ? <RunEditor key={run.id} run={run} onClose={onClose} /> : null}
      <Strategies />
      <LimitFields
        limits={limits}
        deadline={false}
        budgetLabel={t('plan.budgetOfAll')}
        onLimits={(patch) =>
          // A budget is for all together: places are not judged by it.
          change({ limits: { ...limits, ...patch } }, !('budgetMicros' in patch))
        }
      />
      <ProjectBudgets />
      <Button look="quiet" small onClick={clearMany}>
        {t('plan.startAnew')}
      </Button>
    </div>
  );
}
