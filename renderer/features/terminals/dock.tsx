import { useLocation } from 'wouter';
import { paths } from '#renderer/app/routes.ts';
import { useT } from '#renderer/i18n/index.ts';
import { IconButton } from '#renderer/ui/index.ts';
import { Splitter } from '#renderer/ui/splitter.tsx';
import { leastHeight, setDockHeight, showDock, useDock } from './dock-store.ts';
import { Workspace } from './workspace.tsx';

const usualHeight = 300;

/** The panel of terminals that stays while one goes from page to page. */
export function TerminalDock() {
  const t = useT();
  const [, navigate] = useLocation();
  const height = useDock((state) => state.height);
  const most = Math.max(leastHeight, window.innerHeight - 220);
  const shown = Math.min(height, most);
  return (
    <section className="dock" style={{ height: shown }} aria-label={t('terminals.panel')}>
      <Splitter
        label={t('terminals.heightOfPanel')}
        direction="rows"
        pane="after"
        size={shown}
        min={leastHeight}
        max={most}
        onSize={(size) => setDockHeight(size ?? usualHeight)}
      />
      <Workspace
        actions={
          <>
            <IconButton label={t('terminals.maximise')} onClick={() => navigate(paths.terminals)}>
              ⤢
            </IconButton>
            <IconButton label={t('terminals.hidePanel')} onClick={() => showDock(false)}>
              ×
            </IconButton>
          </>
        }
      />
    </section>
  );
}
