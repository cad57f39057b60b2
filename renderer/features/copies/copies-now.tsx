import { lazy, Suspense } from 'react';
import { hideTransfers, showTransfers, useTransfersShown } from '#renderer/features/files/transfers/show.ts';
import { useUploads } from '#renderer/features/files/transfers/upload-store.ts';
import { rateText } from '#renderer/features/moves/words.ts';
import { useT } from '#renderer/i18n/index.ts';
import { useCopies } from './copy-store.ts';

const CopiesDialog = lazy(async () => ({ default: (await import('./copies-dialog.tsx')).CopiesDialog }));

/** In the status bar: how many copies and uploads are under way and how fast; opens their list. */
export function CopiesNow() {
  const t = useT();
  const open = useTransfersShown(({ shown }) => shown);
  const copies = useCopies((state) => state.byId);
  const uploads = useUploads(({ byId }) => byId);
  const copying = [...copies.values()].filter(({ state }) => state === 'running');
  const uploading = [...uploads.values()].filter(({ state }) => state === 'running');
  const cut = [...uploads.values()].filter(({ state }) => state === 'cut');
  const rate =
    copying.reduce((sum, { progress }) => sum + progress.bytesPerSecond, 0) +
    uploading.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0);
  const counts = [
    copying.length > 0 ? t('copies.underWay', { count: copying.length }) : '',
    uploading.length > 0 ? t('copies.uploading', { count: uploading.length }) : '',
    cut.length > 0 ? t('copies.cutOff', { count: cut.length }) : '',
  ].filter(Boolean);
  const count = counts.join(t('ui.comma'));
  const isQuiet = counts.length === 0;
  if (isQuiet && !open && copies.size + uploads.size === 0) return null;
  return (
    <span className="num">
      <button type="button" className="clip" aria-haspopup="dialog" onClick={showTransfers}>
        {isQuiet
          ? t('copies.title')
          : rate > 0
            ? t('app.movesNow', { moves: count, rate: rateText(rate, t) })
            : count}
      </button>
      {open ? (
        <Suspense>
          <CopiesDialog onClose={hideTransfers} />
        </Suspense>
      ) : null}
    </span>
  );
}
