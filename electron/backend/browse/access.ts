import type { Logger } from 'pino';
import type { Clock } from '#backend/clock.ts';
import type { MachineAccess } from '#backend/sites/index.ts';
import { BrowseBox } from './box.ts';

/** What every part of this room needs of the others. */
export interface FileAccess {
  access: Pick<MachineAccess, 'programs'>;
  /** Throws MACHINE_UNKNOWN. */
  machine(id: string): { id: string; name: string };
  clock: Clock;
  log: Logger;
}

/** The files of a machine, connected where needed. Rejects with MACHINE_UNKNOWN and as `MachineAccess.programs` does. */
export async function boxOf(
  { access, machine }: FileAccess,
  machineId: string,
  signal: AbortSignal,
): Promise<BrowseBox> {
  const { name } = machine(machineId);
  return new BrowseBox(name, await access.programs(machineId, { signal }));
}
