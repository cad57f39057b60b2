import { ArrivedLink, TransferLine } from '#renderer/features/copies/transfer-line.tsx';
import { progressText } from '#renderer/features/moves/words.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, formatInteger } from '#renderer/ui/index.ts';
import { showName } from '../box-path.ts';
import { chooseAgain, tryUploadAgain } from './start.ts';
import { cancelUpload, forgetCut, type Upload } from './upload-store.ts';

/** One upload from this page: how far it is, how it ended, its hash. */
export function UploadLine({ upload }: { upload: Upload }) {
  const t = useT();
  const { totalFiles, tops, folders } = upload;
  const params = { name: showName(upload.name), count: totalFiles, n: formatInteger(totalFiles) };
  const what =
    tops > 1
      ? t('files.uploadOf', params)
      : folders
        ? t('files.uploadFolder', params)
        : showName(upload.name);
  return (
    <TransferLine
      transfer={upload}
      what={what}
      to={`${upload.machineName}:${showName(upload.directory)}`}
      bar={what}
      doneBytes={upload.doneBytes}
      totalBytes={upload.totalBytes}
      progress={
        <>
          {upload.connected ? progressText(upload, t) : t('files.uploadWaits')}
          {upload.totalFiles > 1
            ? `, ${t('files.filesOf', { done: formatInteger(upload.doneFiles), total: formatInteger(upload.totalFiles) })}`
            : ''}
        </>
      }
      notes={
        <>
          {upload.state === 'done' && upload.totalFiles > 0 ? (
            <p className="quiet num">
              {upload.sha256 === null
                ? t('files.verifiedAll', { count: upload.totalFiles, n: formatInteger(upload.totalFiles) })
                : t('files.verified', { hash: upload.sha256 })}
            </p>
          ) : null}
          {upload.state === 'cut' ? <p className="quiet">{t('files.cutText')}</p> : null}
          {folders && (upload.state === 'running' || upload.state === 'done') ? (
            <p className="quiet">{t('files.linksLeftOut')}</p>
          ) : null}
        </>
      }
      acts={<Acts upload={upload} />}
    />
  );
}

function Acts({ upload }: { upload: Upload }) {
  const t = useT();
  switch (upload.state) {
    case 'running':
      return (
        <Button small onClick={() => cancelUpload(upload.id)}>
          {t('ui.cancel')}
        </Button>
      );
    case 'failed':
    case 'cancelled':
      return (
        <Button small onClick={() => tryUploadAgain(upload.id)}>
          {t('copies.again')}
        </Button>
      );
    case 'cut':
      return (
        <>
          <Button small onClick={() => chooseAgain(upload.id)}>
            {t('files.chooseAgain')}
          </Button>
          <Button small look="quiet" onClick={() => forgetCut(upload.id)}>
            {t('files.forgetCut')}
          </Button>
        </>
      );
    case 'done':
      return <ArrivedLink machineId={upload.machineId} directory={upload.directory} />;
  }
}
