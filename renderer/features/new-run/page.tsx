import './new-run.css';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { sayError } from '#renderer/app/session-store.ts';
import { SideSplitter, useSideWidth } from '#renderer/app/side-pane.tsx';
import { openTask } from '#renderer/app/task-file.ts';
import { useLanguage, useT } from '#renderer/i18n/index.ts';
import { FileButton, Segments, Select, Skeleton, toast } from '#renderer/ui/index.ts';
import { setDraft, useDraft } from './draft-store.ts';
import { IssueList } from './issue-list.tsx';
import { LaunchPanel } from './launch-panel.tsx';
import { openVariables } from './task-document.ts';
import { TaskFormFields } from './task-form.tsx';
import { useCheck } from './use-check.ts';

const YamlEditor = lazy(async () => ({ default: (await import('./yaml-editor.tsx')).YamlEditor }));
type View = 'yaml' | 'form';

/** A task, written or taken from a template, a file or an earlier run; checked as it is typed; launched on a machine. */
export function NewRunPage() {
  const t = useT();
  const { yaml } = useDraft();
  const [view, setView] = useState<View>('yaml');
  const [envs, setEnvs] = useState<Readonly<Record<string, string>>>({});
  const [goTo, setGoTo] = useState<{ line: number; at: number } | null>(null);
  useStart();
  const openNames = useMemo(() => openVariables(yaml), [yaml]);
  const given = useMemo(
    () => Object.fromEntries(openNames.flatMap((name) => (envs[name] ? [[name, envs[name]]] : []))),
    [openNames, envs],
  );
  const check = useCheck(yaml, given);
  const errors = check.result?.errors ?? noErrors;
  const change = useCallback((next: string) => setDraft({ yaml: next }), []);
  return (
    <div className="page newrun">
      <div className="page__head">
        <h1>{t('app.newRun')}</h1>
        <Templates />
        <OpenFile />
        <Segments<View>
          label={t('newRun.view')}
          value={view}
          onValue={setView}
          options={[
            { value: 'yaml', label: t('newRun.asYaml') },
            { value: 'form', label: t('newRun.asForm') },
          ]}
        />
      </div>
      <div className="newrun__columns" style={useSideWidth('new-run')}>
        <section className="newrun__task" aria-label={t('newRun.editor')}>
          {view === 'yaml' ? (
            <Suspense fallback={<Skeleton rows={12} />}>
              <YamlEditor
                value={yaml}
                label={t('newRun.editor')}
                errors={errors}
                onChange={change}
                goTo={goTo}
              />
            </Suspense>
          ) : (
            <TaskFormFields yaml={yaml} errors={errors} onChange={change} />
          )}
          <IssueList
            check={check}
            empty={yaml.trim() === ''}
            onGoTo={(line) => {
              setView('yaml');
              setGoTo({ line, at: Date.now() });
            }}
          />
        </section>
        <SideSplitter name="new-run" label={t('newRun.panelWidth')} usual={[300, 256]} min={240} max={560} />
        <LaunchPanel
          result={check.result}
          openNames={openNames}
          envs={envs}
          onEnv={(name, value) => setEnvs({ ...envs, [name]: value })}
        />
      </div>
    </div>
  );
}

const noErrors: never[] = [];

interface Template {
  id: string;
  title: string;
  translations: Record<string, { title: string }>;
  yaml: string;
  directory: string;
}

/** What the address asks to start from: a template, an earlier run, a machine. Once per opening. */
function useStart(): void {
  const t = useT();
  const search = useSearch();
  useEffect(() => {
    const asked = new URLSearchParams(search);
    const machineId = asked.get('machine');
    if (machineId) setDraft({ machineId });
    const runId = asked.get('from');
    if (runId) {
      rpc()
        .runs.get({ runId })
        .then((run) =>
          setDraft({
            yaml: run.yaml,
            name: run.name,
            machineId: run.machineId,
            base: run.snapshot?.workdir ?? '',
          }),
        )
        .catch(() => toast('warning', t('newRun.earlierGone')));
      return;
    }
    const templateId = asked.get('template');
    if (templateId) {
      rpc()
        .runs.templates()
        .then((templates) => takeTemplate(templates.find(({ id }) => id === templateId) ?? templates[0]))
        .catch(sayError);
    }
  }, [search, t]);
}

function takeTemplate(template: Template | undefined): void {
  if (template) setDraft({ yaml: template.yaml, base: template.directory, name: '' });
}

function Templates() {
  const t = useT();
  const language = useLanguage();
  const [templates, setTemplates] = useState<readonly Template[]>([]);
  useEffect(() => {
    rpc().runs.templates().then(setTemplates).catch(sayError);
  }, []);
  return (
    <Select
      className="input--small newrun__templates"
      aria-label={t('newRun.start')}
      value=""
      options={[
        { value: '', label: t('newRun.fromTemplate') },
        ...templates.map(({ id, title, translations }) => ({
          value: id,
          label: translations[language]?.title ?? title,
        })),
      ]}
      onValue={(id) => takeTemplate(templates.find((template) => template.id === id))}
    />
  );
}

function OpenFile() {
  const t = useT();
  const [, navigate] = useLocation();
  return (
    <FileButton
      label={t('newRun.openFile')}
      accept=".yaml,.yml,text/yaml"
      onFile={(file) => void openTask([file], navigate).catch(sayError)}
    >
      {t('newRun.openFile')}
    </FileButton>
  );
}
