import type { MigrationMode } from '#shared/domain/migration.ts';
import { type Laptop, me } from './laptop.ts';

/** What tests ask of a laptop, wherever it runs. */
export const operationsOf = (laptop: Laptop) => ({
  launch: (task: string, machineId: string, requestId?: string) => laptop.launch(task, machineId, requestId),
  move: (runId: string, machineId: string, mode: MigrationMode, requestId: string) =>
    laptop.move(runId, machineId, mode, requestId),
  cancel: (migrationId: string) => laptop.moves.cancel(migrationId, me),
  migration: (migrationId: string) => laptop.moves.get(migrationId),
  run: (runId: string) => laptop.runs.get(runId),
  stop: (runId: string) => laptop.runs.stop(runId, undefined, me),
  readLog: async (runId: string, epoch: number) =>
    (await laptop.runs.readLog(runId, epoch, 0, 64 * 1024 * 1024)).bytes,
  state: (runId: string) => stateOf(laptop, runId),
});
export type Operations = ReturnType<typeof operationsOf>;

/** What is asked of a laptop in the end, in this process or in another one. */
export type Asked = {
  [Name in 'state' | 'run' | 'stop' | 'readLog']: (
    ...args: Parameters<Operations[Name]>
  ) => ReturnType<Operations[Name]> | Promise<Awaited<ReturnType<Operations[Name]>>>;
};

/** What must be nothing once all moves of the run are over, and how they went. */
async function stateOf({ runs, store, access }: Laptop, runId: string) {
  const armed: string[] = [];
  for (const machineId of store.machines.ids()) {
    await access.programs(machineId);
    const { box } = await runs.handover.connect(machineId, AbortSignal.timeout(60_000));
    for (const each of (await box.status([runId])).attempts)
      if (each.armed !== null && !each.armed.fired && (each.trainerAlive || each.supervisorAlive))
        armed.push(`${each.epoch} on ${machineId}`);
  }
  return {
    armed,
    claimedBy: runs.handover.claimedBy(runId),
    reservations: store.sql.all("SELECT 1 FROM runNotes WHERE runId = ? AND kind = 'reservations'", runId)
      .length,
    copyKeys: store.sql.all('SELECT id FROM copyKeys').length,
    moves: movesOf(store, runId),
  };
}
/** The run's moves as the journal has them, oldest first. */
export const movesOf = (store: Laptop['store'], runId: string) =>
  store.sql
    .all<{ content: string; chores: number }>(
      'SELECT content, chores FROM migrations WHERE runId = ? ORDER BY startedAt',
      runId,
    )
    .map(({ content, chores }) => {
      const { migration, memory } = JSON.parse(content) as MoveRow;
      return { ...migration, chores, sourceEnded: memory.sourceEnded };
    });

interface MoveRow {
  migration: Awaited<ReturnType<Laptop['move']>>;
  memory: { sourceEnded: 'seen' | 'timer' | null };
}
