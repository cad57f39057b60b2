import { type ReactNode, useEffect, useState } from 'react';
import { updateSettings } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Checkbox, Field, Input, Segments, Select } from '#renderer/ui/index.ts';
import type { Settings } from '#shared/domain/settings.ts';
import type { Setting } from './setting-list.ts';
import { hintOf, nameOf, optionOf, valueText } from './setting-words.ts';

/** One setting: its control, what it usually is where it is something else, and the way back there. */
export function SettingField({ setting, settings }: { setting: Setting; settings: Settings }) {
  const value = settings[setting.name];
  return (
    <div className="setting" id={`setting-${setting.name}`}>
      <Control setting={setting} value={value} />
      {value === setting.usual ? null : <Usually setting={setting} />}
    </div>
  );
}

function Usually({ setting }: { setting: Setting }) {
  const t = useT();
  return (
    <p className="setting__usual quiet">
      {t('settings.usually', { value: valueText(setting, setting.usual, t) })}
      <Button
        small
        look="quiet"
        aria-label={t('settings.resetOne', { name: nameOf(setting.name, t) })}
        onClick={() => void updateSettings({ [setting.name]: setting.usual })}
      >
        {t('settings.reset')}
      </Button>
    </p>
  );
}

function Control({ setting, value }: { setting: Setting; value: Settings[keyof Settings] }) {
  const t = useT();
  const { name, is } = setting;
  const label = nameOf(name, t);
  const hint = hintOf(name, t);
  const set = (next: Settings[keyof Settings]) => void updateSettings({ [name]: next });
  if (is.kind === 'switch') return <Checkbox label={label} checked={value === true} onChecked={set} />;
  if (is.kind === 'text') return <TextField label={label} hint={hint} kept={String(value)} onKeep={set} />;
  if (is.kind === 'number')
    return (
      <TextField
        label={label}
        hint={hint}
        kept={String(value)}
        number={is}
        onKeep={(text) => set(Number(text))}
      />
    );
  const options = is.options.map((option) => ({ value: option, label: optionOf(name, option, t) }));
  if (options.length > 4)
    return (
      <Field label={label} hint={hint}>
        {(ids) => (
          <Select {...ids} value={String(value)} options={options} onValue={(next) => set(next as never)} />
        )}
      </Field>
    );
  return (
    <Labelled label={label} hint={hint}>
      <Segments
        label={label}
        value={String(value)}
        options={options}
        onValue={(next) => set(next as never)}
      />
    </Labelled>
  );
}

const Labelled = ({
  label,
  hint,
  children,
}: {
  label: string;
  hint: string | undefined;
  children: ReactNode;
}) => (
  <div className="field">
    <span className="field__label">{label}</span>
    {children}
    {hint ? <div className="field__hint">{hint}</div> : null}
  </div>
);

/** Kept when the field is left or Enter is pressed; a number only when it is in its range, which is said while it is not. */
function TextField({
  label,
  hint,
  kept,
  number,
  onKeep,
}: {
  label: string;
  hint: string | undefined;
  kept: string;
  number?: { low: number; high: number };
  onKeep(text: string): void;
}) {
  const t = useT();
  const [text, setText] = useState(kept);
  useEffect(() => setText(kept), [kept]);
  const valid =
    !number || (/^\d+$/.test(text.trim()) && Number(text) >= number.low && Number(text) <= number.high);
  const error =
    valid || !number ? undefined : t('settings.outOfRange', { low: number.low, high: number.high });
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <Input
          {...ids}
          {...(number ? { type: 'number', min: number.low, max: number.high } : {})}
          className={number ? 'settings__number' : 'settings__text mono'}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => {
            if (valid && text.trim() !== kept) onKeep(text.trim());
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur();
          }}
        />
      )}
    </Field>
  );
}
