import { useEffect, useState } from 'react';
import { ModelSection } from '#renderer/features/fit/model-section.tsx';
import {
  usualInference,
  usualTokens,
  usualTraining,
  usualTrainingOf,
} from '#renderer/features/fit/question.ts';
import { SetupSection } from '#renderer/features/fit/setup-section.tsx';
import { TokensField } from '#renderer/features/fit/tokens-field.tsx';
import { useT } from '#renderer/i18n/index.ts';
import { Segments } from '#renderer/ui/index.ts';
import type { RunDemand } from '#shared/domain/plan.ts';
import type { InferenceSetup, Setup, TrainingSetup } from '#shared/domain/workload.ts';
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

/** The same form as on the page of fit: which model, how it is trained or served, and how many tokens. */
function ModelFields({ demand: { model, setup, tokens } }: { demand: RunDemand }) {
  // What was said of training is still there after a look at serving, and the other way round.
  const [others, setOthers] = useState<SetupKinds>({ training: usualTraining, inference: usualInference });
  const take = (next: Setup) => {
    setOthers((before) => ({ ...before, [next.kind]: next }));
    askDemand({ setup: next });
  };
  return (
    <div className="asks__model">
      <ModelSection
        model={model}
        onModel={(next) =>
          askDemand({
            model: next,
            setup: setup ?? usualTrainingOf(next),
            tokens: tokens ?? usualTokens,
            duration: null,
          })
        }
      />
      {model && setup ? (
        <>
          <TokensField kind={setup.kind} tokens={tokens} onTokens={(next) => askDemand({ tokens: next })} />
          <SetupSection
            setup={setup}
            others={{ ...others, [setup.kind]: setup }}
            model={model}
            onSetup={take}
          />
        </>
      ) : null}
    </div>
  );
}

interface SetupKinds {
  training: TrainingSetup;
  inference: InferenceSetup;
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
