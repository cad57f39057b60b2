import { compareNames, countModels, shortModel } from '#renderer/ui/index.ts';
import type { Machine } from '#shared/domain/machine.ts';

/** "8×H100": what a machine has, its slices not counted; '' where it has none or is not known. */
export const acceleratorsOf = ({ inventory }: Machine): string =>
  countModels(
    (inventory?.accelerators ?? []).filter(({ mig }) => !mig).map(({ model }) => shortModel(model)),
  );

/** Mean of what its accelerators report, per cent; null where none does. */
export function meanUtilisation(machine: Machine): number | null {
  const known = (machine.inventory?.accelerators ?? [])
    .map(({ utilisation }) => utilisation)
    .filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Free bytes of the disk that holds the home directory. */
export function homeDiskFree(machine: Machine): number | null {
  const { inventory } = machine;
  if (!inventory) return null;
  const within = inventory.disks.filter(
    ({ path }) => path === '/' || inventory.home === path || inventory.home.startsWith(`${path}/`),
  );
  return within.sort((a, b) => b.path.length - a.path.length)[0]?.freeBytes ?? null;
}

export type MachineSort = 'name' | 'accelerators' | 'busy' | 'memory' | 'disk' | 'load' | 'runs' | 'seen';

const keys: Record<Exclude<MachineSort, 'name'>, (machine: Machine) => number | null> = {
  accelerators: ({ inventory }) => inventory?.accelerators.length ?? null,
  busy: meanUtilisation,
  memory: ({ inventory }) => inventory?.memoryAvailableBytes ?? null,
  disk: homeDiskFree,
  load: ({ inventory }) => inventory?.load1 ?? null,
  runs: ({ runningRuns, queuedRuns }) => runningRuns + queuedRuns / 1000,
  seen: ({ seenAt }) => seenAt,
};

/** The machines that fit a text (name, site, models), sorted; what is not known comes last either way. */
export function pickMachines(
  machines: Iterable<Machine>,
  search: string,
  sort: MachineSort,
  descending: boolean,
): Machine[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (machine: Machine) => {
    const text = [
      machine.name,
      machine.siteName,
      machine.inventory?.hostName ?? '',
      ...(machine.inventory?.accelerators ?? []).map(({ model }) => model),
    ]
      .join(' ')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const byName = (a: Machine, b: Machine) => compareNames(a.name, b.name);
  const turn = descending ? -1 : 1;
  const picked = [...machines].filter(fits);
  if (sort === 'name') return picked.sort((a, b) => turn * byName(a, b));
  const keyed = picked.map((machine) => ({ machine, key: keys[sort](machine) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null)
      return Number(a.key === null) - Number(b.key === null) || byName(a.machine, b.machine);
    return turn * (a.key - b.key) || byName(a.machine, b.machine);
  });
  return keyed.map(({ machine }) => machine);
}
