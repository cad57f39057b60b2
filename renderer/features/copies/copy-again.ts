import type { CopyJob } from '#shared/domain/copy.ts';

interface Place {
  machineId: string;
  path: string;
}

/** The directory that holds what lies at a path. */
export function directoryOf(path: string): string {
  const cut = path.replace(/\/+$/, '');
  const at = cut.lastIndexOf('/');
  return at < 0 ? cut : at === 0 ? '/' : cut.slice(0, at);
}
const nameOf = (path: string): string => path.replace(/\/+$/, '').split('/').at(-1) ?? '';

/**
 * The request that goes on where a copy was cut off. The job says where it landed: what goes in under its own name is asked to go
 * into the directory around that, or it would land within itself.
 */
export function againOf({ from, to }: Pick<CopyJob, 'from' | 'to'>): { from: Place; to: Place } {
  const source = { machineId: from.machineId, path: from.path };
  const underOwnName = !from.path.endsWith('/') && nameOf(from.path) === nameOf(to.path);
  const around = directoryOf(to.path);
  const path = underOwnName ? (around === '/' ? '/' : `${around}/`) : to.path;
  return { from: source, to: { machineId: to.machineId, path } };
}
