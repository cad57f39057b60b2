import './copies.css';
import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { progressText } from '#renderer/features/moves/words.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import {
  Age,
  Button,
  Dialog,
  ErrorState,
  formatBytes,
  ProgressBar,
  type Shape,
  StatusDot,
  type Tone,
} from '#renderer/ui/index.ts';
import type { CopyJob } from '#shared/domain/copy.ts';
import { learnCopies, orderCopies, useCopies } from './copy-store.ts';

const looks: Record<CopyJob['state'], [Tone, Shape]> = {
  running: ['accent', 'half'],
  done: ['ok', 'tick'],
  failed: ['bad', 'cross'],
  cancelled: ['idle', 'square'],
};

/** Copies between machines: how far they are, how they ended, and a way to end them. */
export function CopiesDialog({ onClose }: { onClose(): void }) {
  const t = useT();
  const { byId, error, loaded } = useCopies();
  const copies = orderCopies(byId.values());
  return (
    <Dialog open wide title={t('copies.title')} description={t('copies.text')} onClose={onClose}>
      <div className="dialog__body">
        {error && !loaded ? <ErrorState error={error} /> : null}
        {loaded && copies.length === 0 ? <p className="quiet">{t('copies.none')}</p> : null}
        <ul className="copies">
          {copies.map((copy) => (
            <CopyLine key={copy.id} copy={copy} />
          ))}
        </ul>
      </div>
      <div className="dialog__actions">
        <Button onClick={onClose}>{t('ui.close')}</Button>
      </div>
    </Dialog>
  );
}

function CopyLine({ copy }: { copy: CopyJob }) {
  const t = useT();
  const may = useMay('operator');
  const [busy, setBusy] = useState(false);
  const [tone, shape] = looks[copy.state];
  const place = (of: CopyJob['from']) => `${placeName(of.machineId, of.machineName, t)}:${of.path}`;
  const cancel = async () => {
    setBusy(true);
    try {
      learnCopies([await rpc().copies.cancel({ copyId: copy.id })]);
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <li>
      <StatusDot tone={tone} shape={shape} label={t(`copies.state.${copy.state}`)} />
      <div className="copies__what">
        <p className="mono">{place(copy.from)}</p>
        <p className="mono">→ {place(copy.to)}</p>
        {copy.state === 'running' ? (
          <div className="copies__bar">
            <ProgressBar
              label={place(copy.to)}
              done={copy.progress.doneBytes}
              total={copy.progress.totalBytes}
            />
            <span className="num soft">{progressText(copy.progress, t)}</span>
          </div>
        ) : (
          <p className="quiet num">
            {t(`copies.state.${copy.state}`)}, {formatBytes(copy.progress.doneBytes)}
            {copy.endedAt === null ? null : (
              <>
                , <Age at={copy.endedAt} />
              </>
            )}
          </p>
        )}
        {copy.recopied > 0 ? (
          <p className="quiet num">{t('copies.recopied', { count: copy.recopied })}</p>
        ) : null}
        {copy.error ? (
          <p className="copies__error">
            {translateError(copy.error.code, copy.error.params, copy.error.message)}
          </p>
        ) : null}
      </div>
      {copy.state === 'running' && may ? (
        <Button small busy={busy} onClick={() => void cancel()}>
          {t('ui.cancel')}
        </Button>
      ) : null}
    </li>
  );
}
