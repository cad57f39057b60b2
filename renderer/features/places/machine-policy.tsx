import './places.css';
import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Checkbox, ErrorState, Field, Input, Skeleton } from '#renderer/ui/index.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { MachinePolicy } from '#shared/domain/recovery.ts';
import { defaultPolicy, placesLater, usePlaces } from './place-store.ts';

/** What is set for a machine: whether it takes runs, when, and how much it is liked. Each change is kept at once. */
export function MachinePolicyFields({ machine }: { machine: Machine }) {
  const t = useT();
  const may = useMay('operator');
  const { loaded, error, policies } = usePlaces();
  const kept = policies[machine.id] ?? { ...defaultPolicy, draining: machine.draining };
  const keep = async (patch: Partial<MachinePolicy>) => {
    const policy = { ...kept, ...patch };
    usePlaces.setState((before) => ({ policies: { ...before.policies, [machine.id]: policy } }));
    try {
      await rpc().places.setPolicy({ machineId: machine.id, policy });
    } catch (thrown) {
      sayError(thrown);
      placesLater();
    }
  };
  return (
    <section>
      <h2>{t('places.title')}</h2>
      {error && !loaded ? <ErrorState error={error} onRetry={placesLater} /> : null}
      {!loaded && !error ? <Skeleton rows={3} /> : null}
      {loaded ? (
        <fieldset className="places" disabled={!may}>
          <div>
            <Checkbox
              label={t('places.drain')}
              checked={kept.draining}
              onChecked={(draining) => void keep({ draining })}
            />
            <p className="field__hint">{t('places.drainHint')}</p>
          </div>
          <Window kept={kept} onWindow={(window) => void keep({ window })} />
          <Preference kept={kept.preference} onPreference={(preference) => void keep({ preference })} />
        </fieldset>
      ) : null}
    </section>
  );
}

const wholeNight = { from: '20:00', to: '08:00' };

function Window({
  kept,
  onWindow,
}: {
  kept: MachinePolicy;
  onWindow(window: MachinePolicy['window']): void;
}) {
  const t = useT();
  const { window } = kept;
  return (
    <div>
      <Checkbox
        label={t('places.window')}
        checked={window !== null}
        onChecked={(on) => onWindow(on ? wholeNight : null)}
      />
      {window ? (
        <div className="places__window num">
          <Time
            label={t('places.from')}
            value={window.from}
            onTime={(from) => onWindow({ ...window, from })}
          />
          <Time label={t('places.to')} value={window.to} onTime={(to) => onWindow({ ...window, to })} />
        </div>
      ) : null}
      <p className="field__hint">{t('places.windowHint')}</p>
    </div>
  );
}

function Time({ label, value, onTime }: { label: string; value: string; onTime(time: string): void }) {
  return (
    <Field label={label}>
      {(ids) => (
        <Input
          {...ids}
          type="time"
          required
          value={value}
          onChange={({ target }) => {
            if (/^\d\d:\d\d$/.test(target.value)) onTime(target.value);
          }}
        />
      )}
    </Field>
  );
}

function Preference({ kept, onPreference }: { kept: number; onPreference(preference: number): void }) {
  const t = useT();
  const [text, setText] = useState(String(kept));
  useEffect(() => setText(String(kept)), [kept]);
  const value = Number(text);
  const valid = /^-?\d+$/.test(text.trim()) && value >= -100 && value <= 100;
  return (
    <Field
      label={t('places.preference')}
      hint={t('places.preferenceHint')}
      error={valid ? undefined : t('run.priorityWrong')}
    >
      {(ids) => (
        <Input
          {...ids}
          type="number"
          className="places__number"
          min={-100}
          max={100}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => {
            if (valid && value !== kept) onPreference(value);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur();
          }}
        />
      )}
    </Field>
  );
}
