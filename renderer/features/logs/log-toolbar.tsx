import { useRef, useState } from 'react';
import { sayError } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, CopyButton, formatBytes, formatPercent } from '#renderer/ui/index.ts';
import { downloadLog } from './download.ts';
import { textOf } from './terminal-line.ts';
import type { LogPosition } from './use-log.ts';

/** What can be done with the log, and how it stands: growing, complete, out of sight. */
export function LogToolbar({
  log,
  wrap,
  onWrap,
  searching,
  onSearch,
  run,
}: {
  log: LogPosition;
  wrap: boolean;
  onWrap(): void;
  searching: boolean;
  onSearch(): void;
  run: { runId: string; epoch: number; name: string };
}) {
  const t = useT();
  const { total, live, reachable, loading } = log.state;
  const standing = loading
    ? t('logs.loading')
    : !reachable
      ? t('logs.outOfSight')
      : live
        ? t('logs.live')
        : t('logs.complete');
  return (
    <div className="log__tools" role="toolbar" aria-label={t('logs.tools')}>
      <Button small aria-pressed={log.following} onClick={() => log.follow(!log.following)}>
        {t('logs.follow')}
      </Button>
      <Button small aria-pressed={wrap} onClick={onWrap}>
        {t('logs.wrap')}
      </Button>
      <Button small aria-pressed={searching} onClick={onSearch}>
        {t('logs.search')}
      </Button>
      <span className="log__standing quiet num clip" aria-live="polite">
        {formatBytes(total)}, {standing}
      </span>
      <CopyButton label={t('logs.copyLoaded')} text={() => log.state.lines.map(textOf).join('\n')} />
      <DownloadButton run={run} />
    </div>
  );
}

function DownloadButton({ run }: { run: { runId: string; epoch: number; name: string } }) {
  const t = useT();
  const [progress, setProgress] = useState<string | null>(null);
  const abort = useRef<AbortController | null>(null);
  const start = () => {
    const controller = new AbortController();
    abort.current = controller;
    setProgress(formatPercent(0));
    downloadLog(run, controller.signal, (done, total) =>
      setProgress(total > 0 ? formatPercent((done / total) * 100) : formatBytes(done)),
    )
      .catch((thrown: unknown) => {
        if (!controller.signal.aborted) sayError(thrown);
      })
      .finally(() => setProgress(null));
  };
  if (progress === null) {
    return (
      <Button small look="quiet" onClick={start}>
        {t('logs.download')}
      </Button>
    );
  }
  return (
    <Button small look="quiet" onClick={() => abort.current?.abort()}>
      {t('logs.cancelDownload', { progress })}
    </Button>
  );
}
