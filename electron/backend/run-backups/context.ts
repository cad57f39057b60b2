import type { Logger } from 'pino';
import type { CheckpointLooks, Checkpoints } from '#backend/checkpoints/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { Copies } from '#backend/copies/index.ts';
import type { EventBus } from '#backend/events.ts';
import type { RunHandover } from '#backend/runs/handover.ts';
import type { MachineAccess, RecordsActivity } from '#backend/sites/index.ts';
import type { Store } from '#backend/store/index.ts';
import { BoxFiles } from './box-files.ts';

export interface KeepingDependencies {
  store: Store;
  events: EventBus;
  activity: RecordsActivity;
  clock: Clock;
  log: Pick<Logger, 'error' | 'warn' | 'debug'>;
  access: MachineAccess;
  handover: RunHandover;
  copies: Copies;
  looks: CheckpointLooks;
  checkpoints: Pick<Checkpoints, 'list'>;
  /** The files of a code snapshot, relative to the working directory. SNAPSHOT_UNKNOWN where this computer does not have it. */
  codeFiles(snapshotId: string): Promise<readonly string[]>;
  /** Told where a backup or a restore stands: tests end the process there. */
  onStep?(step: string): void | Promise<void>;
}

/** What a machine can be asked by hand. Connects it first where needed. */
export async function filesOf(
  { store, handover }: KeepingDependencies,
  machineId: string,
  signal: AbortSignal,
): Promise<BoxFiles> {
  const { programs } = await handover.connect(machineId, signal);
  return new BoxFiles(programs, store.machines.require(machineId).name);
}
