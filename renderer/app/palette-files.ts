import type { Translate } from '#renderer/i18n/index.ts';
import type { Machine } from '#shared/domain/machine.ts';
import { score } from './fuzzy.ts';
import type { Item } from './palette-items.ts';
import { placeName } from './place-name.ts';
import { recentPlaces } from './recent-places.ts';
import { paths } from './routes.ts';

/** "heron:/data/x" and "heron:~/x": a path on a machine, as scp has it. */
const address = /^([^:/\s][^:]*):(\s*[/~].*)$/;

/** Paths that were open lately, and the one that is being typed as "machine:path". */
export function fileItems(
  text: string,
  machines: Iterable<Machine>,
  t: Translate,
  navigate: (path: string) => void,
): Item[] {
  const byId = new Map([...machines].map((machine) => [machine.id, machine]));
  const item = (machineId: string, path: string, more: Partial<Item> = {}): Item[] => {
    const machine = byId.get(machineId);
    return machine
      ? [
          {
            id: `file ${machineId}:${path}`,
            group: 'files',
            label: path,
            detail: placeName(machine.id, machine.name, t),
            run: () => navigate(paths.files(machineId, path)),
            ...more,
          },
        ]
      : [];
  };
  const recent = recentPlaces().flatMap(({ machineId, path }) => item(machineId, path, { quiet: true }));
  const [, name, path] = address.exec(text) ?? [];
  if (!name || !path) return recent;
  const typed = [...byId.values()]
    .map((machine) => ({
      machine,
      points: score(name, placeName(machine.id, machine.name, t)) ?? score(name, machine.name),
    }))
    .filter(({ points }) => points !== null)
    .sort((a, b) => (b.points ?? 0) - (a.points ?? 0))
    .slice(0, 3)
    .flatMap(({ machine }) => item(machine.id, path.trim(), { also: [text] }));
  const ids = new Set(typed.map(({ id }) => id));
  return [...typed, ...recent.filter(({ id }) => !ids.has(id))];
}
