import { describeRun } from '#renderer/features/runs/evidence.ts';
import { useRuns } from '#renderer/features/runs/run-store.ts';
import { t } from '#renderer/i18n/index.ts';
import type { RunSummary } from '#shared/domain/run.ts';

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
