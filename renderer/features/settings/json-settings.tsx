import { json } from '@codemirror/lang-json';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useLive } from '#renderer/app/use-live.ts';
import { YamlEditor } from '#renderer/features/new-run/yaml-editor.tsx';
import { translateError, useT } from '#renderer/i18n/index.ts';
import { Button, ErrorState, Skeleton, toast } from '#renderer/ui/index.ts';
import { because, type Told, toldWithin } from '#shared/domain/because.ts';
import type { SettingProblem } from '#shared/domain/settings.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';

/** The settings as the text of their file. Saved whole or not at all; what is wrong is said at its line. */
export function JsonSettings({ mayAct }: { mayAct: boolean }) {
  const t = useT();
  const kept = useLive(
    'settings.json',
    (signal) => rpc().app.settingsFile(undefined, { signal }),
    (event) => event.type === 'settings.changed',
  );
  const [text, setText] = useState<string | null>(null);
  /** What the text was made from: it must still be so when it is saved. */
  const [before, setBefore] = useState<string | null>(null);
  const [refused, setRefused] = useState<readonly SettingProblem[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const file = kept.value;
  const dirty = text !== null && before !== null && text !== before;
  const take = useCallback((newest: string) => {
    setText(newest);
    setBefore(newest);
    setRefused(null);
    setFailure(null);
  }, []);
  useEffect(() => {
    if (file && !dirty) take(file.text);
  }, [file, dirty, take]);
  const problems = refused ?? file?.problems ?? none;
  const errors = useMemo(
    () =>
      problems.map(({ key, line, why }) => ({
        key,
        line,
        column: 1,
        kind: 'invalid' as const,
        ...atKey(key, why),
      })),
    [problems],
  );
  const [goTo, setGoTo] = useState<{ line: number; at: number } | null>(null);

  const save = async () => {
    if (text === null || before === null) return;
    try {
      const saved = await rpc().app.writeSettingsFile({ text, before });
      take(saved.text);
      toast('info', t('settings.jsonSaved'));
    } catch (thrown) {
      const error = TrainyardError.from(thrown);
      setFailure(error);
      if (error.code !== 'SETTINGS_FILE_BAD') return;
      const line = Number(error.params.line ?? 1);
      const why = toldWithin(error.params).find(([name]) => name === 'why')?.[1] ?? error.toShape();
      setRefused([{ key: String(error.params.key ?? ''), line, why }]);
      setGoTo({ line, at: Date.now() });
    }
  };
  if (!file || text === null)
    return kept.error ? <ErrorState error={kept.error} onRetry={kept.retry} /> : <Skeleton rows={8} />;
  const elsewhere = dirty && file.text !== before;
  return (
    <section className="settings__json" aria-label={t('settings.jsonLabel')}>
      <p className="quiet">
        {t('settings.jsonText')} <code>{file.file}</code>
      </p>
      <div className="settings__editor">
        <YamlEditor
          value={text}
          label={t('settings.jsonLabel')}
          errors={errors}
          onChange={(next) => {
            setText(next);
            setRefused(null);
          }}
          goTo={goTo}
          language={language}
        />
      </div>
      <div aria-live="polite">
        {problems.map((problem) => (
          <p key={`${problem.line} ${problem.key}`} className="field__error">
            {t('settings.jsonProblem', {
              line: problem.line,
              why: problemText(problem.key, problem.why),
            })}
          </p>
        ))}
        {elsewhere ? <p className="field__error">{t('settings.jsonElsewhere')}</p> : null}
        {failure && !refused ? <p className="field__error">{sentence(failure)}</p> : null}
      </div>
      {mayAct ? (
        <div className="settings__jsonacts">
          <Button look="primary" disabled={!dirty} onClick={() => void save()}>
            {t('settings.jsonSave')}
          </Button>
          <Button disabled={!dirty} onClick={() => take(file.text)}>
            {t('settings.jsonRevert')}
          </Button>
        </div>
      ) : null}
    </section>
  );
}

const none: readonly SettingProblem[] = [];
const language = json();

function sentence(thrown: unknown): string {
  const { code, params, message } = TrainyardError.from(thrown);
  return translateError(code, params, message);
}

const atKey = (key: string, why: Told): Told =>
  key === ''
    ? why
    : {
        code: 'FORM_AT',
        params: { at: key, ...because('why', why) },
        message: `${key}: ${why.message}`,
      };

const problemText = (key: string, why: Told): string => {
  const { code, params, message } = atKey(key, why);
  return translateError(code, params, message);
};
