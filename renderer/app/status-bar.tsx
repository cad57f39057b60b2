import { type ReactNode, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { CopiesNow } from '#renderer/features/copies/copies-now.tsx';
import { MovesNow } from '#renderer/features/moves/moves-now.tsx';
import { useForwards } from '#renderer/features/ports/store.ts';
import { defaultFilter, setFilter } from '#renderer/features/runs/run-list-store.ts';
import { useRuns } from '#renderer/features/runs/run-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { formatBytes, formatClock, formatInteger, StatusDot } from '#renderer/ui/index.ts';
import type { Progress } from '#shared/domain/event.ts';
import type { RunState } from '#shared/domain/run.ts';
import { useNotices } from './notice-store.ts';
import { useOpen } from './open-store.ts';
import { paths } from './routes.ts';
import { updateSettings, useSession } from './session-store.ts';
import { useSites } from './site-store.ts';

/** One line that is always there: connections, runs, work under way, what is open. Each part leads to where it is dealt with. */
export function StatusBar() {
  const version = useSession(({ info }) => info?.version);
  return (
    <footer className="statusbar">
      <Connections />
      <RunsNow />
      <MovesNow />
      <CopiesNow />
      <Jobs />
      <OpenNow />
      <span className="statusbar__end">
        <Away />
        <VaultNow />
        <LanguageButton />
      </span>
      {version ? <span className="statusbar__version quiet num">{version}</span> : null}
    </footer>
  );
}

/** A part of the bar that leads somewhere. `before`: what must be so there. */
function Go({ to, before, children }: { to: string; before?: () => void; children: ReactNode }) {
  const [, navigate] = useLocation();
  return (
    <button
      type="button"
      className="statusbar__go"
      onClick={() => {
        before?.();
        navigate(to);
      }}
    >
      {children}
    </button>
  );
}

function Connections() {
  const t = useT();
  const sites = useSites(({ sites: all }) => all);
  const inState = (...states: string[]) =>
    sites.filter(({ connection }) => states.includes(connection.state)).length;
  const connected = inState('connected');
  const unseen = inState('unreachable');
  const waiting = inState('waiting-for-user', 'blocked');
  return (
    <>
      <Go to={paths.sites}>
        <StatusDot tone={connected > 0 ? 'ok' : 'idle'} shape={connected > 0 ? 'filled' : 'ring'} />
        {t('app.connectedOf', { connected, all: sites.length })}
      </Go>
      {unseen > 0 ? (
        <Go to={paths.sites}>
          <StatusDot tone="unseen" shape="ring" />
          {t('app.unseen', { count: unseen })}
        </Go>
      ) : null}
      {waiting > 0 ? (
        <Go to={paths.sites}>
          <StatusDot tone="warn" shape="half" />
          {t('app.needUser', { count: waiting })}
        </Go>
      ) : null}
    </>
  );
}

const goingStates: RunState[] = ['preparing', 'starting', 'running', 'stopping'];

function RunsNow() {
  const t = useT();
  const counts = useRuns(({ counts: all }) => all);
  const going = (counts.running ?? 0) + (counts.starting ?? 0) + (counts.preparing ?? 0);
  const only = (states: RunState[]) => () => setFilter({ ...defaultFilter, states });
  return (
    <>
      <Go to={paths.runs} before={only(going > 0 ? goingStates : [])}>
        {t('app.running', { count: going })}
      </Go>
      {counts.queued ? (
        <Go to={paths.runs} before={only(['queued'])}>
          {t('app.queued', { count: counts.queued })}
        </Go>
      ) : null}
    </>
  );
}

function OpenNow() {
  const t = useT();
  const terminals = useOpen((state) => state.terminals);
  const forwards = useForwards(({ byId }) => byId.size);
  const open = [...terminals.values()].filter(({ state }) => state !== 'ended').length;
  return (
    <>
      {open > 0 ? <Go to={paths.terminals}>{t('app.terminalsOpen', { count: open })}</Go> : null}
      {forwards > 0 ? <Go to={paths.ports()}>{t('app.portsOpen', { count: forwards })}</Go> : null}
    </>
  );
}

function VaultNow() {
  const t = useT();
  const vault = useOpen((state) => state.vault);
  if (!vault?.exists) return null;
  return <Go to={paths.credentials}>{t(vault.locked ? 'app.vaultLocked' : 'app.vaultOpen')}</Go>;
}

/** Since when there is no backend to talk to, or no network. */
function Away() {
  const t = useT();
  const online = useSession(({ status }) => status.state === 'online');
  const [since, setSince] = useState<number | null>(null);
  useEffect(() => setSince(online ? null : Date.now()), [online]);
  const network = useNetwork();
  if (!online && since !== null)
    return (
      <span role="status">
        <StatusDot tone="warn" shape="ring" />
        {t('app.offlineSince', { time: formatClock(since) })}
      </span>
    );
  return network ? null : (
    <span role="status">
      <StatusDot tone="unseen" shape="ring" />
      {t('app.noNetwork')}
    </span>
  );
}

function useNetwork(): boolean {
  const [network, setNetwork] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setNetwork(navigator.onLine);
    window.addEventListener('online', look);
    window.addEventListener('offline', look);
    return () => {
      window.removeEventListener('online', look);
      window.removeEventListener('offline', look);
    };
  }, []);
  return network;
}

function amount({ done, unit }: Progress, value = done): string {
  return unit === 'bytes' ? formatBytes(value) : formatInteger(value);
}

function Jobs() {
  const t = useT();
  const jobs = useNotices(({ jobs: all }) => all);
  return [...jobs.values()].slice(0, 2).map((job) => (
    <span key={job.jobId} className="num clip">
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
