import './moves.css';
import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { Link } from '#renderer/app/link.tsx';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ConfirmDialog, formatInteger, ProgressBar } from '#renderer/ui/index.ts';
import type { Migration } from '#shared/domain/migration.ts';
import { learnMoves } from './move-store.ts';
import { PhaseRail } from './phase-rail.tsx';
import { standsStill } from './phases.ts';
import { said } from './said.ts';
import { cancelText, progressText, rangeText, reasonText } from './words.ts';

/** A move under way: where it is, what it copies or waits for, what cancelling would do. `brief`: above another page's content. */
export function MovePanel({ move, brief = false }: { move: Migration; brief?: boolean }) {
  const t = useT();
  const place = (of: Migration['to']) => placeName(of.machineId, of.machineName, t);
  return (
    <section className="movepanel" aria-label={t('move.now', { machine: place(move.to) })}>
      <div className="movepanel__head">
        <h2>
          {t('move.moving')} <Link href={paths.machine(move.from.machineId)}>{place(move.from)}</Link>
          {' → '}
          <Link href={paths.machine(move.to.machineId)}>{place(move.to)}</Link>
        </h2>
        <span className="quiet">{t(`move.mode.${move.mode}`)}</span>
        <CancelButton move={move} />
      </div>
      <PhaseRail move={move} />
      {brief ? null : <p className="movepanel__now">{t(`move.phaseText.${move.phase}`)}</p>}
      {move.progress ? (
        <div className="movepanel__bar">
          <ProgressBar
            label={t('move.copying')}
            done={move.progress.doneBytes}
            total={move.progress.totalBytes}
          />
          <span className="num soft">{progressText(move.progress, t)}</span>
        </div>
      ) : null}
      {move.waitingFor ? (
        <p className="movepanel__waits" role="status">
          {t('move.waitsFor', { what: said(move.waitingFor) })}
        </p>
      ) : null}
      {brief ? null : <Facts move={move} />}
    </section>
  );
}

function Facts({ move }: { move: Migration }) {
  const t = useT();
  const still = standsStill(move.phase);
  const parts = [
    t(still ? 'move.standsStill' : 'move.stillTrains'),
    move.estimate ? t('move.expects', { range: rangeText(move.estimate.downtimeMs, t) }) : '',
    move.checkpoint
      ? move.checkpoint.step === null
        ? t('move.fromPath', { path: move.checkpoint.path })
        : t('move.fromStep', { step: formatInteger(move.checkpoint.step) })
      : '',
    move.path ? t(`move.by.${move.path}`) : '',
    reasonText(move, t),
    cancelText(move, t),
  ].filter(Boolean);
  return <p className="quiet num">{parts.join(t('ui.gap'))}</p>;
}

/** Cancels at once where that costs nothing; asks first where the run would be restarted. */
export function CancelButton({ move, small = false }: { move: Migration; small?: boolean }) {
  const t = useT();
  const may = useMay('operator');
  const [asks, setAsks] = useState(false);
  const [busy, setBusy] = useState(false);
  if (!may || move.cancelConsequence === null) return null;
  const cancel = async () => learnMoves([await rpc().migrations.cancel({ migrationId: move.id })]);
  const press = () => {
    if (move.cancelConsequence === 'run-restarts-at-source') {
      setAsks(true);
      return;
    }
    setBusy(true);
    cancel()
      .catch(sayError)
      .finally(() => setBusy(false));
  };
  return (
    <>
      <Button small={small} busy={busy} onClick={press} title={cancelText(move, t)}>
        {t('move.cancelMove')}
      </Button>
      {asks ? (
        <ConfirmDialog
          title={t('move.cancelTitle', { name: move.runName })}
          consequence={cancelText(move, t)}
          actLabel={t('move.cancelMove')}
          onClose={() => setAsks(false)}
          act={cancel}
        />
      ) : null}
    </>
  );
}
