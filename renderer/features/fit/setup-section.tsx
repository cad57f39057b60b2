import { useState } from 'react';
import { type Key, type Translate, useT } from '#renderer/i18n/index.ts';
import { Button, Checkbox, Field, type Option, Segments, Select } from '#renderer/ui/index.ts';
import {
  type InferenceSetup,
  type ModelShape,
  optimisers,
  precisions,
  quantisations,
  recomputations,
  type Setup,
  shardings,
  type TrainingSetup,
} from '#shared/domain/workload.ts';
import './model-form.css';
import { methodNames, optimiserNames, shardingNames } from '#shared/planner/fit/index.ts';
import { AmountField } from './amount-field.tsx';

const twos = (from: number, to: number): number[] => {
  const all: number[] = [];
  for (let value = from; value <= to; value *= 2) all.push(value);
  return all;
};
const parallel = [1, 2, 4, 8, 16] as const;

/** What is done with the model, and how. What few change is folded away. */
export function SetupSection({
  setup,
  others,
  model,
  onSetup,
}: {
  setup: Setup;
  /** What was said of either kind: gone to when the kind is changed. */
  others: { training: TrainingSetup; inference: InferenceSetup };
  model: ModelShape;
  onSetup(setup: Setup): void;
}) {
  const t = useT();
  return (
    <section className="fit__section">
      <Segments
        label={t('fit.work')}
        value={setup.kind}
        options={[
          { value: 'training', label: t('fit.training') },
          { value: 'inference', label: t('fit.inference') },
        ]}
        onValue={(kind) => onSetup(others[kind])}
      />
      {setup.kind === 'training' ? (
        <Training setup={setup} model={model} onChange={(changes) => onSetup({ ...setup, ...changes })} />
      ) : (
        <Inference setup={setup} model={model} onChange={(changes) => onSetup({ ...setup, ...changes })} />
      )}
    </section>
  );
}

/** Formats and methods are called the same in every language. */
const asTheyAre = <V extends string>(
  values: readonly V[],
  names: Partial<Record<V, string>> = {},
): Option<V>[] => values.map((value) => ({ value, label: names[value] ?? value }));

function Choice<V extends string>({
  label,
  value,
  options,
  onValue,
}: {
  label: string;
  value: V;
  options: readonly Option<V>[];
  onValue(value: V): void;
}) {
  return (
    <Field label={label}>
      {(ids) => (
        <Select {...ids} className="input--small" value={value} options={options} onValue={onValue} />
      )}
    </Field>
  );
}

const split = (label: string, value: number, onValue: (value: number) => void) => (
  <Choice
    label={label}
    value={String(value)}
    options={[...new Set([...parallel, value])]
      .sort((a, b) => a - b)
      .map((n) => ({ value: String(n), label: String(n) }))}
    onValue={(text) => onValue(Number(text))}
  />
);

const words = <V extends string>(t: Translate, values: readonly V[], key: (value: V) => Key): Option<V>[] =>
  values.map((value) => ({ value, label: t(key(value)) }));

function Training({
  setup,
  model,
  onChange,
}: {
  setup: TrainingSetup;
  model: ModelShape;
  onChange(changes: Partial<TrainingSetup>): void;
}) {
  const t = useT();
  const [more, setMore] = useState(false);
  return (
    <>
      <div className="fit__pair">
        <Choice
          label={t('fit.method')}
          value={setup.method}
          options={[{ value: 'full', label: t('fit.full') }, ...asTheyAre(['lora', 'qlora'], methodNames)]}
          onValue={(method) => onChange({ method })}
        />
        <Choice
          label={t('fit.sharding')}
          value={setup.sharding}
          options={asTheyAre(shardings, shardingNames)}
          onValue={(sharding) => onChange({ sharding })}
        />
        <Choice
          label={t('fit.optimiser')}
          value={setup.optimiser}
          options={asTheyAre(optimisers, optimiserNames)}
          onValue={(optimiser) => onChange({ optimiser })}
        />
        <Choice
          label={t('fit.recomputation')}
          value={setup.recomputation}
          options={words(t, recomputations, (value) => `fit.recompute.${value}`)}
          onValue={(recomputation) => onChange({ recomputation })}
        />
      </div>
      <AmountField
        label={t('fit.sequence')}
        value={setup.sequence}
        steps={twos(512, 131_072)}
        most={10_000_000}
        {...(setup.sequence > model.context ? { hint: t('fit.madeFor', { n: model.context }) } : {})}
        onValue={(sequence) => onChange({ sequence })}
      />
      <AmountField
        label={t('fit.microBatch')}
        value={setup.microBatch}
        steps={twos(1, 64)}
        most={100_000}
        onValue={(microBatch) =>
          onChange({ microBatch, globalBatch: Math.max(setup.globalBatch, microBatch) })
        }
      />
      <Button small look="quiet" className="fit__more" aria-expanded={more} onClick={() => setMore(!more)}>
        {t(more ? 'fit.less' : 'fit.more')}
      </Button>
      {more ? (
        <>
          <AmountField
            label={t('fit.globalBatch')}
            value={setup.globalBatch}
            steps={twos(1, 4096)}
            most={10_000_000}
            onValue={(globalBatch) => onChange({ globalBatch })}
          />
          <div className="fit__pair">
            <Choice
              label={t('fit.precision')}
              value={setup.precision}
              options={asTheyAre(precisions)}
              onValue={(precision) => onChange({ precision })}
            />
            <Choice
              label={t('fit.offload')}
              value={setup.offload}
              options={words(t, ['none', 'optimiser', 'all'] as const, (value) => `fit.offload.${value}`)}
              onValue={(offload) => onChange({ offload })}
            />
            {split(t('fit.tensor'), setup.tensorParallel, (tensorParallel) => onChange({ tensorParallel }))}
            {split(t('fit.pipeline'), setup.pipelineParallel, (pipelineParallel) =>
              onChange({ pipelineParallel }),
            )}
            {setup.method === 'full' ? null : (
              <>
                <Choice
                  label={t('fit.rank')}
                  value={String(setup.lora.rank)}
                  options={[...new Set([4, 8, 16, 32, 64, 128, 256, setup.lora.rank])]
                    .sort((a, b) => a - b)
                    .map((n) => ({ value: String(n), label: String(n) }))}
                  onValue={(text) => onChange({ lora: { ...setup.lora, rank: Number(text) } })}
                />
                <Choice
                  label={t('fit.targets')}
                  value={setup.lora.targets}
                  options={words(t, ['attention', 'all-linear'] as const, (value) => `fit.targets.${value}`)}
                  onValue={(targets) => onChange({ lora: { ...setup.lora, targets } })}
                />
              </>
            )}
          </div>
          <Checkbox
            label={t('fit.flash')}
            checked={setup.flashAttention}
            onChecked={(flashAttention) => onChange({ flashAttention })}
          />
          <Checkbox
            label={t('fit.sequenceParallel')}
            checked={setup.sequenceParallel}
            onChecked={(sequenceParallel) => onChange({ sequenceParallel })}
          />
        </>
      ) : null}
    </>
  );
}

function Inference({
  setup,
  model,
  onChange,
}: {
  setup: InferenceSetup;
  model: ModelShape;
  onChange(changes: Partial<InferenceSetup>): void;
}) {
  const t = useT();
  return (
    <>
      <div className="fit__pair">
        <Choice
          label={t('fit.weights')}
          value={setup.weights}
          options={asTheyAre(quantisations)}
          onValue={(weights) => onChange({ weights })}
        />
        <Choice
          label={t('fit.cache')}
          value={setup.cache}
          options={asTheyAre(quantisations.filter((value) => value !== 'nf4'))}
          onValue={(cache) => onChange({ cache })}
        />
      </div>
      <AmountField
        label={t('fit.context')}
        value={setup.context}
        steps={twos(1024, 1_048_576)}
        most={100_000_000}
        {...(setup.context > model.context ? { hint: t('fit.madeFor', { n: model.context }) } : {})}
        onValue={(context) => onChange({ context })}
      />
      <AmountField
        label={t('fit.batch')}
        value={setup.batch}
        steps={twos(1, 512)}
        most={1_000_000}
        onValue={(batch) => onChange({ batch })}
      />
      <div className="fit__pair">
        {split(t('fit.tensor'), setup.tensorParallel, (tensorParallel) => onChange({ tensorParallel }))}
        {split(t('fit.pipeline'), setup.pipelineParallel, (pipelineParallel) =>
          onChange({ pipelineParallel }),
        )}
      </div>
    </>
  );
}
