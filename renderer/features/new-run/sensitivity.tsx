import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { labelOptions, violationText } from '#renderer/features/data/words.tsx';
import { useT } from '#renderer/i18n/index.ts';
import { Field, Input, Select } from '#renderer/ui/index.ts';
import type { Label } from '#shared/domain/label.ts';
import type { Judgement } from '#shared/domain/sensitivity.ts';

const pauseMs = 250;
const shortestReason = 3;

export interface Launch {
  /** The task has no mistakes, and there is a machine. */
  ok: boolean;
  yaml: string;
  base: string;
  machineId: string;
  envs: Readonly<Record<string, string>>;
}

/** What a launch would be told about its data, what the user says to it, and what goes along with the launch. */
export function useSensitivity(launch: Launch) {
  const [label, setLabel] = useState<Label | ''>('');
  const [reason, setReason] = useState('');
  const judgement = useJudgement(launch, label);
  const mayOverride = useMay('owner');
  const refused = judgement?.allowed === false;
  const overrides = refused && mayOverride && reason.trim().length >= shortestReason;
  return {
    label,
    setLabel,
    reason,
    setReason,
    judgement,
    mayOverride,
    /** It would be refused as it is. */
    blocked: refused && !overrides,
    request: {
      ...(label === '' ? {} : { sensitivity: label }),
      ...(overrides ? { override: { reason: reason.trim() } } : {}),
    },
  };
}

/** Judged a moment after the last change, and not at all while the task has mistakes. */
function useJudgement({ ok, yaml, base, machineId, envs }: Launch, label: Label | ''): Judgement | null {
  const [judgement, setJudgement] = useState<Judgement | null>(null);
  const given = JSON.stringify(envs);
  useEffect(() => {
    if (!ok || machineId === '') {
      setJudgement(null);
      return;
    }
    let gone = false;
    const timer = setTimeout(() => {
      rpc()
        .data.judge({
          yaml,
          baseDirectory: base.trim() === '' ? null : base.trim(),
          machineId,
          envs: JSON.parse(given) as Record<string, string>,
          ...(label === '' ? {} : { sensitivity: label }),
        })
        .then((answer) => {
          if (!gone) setJudgement(answer);
        })
        .catch((thrown: unknown) => {
          // The launch is judged all the same, and says what is wrong.
          console.info('The launch could not be judged ahead:', thrown);
          if (!gone) setJudgement(null);
        });
    }, pauseMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [ok, yaml, base, machineId, given, label]);
  return judgement;
}

/** How sensitive the run is, whether it may go to the chosen machine, and an owner's word that it may all the same. */
export function SensitivityFields({ is }: { is: ReturnType<typeof useSensitivity> }) {
  const t = useT();
  const { judgement } = is;
  const names = judgement?.data.map(({ name }) => name).join(', ') ?? '';
  const hint =
    judgement?.allowed && names !== ''
      ? t('data.readsAllowed', { names, place: judgement.place.siteName })
      : undefined;
  return (
    <>
      <Field label={t('data.sensitivity')} hint={hint}>
        {(ids) => (
          <Select<Label | ''>
            {...ids}
            value={is.label}
            options={[{ value: '', label: asReadLabel(judgement, is.label, t) }, ...labelOptions(t)]}
            onValue={is.setLabel}
          />
        )}
      </Field>
      {judgement?.allowed === false ? (
        <div className="launch__refused" role="alert">
          <p>{t('data.notAllowed')}</p>
          <ul>
            {judgement.violations.map((violation) => (
              <li key={`${violation.rule} ${violation.dataId}`}>{violationText(violation, t)}</li>
            ))}
          </ul>
          {is.mayOverride ? null : <p>{t('data.needsOwner')}</p>}
        </div>
      ) : null}
      {judgement?.allowed === false && is.mayOverride ? (
        <Field label={t('data.overrideReason')} hint={t('data.overrideHint')}>
          {(ids) => (
            <Input
              {...ids}
              value={is.reason}
              maxLength={500}
              onChange={(event) => is.setReason(event.target.value)}
            />
          )}
        </Field>
      ) : null}
    </>
  );
}

function asReadLabel(judgement: Judgement | null, chosen: Label | '', t: ReturnType<typeof useT>): string {
  return judgement === null || chosen !== ''
    ? t('data.asRead')
    : t('data.asReadNow', { label: t(`data.label.${judgement.label}`) });
}
