import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { looks } from '#renderer/features/copies/copy-line.tsx';
import { progressText } from '#renderer/features/moves/words.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import { Age, Button, formatBytes, formatInteger, ProgressBar, StatusDot } from '#renderer/ui/index.ts';
import { showName } from '../box-path.ts';
import { hideTransfers } from './show.ts';
import { tryUploadAgain } from './start.ts';
import { cancelUpload, type Upload } from './upload-store.ts';

/** One upload from this page: how far it is, how it ended, its hash. */
export function UploadLine({ upload }: { upload: Upload }) {
  const t = useT();
  const [tone, shape] = looks[upload.state];
  const what =
    upload.totalFiles === 1
      ? showName(upload.name)
      : t('files.uploadOf', { name: showName(upload.name), n: formatInteger(upload.totalFiles) });
  const to = `${upload.machineName}:${showName(upload.directory)}`;
  return (
    <li>
      <StatusDot tone={tone} shape={shape} label={t(`copies.state.${upload.state}`)} />
      <div className="copies__what">
        <p className="mono">{what}</p>
        <p className="mono">→ {to}</p>
        {upload.state === 'running' ? (
          <div className="copies__bar">
            <ProgressBar label={what} done={upload.doneBytes} total={upload.totalBytes} />
            <span className="num soft">
              {upload.connected ? progressText(upload, t) : t('files.uploadWaits')}
              {upload.totalFiles > 1
                ? `, ${t('files.filesOf', { done: formatInteger(upload.doneFiles), total: formatInteger(upload.totalFiles) })}`
                : ''}
            </span>
          </div>
        ) : (
          <p className="quiet num">
            {t(`copies.state.${upload.state}`)}, {formatBytes(upload.doneBytes)}
            {upload.endedAt === null ? null : (
              <>
                , <Age at={upload.endedAt} />
              </>
            )}
          </p>
        )}
        {upload.state === 'done' && upload.totalFiles > 0 ? (
          <p className="quiet num">
            {upload.sha256 === null
              ? t('files.verifiedAll', { count: upload.totalFiles, n: formatInteger(upload.totalFiles) })
              : t('files.verified', { hash: upload.sha256 })}
          </p>
        ) : null}
        {upload.error ? (
          <p className="copies__error">
            {translateError(upload.error.code, upload.error.params, upload.error.message)}
          </p>
        ) : null}
      </div>
      <div className="copies__acts">
        {upload.state === 'running' ? (
          <Button small onClick={() => cancelUpload(upload.id)}>
            {t('ui.cancel')}
          </Button>
        ) : null}
        {upload.state === 'failed' || upload.state === 'cancelled' ? (
          <Button small onClick={() => tryUploadAgain(upload.id)}>
            {t('copies.again')}
          </Button>
        ) : null}
        {upload.state === 'done' ? (
          <Link
            className="button button--small button--quiet"
            href={paths.files(upload.machineId, upload.directory)}
            onClick={hideTransfers}
          >
            {t('copies.show')}
          </Link>
        ) : null}
      </div>
    </li>
  );
}
