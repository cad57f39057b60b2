import './settings.css';
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { scoreAny } from '#renderer/app/fuzzy.ts';
import { listenForHotkeys } from '#renderer/app/hotkeys.ts';
import { paths } from '#renderer/app/routes.ts';
import { updateSettings, useMay, useSession } from '#renderer/app/session-store.ts';
import { inEnglish, useT } from '#renderer/i18n/index.ts';
import { Button, ConfirmDialog, EmptyState, Input, Segments, Skeleton, toast } from '#renderer/ui/index.ts';
import type { Settings } from '#shared/domain/settings.ts';
import { About } from './about.tsx';
import { Access } from './access.tsx';
import { Backups } from './backups.tsx';
import { BrowserNotifications } from './browser-notifications.tsx';
import { SettingField } from './setting-field.tsx';
import { allSettings, type SectionName, type Setting, sectionNames } from './setting-list.ts';
import { nameOf } from './setting-words.ts';

const JsonSettings = lazy(async () => ({ default: (await import('./json-settings.tsx')).JsonSettings }));

/** Everything the user can set, by sections or as JSON. Each change on the page is kept at once; there is no button to save. */
export function SettingsPage() {
  const t = useT();
  const [, navigate] = useLocation();
  const asked = new URLSearchParams(useSearch());
  const settings = useSession((state) => state.settings);
  const mayAct = useMay('operator');
  const asJson = asked.has('json');
  if (!settings) {
    return (
      <div className="page">
        <Skeleton rows={10} />
      </div>
    );
  }
  return (
    <div className="page settings">
      <div className="page__head">
        <h1>{t('app.settings')}</h1>
        {mayAct && !asJson ? <ResetAll settings={settings} /> : null}
        <Segments<'page' | 'json'>
          label={t('settings.form')}
          value={asJson ? 'json' : 'page'}
          options={[
            { value: 'page', label: t('settings.asPage') },
            { value: 'json', label: t('settings.asJson') },
          ]}
          onValue={(form) => navigate(form === 'json' ? `${paths.settings}?json=1` : paths.settings)}
        />
      </div>
      {mayAct ? null : <p className="quiet">{t('app.viewerOnly')}</p>}
      {asJson ? (
        <Suspense fallback={<Skeleton rows={10} />}>
          <JsonSettings mayAct={mayAct} />
        </Suspense>
      ) : (
        <SettingsForm settings={settings} asked={asked.get('find') ?? ''} />
      )}
    </div>
  );
}

function SettingsForm({ settings, asked }: { settings: Settings; asked: string }) {
  const t = useT();
  const mayAct = useMay('operator');
  const mayOwn = useMay('owner');
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => listenForHotkeys(() => new Map([['/', () => field.current?.focus()]])), []);
  const found = useMemo(
    () =>
      allSettings.filter(
        ({ name, section }) =>
          text.trim() === name ||
          scoreAny(text, [
            nameOf(name, t),
            t(`settings.${section}`),
            inEnglish(`settingNames.of.${name}`),
            name,
          ]) !== null,
      ),
    [text, t],
  );
  const all = text.trim() === '';
  const shown = sectionNames.filter((section) => found.some((setting) => setting.section === section));
  const extra: Partial<Record<SectionName, ReactNode>> = {
    notifications: <BrowserNotifications />,
    ...(mayOwn ? { backups: <Backups /> } : {}),
  };
  return (
    <div className="settings__columns">
      <nav className="settings__nav" aria-label={t('settings.sections')}>
        <Input
          ref={field}
          type="search"
          className="input--small"
          aria-label={t('settings.find')}
          placeholder={t('settings.find')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {[...shown, ...(all ? ([...(mayOwn ? ['access'] : []), 'about'] as const) : [])].map((section) => (
          <a
            key={section}
            href={`#section-${section}`}
            onClick={(event) => {
              event.preventDefault();
              document.getElementById(`section-${section}`)?.scrollIntoView({ block: 'start' });
              document.getElementById(`section-${section}`)?.focus({ preventScroll: true });
            }}
          >
            <span className="clip">{t(`settings.${section as SectionName | 'access' | 'about'}`)}</span>
          </a>
        ))}
      </nav>
      <div className="settings__list">
        {shown.length === 0 ? <EmptyState title={t('settings.noneFound', { text })} /> : null}
        <fieldset className="settings__all" disabled={!mayAct}>
          {shown.map((section) => (
            <Section key={section} name={section} title={t(`settings.${section}`)}>
              <Fields settings={settings} found={found} section={section} />
              {all ? extra[section] : null}
            </Section>
          ))}
        </fieldset>
        {all && mayOwn ? (
          <Section name="access" title={t('settings.access')}>
            <Access />
          </Section>
        ) : null}
        {all ? (
          <Section name="about" title={t('settings.about')}>
            <About />
          </Section>
        ) : null}
      </div>
    </div>
  );
}

const Fields = ({
  settings,
  found,
  section,
}: {
  settings: Settings;
  found: readonly Setting[];
  section: SectionName;
}) =>
  found
    .filter((setting) => setting.section === section)
    .map((setting) => <SettingField key={setting.name} setting={setting} settings={settings} />);

function Section({ name, title, children }: { name: string; title: string; children: ReactNode }) {
  return (
    <section className="settings__section" aria-labelledby={`section-${name}`}>
      <h2 id={`section-${name}`} tabIndex={-1}>
        {title}
      </h2>
      <div className="settings__fields">{children}</div>
    </section>
  );
}

/** All back to how they come; what they were can be had back. */
function ResetAll({ settings }: { settings: Settings }) {
  const t = useT();
  const [asks, setAsks] = useState(false);
  const other = allSettings.filter(({ name, usual }) => settings[name] !== usual);
  const as = (value: (setting: Setting) => unknown) =>
    Object.fromEntries(other.map((setting) => [setting.name, value(setting)])) as Partial<Settings>;
  const act = async () => {
    const before = as(({ name }) => settings[name]);
    await updateSettings(as(({ usual }) => usual));
    toast('info', t('settings.wasReset'), {
      forMs: 20_000,
      actions: [{ label: t('app.undo'), run: () => void updateSettings(before) }],
    });
  };
  return (
    <>
      <Button disabled={other.length === 0} onClick={() => setAsks(true)}>
        {t('settings.resetAll')}
      </Button>
      {asks ? (
        <ConfirmDialog
          title={t('settings.resetAllTitle')}
          consequence={t('settings.resetAllText', { count: other.length })}
          actLabel={t('settings.resetAll')}
          danger={false}
          onClose={() => setAsks(false)}
          act={act}
        />
      ) : null}
    </>
  );
}
