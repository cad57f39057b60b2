import { useCallback, useEffect, useState } from 'react';
import type { z } from 'zod';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ConfirmDialog, ErrorState, formatBytes, formatDateTime, toast } from '#renderer/ui/index.ts';
import type { backupSchema } from '#shared/contract/app.ts';

type Backup = z.infer<typeof backupSchema>;

/** Backups of the app's own database: made now, listed, restored. */
export function Backups() {
  const t = useT();
  const [backups, setBackups] = useState<readonly Backup[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [restoring, setRestoring] = useState<Backup | null>(null);
  const load = useCallback(() => {
    rpc().store.backups().then(setBackups).catch(setFailure);
  }, []);
  useEffect(load, [load]);
  const backUp = async () => {
    setBusy(true);
    try {
      await rpc().store.backUp();
      toast('info', t('settings.backedUp'));
      load();
    } catch (thrown) {
      setFailure(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="backups">
      <Button busy={busy} onClick={() => void backUp()}>
        {t('settings.backUpNow')}
      </Button>
      {failure ? <ErrorState error={failure} /> : null}
      {backups?.length === 0 ? <p className="quiet">{t('settings.noBackups')}</p> : null}
      {backups && backups.length > 0 ? <BackupTable backups={backups} onRestore={setRestoring} /> : null}
      {restoring ? (
        <ConfirmDialog
          title={t('settings.restoreTitle', { when: formatDateTime(restoring.takenAt) })}
          consequence={t('settings.restoreText')}
          actLabel={t('settings.restore')}
          onClose={() => setRestoring(null)}
          act={async () => {
            const { keptAs } = await rpc().store.restore({ file: restoring.file });
            toast('info', t('settings.restored', { file: keptAs }), { forMs: 0 });
            load();
          }}
        />
      ) : null}
    </div>
  );
}

function BackupTable({
  backups,
  onRestore,
}: {
  backups: readonly Backup[];
  onRestore(backup: Backup): void;
}) {
  const t = useT();
  return (
    <table className="plain num">
      <thead>
        <tr>
          <th scope="col">{t('settings.taken')}</th>
          <th scope="col" className="right">
            {t('settings.size')}
          </th>
          <th scope="col">{t('settings.reason')}</th>
          <th scope="col">
            <span className="hidden-visually">{t('app.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {backups.map((backup) => (
          <tr key={backup.file}>
            <td>{formatDateTime(backup.takenAt)}</td>
            <td className="right">{formatBytes(backup.bytes)}</td>
            <td className="quiet">{backup.reason}</td>
            <td className="right">
              <Button small onClick={() => onRestore(backup)}>
                {t('settings.restore')}
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
