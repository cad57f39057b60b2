import { create } from 'zustand';
import { rpc } from '#renderer/app/backend.ts';
import { takePart } from '#renderer/app/live.ts';
import type { LivePart } from '#renderer/app/live-part.ts';
import { sayError, useSession } from '#renderer/app/session-store.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { Terminal } from '#shared/domain/terminal.ts';
import type { TerminalRequest } from './dock-store.ts';
import {
  addTab,
  emptyLayout,
  type Layout,
  putBeside,
  reconcile,
  removePane,
  type Side,
  showPane,
  tabOf,
} from './layout.ts';
import { layoutText, readLayout } from './layout-text.ts';

interface TerminalState {
  loaded: boolean;
  error: unknown;
  byId: ReadonlyMap<string, Terminal>;
  layout: Layout;
  /** Since when a terminal has been out of reach, as far as this page has seen. */
  lostSince: ReadonlyMap<string, number>;
  /** The pane that fills its tab for a while; null: all are shown. */
  zoomed: string | null;
}

/** The terminals there are, and how they are arranged: the same in every window. */
export const useTerminals = create<TerminalState>()(() => ({
  loaded: false,
  error: null,
  byId: new Map(),
  layout: emptyLayout,
  lostSince: new Map(),
  zoomed: null,
}));

const viewKey = 'terminals.layout';
const saveAfterMs = 150;
let waiting: ReturnType<typeof setTimeout> | null = null;
let savedText = '';

/** Changes how terminals are arranged, here at once and then everywhere. */
export function arrange(change: (layout: Layout) => Layout): void {
  const { layout } = useTerminals.getState();
  const next = change(layout);
  if (next === layout) return;
  useTerminals.setState({ layout: next });
  // Who only looks arranges their own screen.
  if (useSession.getState().info?.role === 'viewer') return;
  waiting ??= setTimeout(() => {
    waiting = null;
    savedText = layoutText(useTerminals.getState().layout);
    rpc().app.setView({ key: viewKey, content: savedText }).catch(sayError);
  }, saveAfterMs);
}

const oldestFirst = (byId: ReadonlyMap<string, Terminal>): string[] =>
  [...byId.values()].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)).map(({ id }) => id);

function withLost(terminals: Iterable<Terminal>): ReadonlyMap<string, number> {
  const { lostSince } = useTerminals.getState();
  const next = new Map<string, number>();
  for (const { id, state } of terminals) if (state === 'lost') next.set(id, lostSince.get(id) ?? Date.now());
  return next;
}

/** What the backend says, into the store; the layout follows what is there. */
function take(byId: ReadonlyMap<string, Terminal>, layout = useTerminals.getState().layout): void {
  useTerminals.setState({
    byId,
    layout: reconcile(layout, oldestFirst(byId)),
    lostSince: withLost(byId.values()),
  });
}

async function readView(client = rpc()): Promise<Layout> {
  const { content } = await client.app.view({ key: viewKey });
  if (content !== null) savedText = content;
  return readLayout(content);
}

/** Another window has arranged them anew; which tab is in front here stays this window's own. */
async function followView(): Promise<void> {
  const before = savedText;
  const theirs = await readView();
  if (waiting !== null || savedText === before) return;
  const { byId, layout } = useTerminals.getState();
  const active = theirs.tabs.some(({ id }) => id === layout.active) ? layout.active : theirs.active;
  take(byId, { ...theirs, active });
}

const part: LivePart = {
  async reload(client) {
    try {
      const [terminals, layout] = await Promise.all([client.terminals.list(), readView(client)]);
      const { loaded, layout: ours } = useTerminals.getState();
      useTerminals.setState({ loaded: true, error: null });
      const keepsActive = loaded && layout.tabs.some(({ id }) => id === ours.active);
      take(
        new Map(terminals.map((terminal) => [terminal.id, terminal])),
        keepsActive ? { ...layout, active: ours.active } : layout,
      );
    } catch (error) {
      useTerminals.setState({ loaded: true, error });
      throw error;
    }
  },
  apply(event) {
    const { byId } = useTerminals.getState();
    if (event.type === 'terminal.changed') take(new Map(byId).set(event.terminal.id, event.terminal));
    else if (event.type === 'terminal.removed') {
      const next = new Map(byId);
      if (next.delete(event.terminalId)) take(next);
    } else if (event.type === 'view.changed' && event.key === viewKey) followView().catch(sayError);
  },
};

let followed = 0;
let leave: (() => void) | null = null;
let firstLoad: Promise<void> | null = null;

/** Loads the terminals and keeps them up to date until the returned function was called as often as this. */
export function followTerminals(): () => void {
  followed += 1;
  if (followed === 1) {
    leave = takePart(part);
    // Its error is in the store, where the page shows it.
    firstLoad = part.reload(rpc()).catch(() => undefined);
  }
  return () => {
    followed -= 1;
    if (followed > 0) return;
    leave?.();
    leave = null;
  };
}

export const retryTerminals = (): void => void part.reload(rpc()).catch(sayError);

/** Opens a terminal, in a tab of its own or beside another. */
export async function openNew(
  request: TerminalRequest,
  beside?: { terminalId: string; side: Side },
): Promise<void> {
  const stop = followTerminals();
  try {
    await firstLoad;
    const made = await rpc().terminals.open({ requestId: newId(), kind: 'shell', ...request });
    const { byId } = useTerminals.getState();
    if (!byId.has(made.id)) {
      useTerminals.setState({ byId: new Map(byId).set(made.id, made) });
    }
    arrange((layout) => {
      if (beside && tabOf(layout, beside.terminalId)) {
        return putBeside(layout, made.id, beside.terminalId, beside.side);
      }
      return showPane(addTab(layout, made.id), made.id);
    });
    focusSoon(made.id);
  } catch (thrown) {
    sayError(thrown);
  } finally {
    stop();
  }
}

/** Another terminal like this one, beside it: on its machine, for its run, where it is now. */
export function splitTerminal(terminal: Terminal, side: Side): Promise<void> {
  return openNew(likeThis(terminal), { terminalId: terminal.id, side });
}

export function likeThis({ machineId, runId, directory }: Terminal): TerminalRequest {
  if (runId !== null) return { machineId, runId };
  return directory?.startsWith('/') ? { machineId, directory } : { machineId };
}

export async function closeTerminal(
  terminalId: string,
  { keepSession = false }: { keepSession?: boolean } = {},
): Promise<void> {
  await rpc().terminals.close({ terminalId, keepSession });
  const { byId } = useTerminals.getState();
  const next = new Map(byId);
  if (next.delete(terminalId)) {
    useTerminals.setState({ byId: next });
    arrange((layout) => removePane(layout, terminalId));
  }
}

export const restartTerminal = (terminalId: string): void =>
  void rpc().terminals.restart({ terminalId }).catch(sayError);

// A pane that is about to be drawn gets the keyboard when it is.
let wantsFocus: string | null = null;
const focusListeners = new Set<(terminalId: string) => void>();

export function focusSoon(terminalId: string): void {
  wantsFocus = terminalId;
  for (const listener of focusListeners) listener(terminalId);
}
/** True once, for the pane that was to get the keyboard. */
export function takesFocus(terminalId: string): boolean {
  if (wantsFocus !== terminalId) return false;
  wantsFocus = null;
  return true;
}
export function onFocusWanted(listener: (terminalId: string) => void): () => void {
  focusListeners.add(listener);
  return () => focusListeners.delete(listener);
}
