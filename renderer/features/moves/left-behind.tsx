import './moves.css';
import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ConfirmDialog, ErrorState, formatBytes } from '#renderer/ui/index.ts';
import type { Cleaned, Leftover } from '#shared/domain/leftover.ts';
import { said } from './said.ts';

type Shown = { all: readonly Leftover[]; done: readonly Cleaned[] };

/** What moves have left on machines: looked for when asked, as it asks them; then removed, those that may be. */
export function LeftBehind(where: { runId: string } | { machineId: string }) {
  const t = useT();
  const may = useMay('operator');
  const [shown, setShown] = useState<Shown | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [asks, setAsks] = useState(false);
  if (!may) return null;
  const look = async (done: readonly Cleaned[] = []) => {
    setBusy(true);
    setError(null);
    try {
      setShown({ all: await rpc().migrations.leftovers(where), done });
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const wanted = shown?.all.filter(({ state }) => state !== 'kept') ?? [];
  const bytes = formatBytes(wanted.reduce((sum, each) => sum + (each.bytes ?? 0), 0));
  const clean = async () => look(await rpc().migrations.clean({ ids: wanted.map(({ id }) => id) }));
  return (
    <section className="leftbehind">
      <header>
        <h2>{t('move.leftBehind')}</h2>
        <Button small busy={busy} onClick={() => void look()}>
          {t('move.lookForLeft')}
        </Button>
      </header>
      {error ? <ErrorState error={error} onRetry={() => void look()} /> : null}
      {shown ? <Outcome {...shown} /> : <p className="quiet">{t('move.leftText')}</p>}
      {wanted.length > 0 ? (
        <Button small onClick={() => setAsks(true)}>
          {t('move.removeLeft', { count: wanted.length, bytes })}
        </Button>
      ) : null}
      {asks ? (
        <ConfirmDialog
          title={t('move.removeLeft', { count: wanted.length, bytes })}
          consequence={t('move.removeLeftText')}
          actLabel={t('move.removeLeftNow')}
          onClose={() => setAsks(false)}
          act={clean}
        />
      ) : null}
    </section>
  );
}

function Outcome({ all, done }: Shown) {
  const t = useT();
  const removed = done.filter(({ result }) => result === 'removed').length;
  const later = done.filter(({ result }) => result === 'later').length;
  const told = [
    removed > 0 ? t('move.leftRemoved', { count: removed }) : '',
    later > 0 ? t('move.leftLater', { count: later }) : '',
    all.length === 0 ? t('move.nothingLeft') : '',
  ].filter(Boolean);
  return (
    <>
      {told.length > 0 ? <p role="status">{told.join(t('ui.gap'))}</p> : null}
      <ul className="leftbehind__list">
        {all.map((each) => (
          <Line key={each.id} one={each} />
        ))}
      </ul>
    </>
  );
}

function Line({ one }: { one: Leftover }) {
  const t = useT();
  const { machineId, machineName, what, runName, bytes, path, state, why } = one;
  const place = placeName(machineId, machineName, t);
  const note = [state === 'away' ? t('move.leftAway') : '', why ? said(why) : ''].filter(Boolean);
  return (
    <li>
      <span>
        {t(`move.leftKind.${what}`)} {runName ? <b>{runName}</b> : null}
        <span className="soft"> {place}</span>
        <span className="quiet num"> {bytes === null ? t('move.notKnown') : formatBytes(bytes)}</span>
      </span>
      <span className="mono quiet result__path">{path}</span>
      {note.length > 0 ? <span className="leftbehind__note">{note.join(t('ui.gap'))}</span> : null}
    </li>
  );
}
