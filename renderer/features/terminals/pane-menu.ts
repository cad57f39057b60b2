import { keyText } from '#renderer/app/key-names.ts';
import { type Key, useT } from '#renderer/i18n/index.ts';
import type { MenuEntry } from '#renderer/ui/index.ts';
import type { Terminal } from '#shared/domain/terminal.ts';
import { leaveKept, perform, zoom } from './actions.ts';
import { type TerminalAction, terminalKeys } from './keys.ts';
import { moveToOwnTab, panesOf, tabOf } from './layout.ts';
import { setPane } from './pane-store.ts';
import { setReader, useReader } from './reader-store.ts';
import { screenOf } from './screens.ts';
import { useSeveral } from './several-store.ts';
import { arrange, openNew, useTerminals } from './terminal-store.ts';

function hintOf(action: TerminalAction): { hint: string } | Record<never, never> {
  for (const { actions } of terminalKeys.keys) {
    const found = Object.entries(actions).find(([, candidate]) => candidate === action);
    if (found) return { hint: keyText(found[0]) };
  }
  return {};
}

/** What can be done with a terminal, asked anew when the menu opens. */
export function usePaneMenu(terminal: Terminal): () => MenuEntry[] {
  const t = useT();
  const reader = useReader(({ on }) => on);
  const { id } = terminal;
  const entry = (label: Key, action: TerminalAction, disabled = false): MenuEntry => ({
    label: t(label),
    ...hintOf(action),
    disabled,
    onSelect: () => perform(action, id),
  });
  return () => {
    const screen = screenOf(id);
    const { layout, zoomed } = useTerminals.getState();
    const tab = tabOf(layout, id);
    const among = tab ? panesOf(tab.root).length > 1 : false;
    return [
      entry('terminals.copy', 'copy', !screen?.terminal.hasSelection()),
      entry('terminals.paste', 'paste', terminal.state !== 'open'),
      { label: t('terminals.selectAll'), onSelect: () => screen?.terminal.selectAll() },
      { label: t('terminals.clear'), onSelect: () => screen?.terminal.clear() },
      entry('terminals.search', 'search'),
      entry('terminals.commands', 'commands'),
      { kind: 'rule' },
      entry('terminals.splitRight', 'split-right'),
      entry('terminals.splitDown', 'split-down'),
      ...(among
        ? ([
            { label: t('terminals.ownTab'), onSelect: () => arrange((all) => moveToOwnTab(all, id)) },
            {
              label: t(zoomed === id ? 'terminals.unzoom' : 'terminals.zoom'),
              ...hintOf('zoom'),
              onSelect: () => zoom(id),
            },
          ] satisfies MenuEntry[])
        : []),
      {
        label: t('terminals.openGpu'),
        disabled: terminal.kind === 'gpu',
        onSelect: () =>
          void openNew({
            machineId: terminal.machineId,
            kind: 'gpu',
            ...(terminal.runId === null ? {} : { runId: terminal.runId }),
          }),
      },
      { kind: 'rule' },
      { label: t('terminals.several'), onSelect: () => useSeveral.setState({ choosing: true }) },
      { label: t('terminals.rename'), onSelect: () => setPane(id, { over: { kind: 'rename' } }) },
      {
        label: t(reader ? 'terminals.readerOff' : 'terminals.reader'),
        onSelect: () => setReader(!reader),
      },
      { kind: 'rule' },
      ...(terminal.keptBy === 'tmux'
        ? [{ label: t('terminals.leaveKept'), onSelect: () => leaveKept(terminal) }]
        : []),
      entry('terminals.close', 'close'),
    ];
  };
}
