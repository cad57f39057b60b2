import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { Link } from '#renderer/app/link.tsx';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { hideTransfers } from '#renderer/features/files/transfers/show.ts';
import { progressText } from '#renderer/features/moves/words.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import {
  Age,
  Button,
  formatBytes,
  ProgressBar,
  type Shape,
  StatusDot,
  type Tone,
} from '#renderer/ui/index.ts';
import type { CopyJob } from '#shared/domain/copy.ts';
import { newId } from '#shared/domain/new-id.ts';
import { againOf, directoryOf } from './copy-again.ts';
import { learnCopies } from './copy-store.ts';

export const looks: Record<CopyJob['state'], [Tone, Shape]> = {
  running: ['accent', 'half'],
  done: ['ok', 'tick'],
  failed: ['bad', 'cross'],
  cancelled: ['idle', 'square'],
};

/** One copy: what from where, how far it is or how it ended, and what can be done about it. */
export function CopyLine({ copy }: { copy: CopyJob }) {
  const t = useT();
  const may = useMay('operator');
  const [busy, setBusy] = useState(false);
  const [tone, shape] = looks[copy.state];
  const place = (of: CopyJob['from']) => `${placeName(of.machineId, of.machineName, t)}:${of.path}`;
  const act = async (call: () => Promise<CopyJob>) => {
    setBusy(true);
    try {
      learnCopies([await call()]);
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
      <div className="copies__acts">
        {copy.state === 'running' && may ? (
          <Button small busy={busy} onClick={() => void act(() => rpc().copies.cancel({ copyId: copy.id }))}>
            {t('ui.cancel')}
          </Button>
        ) : null}
        {(copy.state === 'failed' || copy.state === 'cancelled') && may ? (
          <Button
            small
            busy={busy}
            onClick={() => void act(() => rpc().copies.start({ requestId: newId(), ...againOf(copy) }))}
          >
            {t('copies.again')}
          </Button>
        ) : null}
        {copy.state === 'done' && may ? (
          <Link
            className="button button--small button--quiet"
            href={paths.files(copy.to.machineId, directoryOf(copy.to.path))}
            onClick={hideTransfers}
          >
            {t('copies.show')}
          </Link>
        ) : null}
      </div>
    </li>
  );
}
