import type { Shape, Tone } from '#renderer/ui/index.ts';
import { scoreAny } from './fuzzy.ts';

export type ItemGroup =
  | 'recent'
  | 'here'
  | 'runs'
  | 'machines'
  | 'terminals'
  | 'ports'
  | 'files'
  | 'act'
  | 'go'
  | 'settings'
  | 'look';

/** One line of the finder. */
export interface Item {
  id: string;
  group: ItemGroup;
  label: string;
  detail?: string;
  /** Other words it is found by, such as its name in English. */
  also?: readonly string[];
  keys?: string;
  dot?: { tone: Tone; shape: Shape };
  /** Stays open after it, so that the next can be chosen. */
  stays?: boolean;
  /** Not listed before something is typed. */
  quiet?: boolean;
  run(): void;
}

export interface Section {
  group: ItemGroup;
  items: readonly Item[];
}

const mostOf: Record<ItemGroup, number> = {
  recent: 6,
  here: 14,
  runs: 8,
  machines: 6,
  terminals: 6,
  ports: 6,
  files: 10,
  act: 10,
  go: 16,
  settings: 8,
  look: 6,
};
const order = Object.keys(mostOf) as ItemGroup[];

/** What was used lately is what is probably meant again; the last one most. */
const recentBonus = (place: number) => (place < 0 ? 0 : Math.max(20, 120 - place * 10));

/**
 * Sections for what was typed, best first, best items first in each. Nothing typed: what was used lately, then everything in
 * its usual order. `recent`: ids, last used first.
 */
export function arrange(query: string, items: readonly Item[], recent: readonly string[]): Section[] {
  if (query.trim() === '') return arrangeAll(items, recent);
  const found = new Map<ItemGroup, { item: Item; points: number }[]>();
  for (const item of items) {
    const points = scoreAny(query, [item.label, ...(item.detail ? [item.detail] : []), ...(item.also ?? [])]);
    if (points === null) continue;
    const list = found.get(item.group) ?? [];
    list.push({ item, points: points + recentBonus(recent.indexOf(item.id)) });
    found.set(item.group, list);
  }
  return [...found]
    .map(([group, list]) => {
      list.sort((a, b) => b.points - a.points);
      return {
        group,
        best: list[0]?.points ?? 0,
        items: list.slice(0, mostOf[group]).map(({ item }) => item),
      };
    })
    .sort((a, b) => b.best - a.best || order.indexOf(a.group) - order.indexOf(b.group));
}

function arrangeAll(items: readonly Item[], recent: readonly string[]): Section[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  const lately = recent
    .map((id) => byId.get(id))
    .filter((item) => item !== undefined)
    .slice(0, mostOf.recent);
  const shown = new Set(lately);
  const sections: Section[] = lately.length > 0 ? [{ group: 'recent', items: lately }] : [];
  for (const group of order) {
    const own = items.filter((item) => item.group === group && !shown.has(item) && !item.quiet);
    if (own.length > 0) sections.push({ group, items: own.slice(0, mostOf[group]) });
  }
  return sections;
}

const storageKey = 'palette.recent';
const mostKept = 30;

/** Ids of what was chosen, last first. */
export function recentIds(): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]');
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

export function noteUse(id: string): void {
  const ids = [id, ...recentIds().filter((other) => other !== id)].slice(0, mostKept);
  localStorage.setItem(storageKey, JSON.stringify(ids));
}
