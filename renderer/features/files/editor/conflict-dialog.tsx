import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Dialog, ErrorState, formatDateTime, Skeleton } from '#renderer/ui/index.ts';
import type { FilePreview } from '#shared/domain/box-file.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { baseName, showName } from '../box-path.ts';
import { DiffView } from './diff-view.tsx';
import type { Draft } from './draft-store.ts';

interface Theirs {
  /** null: it is gone. */
  text: string | null;
  version: string | null;
  modifiedAt: number | null;
  /** It cannot be shown as text beside ours. */
  isText: boolean;
}

/** The file is not what it was when the editing began: both beside each other, and which of them, or what of both, shall be there. */
export function ConflictDialog({
  draft,
  language,
  onClose,
  onSaved,
  onTheirs,
}: {
  draft: Draft;
  language: Extract<FilePreview, { kind: 'text' }>['language'];
  onClose(): void;
  onSaved(text: string, version: string): void;
  onTheirs(): void;
}) {
  const t = useT();
  const { machineId, path } = draft;
  const [theirs, setTheirs] = useState<Theirs | null>(null);
  const [merged, setMerged] = useState(draft.text);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asking again reads it anew
  useEffect(() => {
    let gone = false;
    readTheirs(machineId, path)
      .then((read) => {
        if (!gone) setTheirs(read);
      })
      .catch((thrown: unknown) => {
        if (!gone) setFailure(thrown);
      });
    return () => {
      gone = true;
    };
  }, [machineId, path, asked]);
  const write = async (text: string) => {
    if (!theirs) return;
    setBusy(true);
    setFailure(null);
    try {
      const { version } = await rpc().files.write({ machineId, path, text, version: theirs.version });
      onSaved(text, version);
    } catch (thrown) {
      setFailure(thrown);
      // Changed once more: what is shown as theirs must be what is there.
      if (TrainyardError.from(thrown).code === 'FILE_CHANGED') setAsked(asked + 1);
    } finally {
      setBusy(false);
    }
  };
  const name = showName(baseName(path));
  return (
    <Dialog
      open
      wide
      className="dialog--conflict"
      title={t('files.conflict', { name })}
      description={
        theirs === null
          ? t('files.conflictText')
          : theirs.version === null
            ? t('files.conflictGone')
            : t('files.conflictAt', { time: formatDateTime(theirs.modifiedAt ?? 0) })
      }
      onClose={onClose}
    >
      <div className="dialog__body files__conflict">
        {failure ? <ErrorState error={failure} /> : null}
        {theirs === null && !failure ? <Skeleton rows={6} /> : null}
        {theirs && theirs.text !== null && theirs.isText ? (
          <>
            <div className="files__sides">
              <span>{t('files.theirs')}</span>
              <span>{t('files.mine')}</span>
            </div>
            <DiffView
              left={theirs.text}
              right={draft.text}
              leftLabel={t('files.theirs')}
              rightLabel={t('files.mine')}
              language={language}
              onRight={setMerged}
            />
          </>
        ) : null}
        {theirs && !theirs.isText ? <p>{t('files.conflictNotText')}</p> : null}
      </div>
      <div className="dialog__actions">
        <Button onClick={onClose}>{t('files.backToEditor')}</Button>
        {theirs && theirs.version !== null ? (
          <Button look="danger" disabled={busy} onClick={onTheirs}>
            {t('files.takeTheirs')}
          </Button>
        ) : null}
        {theirs ? (
          <Button busy={busy} onClick={() => void write(draft.text)}>
            {t('files.keepMine')}
          </Button>
        ) : null}
        {theirs?.isText && theirs.text !== null ? (
          <Button
            look="primary"
            busy={busy}
            disabled={merged === draft.text}
            onClick={() => void write(merged)}
          >
            {t('files.saveMerged')}
          </Button>
        ) : null}
      </div>
    </Dialog>
  );
}

async function readTheirs(machineId: string, path: string): Promise<Theirs> {
  try {
    const { preview, version, entry } = await rpc().files.preview({ machineId, path });
    const whole = preview.kind === 'text' && !preview.cut;
    const text = whole ? preview.text : preview.kind === 'empty' ? '' : null;
    return { text, version, modifiedAt: entry.modifiedAt, isText: text !== null };
  } catch (thrown) {
    if (TrainyardError.from(thrown).code !== 'FILE_NOT_FOUND') throw thrown;
    return { text: null, version: null, modifiedAt: null, isText: true };
  }
}
