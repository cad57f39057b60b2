import './fit.css';
import { useDeferredValue, useMemo } from 'react';
import { useLocation } from 'wouter';
import { paths } from '#renderer/app/routes.ts';
import { loadCatalog, useCatalog } from '#renderer/features/catalog/catalog-store.ts';
import { SaveButton } from '#renderer/features/plan/saved/save-plan.tsx';
import { useT } from '#renderer/i18n/index.ts';
import { Button, copyText, EmptyState, ErrorState, Menu, Skeleton, toast } from '#renderer/ui/index.ts';
import type { AcceleratorModel } from '#shared/domain/catalog.ts';
import type { ModelShape } from '#shared/domain/workload.ts';
import { acceleratorFinder, type FindAccelerator } from '#shared/planner/accelerators.ts';
import { findPreset } from '#shared/planner/models/index.ts';
import { type Answer, answerOf, cheapestOffers, type Work } from './answer.ts';
import { answerJson, answerText } from './answer-text.ts';
import { Comparison } from './comparison.tsx';
import { GpuSection } from './gpu-section.tsx';
import { Measured, useMeasured } from './measured.tsx';
import { MemoryBar, MemoryParts } from './memory-bar.tsx';
import { ModelSection } from './model-section.tsx';
import { type FitState, setupOf, withSetup } from './question.ts';
import { SetupSection } from './setup-section.tsx';
import { FittingOffers, TimeLine } from './time-and-cost.tsx';
import { useFitState } from './use-fit-state.ts';
import { Remedies, Verdict, Warnings } from './verdict.tsx';

const offersShown = 5;

/** Whether a model fits on which GPUs, how long it takes there and what that costs: computed in the page, at once. */
export function FitPage() {
  const t = useT();
  const { accelerators, table, error } = useCatalog();
  const [state, change] = useFitState();
  const find = useMemo(() => acceleratorFinder(accelerators), [accelerators]);
  const model = typeof state.model === 'string' ? findPreset(state.model) : state.model;
  const accelerator = find(state.on);
  return (
    <div className="page fit">
      <div className="page__head">
        <h1>{t('fit.title')}</h1>
      </div>
      {error && table === null ? <ErrorState error={error} onRetry={() => void loadCatalog()} /> : null}
      {table === null ? (
        error ? null : (
          <Skeleton rows={10} />
        )
      ) : (
        <div className="fit__columns">
          <div className="fit__form">
            {model ? (
              <>
                <ModelSection
                  model={model}
                  onModel={(next) => change({ model: next.source === 'preset' ? next.name : next })}
                />
                <GpuSection state={state} accelerators={accelerators} find={find} onChange={change} />
                <SetupSection
                  setup={setupOf(state)}
                  others={state}
                  model={model}
                  onSetup={(next) => change(withSetup(state, next))}
                />
              </>
            ) : (
              <EmptyState
                title={t('fit.unknownModel', { name: String(state.model) })}
                actions={
                  <Button onClick={() => change({ model: 'Llama-3.1-8B' })}>{t('fit.usualModel')}</Button>
                }
              />
            )}
          </div>
          <div className="fit__result">
            {model && accelerator ? (
              <Result state={state} model={model} accelerator={accelerator} find={find} onChange={change} />
            ) : model ? (
              <EmptyState title={t('fit.unknownGpu', { name: state.on })}>
                {t('fit.unknownGpuText')}
              </EmptyState>
            ) : null}
          </div>
        </div>
      )}
    </div>
  );
}

interface ResultProps {
  state: FitState;
  model: ModelShape;
  accelerator: AcceleratorModel;
  find: FindAccelerator;
  onChange(changes: Partial<FitState>): void;
}

function Result({ state, model, accelerator, find, onChange }: ResultProps) {
  const t = useT();
  const [, navigate] = useLocation();
  const measured = useMeasured();
  const setup = setupOf(state);
  const work = useMemo(
    (): Work => ({ tokens: state.tokens, measured, find }),
    [state.tokens, measured, find],
  );
  const answer = useMemo((): Answer | { failure: unknown } => {
    try {
      return answerOf({ model, setup, accelerator, gpus: state.gpus }, work);
    } catch (failure) {
      return { failure };
    }
  }, [model, setup, accelerator, state.gpus, work]);
  const choose = (on: string, gpus: number) => onChange({ on, gpus });
  return (
    <>
      {'failure' in answer ? (
        <ErrorState error={answer.failure} />
      ) : (
        <>
          <div className="fit__head">
            <Verdict report={answer.report} />
            <SaveButton
              usualName={model.name}
              content={{
                kind: 'fit',
                question: {
                  model,
                  setup,
                  accelerator: accelerator.name,
                  gpus: state.gpus,
                  tokens: state.tokens,
                },
                answer: { fit: answer.report, time: answer.time },
              }}
              onSaved={(plan) =>
                toast('info', t('plan.savedAs', { name: plan.name }), {
                  actions: [
                    { label: t('plan.openSaved'), run: () => navigate(paths.plan('saved', plan.id)) },
                  ],
                })
              }
            />
            <Menu
              trigger={<Button>{t('fit.copy')}</Button>}
              entries={[
                { label: t('fit.copyText'), onSelect: () => void copyText(answerText(answer)) },
                { label: t('fit.copyJson'), onSelect: () => void copyText(answerJson(answer, state.tokens)) },
                { label: t('fit.copyLink'), onSelect: () => void copyText(location.href) },
              ]}
            />
          </div>
          <MemoryBar report={answer.report} />
          <div className="fit__two">
            <MemoryParts report={answer.report} />
            <div>
              <section className="fit__block">
                <h3>{t(answer.report.verdict === 'no' ? 'fit.timeIfFits' : 'fit.timeTitle')}</h3>
                <TimeLine time={answer.time} />
              </section>
              <Measured measured={measured} />
            </div>
          </div>
          <Remedies
            remedies={answer.report.remedies}
            onApply={({ setup: next, gpus }) => {
              onChange({ ...withSetup(state, next), gpus });
              return () => onChange(state);
            }}
          />
          <Warnings report={answer.report} />
        </>
      )}
      <Elsewhere state={state} model={model} work={work} onChoose={choose} />
    </>
  );
}

/** What takes longer to compute follows what is drawn along a slider when there is time. */
function Elsewhere({
  state,
  model,
  work,
  onChoose,
}: {
  state: FitState;
  model: ModelShape;
  work: Work;
  onChoose(on: string, gpus: number): void;
}) {
  const t = useT();
  const { table, derived } = useCatalog();
  const asked = useDeferredValue(
    useMemo(() => ({ model, setup: setupOf(state), work }), [model, state, work]),
  );
  const offers = useMemo(
    () => (table && derived ? cheapestOffers(asked, table, derived, asked.work, offersShown) : []),
    [asked, table, derived],
  );
  const kinds = useMemo(() => {
    const named = (table?.words.accelerators ?? []).flatMap((name) => work.find(name) ?? []);
    const chosen = work.find(state.on);
    return [...new Set(chosen ? [...named, chosen] : named)];
  }, [table, work, state.on]);
  return (
    <>
      <section className="fit__block">
        <h3>{t('fit.offers', { n: offersShown })}</h3>
        <FittingOffers offers={offers} find={work.find} />
      </section>
      <Comparison
        model={asked.model}
        setup={asked.setup}
        kinds={kinds}
        chosen={{ on: work.find(state.on)?.name ?? state.on, gpus: state.gpus }}
        onChoose={onChoose}
      />
    </>
  );
}
