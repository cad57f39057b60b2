import { describeRun } from '#renderer/features/runs/evidence.ts';
import { useRuns } from '#renderer/features/runs/run-store.ts';
import { t, translateError } from '#renderer/i18n/index.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import type { LivePart } from './live-part.ts';
import { paths } from './routes.ts';
import { useSession } from './session-store.ts';

const mostShown = 20;
const going = ({ state }: RunSummary) => state === 'running' || state === 'starting' || state === 'stopping';

/** Keeps the desktop's tray up to date with the running runs. Does nothing in a browser. */
export function keepTray(): () => void {
  const bridge = window.trainyard;
  if (!bridge) return () => undefined;
  let last = '';
  const tell = () => {
    const running = [...useRuns.getState().byId.values()].filter(going);
    const status = {
      tooltip:
        running.length === 0
          ? t('app.name')
          : `${t('app.name')}: ${t('app.running', { count: running.length })}`,
      running: running
        .slice(0, mostShown)
        .map((run) => ({ id: run.id, label: `${run.name}: ${describeRun(run, Date.now(), t).state}` })),
      labels: { open: t('app.trayOpen'), quit: t('app.trayQuit'), none: t('app.trayNone') },
    };
    const text = JSON.stringify(status);
    if (text === last) return;
    last = text;
    bridge.setStatus(status);
  };
  return useRuns.subscribe(tell);
}

/** Notifications of the system, for what the settings ask: a run that ended, something that needs the user. */
export const notificationsPart: LivePart = {
  reload: async () => undefined,
  apply(event) {
    const bridge = window.trainyard;
    const told = bridge && tellOf(event);
    if (told) bridge.notify(told);
  },
};

function tellOf(event: AppEvent): { title: string; body: string; path: string } | null {
  const { settings } = useSession.getState();
  if (!settings) return null;
  if (event.type === 'notice') {
    const { notice } = event;
    if (notice.runId ? !settings.notifyRunEnded : !settings.notifyNeedsUser) return null;
    const body = translateError(notice.code, notice.params, notice.message);
    return {
      title: t('app.name'),
      body,
      path: notice.runId ? paths.run(notice.runId) : notice.siteId ? paths.sites : paths.overview,
    };
  }
  if (event.type === 'prompt.opened' && settings.notifyNeedsUser) {
    return { title: event.prompt.siteName, body: t('overview.needPromptText'), path: paths.sites };
  }
  return null;
}
