import './settings.css';
import { type ReactNode, useEffect, useState } from 'react';
import { updateSettings, useMay, useSession } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Checkbox, Field, Input, Segments, Skeleton } from '#renderer/ui/index.ts';
import type { Settings } from '#shared/domain/settings.ts';
import { Access } from './access.tsx';
import { Backups } from './backups.tsx';

/** Everything the user can set. Each change is kept at once; there is no button to save. */
export function SettingsPage() {
  const t = useT();
  const settings = useSession((state) => state.settings);
  const mayAct = useMay('operator');
  const mayOwn = useMay('owner');
  if (!settings) {
    return (
      <div className="page">
        <Skeleton rows={10} />
      </div>
    );
  }
  return (
    <div className="page settings">
      <h1>{t('app.settings')}</h1>
      {mayAct ? null : <p className="quiet">{t('app.viewerOnly')}</p>}
      <fieldset className="settings__all" disabled={!mayAct}>
        <Look settings={settings} />
        <Section title={t('settings.runs')}>
          <NumberField
            name="stopGraceSeconds"
            label={t('settings.stopGrace')}
            hint={t('settings.stopGraceHint')}
            low={1}
            high={3600}
            settings={settings}
          />
        </Section>
        <Section title={t('settings.machines')}>
          <NumberField
            name="refreshSeconds"
            label={t('settings.refresh')}
            low={2}
            high={3600}
            settings={settings}
          />
          <NumberField
            name="parallelConnections"
            label={t('settings.parallel')}
            low={1}
            high={200}
            settings={settings}
          />
        </Section>
        <Section title={t('settings.notifications')}>
          <Checkbox
            label={t('settings.notifyEnded')}
            checked={settings.notifyRunEnded}
            onChecked={(on) => void updateSettings({ notifyRunEnded: on })}
          />
          <Checkbox
            label={t('settings.notifyNeeds')}
            checked={settings.notifyNeedsUser}
            onChecked={(on) => void updateSettings({ notifyNeedsUser: on })}
          />
        </Section>
        <Section title={t('settings.backups')}>
          <NumberField
            name="backupEveryHours"
            label={t('settings.backupEvery')}
            low={1}
            high={168}
            settings={settings}
          />
          <NumberField
            name="backupsKept"
            label={t('settings.backupsKept')}
            low={1}
            high={100}
            settings={settings}
          />
          {mayOwn ? <Backups /> : null}
        </Section>
      </fieldset>
      {mayOwn ? (
        <Section title={t('settings.access')}>
          <Access />
        </Section>
      ) : null}
      <About />
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="settings__section">
      <h2>{title}</h2>
      <div className="settings__fields">{children}</div>
    </section>
  );
}

function Look({ settings }: { settings: Settings }) {
  const t = useT();
  const themes: Settings['theme'][] = ['system', 'dark', 'light', 'high-contrast'];
  return (
    <Section title={t('settings.look')}>
      <div className="field">
        <span className="field__label">{t('settings.theme')}</span>
        <Segments<Settings['theme']>
          label={t('settings.theme')}
          value={settings.theme}
          onValue={(theme) => void updateSettings({ theme })}
          options={themes.map((value) => ({ value, label: t(`settings.theme.${value}`) }))}
        />
      </div>
      <div className="field">
        <span className="field__label">{t('settings.language')}</span>
        <Segments<Settings['language']>
          label={t('settings.language')}
          value={settings.language}
          onValue={(language) => void updateSettings({ language })}
          options={[
            { value: 'system', label: t('settings.language.system') },
            { value: 'en', label: 'English' },
            { value: 'zh-CN', label: '简体中文' },
          ]}
        />
      </div>
      <NumberField
        name="logFontSize"
        label={t('settings.logFontSize')}
        low={9}
        high={24}
        settings={settings}
      />
    </Section>
  );
}

type NumberSetting = { [K in keyof Settings]: Settings[K] extends number ? K : never }[keyof Settings];

/** A whole number, kept when it is in range; said to be out of range while it is not. */
function NumberField({
  name,
  label,
  hint,
  low,
  high,
  settings,
}: {
  name: NumberSetting;
  label: string;
  hint?: string;
  low: number;
  high: number;
  settings: Settings;
}) {
  const t = useT();
  const kept = settings[name];
  const [text, setText] = useState(String(kept));
  useEffect(() => setText(String(kept)), [kept]);
  const value = Number(text);
  const valid = /^\d+$/.test(text.trim()) && value >= low && value <= high;
  return (
    <Field label={label} hint={hint} error={valid ? undefined : t('settings.outOfRange', { low, high })}>
      {(ids) => (
        <Input
          {...ids}
          type="number"
          min={low}
          max={high}
          className="settings__number"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => {
            if (valid && value !== kept) void updateSettings({ [name]: value });
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur();
          }}
        />
      )}
    </Field>
  );
}

function About() {
  const t = useT();
  const info = useSession((state) => state.info);
  if (!info) return null;
  return (
    <section className="settings__section">
      <h2>{t('settings.about')}</h2>
      <dl className="facts">
        <dt>{t('settings.version')}</dt>
        <dd>{info.version}</dd>
        <dt>{t('settings.host')}</dt>
        <dd>
          {t(`settings.host.${info.host}`)}, {info.platform}
        </dd>
        <dt>{t('settings.role')}</dt>
        <dd>{t(`settings.role.${info.role}`)}</dd>
        <dt>{t('settings.data')}</dt>
        <dd className="mono">{info.dataDirectory}</dd>
      </dl>
    </section>
  );
}
