import { lazy, Suspense, useState } from 'react';
import { rateText } from '#renderer/features/moves/words.ts';
import { useT } from '#renderer/i18n/index.ts';
import { useCopies } from './copy-store.ts';

const CopiesDialog = lazy(async () => ({ default: (await import('./copies-dialog.tsx')).CopiesDialog }));

/** In the status bar: how many copies are under way and how fast; opens their list. */
export function CopiesNow() {
  const t = useT();
  const [open, setOpen] = useState(false);
  const byId = useCopies((state) => state.byId);
  const running = [...byId.values()].filter(({ state }) => state === 'running');
  if (running.length === 0 && !open) return null;
  const rate = running.reduce((sum, { progress }) => sum + progress.bytesPerSecond, 0);
  const count = t('copies.underWay', { count: running.length });
  return (
    <span className="num">
      <button type="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {rate > 0 ? t('app.movesNow', { moves: count, rate: rateText(rate, t) }) : count}
      </button>
      {open ? (
        <Suspense>
          <CopiesDialog onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </span>
  );
}
