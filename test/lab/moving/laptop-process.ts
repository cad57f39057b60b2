/** A laptop in a process of its own, so that it can be killed: `node laptop-process.ts OPTIONS`; calls come over IPC. */
import { TrainyardError } from '#shared/domain/error.ts';
import type { MigrationMode } from '#shared/domain/migration.ts';
import { type Laptop, type LaptopOptions, me, openLaptop } from './laptop.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as Omit<LaptopOptions, 'onStep'>;

/** Dies right after the journal has taken in `phase`, or the given number of lines after that. */
let death: { phase: string; notes: number } | null = null;
let inPhase = '';
let notes = 0;
function onStep(step: string): void {
  if (step === 'note') notes += 1;
  else [inPhase, notes] = [step, 0];
  if (death !== null && death.phase === inPhase && death.notes === notes)
    process.kill(process.pid, 'SIGKILL');
}

const laptop = await openLaptop({ ...options, onStep });
const off = laptop.events.subscribe((event) => {
  if (event.type === 'migration.changed') {
    const { id, runId, phase } = event.migration;
    process.send?.({ kind: 'moved', id, runId, phase });
  }
});

const operations = {
  launch: (task: string, machineId: string, requestId?: string) => laptop.launch(task, machineId, requestId),
  move: (runId: string, machineId: string, mode: MigrationMode, requestId: string) =>
    laptop.move(runId, machineId, mode, requestId),
  cancel: (migrationId: string) => laptop.moves.cancel(migrationId, me),
  migration: (migrationId: string) => laptop.moves.get(migrationId),
  run: (runId: string) => laptop.runs.get(runId),
  stop: (runId: string) => laptop.runs.stop(runId, undefined, me),
  readLog: async (runId: string, epoch: number) =>
    (await laptop.runs.readLog(runId, epoch, 0, 64 * 1024 * 1024)).bytes,
  dieAt: (phase: string, after: number) => {
    death = { phase, notes: after };
  },
  state: (runId: string) => stateOf(laptop, runId),
  close: async () => {
    off();
    await laptop.close();
  },
};
export type Operations = typeof operations;

interface Call {
  id: number;
  name: keyof Operations;
  args: unknown[];
}
process.on('message', ({ id, name, args }: Call) => {
  const operation = operations[name] as (...all: unknown[]) => unknown;
  Promise.resolve()
    .then(() => operation(...args))
    .then(
      (result) => process.send?.({ kind: 'answer', id, result }),
      (error: unknown) =>
        process.send?.({ kind: 'failure', id, error: TrainyardError.from(error).toShape() }),
    );
});
// Whoever has started it is gone.
process.on('disconnect', () => process.exit(0));
process.send?.({ kind: 'ready' });

/** What must be nothing once all moves of the run are over, and how they went. */
async function stateOf({ runs, store, access }: Laptop, runId: string) {
  const armed: string[] = [];
  for (const machineId of store.machines.ids()) {
    await access.programs(machineId);
    const { box } = await runs.handover.connect(machineId, AbortSignal.timeout(60_000));
    for (const each of (await box.status([runId])).attempts)
      if (each.armed !== null && !each.armed.fired && each.phase !== 'ended')
        armed.push(`${each.epoch} on ${machineId}`);
  }
  const rows = store.sql.all<{ content: string; chores: number }>(
    'SELECT content, chores FROM migrations WHERE runId = ? ORDER BY startedAt',
    runId,
  );
  return {
    armed,
    claimedBy: runs.handover.claimedBy(runId),
    reservations: store.sql.all("SELECT 1 FROM runNotes WHERE runId = ? AND kind = 'reservations'", runId)
      .length,
    copyKeys: store.sql.all('SELECT id FROM copyKeys').length,
    moves: rows.map(({ content, chores }) => {
      const { migration, memory } = JSON.parse(content) as MoveRow;
      return { ...migration, chores, sourceEnded: memory.sourceEnded };
    }),
  };
}
interface MoveRow {
  migration: Awaited<ReturnType<Laptop['move']>>;
  memory: { sourceEnded: 'seen' | 'timer' | null };
}
