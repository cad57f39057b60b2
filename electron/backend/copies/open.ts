import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Clock } from '#backend/clock.ts';
import type { MachineAccess, MachineReach } from '#backend/sites/index.ts';
import type { Store } from '#backend/store/index.ts';
import { CopyService } from './copies.ts';
import { KeyJournal, sweepKeys } from './keys.ts';

/** The room as the backend has it: keys that earlier processes left are removed as their machines are connected. */
export function openCopies({
  store,
  access,
  reach,
  clock,
  log,
  dataDirectory,
}: {
  store: Store;
  access: MachineAccess;
  reach: MachineReach;
  clock: Clock;
  log: Logger;
  dataDirectory: string;
}): { copies: CopyService; close(): Promise<void> } {
  const journal = new KeyJournal(store, clock);
  const copies = new CopyService({
    access,
    reach,
    machine: (id) => store.machines.require(id),
    journal,
    clock,
    client: createHash('sha256').update(`${hostname()}\0${dataDirectory}`).digest('hex'),
  });
  const endSweeping = sweepKeys(journal, { access, boxOf: (id) => copies.box(id), log });
  return {
    copies,
    close: async () => {
      await endSweeping();
      await copies.close();
    },
  };
}
