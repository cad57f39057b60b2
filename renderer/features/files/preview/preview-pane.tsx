import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, CopyButton, ErrorState, formatBytes, formatDateTime } from '#renderer/ui/index.ts';
import type { FileEntry, FilePreview } from '#shared/domain/box-file.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { baseName, parentPath, showName } from '../box-path.ts';
import { draftOf, isDirty } from '../editor/draft-store.ts';
import { kindWord } from '../entry-words.ts';
import { download } from '../transfers/start.ts';
import { Waiting } from '../waiting.tsx';
import { SaveLink } from './save-link.tsx';
import { View } from './views.tsx';

interface Seen {
  entry: FileEntry;
  version: string;
  preview: FilePreview;
}

/** What a file looks like inside, beside its directory. */
export function PreviewPane({
  machineId,
  path,
  line,
  onClose,
}: {
  machineId: string;
  path: string;
  line: number | null;
  onClose(): void;
}) {
  const t = useT();
  const may = useMay('operator');
  const { seen, error, retry } = usePreview(machineId, path);
  const name = baseName(path);
  return (
    <section className="files__look" aria-label={t('files.previewOf', { name: showName(name) })}>
      <div className="files__lookhead">
        <h2 className="clip mono" title={showName(path)}>
          {showName(name)}
        </h2>
        {seen ? (
          <span className="quiet num clip" title={formatDateTime(seen.entry.modifiedAt)}>
            {kindWord(seen.entry, t)}, {formatBytes(seen.entry.bytes)}
          </span>
        ) : null}
        <span className="files__lookacts">
          <CopyButton text={path} label={t('files.copyPath')} />
          {seen && may ? (
            <Button
              small
              look="quiet"
              onClick={() => void download(machineId, parentPath(path), [seen.entry])}
            >
              {t('files.download')}
            </Button>
          ) : null}
          <SaveLink machineId={machineId} path={path} name={name} />
          <Button small look="quiet" onClick={onClose}>
            {t('ui.close')}
          </Button>
        </span>
      </div>
      {error ? <ErrorState error={error} onRetry={retry} /> : null}
      {!error && !seen ? <Waiting key={`${machineId} ${path}`} machineId={machineId} rows={10} /> : null}
      {seen ? (
        <View
          key={`${machineId} ${path}`}
          machineId={machineId}
          path={path}
          entry={seen.entry}
          version={seen.version}
          preview={seen.preview}
          line={line}
          onReload={retry}
        />
      ) : null}
    </section>
  );
}

function usePreview(machineId: string, path: string) {
  const key = `${machineId} ${path}`;
  const [state, setState] = useState<{ key: string; seen: Seen | null; error: TrainyardError | null }>({
    key,
    seen: null,
    error: null,
  });
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asking again is another try
  useEffect(() => {
    const abort = new AbortController();
    rpc()
      .files.preview({ machineId, path }, { signal: abort.signal })
      .then((seen) => {
        if (abort.signal.aborted) return;
        setState({ key, seen, error: null });
        const draft = draftOf(machineId, path);
        if (draft && isDirty(draft) && draft.version !== seen.version)
          sayError(
            new TrainyardError(
              'FILE_CHANGED_SINCE',
              'It was changed on the machine since you began to edit it.',
              {
                params: { name: showName(baseName(path)) },
              },
            ),
          );
      })
      .catch((thrown: unknown) => {
        if (!abort.signal.aborted) setState({ key, seen: null, error: TrainyardError.from(thrown) });
      });
    return () => abort.abort();
  }, [key, tries]);
  const mine = state.key === key ? state : { seen: null, error: null };
  return { seen: mine.seen, error: mine.error, retry: () => setTries((before) => before + 1) };
}
