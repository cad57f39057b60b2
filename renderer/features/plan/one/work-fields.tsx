import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { sayError } from '#renderer/app/session-store.ts';
import { formatCompact } from '#renderer/features/figures/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Field, Segments, Select } from '#renderer/ui/index.ts';
import type { RunDemand } from '#shared/domain/plan.ts';
import type { ModelShape, TrainingSetup } from '#shared/domain/workload.ts';
import { TextField } from '../text-field.tsx';
import { askDemand, useOne } from './one-store.ts';

type Known = 'model' | 'time' | 'nothing';

/** How much work it is: a model and its tokens, a time that is known, or nothing (then places are compared for an hour each). */
export function WorkFields() {
  const t = useT();
  const { demand } = useOne();
  const [known, setKnown] = useState<Known>(() => knownOf(demand));
  const is = knownOf(demand);
  useEffect(() => {
    if (is !== 'nothing') setKnown(is);
  }, [is]);
  const choose = (next: Known) => {
    setKnown(next);
    if (next === 'nothing') askDemand({ model: null, setup: null, tokens: null, duration: null });
    if (next === 'model') askDemand({ duration: null });
    if (next === 'time') askDemand({ model: null, setup: null, tokens: null });
  };
  return (
    <section className="asks" aria-label={t('plan.work')}>
      <h2>{t('plan.work')}</h2>
      <Segments<Known>
        label={t('plan.work')}
        value={known}
        onValue={choose}
        options={[
          { value: 'model', label: t('plan.byModel') },
          { value: 'time', label: t('plan.byTime') },
          { value: 'nothing', label: t('plan.byNothing') },
        ]}
      />
      {known === 'model' ? <ModelFields demand={demand} /> : null}
      {known === 'time' ? <TimeFields demand={demand} /> : null}
      {known === 'nothing' ? <p className="quiet">{t('plan.byNothingText')}</p> : null}
    </section>
  );
}

const knownOf = ({ model, duration }: RunDemand): Known => (model ? 'model' : duration ? 'time' : 'nothing');

const readNumber = (text: string): number | null => {
  const number = Number(text.replace(',', '.'));
  return text.trim() !== '' && Number.isFinite(number) && number > 0 ? number : null;
};

const usualSetup = (model: ModelShape): TrainingSetup => ({
  kind: 'training',
  method: 'full',
  lora: { rank: 16, targets: 'all-linear' },
  precision: 'bf16',
  optimiser: 'adamw',
  sharding: 'fsdp',
  offload: 'none',
  recomputation: 'selective',
  flashAttention: true,
  sequence: Math.min(4096, model.context),
  microBatch: 1,
  globalBatch: 64,
  tensorParallel: 1,
  pipelineParallel: 1,
  sequenceParallel: false,
});

const methods = ['full', 'lora', 'qlora'] as const;

function ModelFields({ demand: { model, setup, tokens } }: { demand: RunDemand }) {
  const t = useT();
  const [presets, setPresets] = useState<readonly ModelShape[]>([]);
  useEffect(() => {
    rpc().plan.presets().then(setPresets).catch(sayError);
  }, []);
  const all = model && !presets.some(({ name }) => name === model.name) ? [model, ...presets] : presets;
  const training = setup?.kind === 'training' ? setup : null;
  return (
    <>
      <Field label={t('plan.model')}>
        {(ids) => (
          <Select
            {...ids}
            className="input--small"
            value={model?.name ?? ''}
            options={[
              { value: '', label: t('plan.chooseModel') },
              ...all.map(({ name, parameters }) => ({
                value: name,
                label: `${name} (${formatCompact(parameters)})`,
              })),
            ]}
            onValue={(name) => {
              const next = all.find((one) => one.name === name) ?? null;
              askDemand({ model: next, setup: next ? (setup ?? usualSetup(next)) : null, duration: null });
            }}
          />
        )}
      </Field>
      {training ? (
        <Segments
          label={t('plan.method')}
          value={training.method}
          onValue={(method) => askDemand({ setup: { ...training, method } })}
          options={methods.map((method) => ({ value: method, label: t(`plan.method.${method}`) }))}
        />
      ) : null}
      <TextField
        label={t('plan.tokens')}
        value={tokens === null ? null : tokens / 1e9}
        write={(value) => (value === null ? '' : String(value))}
        read={readNumber}
        onValue={(value) => askDemand({ tokens: value === null ? null : value * 1e9 })}
        wrong={t('plan.numberWanted')}
        placeholder="1.5"
      />
    </>
  );
}

const msPerHour = 3_600_000;

function TimeFields({ demand: { duration } }: { demand: RunDemand }) {
  const t = useT();
  const is = duration ?? { accelerator: 'H100', gpus: 8, ms: Number.NaN };
  const change = (patch: Partial<typeof is>) => {
    const next = { ...is, ...patch };
    if (Number.isFinite(next.ms)) askDemand({ duration: next });
  };
  return (
    <div className="asks__three">
      <TextField
        label={t('plan.hours')}
        value={Number.isFinite(is.ms) ? is.ms / msPerHour : null}
        write={(value) => (value === null ? '' : String(value))}
        read={readNumber}
        onValue={(value) => change({ ms: (value ?? 0) * msPerHour })}
        wrong={t('plan.numberWanted')}
        placeholder="24"
      />
      <TextField
        label={t('plan.onGpus')}
        value={is.gpus}
        write={String}
        read={readNumber}
        onValue={(gpus) => change({ gpus })}
        wrong={t('plan.numberWanted')}
      />
      <TextField
        label={t('plan.accelerator')}
        value={is.accelerator}
        write={(name) => name}
        read={(text) => (text.trim() === '' ? null : text.trim())}
        onValue={(accelerator) => change({ accelerator })}
        wrong={t('plan.nameWanted')}
        mono
      />
    </div>
  );
}
