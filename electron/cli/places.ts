import path from 'node:path';
import type { Client } from '#shared/contract/index.ts';
import { thisComputerId } from '#shared/domain/id.ts';
import { findMachine } from './names.ts';

/** Whether it is `machine:path`. A colon after a slash belongs to a name, as for scp. */
export function isPlace(given: string): boolean {
  const colon = given.indexOf(':');
  return colon > 0 && !given.slice(0, colon).includes('/');
}

/** `machine:path`, or a path here. A colon after a slash belongs to a name, as for scp. */
export async function placeOf(client: Client, given: string): Promise<{ machineId: string; path: string }> {
  if (!isPlace(given)) {
    const slash = /(?:^|\/)\.?\.?$/.test(given) || given.endsWith('/') ? '/' : '';
    const absolute = path.resolve(given);
    return { machineId: thisComputerId, path: absolute === '/' ? '/' : `${absolute}${slash}` };
  }
  const colon = given.indexOf(':');
  const { id } = await findMachine(client, given.slice(0, colon));
  const there = given.slice(colon + 1);
  const isWhole = there.startsWith('/') || there === '~' || there.startsWith('~/');
  const remote = isWhole ? there : there === '' ? '~' : `~/${there}`;
  if (id !== thisComputerId) return { machineId: id, path: remote };
  return {
    machineId: id,
    path: isWhole ? remote : `${path.resolve(there)}${there.endsWith('/') ? '/' : ''}`,
  };
}
