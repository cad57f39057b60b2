import { type DragEvent, type KeyboardEvent, useState } from 'react';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import { Badge, IconButton, Menu, type Shape, StatusDot, type Tone } from '#renderer/ui/index.ts';
import type { Terminal } from '#shared/domain/terminal.ts';
import { askClose } from './actions.ts';
import { dragOf, droppedTerminal, isTerminalDrag } from './drag.ts';
import { moveTab, moveToOwnTab, panesOf, showTab, type TerminalTab } from './layout.ts';
import { usePaneMenu } from './pane-menu.ts';
import { setPane } from './pane-store.ts';
import { terminalName } from './say.ts';
import { useSeveral } from './several-store.ts';
import { arrange, focusSoon } from './terminal-store.ts';

/** How a terminal stands, as a sign: the shape says it too. */
const signs: Record<Terminal['state'], [Tone, Shape]> = {
  starting: ['idle', 'half'],
  open: ['ok', 'filled'],
  lost: ['unseen', 'ring'],
  ended: ['idle', 'square'],
};

interface StripProps {
  tabs: readonly TerminalTab[];
  active: string | null;
  byId: ReadonlyMap<string, Terminal>;
}

/** The tabs: chosen by a click or the arrows, dragged into another order, dropped on by panes. */
export function TabStrip({ tabs, active, byId }: StripProps) {
  const t = useT();
  const [dropAt, setDropAt] = useState<number | null>(null);
  const placeOf = (event: DragEvent): number => {
    const items = [...event.currentTarget.querySelectorAll('li')];
    const at = items.findIndex((item) => {
      const box = item.getBoundingClientRect();
      return event.clientX < box.left + box.width / 2;
    });
    return at < 0 ? items.length : at;
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDropAt(null);
    const dropped = droppedTerminal(event.dataTransfer);
    if (!dropped) return;
    const { terminalId, tabId } = dropped;
    const index = placeOf(event);
    if (tabId !== null) arrange((layout) => moveTab(layout, tabId, index));
    else arrange((layout) => moveToOwnTab(layout, terminalId, index));
  };
  const go = (index: number) => {
    const tab = tabs[(index + tabs.length) % tabs.length];
    if (!tab) return;
    arrange((layout) => showTab(layout, tab.id));
    document.getElementById(`terms-tab-${tab.id}`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowRight') go(index + 1);
    else if (event.key === 'ArrowLeft') go(index - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(tabs.length - 1);
    else if (event.key === 'Delete') closeTab(tabs[index], byId);
    else if (event.key === 'Enter' || event.key === ' ') focusSoon(tabs[index]?.focused ?? '');
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <ul
      className="terms__tabs"
      aria-label={t('terminals.tabs')}
      onDragOver={(event) => {
        if (!isTerminalDrag(event.dataTransfer)) return;
        event.preventDefault();
        setDropAt(placeOf(event));
      }}
      onDragLeave={() => setDropAt(null)}
      onDrop={onDrop}
    >
      {tabs.map((tab, index) => (
        <TabItem
          key={tab.id}
          tab={tab}
          isActive={tab.id === active}
          byId={byId}
          dropBefore={dropAt === index}
          dropAfter={dropAt === tabs.length && index === tabs.length - 1}
          onKeyDown={(event) => onKeyDown(event, index)}
        />
      ))}
    </ul>
  );
}

function closeTab(tab: TerminalTab | undefined, byId: ReadonlyMap<string, Terminal>): void {
  if (!tab) return;
  const terminals = panesOf(tab.root).flatMap((id) => byId.get(id) ?? []);
  const [only] = terminals;
  if (only && terminals.length === 1) askClose(only);
  else if (only) setPane(tab.focused, { over: { kind: 'close-all', ids: terminals.map(({ id }) => id) } });
}

function tabName(tab: TerminalTab, byId: ReadonlyMap<string, Terminal>, t: Translate): string {
  const focused = byId.get(tab.focused);
  return focused ? terminalName(focused, t) : '';
}

interface ItemProps {
  tab: TerminalTab;
  isActive: boolean;
  byId: ReadonlyMap<string, Terminal>;
  dropBefore: boolean;
  dropAfter: boolean;
  onKeyDown(event: KeyboardEvent): void;
}

function TabItem({ tab, isActive, byId, dropBefore, dropAfter, onKeyDown }: ItemProps) {
  const t = useT();
  const terminal = byId.get(tab.focused);
  const panes = panesOf(tab.root);
  const among = useSeveral(({ ids }) => panes.some((id) => ids.has(id)));
  if (!terminal) return null;
  const name = tabName(tab, byId, t);
  const [tone, shape] = signs[terminal.state];
  const drop = dropBefore ? 'terms__item--before' : dropAfter ? 'terms__item--after' : '';
  return (
    <li
      className={`terms__item ${isActive ? 'terms__item--active' : ''} ${drop}`}
      {...dragOf(terminal.id, tab.id)}
    >
      <button
        id={`terms-tab-${tab.id}`}
        type="button"
        className="terms__tab"
        aria-current={isActive}
        tabIndex={isActive ? 0 : -1}
        title={name}
        onClick={() => {
          arrange((layout) => showTab(layout, tab.id));
          focusSoon(tab.focused);
        }}
        onAuxClick={(event) => {
          if (event.button === 1) closeTab(tab, byId);
        }}
        onKeyDown={onKeyDown}
      >
        <StatusDot tone={tone} shape={shape} />
        <span className="clip">{name}</span>
        {panes.length > 1 ? <span className="quiet num">{panes.length}</span> : null}
        {terminal.keptBy === 'tmux' ? <Badge>tmux</Badge> : null}
        {among ? <Badge tone="warn">{t('terminals.severalMark')}</Badge> : null}
      </button>
      {isActive && panes.length === 1 ? <TabMenu terminal={terminal} name={name} /> : null}
      <IconButton
        label={t('terminals.closeTab', { name })}
        tabIndex={isActive ? 0 : -1}
        onClick={() => closeTab(tab, byId)}
      >
        ×
      </IconButton>
    </li>
  );
}

function TabMenu({ terminal, name }: { terminal: Terminal; name: string }) {
  const t = useT();
  const entries = usePaneMenu(terminal);
  return (
    <Menu
      align="start"
      trigger={<IconButton label={t('terminals.menuOf', { name })}>⋯</IconButton>}
      entries={entries()}
    />
  );
}
