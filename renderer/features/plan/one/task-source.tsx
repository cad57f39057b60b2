import { type DragEvent, useEffect, useRef, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { sayError } from '#renderer/app/session-store.ts';
import { readTask } from '#renderer/app/task-file.ts';
import { useLanguage, useT } from '#renderer/i18n/index.ts';
import { ErrorState, FileButton, Select, toast } from '#renderer/ui/index.ts';
import { useOne } from './one-store.ts';
import { readTaskInto } from './read-task.ts';

/** Typing is read once it has rested this long, ms. */
const restMs = 300;

/** What is to be run: a task file that is dropped, chosen or pasted, an earlier run's, or a template's. */
export function TaskSource() {
  const t = useT();
  const { yaml } = useOne();
  // What is being typed may be no task yet: the question keeps the last text that was one.
  const [text, setText] = useState(yaml);
  const [failure, setFailure] = useState<unknown>(null);
  const [over, setOver] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setText(yaml), [yaml]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const read = async (next: string) => {
    try {
      setFailure(null);
      const count = await readTaskInto(next);
      if (count > 1) toast('info', t('plan.firstOfTasks', { count }));
    } catch (thrown) {
      setFailure(thrown);
    }
  };
  const type = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    if (next.trim() === '') {
      useOne.setState({ yaml: '' });
      setFailure(null);
    } else timer.current = setTimeout(() => void read(next), restMs);
  };
  const takeFile = async (chosen: File | undefined) => {
    if (!chosen) return;
    const answer = await readTask(chosen);
    if (answer === 'app.dropNotTask' || answer === 'app.dropTooLarge' || answer === 'app.dropEmpty') {
      toast('error', t(answer, { name: chosen.name }));
      return;
    }
    setText(answer);
    await read(answer);
  };
  const onDrag = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(event.type === 'dragover');
    if (event.type === 'drop') takeFile(event.dataTransfer.files[0]).catch(sayError);
  };
  return (
    <section
      className="asks"
      aria-label={t('plan.task')}
      onDragOver={onDrag}
      onDragLeave={onDrag}
      onDrop={onDrag}
    >
      <h2>{t('plan.task')}</h2>
      <textarea
        className={`input mono plan__yaml ${over ? 'plan__yaml--over' : ''}`}
        aria-label={t('plan.taskFile')}
        placeholder={t('plan.taskPlaceholder')}
        spellCheck={false}
        rows={Math.min(12, Math.max(4, text.split('\n').length))}
        value={text}
        onChange={(event) => type(event.target.value)}
      />
      {failure ? <ErrorState error={failure} /> : null}
      <div className="asks__row">
        <FileButton
          small
          label={t('plan.openFile')}
          accept=".yaml,.yml,text/yaml"
          onFile={(chosen) => void takeFile(chosen).catch(sayError)}
        >
          {t('plan.openFile')}
        </FileButton>
        <EarlierTasks
          onYaml={(next) => {
            setText(next);
            void read(next);
          }}
        />
      </div>
    </section>
  );
}

interface Earlier {
  value: string;
  label: string;
  yaml(): Promise<string>;
}

/** Templates and the runs there were lately, as one list to start from. */
function EarlierTasks({ onYaml }: { onYaml(yaml: string): void }) {
  const t = useT();
  const language = useLanguage();
  const [found, setFound] = useState<readonly Earlier[]>([]);
  useEffect(() => {
    const load = async () => {
      const [templates, runs] = await Promise.all([
        rpc().runs.templates(),
        rpc().runs.list({ sort: 'created', descending: true, limit: 30 }),
      ]);
      setFound([
        ...templates.map(({ id, title, translations, yaml }) => ({
          value: `template ${id}`,
          label: t('plan.template', { name: translations[language]?.title ?? title }),
          yaml: async () => yaml,
        })),
        ...runs.rows.map(({ id, name }) => ({
          value: `run ${id}`,
          label: t('plan.earlierRun', { name }),
          yaml: async () => (await rpc().runs.get({ runId: id })).yaml,
        })),
      ]);
    };
    load().catch(sayError);
  }, [language, t]);
  return (
    <Select
      className="input--small"
      aria-label={t('plan.takeFrom')}
      value=""
      options={[
        { value: '', label: t('plan.takeFrom') },
        ...found.map(({ value, label }) => ({ value, label })),
      ]}
      onValue={(value) => {
        found
          .find((one) => one.value === value)
          ?.yaml()
          .then(onYaml)
          .catch(sayError);
      }}
    />
  );
}
