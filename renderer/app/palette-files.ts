import type { Translate } from '#renderer/i18n/index.ts';
import type { Machine } from '#shared/domain/machine.ts';
import { score } from './fuzzy.ts';
import type { Item } from './palette-items.ts';
import { placeName } from './place-name.ts';
import { recentPlaces } from './recent-places.ts';
import { paths } from './routes.ts';

/** "heron:/data/x" and "heron:~/x": a path on a machine, as scp has it. */
const address = /^([^:/\s][^:]*):(\s*[/~].*)$/;

interface Typed {
  /** Those that may be meant, best first. */
  machines: readonly Machine[];
  path: string;
}

/** What is being typed as "machine:path"; null: something else. */
export function typedAddress(text: string, machines: Iterable<Machine>, t: Translate): Typed | null {
  const [, name, path] = address.exec(text) ?? [];
  if (!name || !path) return null;
  const meant = [...machines]
    .map((machine) => ({
      machine,
      points: score(name, placeName(machine.id, machine.name, t)) ?? score(name, machine.name),
    }))
    .filter(({ points }) => points !== null)
    .sort((a, b) => (b.points ?? 0) - (a.points ?? 0))
    .map(({ machine }) => machine);
  return { machines: meant, path: path.trim() };
}

/** Paths that were open lately, the one that is being typed as "machine:path", and those there that begin so (`begun`). */
export function fileItems(
  text: string,
  machines: Iterable<Machine>,
  begun: readonly { machineId: string; path: string }[],
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
  const asked = typedAddress(text, byId.values(), t);
  if (!asked) return recent;
  const typed = asked.machines.slice(0, 3).map(({ id }) => ({ machineId: id, path: asked.path }));
  const items = [...typed, ...begun].flatMap(({ machineId, path }) =>
    item(machineId, path, { also: [text] }),
  );
  return [
    ...new Map([...items, ...recent].map((one) => [one.id, one] as const).reverse()).values(),
  ].reverse();
}
