import { compareNames } from '#renderer/ui/index.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { TaskSpec } from '#shared/domain/spec.ts';

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

export type Fit =
  | { kind: 'fits' | 'waits'; free: number; all: number }
  | { kind: 'lacks'; free: number; all: number }
  | { kind: 'unknown' };

/**
 * How a machine looks for a task, from its last inventory: a hint beside the choice. The backend decides when it is launched,
 * with its own table of names.
 */
export function fitOf(machine: Machine, task: TaskSpec | undefined): Fit {
  const all = (machine.inventory?.accelerators ?? []).filter(({ fault }) => fault === null);
  if (!machine.inventory) return { kind: 'unknown' };
  const free = (list: typeof all) => list.filter(({ processes }) => processes.length === 0).length;
  const asked = task?.resources.accelerators ?? [];
  if (asked.length === 0) return { kind: 'fits', free: free(all), all: all.length };
  const choices = asked.map(({ name, count }) => {
    const matching =
      name === 'any'
        ? all
        : all.filter(({ model }) => plain(model).includes(plain(name.replace(/-\d+GB.*$/i, ''))));
    return { count, free: free(matching), all: matching.length };
  });
  const best =
    choices.find((choice) => choice.free >= choice.count) ??
    choices.find((choice) => choice.all >= choice.count);
  if (!best) return { kind: 'lacks', free: free(all), all: all.length };
  return { kind: best.free >= best.count ? 'fits' : 'waits', free: best.free, all: best.all };
}

/** Connected machines that fit come first, then those that fit later, then the rest; by name within. */
export function orderMachines(machines: Iterable<Machine>, task: TaskSpec | undefined): Machine[] {
  const rank = (machine: Machine) => {
    const { kind } = fitOf(machine, task);
    return (
      (kind === 'fits' ? 0 : kind === 'waits' ? 1 : kind === 'unknown' ? 2 : 3) +
      (machine.connectionState === 'connected' ? 0 : 0.5)
    );
  };
  return [...machines].sort((a, b) => rank(a) - rank(b) || compareNames(a.name, b.name));
}
