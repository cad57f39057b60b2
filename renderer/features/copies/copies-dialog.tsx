import './copies.css';
import { clearTransfers, useClearedAt } from '#renderer/features/files/transfers/cleared.ts';
import { UploadLine } from '#renderer/features/files/transfers/upload-line.tsx';
import { useUploads } from '#renderer/features/files/transfers/upload-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Dialog, ErrorState } from '#renderer/ui/index.ts';
import { CopyLine } from './copy-line.tsx';
import { orderCopies, useCopies } from './copy-store.ts';

/** Copies between machines and uploads: how far they are, how they ended, and a way to end them or to try them again. */
export function CopiesDialog({ onClose }: { onClose(): void }) {
  const t = useT();
  const { byId, error, loaded } = useCopies();
  const uploads = useUploads((state) => state.byId);
  const clearedAt = useClearedAt();
  const lines = [
    ...orderCopies(byId.values())
      .filter(({ endedAt }) => endedAt === null || endedAt > clearedAt)
      .map((copy) => ({
        at: copy.startedAt,
        going: copy.state === 'running',
        key: copy.id,
        copy,
        upload: null,
      })),
    ...[...uploads.values()].map((upload) => ({
      at: upload.startedAt,
      going: upload.state === 'running',
      key: upload.id,
      copy: null,
      upload,
    })),
  ].sort((a, b) => Number(b.going) - Number(a.going) || b.at - a.at);
  const ended = lines.some(({ going }) => !going);
  return (
    <Dialog open wide title={t('copies.title')} description={t('copies.text')} onClose={onClose}>
      <div className="dialog__body">
        {error && !loaded ? <ErrorState error={error} /> : null}
        {loaded && lines.length === 0 ? <p className="quiet">{t('copies.none')}</p> : null}
        <ul className="copies">
          {lines.map(({ key, copy, upload }) =>
            copy ? <CopyLine key={key} copy={copy} /> : <UploadLine key={key} upload={upload} />,
          )}
        </ul>
      </div>
      <div className="dialog__actions">
        {ended ? <Button onClick={clearTransfers}>{t('copies.clear')}</Button> : null}
        <Button onClick={onClose}>{t('ui.close')}</Button>
      </div>
    </Dialog>
  );
}
