import type { Arrangement, Layout, TerminalTab } from './layout.ts';
import { emptyLayout, panesOf } from './layout.ts';

const deepest = 12;

/** As it is kept in the backend, under `terminals.layout`. */
export const layoutText = (layout: Layout): string => JSON.stringify({ version: 1, ...layout });

/** Reads what was kept; whatever is damaged or of another version is left out, for terminals are shown without it too. */
export function readLayout(text: string | null): Layout {
  if (text === null) return emptyLayout;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Damaged: every terminal that is there gets a tab.
    return emptyLayout;
  }
  if (!isRecord(value) || value.version !== 1 || !Array.isArray(value.tabs)) return emptyLayout;
  const seen = new Set<string>();
  const tabs = value.tabs.flatMap((tab: unknown) => readTab(tab, seen));
  const unique = tabs.filter((tab, at) => tabs.findIndex(({ id }) => id === tab.id) === at);
  const active = unique.some(({ id }) => id === value.active) ? String(value.active) : null;
  return { tabs: unique, active: active ?? unique[0]?.id ?? null };
}

function readTab(value: unknown, seen: Set<string>): TerminalTab[] {
  if (!isRecord(value) || typeof value.id !== 'string' || value.id === '') return [];
  const root = readNode(value.root, seen, 0);
  if (!root) return [];
  const panes = panesOf(root);
  const focused = panes.find((id) => id === value.focused) ?? panes[0] ?? '';
  return [{ id: value.id, root, focused }];
}

function readNode(value: unknown, seen: Set<string>, depth: number): Arrangement | null {
  if (!isRecord(value) || depth > deepest) return null;
  if (value.kind === 'pane') {
    const { terminalId } = value;
    if (typeof terminalId !== 'string' || terminalId === '' || seen.has(terminalId)) return null;
    seen.add(terminalId);
    return { kind: 'pane', terminalId };
  }
  if (value.kind !== 'split' || !Array.isArray(value.children)) return null;
  const given = Array.isArray(value.sizes) ? value.sizes : [];
  const children: Arrangement[] = [];
  const sizes: number[] = [];
  for (const [index, each] of value.children.entries()) {
    const child = readNode(each, seen, depth + 1);
    if (!child) continue;
    const size: unknown = given[index];
    children.push(child);
    sizes.push(typeof size === 'number' && size > 0 && size <= 1 ? size : 0.5);
  }
  if (children.length <= 1) return children[0] ?? null;
  const sum = sizes.reduce((total, size) => total + size, 0);
  const direction = value.direction === 'column' ? 'column' : 'row';
  return { kind: 'split', direction, children, sizes: sizes.map((size) => size / sum) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
