import type { RecoveryCause } from '#shared/domain/recovery.ts';
import type { AcceleratorRequest, TaskSpec } from '#shared/domain/spec.ts';

const mostNamed = 4;

/** "A100:8", alternatives as "A100:8 | H100:8" (the first four, and how many more), '' where none are asked for. */
export function describeRequests(requests: readonly AcceleratorRequest[]): string {
  const named = requests.slice(0, mostNamed).map(({ name, count }) => `${name}:${count}`);
  const more = requests.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(' | ');
}

export const acceleratorsAsked = (spec: TaskSpec): string => describeRequests(spec.resources.accelerators);

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

const causesInWords: Readonly<Record<RecoveryCause, string>> = {
  preemption: 'a preemption',
  crash: 'a crash',
  reboot: 'a reboot',
  'host-lost': 'the loss of its host',
};

/** "after a crash or a reboot, 3 times in a row at most, on the same machine": what a person reads; '' where nothing is done. */
export function describeRecovery({ recovery }: TaskSpec): string {
  if (recovery === null || recovery.on.length === 0 || recovery.max === 0) return '';
  const causes = recovery.on.map((cause) => causesInWords[cause]);
  const last = causes.pop() ?? '';
  const { to, max, ask } = recovery;
  const where =
    to === 'same' ? 'on the same machine' : to === 'any' ? 'on any machine' : `on ${to.join(', then ')}`;
  const often = `${max === 1 ? 'once' : `${max} times`} in a row at most`;
  const after = `after ${causes.length > 0 ? `${causes.join(', ')} or ` : ''}${last}`;
  return `${ask ? 'asks before it restarts ' : ''}${after}, ${often}, ${where}`;
}

const tidy = (size: number): string => String(Math.round(size * 100) / 100);
