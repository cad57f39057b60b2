import './keeping.css';
import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { Link } from '#renderer/app/link.tsx';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { progressText } from '#renderer/features/moves/words.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import {
  Age,
  Button,
  ConfirmDialog,
  formatBytes,
  formatInteger,
  Menu,
  type MenuEntry,
  ProgressBar,
  type Shape,
  StatusDot,
  type Tone,
  toast,
} from '#renderer/ui/index.ts';
import type { Run } from '#shared/domain/run.ts';
import type { Backup } from '#shared/domain/run-backup.ts';
import { RestoreDialog } from './restore-dialog.tsx';

/** More than this many are shown on demand: a run that is backed up every hour has hundreds. */
const shownAtFirst = 60;

export function BackupTable({
  run,
  backups,
  onChanged,
}: {
  run: Run;
  backups: readonly Backup[];
  onChanged(): void;
}) {
  const t = useT();
  const [all, setAll] = useState(false);
  const sorted = [...backups].sort((a, b) => b.createdAt - a.createdAt);
  const shown = all ? sorted : sorted.slice(0, shownAtFirst);
  return (
    <div className="keeping__list">
      <table className="plain-table num" aria-label={t('keeping.title')}>
        <thead>
          <tr>
            <th scope="col">{t('keeping.made')}</th>
            <th scope="col">{t('keeping.state')}</th>
            <th scope="col">{t('keeping.machine')}</th>
            <th scope="col">{t('keeping.checkpoint')}</th>
            <th scope="col" className="plain-table__right">
              {t('keeping.size')}
            </th>
            <th scope="col">
              <span className="hidden-visually">{t('app.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((backup) => (
            <Row key={backup.id} run={run} backup={backup} onChanged={onChanged} />
          ))}
        </tbody>
      </table>
      {shown.length < sorted.length ? (
        <Button small look="quiet" onClick={() => setAll(true)}>
          {t('keeping.showAll', { count: sorted.length, n: formatInteger(sorted.length) })}
        </Button>
      ) : null}
    </div>
  );
}

const looks: Record<Backup['state'], [Tone, Shape]> = {
  copying: ['accent', 'half'],
  verified: ['ok', 'tick'],
  failed: ['bad', 'cross'],
  removed: ['idle', 'square'],
  damaged: ['bad', 'dash'],
};

function Row({ run, backup, onChanged }: { run: Run; backup: Backup; onChanged(): void }) {
  const t = useT();
  const [tone, shape] = looks[backup.state];
  const { checkpoint } = backup;
  return (
    <tr>
      <td className="soft">
        <Age at={backup.createdAt} />
      </td>
      <td>
        <span className="keeping__state">
          <StatusDot tone={tone} shape={shape} />
          <span>
            {t(`keeping.state.${backup.state}`)}
            {backup.verifiedAt !== null && backup.state !== 'copying' ? (
              <span className="quiet">
                , <Age at={backup.verifiedAt} />
              </span>
            ) : null}
          </span>
        </span>
        {backup.progress && backup.state === 'copying' ? (
          <div className="keeping__bar">
            <ProgressBar
              label={t('move.copying')}
              done={backup.progress.doneBytes}
              total={backup.progress.totalBytes}
            />
            <span className="soft">{progressText(backup.progress, t)}</span>
          </div>
        ) : null}
        {backup.error ? (
          <p className="keeping__error">
            {translateError(backup.error.code, backup.error.params, backup.error.message)}
          </p>
        ) : null}
      </td>
      <td>
        <Link href={paths.machine(backup.machineId)}>
          {placeName(backup.machineId, backup.machineName, t)}
        </Link>
        <div className="mono quiet keeping__path">{backup.path}</div>
      </td>
      <td>
        {checkpoint ? (
          <>
            {checkpoint.step === null ? '' : `${t('move.step', { step: formatInteger(checkpoint.step) })} `}
            <span className="mono quiet keeping__path">{checkpoint.path}</span>
          </>
        ) : (
          <span className="quiet">{t('keeping.filesOnly')}</span>
        )}
      </td>
      <td className="plain-table__right">
        {formatBytes(backup.bytes)}
        {backup.sharedBytes > 0 ? (
          <div className="quiet">{t('keeping.shared', { bytes: formatBytes(backup.sharedBytes) })}</div>
        ) : null}
      </td>
      <td className="plain-table__right">
        <Actions run={run} backup={backup} onChanged={onChanged} />
      </td>
    </tr>
  );
}

function Actions({ run, backup, onChanged }: { run: Run; backup: Backup; onChanged(): void }) {
  const t = useT();
  const may = useMay('operator');
  const [dialog, setDialog] = useState<'restore' | 'remove' | null>(null);
  const [busy, setBusy] = useState(false);
  if (!may) return null;
  const ref = { backupId: backup.id };
  const machine = placeName(backup.machineId, backup.machineName, t);
  const act = async (call: () => Promise<Backup>, done?: (after: Backup) => void) => {
    setBusy(true);
    try {
      const after = await call();
      done?.(after);
      onChanged();
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const verify = () =>
    act(
      () => rpc().backups.verify(ref),
      ({ state }) =>
        state === 'damaged'
          ? toast('error', t('keeping.isDamaged', { machine }))
          : toast('info', t('keeping.isSound', { machine })),
    );
  if (backup.state === 'copying') {
    return (
      <Button small busy={busy} onClick={() => void act(() => rpc().backups.cancel(ref))}>
        {t('ui.cancel')}
      </Button>
    );
  }
  const entries: MenuEntry[] = [
    { label: t('keeping.verify'), disabled: backup.state === 'failed', onSelect: () => void verify() },
    { kind: 'rule' },
    { label: t('keeping.remove'), danger: true, onSelect: () => setDialog('remove') },
  ];
  return (
    <div className="keeping__buttons">
      {backup.state === 'verified' ? (
        <Button small busy={busy} onClick={() => setDialog('restore')}>
          {t('keeping.restore')}
        </Button>
      ) : null}
      <Menu
        trigger={
          <Button small look="quiet" busy={busy} aria-haspopup="menu">
            {t('run.more')}
          </Button>
        }
        entries={entries}
      />
      {dialog === 'restore' ? (
        <RestoreDialog run={run} backup={backup} onClose={() => setDialog(null)} />
      ) : null}
      {dialog === 'remove' ? (
        <ConfirmDialog
          title={t('keeping.removeTitle', { machine })}
          consequence={t('keeping.removeText', {
            path: backup.path,
            machine,
            bytes: formatBytes(backup.bytes - backup.sharedBytes),
          })}
          actLabel={t('keeping.removeIt')}
          onClose={() => setDialog(null)}
          act={async () => {
            await rpc().backups.remove(ref);
            onChanged();
          }}
        />
      ) : null}
    </div>
  );
}
