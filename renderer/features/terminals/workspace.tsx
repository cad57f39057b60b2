import './terminals.css';
import { type KeyboardEvent, type ReactNode, useEffect } from 'react';
import { useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, EmptyState, ErrorState, Skeleton } from '#renderer/ui/index.ts';
import { perform } from './actions.ts';
import { SeveralDialog, TerminalDialog } from './dialogs.tsx';
import { KeptDialog, useKept } from './kept-dialog.tsx';
import { actionOf } from './keys.ts';
import { activeTab } from './layout.ts';
import { NewTerminalButton } from './new-menu.tsx';
import { useOpenDialog } from './pane-store.ts';
import { useSeveral } from './several-store.ts';
import { SplitView } from './split-view.tsx';
import { TabStrip } from './tab-strip.tsx';
import { followTerminals, retryTerminals, useTerminals } from './terminal-store.ts';

/** All terminals in their tabs and panes: the same on the terminals' page and in the panel below the others. */
export function Workspace({ actions }: { actions?: ReactNode }) {
  const t = useT();
  const may = useMay('operator');
  const { loaded, error, byId, layout, zoomed } = useTerminals();
  const several = useSeveral(({ ids }) => ids.size);
  const choosing = useSeveral((state) => state.choosing);
  const keptOf = useKept(({ machineId }) => machineId);
  const asked = useOpenDialog();
  useEffect(followTerminals, []);
  const tab = activeTab(layout);
  const terminal = asked === null ? undefined : byId.get(asked);
  const onKeyDown = (event: KeyboardEvent) => {
    const action = actionOf({ ...pick(event), isComposing: event.nativeEvent.isComposing }, false);
    if (!action || !tab || action === 'copy' || action === 'paste' || isField(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    perform(action, tab.focused);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the terminal in front, also from its tab
    <div className="terms" onKeyDown={onKeyDown}>
      <div className="terms__bar">
        <TabStrip tabs={layout.tabs} active={layout.active} byId={byId} />
        <span className="terms__tools">
          {several > 1 ? (
            <Button small look="quiet" onClick={() => useSeveral.setState({ choosing: true })}>
              {t('terminals.severalOn', { count: several })}
            </Button>
          ) : null}
          {may ? <NewTerminalButton /> : null}
          {actions}
        </span>
      </div>
      {tab ? (
        <SplitView tab={tab} byId={byId} zoomed={zoomed} />
      ) : error ? (
        <ErrorState error={error} onRetry={retryTerminals} />
      ) : loaded ? (
        <EmptyState title={t('terminals.none')} {...(may ? { actions: <NewTerminalButton primary /> } : {})}>
          {t('terminals.noneText')}
        </EmptyState>
      ) : (
        <Skeleton rows={6} />
      )}
      {terminal ? <TerminalDialog key={terminal.id} terminal={terminal} /> : null}
      {choosing ? <SeveralDialog /> : null}
      {keptOf === null ? null : <KeptDialog key={keptOf} asked={keptOf} />}
    </div>
  );
}

const pick = ({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent) => ({
  key,
  ctrlKey,
  metaKey,
  altKey,
  shiftKey,
});
const isField = (target: EventTarget) => target instanceof HTMLInputElement && target.type !== 'checkbox';
