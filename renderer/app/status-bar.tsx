import { CopiesNow } from '#renderer/features/copies/copies-now.tsx';
import { MovesNow } from '#renderer/features/moves/moves-now.tsx';
import { useRuns } from '#renderer/features/runs/run-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { formatBytes, formatInteger, StatusDot } from '#renderer/ui/index.ts';
import type { Progress } from '#shared/domain/event.ts';
import { useNotices } from './notice-store.ts';
import { updateSettings, useSession } from './session-store.ts';
import { useSites } from './site-store.ts';

/** One line that is always there: connections, runs, work under way. */
export function StatusBar() {
  const t = useT();
  const sites = useSites(({ sites: all }) => all);
  const counts = useRuns(({ counts: all }) => all);
  const version = useSession(({ info }) => info?.version);
  const connected = sites.filter(({ connection }) => connection.state === 'connected').length;
  const waiting = sites.filter(
    ({ connection }) => connection.state === 'waiting-for-user' || connection.state === 'blocked',
  ).length;
  const unseen = sites.filter(({ connection }) => connection.state === 'unreachable').length;
  const going = (counts.running ?? 0) + (counts.starting ?? 0) + (counts.preparing ?? 0);
  return (
    <footer className="statusbar">
      <span>
        <StatusDot tone={connected > 0 ? 'ok' : 'idle'} shape={connected > 0 ? 'filled' : 'ring'} />
        {t('app.connected', { count: connected })}
      </span>
      {unseen > 0 ? (
        <span>
          <StatusDot tone="unseen" shape="ring" />
          {t('app.unseen', { count: unseen })}
        </span>
      ) : null}
      {waiting > 0 ? (
        <span>
          <StatusDot tone="warn" shape="half" />
          {t('app.needUser', { count: waiting })}
        </span>
      ) : null}
      <span>{t('app.running', { count: going })}</span>
      {counts.queued ? <span>{t('app.queued', { count: counts.queued })}</span> : null}
      <MovesNow />
      <CopiesNow />
      <Jobs />
      <span className="statusbar__end">
        <LanguageButton />
      </span>
      {version ? <span className="quiet num">{version}</span> : null}
    </footer>
  );
}

function amount({ done, unit }: Progress, value = done): string {
  return unit === 'bytes' ? formatBytes(value) : formatInteger(value);
}

function Jobs() {
  const t = useT();
  const jobs = useNotices(({ jobs: all }) => all);
  return [...jobs.values()].slice(0, 2).map((job) => (
    <span key={job.jobId} className="num">
      {job.total > 0
        ? t('app.jobOf', { title: job.title, done: amount(job), total: amount(job, job.total) })
        : t('app.jobSoFar', { title: job.title, done: amount(job) })}
    </span>
  ));
}

function LanguageButton() {
  const t = useT();
  const other = t('app.language') === 'English' ? 'zh-CN' : 'en';
  return (
    <button
      type="button"
      title={other === 'en' ? t('app.useEnglish') : t('app.useChinese')}
      onClick={() => void updateSettings({ language: other })}
    >
      {t('app.language')}
    </button>
  );
}
