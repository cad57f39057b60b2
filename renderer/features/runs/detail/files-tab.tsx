import { useEffect, useState } from 'react';
import type { z } from 'zod';
import { rpc } from '#renderer/app/backend.ts';
import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Age, CopyButton, compareNames, ErrorState, formatBytes, Skeleton } from '#renderer/ui/index.ts';
import type { fileEntry } from '#shared/contract/runs.ts';
import type { Run } from '#shared/domain/run.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';

type FileEntry = z.infer<typeof fileEntry>;

/** What lies in the run's directory on the box. */
export function FilesTab({ run }: { run: Run }) {
  const t = useT();
  const runId = run.id;
  const attempt = run.attempts.at(-1);
  const [path, setPath] = useState('');
  const [file, setFile] = useState<string | null>(null);
  const { value, error, retry } = useAsked(
    (signal) => rpc().runs.files({ runId, path }, { signal }),
    `${runId} ${path}`,
  );
  const open = (entry: FileEntry) => {
    const full = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.kind === 'directory') {
      setPath(full);
      setFile(null);
    } else if (entry.kind === 'file') setFile(full);
  };
  return (
    <div className="files">
      <div className="files__list">
        <Crumbs
          path={path}
          onPath={(to) => {
            setPath(to);
            setFile(null);
          }}
        />
        {attempt && attempt.directory !== null ? (
          <Link
            className="button button--small"
            href={paths.files(
              attempt.machineId,
              path === '' ? attempt.directory : `${attempt.directory}/${path}`,
            )}
          >
            {t('files.openInFiles')}
          </Link>
        ) : null}
        {error ? (
          <ErrorState error={error} onRetry={retry}>
            <span className="quiet">{t('run.filesAsk')}</span>
          </ErrorState>
        ) : value === null ? (
          <Skeleton rows={6} />
        ) : value.length === 0 ? (
          <p className="quiet">{t('run.emptyDirectory')}</p>
        ) : (
          <Entries entries={value} chosen={file?.split('/').at(-1) ?? null} onOpen={open} />
        )}
      </div>
      <div className="files__preview">
        {file === null ? (
          <p className="quiet">{t('run.chooseFile')}</p>
        ) : (
          <Preview key={file} runId={runId} path={file} />
        )}
      </div>
    </div>
  );
}

function Crumbs({ path, onPath }: { path: string; onPath(path: string): void }) {
  const t = useT();
  const parts = path === '' ? [] : path.split('/');
  return (
    <nav className="files__crumbs" aria-label={t('run.runDirectory')}>
      <button type="button" onClick={() => onPath('')}>
        {t('run.runDirectory')}
      </button>
      {parts.map((part, index) => {
        const to = parts.slice(0, index + 1).join('/');
        return (
          <span key={to}>
            {' / '}
            <button type="button" onClick={() => onPath(to)}>
              {part}
            </button>
          </span>
        );
      })}
    </nav>
  );
}

const order = (a: FileEntry, b: FileEntry) =>
  Number(b.kind === 'directory') - Number(a.kind === 'directory') || compareNames(a.name, b.name);

function Entries({
  entries,
  chosen,
  onOpen,
}: {
  entries: readonly FileEntry[];
  chosen: string | null;
  onOpen(entry: FileEntry): void;
}) {
  const t = useT();
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{t('run.fileName')}</th>
          <th scope="col" className="plain-table__right">
            {t('run.fileSize')}
          </th>
          <th scope="col" className="plain-table__right">
            {t('run.fileModified')}
          </th>
        </tr>
      </thead>
      <tbody>
        {[...entries].sort(order).map((entry) => (
          <tr key={entry.name} className={entry.name === chosen ? 'files__chosen' : undefined}>
            <td>
              {entry.kind === 'directory' || entry.kind === 'file' ? (
                <button type="button" className="files__name clip" onClick={() => onOpen(entry)}>
                  {entry.name}
                  {entry.kind === 'directory' ? '/' : ''}
                </button>
              ) : (
                <span className="quiet">{entry.name}</span>
              )}
            </td>
            <td className="plain-table__right num soft">
              {entry.kind === 'file' ? formatBytes(entry.sizeBytes) : ''}
            </td>
            <td className="plain-table__right num soft">
              <Age at={entry.modifiedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Preview({ runId, path }: { runId: string; path: string }) {
  const t = useT();
  const { value, error, retry } = useAsked(
    (signal) => rpc().runs.readFile({ runId, path }, { signal }),
    `${runId} ${path}`,
  );
  if (error) return <ErrorState error={error} onRetry={retry} />;
  if (value === null) return <Skeleton rows={6} />;
  if (value.text === null)
    return <p className="quiet">{t('run.notText', { size: formatBytes(value.sizeBytes) })}</p>;
  return (
    <>
      <div className="files__head">
        <h3 className="clip mono">{path}</h3>
        <span className="quiet num">
          {value.truncated
            ? t('run.truncated', {
                shown: formatBytes(new Blob([value.text]).size),
                size: formatBytes(value.sizeBytes),
              })
            : formatBytes(value.sizeBytes)}
        </span>
        <CopyButton text={value.text} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys */}
      <pre className="code" tabIndex={0}>
        {value.text}
      </pre>
    </>
  );
}

/** Asks the backend for one thing, again when `key` changes or the user wants. */
function useAsked<T>(ask: (signal: AbortSignal) => Promise<T>, key: string) {
  const [state, setState] = useState<{ key: string; value: T | null; error: unknown }>({
    key,
    value: null,
    error: null,
  });
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the question
  useEffect(() => {
    const abort = new AbortController();
    setState({ key, value: null, error: null });
    ask(abort.signal)
      .then((value) => {
        if (!abort.signal.aborted) setState({ key, value, error: null });
      })
      .catch((thrown: unknown) => {
        if (!abort.signal.aborted) setState({ key, value: null, error: TrainyardError.from(thrown) });
      });
    return () => abort.abort();
  }, [key, tries]);
  const current = state.key === key ? state : { value: null, error: null };
  return { value: current.value, error: current.error, retry: () => setTries(tries + 1) };
}
