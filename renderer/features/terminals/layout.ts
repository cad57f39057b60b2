/**
 * How terminals are arranged: tabs, each with panes that are split again and again. Plain data and functions on it; what
 * comes back is another layout, or the same one where nothing was to be done.
 */
export type Direction = 'row' | 'column';
export type Side = 'left' | 'right' | 'up' | 'down';
export interface Pane {
  kind: 'pane';
  terminalId: string;
}
export interface Split {
  kind: 'split';
  direction: Direction;
  children: readonly Arrangement[];
  /** Shares of the length, one per child, with a sum of 1. */
  sizes: readonly number[];
}
export type Arrangement = Pane | Split;
export interface TerminalTab {
  id: string;
  root: Arrangement;
  /** The pane that had the keyboard last. */
  focused: string;
}
export interface Layout {
  tabs: readonly TerminalTab[];
  /** The tab in front; null: there is none. */
  active: string | null;
}

export const emptyLayout: Layout = { tabs: [], active: null };
const smallestShare = 0.08;

export const panesOf = (node: Arrangement): string[] =>
  node.kind === 'pane' ? [node.terminalId] : node.children.flatMap(panesOf);
export const tabOf = (layout: Layout, terminalId: string): TerminalTab | undefined =>
  layout.tabs.find(({ root }) => panesOf(root).includes(terminalId));
export const activeTab = (layout: Layout): TerminalTab | undefined =>
  layout.tabs.find(({ id }) => id === layout.active);

const pane = (terminalId: string): Pane => ({ kind: 'pane', terminalId });
const directionOf = (side: Side): Direction => (side === 'left' || side === 'right' ? 'row' : 'column');
const isBefore = (side: Side): boolean => side === 'left' || side === 'up';

function freeId(layout: Layout, wanted: string): string {
  let id = wanted;
  for (let more = 2; layout.tabs.some((tab) => tab.id === id); more += 1) id = `${wanted}-${more}`;
  return id;
}

/** A new tab with this terminal, in front; behind the others, or at `index`. */
export function addTab(layout: Layout, terminalId: string, index = layout.tabs.length): Layout {
  if (tabOf(layout, terminalId)) return showPane(layout, terminalId);
  const tab = { id: freeId(layout, terminalId), root: pane(terminalId), focused: terminalId };
  return { tabs: layout.tabs.toSpliced(index, 0, tab), active: tab.id };
}

/** Puts a terminal beside another, each with half of its room; a terminal that is elsewhere leaves its place. */
export function putBeside(layout: Layout, terminalId: string, targetId: string, side: Side): Layout {
  if (terminalId === targetId) return layout;
  const cleared = removePane(layout, terminalId);
  const tab = tabOf(cleared, targetId);
  if (!tab) return layout;
  const root = beside(tab.root, terminalId, targetId, side);
  return {
    tabs: cleared.tabs.map((other) => (other === tab ? { ...tab, root, focused: terminalId } : other)),
    active: tab.id,
  };
}

function beside(node: Arrangement, terminalId: string, targetId: string, side: Side): Arrangement {
  const direction = directionOf(side);
  if (node.kind === 'pane') {
    if (node.terminalId !== targetId) return node;
    const children = isBefore(side) ? [pane(terminalId), node] : [node, pane(terminalId)];
    return { kind: 'split', direction, children, sizes: [0.5, 0.5] };
  }
  const at = node.children.findIndex((child) => child.kind === 'pane' && child.terminalId === targetId);
  if (at >= 0 && node.direction === direction) {
    const half = (node.sizes[at] ?? 0) / 2;
    const place = isBefore(side) ? at : at + 1;
    return {
      ...node,
      children: node.children.toSpliced(place, 0, pane(terminalId)),
      sizes: node.sizes.toSpliced(at, 1, half, half),
    };
  }
  return { ...node, children: node.children.map((child) => beside(child, terminalId, targetId, side)) };
}

/** Takes a terminal away; what was beside it takes its room, and a tab without any goes. */
export function removePane(layout: Layout, terminalId: string): Layout {
  const index = layout.tabs.findIndex(({ root }) => panesOf(root).includes(terminalId));
  const tab = layout.tabs[index];
  if (!tab) return layout;
  const root = without(tab.root, terminalId);
  if (root) {
    const focused = tab.focused === terminalId ? (panesOf(root)[0] ?? '') : tab.focused;
    return { ...layout, tabs: layout.tabs.with(index, { ...tab, root, focused }) };
  }
  const tabs = layout.tabs.toSpliced(index, 1);
  const next = tabs[Math.min(index, tabs.length - 1)]?.id ?? null;
  return { tabs, active: layout.active === tab.id ? next : layout.active };
}

function without(node: Arrangement, terminalId: string): Arrangement | null {
  if (node.kind === 'pane') return node.terminalId === terminalId ? null : node;
  const children: Arrangement[] = [];
  const sizes: number[] = [];
  for (const [index, child] of node.children.entries()) {
    const kept = without(child, terminalId);
    if (!kept) continue;
    children.push(kept);
    sizes.push(node.sizes[index] ?? 0);
  }
  if (children.length <= 1) return children[0] ?? null;
  return { ...node, children, sizes: toSumOne(sizes) };
}

function toSumOne(sizes: readonly number[]): number[] {
  const usable = sizes.map((size) => (Number.isFinite(size) && size > 0 ? size : smallestShare));
  const sum = usable.reduce((total, size) => total + size, 0);
  return usable.map((size) => size / sum);
}

/** A terminal out of its splits into a tab of its own. */
export function moveToOwnTab(layout: Layout, terminalId: string, index?: number): Layout {
  const tab = tabOf(layout, terminalId);
  if (!tab) return layout;
  if (tab.root.kind === 'pane') return index === undefined ? layout : moveTab(layout, tab.id, index);
  return addTab(removePane(layout, terminalId), terminalId, index);
}

/** A tab before the one that is at `index` now; at the end where there is none. */
export function moveTab(layout: Layout, tabId: string, index: number): Layout {
  const from = layout.tabs.findIndex(({ id }) => id === tabId);
  const tab = layout.tabs[from];
  if (!tab) return layout;
  const to = Math.max(0, Math.min(layout.tabs.length - 1, index > from ? index - 1 : index));
  if (to === from) return layout;
  return { ...layout, tabs: layout.tabs.toSpliced(from, 1).toSpliced(to, 0, tab) };
}

/** Brings a terminal's tab to the front, and the keyboard to it. */
export function showPane(layout: Layout, terminalId: string): Layout {
  const tab = tabOf(layout, terminalId);
  if (!tab || (tab.focused === terminalId && layout.active === tab.id)) return layout;
  return {
    tabs: layout.tabs.map((other) => (other === tab ? { ...tab, focused: terminalId } : other)),
    active: tab.id,
  };
}

export function showTab(layout: Layout, tabId: string): Layout {
  return layout.tabs.some(({ id }) => id === tabId) ? { ...layout, active: tabId } : layout;
}

/** The tab so many places on, round the end. */
export function stepTab(layout: Layout, by: number): Layout {
  const at = layout.tabs.findIndex(({ id }) => id === layout.active);
  if (at < 0) return layout;
  const count = layout.tabs.length;
  return { ...layout, active: layout.tabs[(at + by + count) % count]?.id ?? layout.active };
}

/** Moves the border behind child `index` of the split at `path` (places of children from the root) by a share of its length. */
export function moveBorder(
  layout: Layout,
  tabId: string,
  path: readonly number[],
  index: number,
  by: number,
): Layout {
  const change = (node: Arrangement, rest: readonly number[]): Arrangement => {
    if (node.kind === 'pane') return node;
    const [next, ...more] = rest;
    if (next !== undefined) {
      const child = node.children[next];
      return child ? { ...node, children: node.children.with(next, change(child, more)) } : node;
    }
    const before = node.sizes[index];
    const after = node.sizes[index + 1];
    if (before === undefined || after === undefined) return node;
    const most = before + after - smallestShare;
    const size = Math.max(smallestShare, Math.min(most, before + by));
    return { ...node, sizes: node.sizes.with(index, size).with(index + 1, before + after - size) };
  };
  return {
    ...layout,
    tabs: layout.tabs.map((tab) => (tab.id === tabId ? { ...tab, root: change(tab.root, path) } : tab)),
  };
}

/** The layout for the terminals that are there: those that are gone leave it, new ones (in order) come behind as tabs. */
export function reconcile(layout: Layout, terminalIds: readonly string[]): Layout {
  const there = new Set(terminalIds);
  let next = layout;
  for (const id of layout.tabs.flatMap(({ root }) => panesOf(root)))
    if (!there.has(id)) next = removePane(next, id);
  for (const id of terminalIds) {
    if (!tabOf(next, id)) next = { ...addTab(next, id), active: next.active };
  }
  if (next.active === null && next.tabs.length > 0) next = { ...next, active: next.tabs[0]?.id ?? null };
  return next;
}
