import type { Logger } from 'pino';
import type { NewActivity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { MachineAccess, MachineShells } from '#backend/sites/index.ts';
import type { Store } from '#backend/store/index.ts';
import type { RunPlace, Scripts } from './start.ts';

export interface TerminalsOptions {
  store: Store;
  events: EventBus;
  activity: { record(entry: NewActivity): void };
  clock: Clock;
  log: Logger;
  machines: MachineAccess & MachineShells;
  /** Where a run is now. Rejects with RUN_UNKNOWN and the like. */
  runPlace(runId: string, signal: AbortSignal): Promise<RunPlace>;
  scripts: Scripts;
}
