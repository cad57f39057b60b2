import type { TaskSpec } from '#shared/domain/spec.ts';

/** "A100:8", alternatives as "A100:8 | H100:8", '' where none are asked for. */
export function acceleratorsAsked(spec: TaskSpec): string {
  return spec.resources.accelerators.map(({ name, count }) => `${name}:${count}`).join(' | ');
}

/** How many accelerators the first alternative asks for; 0 where none are. */
export function acceleratorCount(spec: TaskSpec): number {
  return spec.resources.accelerators[0]?.count ?? 0;
}

/** "A100:8, 32+ CPUs, 256+ GB memory": what a person reads; '' where the task asks for nothing. */
export function describeResources(spec: TaskSpec): string {
  const { cpus, memoryGiB, diskGiB } = spec.resources;
  const plus = (atLeast: boolean) => (atLeast ? '+' : '');
  return [
    acceleratorsAsked(spec),
    cpus === null ? '' : `${cpus.count}${plus(cpus.atLeast)} CPUs`,
    memoryGiB === null ? '' : `${tidy(memoryGiB.size)}${plus(memoryGiB.atLeast)} GB memory`,
    diskGiB === null ? '' : `${tidy(diskGiB)} GB disk`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

const tidy = (size: number): string => String(Math.round(size * 100) / 100);
