/** A laptop in a process of its own, so that it can be killed: `node laptop-process.ts OPTIONS`; calls come over IPC. */
import { TrainyardError } from '#shared/domain/error.ts';
import { type LaptopOptions, openLaptop } from './laptop.ts';
import { operationsOf } from './operations.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as Omit<LaptopOptions, 'onStep'>;

/** Dies right after the journal has taken in `phase`, or the given number of lines after that. */
let death: { phase: string; notes: number } | null = null;
/** Falls asleep there, until somebody wakes it. */
let nap: { phase: string; notes: number } | null = null;
let inPhase = '';
let notes = 0;
function onStep(step: string): void {
  if (step === 'note') notes += 1;
  else [inPhase, notes] = [step, 0];
  const isThere = (moment: typeof death) => moment?.phase === inPhase && moment.notes === notes;
  if (isThere(death)) process.kill(process.pid, 'SIGKILL');
  if (isThere(nap)) process.kill(process.pid, 'SIGSTOP');
}

const laptop = await openLaptop({ ...options, onStep });
const off = laptop.events.subscribe((event) => {
  if (event.type === 'migration.changed') {
    const { id, runId, phase } = event.migration;
    process.send?.({ kind: 'moved', id, runId, phase });
  }
});

const operations = {
  ...operationsOf(laptop),
  dieAt: (phase: string, after: number) => {
    death = { phase, notes: after };
  },
  sleepAt: (phase: string, after: number) => {
    nap = { phase, notes: after };
  },
  close: async () => {
    off();
    await laptop.close();
  },
};
export type RemoteOperations = typeof operations;

interface Call {
  id: number;
  name: keyof RemoteOperations;
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
