import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { progressText } from '#renderer/features/moves/words.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button } from '#renderer/ui/index.ts';
import type { CopyJob } from '#shared/domain/copy.ts';
import { newId } from '#shared/domain/new-id.ts';
import { againOf, directoryOf } from './copy-again.ts';
import { learnCopies } from './copy-store.ts';
import { ArrivedLink, TransferLine } from './transfer-line.tsx';

/** One copy: what from where, how far it is or how it ended, and what can be done about it. */
export function CopyLine({ copy }: { copy: CopyJob }) {
  const t = useT();
  const place = (of: CopyJob['from']) => `${placeName(of.machineId, of.machineName, t)}:${of.path}`;
  return (
    <TransferLine
      transfer={copy}
      what={place(copy.from)}
      to={place(copy.to)}
      bar={place(copy.to)}
      doneBytes={copy.progress.doneBytes}
      totalBytes={copy.progress.totalBytes}
      progress={progressText(copy.progress, t)}
      notes={
        copy.recopied > 0 ? (
          <p className="quiet num">{t('copies.recopied', { count: copy.recopied })}</p>
        ) : null
      }
      acts={useMay('operator') ? <Acts copy={copy} /> : null}
    />
  );
}

function Acts({ copy }: { copy: CopyJob }) {
  const t = useT();
  const [busy, setBusy] = useState(false);
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
  switch (copy.state) {
    case 'running':
      return (
        <Button small busy={busy} onClick={() => void act(() => rpc().copies.cancel({ copyId: copy.id }))}>
          {t('ui.cancel')}
        </Button>
      );
    case 'failed':
    case 'cancelled':
      return (
        <Button
          small
          busy={busy}
          onClick={() => void act(() => rpc().copies.start({ requestId: newId(), ...againOf(copy) }))}
        >
          {t('copies.again')}
        </Button>
      );
    case 'done':
      return <ArrivedLink machineId={copy.to.machineId} directory={directoryOf(copy.to.path)} />;
  }
}
