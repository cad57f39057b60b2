import type { BoxAttempt } from '#backend/runs/box/index.ts';
import type { Connected } from '#backend/runs/handover.ts';
import { because } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { isOver, type Migration, type MigrationPhase } from '#shared/domain/migration.ts';
import type { Run } from '#shared/domain/run.ts';
import { mayPass, within } from './calls.ts';
import type { MovesContext } from './context.ts';
import { cancelConsequence, type Mark, type Memory, type MoveRecord } from './record.ts';
import { Teller } from './teller.ts';

export type End = 'source' | 'destination';
export const ends = ['source', 'destination'] as const;
type Said = NonNullable<Migration['waitingFor']>;

/** Answers that say how things are: no use in asking again. */
const decisive = new Set([
  'RUN_NOT_ALIVE',
  'RUN_ALREADY_LIVE',
  'RUN_ARMED',
  'RUN_MOVED',
  'RUN_EPOCH_STALE',
  'RUN_UNKNOWN',
  'RUN_UNKNOWN_ON_BOX',
  'RUN_SETUP_FAILED',
  'RUN_SIGNAL_UNHANDLED',
  'RUN_SIGNAL_UNKNOWN',
  'RUN_SECRETS_LOST',
  'RUN_SECRETS_NEEDED',
  'CHECKPOINT_DIRECTORY_MISSING',
  'COPY_SOURCE_CHANGING',
  'COPY_SOURCE_MISSING',
  'MOVE_RUN_STOPPED',
]);
/** Anything else that fails gets so many tries while the machines are there. */
const mostTries = 3;

export interface Persistence {
  /** How long it may fail because a machine is out of sight or busy; null: for ever. */
  limitMs: number | null;
  /** One try, at most; the usual time of a question to a box where it is left out. */
  callMs?: number;
  /** What is said while it fails; else why it does. */
  saying?: Said;
}

/** One move: its line in the journal, and the ways in which its phases wait, ask and are interrupted. */
export class Move {
  readonly context: MovesContext;
  readonly id: string;
  readonly runId: string;
  #record: MoveRecord;
  #stage = new AbortController();
  #closed = false;
  readonly #teller: Teller;
  readonly #enteredHere = new Set<MigrationPhase>();
  /** What the boxes said last about the run's attempts, by epoch. */
  readonly seen = new Map<number, BoxAttempt>();

  constructor(context: MovesContext, record: MoveRecord) {
    this.context = context;
    this.#record = record;
    this.id = record.migration.id;
    this.runId = record.migration.runId;
    this.#teller = new Teller(context);
  }

  get migration(): Migration {
    return this.#record.migration;
  }
  get memory(): Memory {
    return this.#record.memory;
  }
  get phase(): MigrationPhase {
    return this.migration.phase;
  }
  get isClosed(): boolean {
    return this.#closed;
  }
  /** Aborts when the phases so far are to be left: somebody wishes to go back, or the app closes. */
  get signal(): AbortSignal {
    return this.#stage.signal;
  }
  get run(): Run {
    return this.context.handover.get(this.runId);
  }
  machineOf(end: End): { machineId: string; machineName: string } {
    return end === 'source' ? this.migration.from : this.migration.to;
  }
  /** Whether this process has taken the step into the phase; else an earlier one did, and may have done some of it. */
  enteredHere(phase: MigrationPhase): boolean {
    return this.#enteredHere.has(phase);
  }
  /** As the page shows it: with what is not worth a line in the journal. */
  view(): Migration {
    return isOver(this.phase) ? this.migration : { ...this.migration, ...this.#teller.passing };
  }

  /** Writes down that the next phase begins. A wish to go back that came meanwhile goes before it. */
  enter(phase: MigrationPhase, memory: Partial<Memory> = {}, changes: Partial<Migration> = {}): void {
    if (phase !== 'rolling-back') this.signal.throwIfAborted();
    this.#enteredHere.add(phase);
    this.write(memory, { ...changes, phase });
  }

  /** Writes down something that must be known after a crash, within the phase. */
  note(memory: Partial<Memory>, changes: Partial<Migration> = {}): void {
    this.write(memory, changes);
  }

  mark(mark: Mark): void {
    this.note({ marks: { ...this.memory.marks, [mark]: this.context.clock.now() } });
  }
  leash(end: End, state: Memory['leashes'][End]): void {
    if (this.memory.leashes[end] === state) return;
    this.note({ leashes: { ...this.memory.leashes, [end]: state } });
  }

  /** On the disk when this returns; the pages hear of it then. `also` is part of the same transaction. */
  write(memory: Partial<Memory>, changes: Partial<Migration>, also: () => void = () => undefined): void {
    const { store, journal, clock, onStep } = this.context;
    const before = this.#record;
    const at = clock.now();
    const phase = changes.phase ?? before.migration.phase;
    const isNew = phase !== before.migration.phase;
    const nextMemory = { ...before.memory, ...memory };
    const next: MoveRecord = {
      memory: nextMemory,
      migration: {
        ...before.migration,
        ...changes,
        cancelConsequence: cancelConsequence(phase, nextMemory),
        ...(isNew ? { phaseAt: at, phases: [...before.migration.phases, { phase, at }] } : {}),
        ...(isOver(phase) ? { progress: null, waitingFor: null } : {}),
      },
    };
    store.transaction(() => {
      journal.save(next);
      also();
      if (!isNew) return;
      const { id: migrationId, to } = next.migration;
      const moving = isOver(phase) ? null : { migrationId, phase, toMachineName: to.machineName };
      const run = store.runs.setMoving(this.runId, moving);
      store.afterCommit(() => this.context.events.publish({ type: 'run.changed', run }));
    });
    this.#record = next;
    if (isNew) this.#teller.pass({ progress: null, waitingFor: null });
    this.#teller.tell(this.view(), { now: true });
    onStep?.(isNew ? phase : 'note');
  }

  /** What is worth showing, but not keeping. */
  show(passing: Partial<Pick<Migration, 'progress' | 'waitingFor'>>): void {
    if (this.#teller.pass(passing)) this.#teller.tell(this.view(), { now: 'waitingFor' in passing });
  }

  /** Leaves the phases so far, to go back for this reason. */
  interrupt(why: TrainyardError): void {
    this.#stage.abort(why);
  }
  /** Ends what of the phases so far may still be under way beside them. From here on nothing interrupts but the end of the app. */
  beginAnew(): void {
    this.#stage.abort(new TrainyardError('CANCELLED', 'The move has left this phase.'));
    if (!this.#closed) this.#stage = new AbortController();
  }
  /** The app ends: the journal stays as it is. */
  close(): void {
    this.#closed = true;
    this.#stage.abort(new TrainyardError('CANCELLED', 'Trainyard is being closed.'));
  }

  pause(ms: number): Promise<void> {
    return this.context.clock.sleep(ms, this.signal);
  }

  /** One try, with a deadline. */
  once<T>(work: (signal: AbortSignal) => Promise<T>, ms = this.context.pace.callMs): Promise<T> {
    return within(this.context.clock, ms, this.signal, work);
  }

  /** Tries until it works: what may pass is waited for until the limit, what is decided is thrown at once. */
  async persist<T>(
    { limitMs, callMs = this.context.pace.callMs, saying }: Persistence,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { clock, pace } = this.context;
    // Of the phase that asks: should that be left, this ends too.
    const { signal } = this;
    const until = limitMs === null ? Number.POSITIVE_INFINITY : clock.elapsed() + limitMs;
    let tries = 0;
    for (let pauseMs = pace.lookMs; ; pauseMs = Math.min(pauseMs * 2, pace.slowLookMs)) {
      try {
        const result = await within(clock, callMs, signal, work);
        this.show({ waitingFor: null });
        return result;
      } catch (thrown) {
        signal.throwIfAborted();
        const error = TrainyardError.from(thrown);
        if (decisive.has(error.code)) throw error;
        if (!mayPass(error)) tries += 1;
        if (tries >= mostTries || clock.elapsed() >= until) throw error;
        this.show({ waitingFor: saying ?? waitingForAnswer(error) });
        await clock.sleep(pauseMs, signal);
      }
    }
  }

  /** The box at one end. */
  box(end: End, signal: AbortSignal): Promise<Connected> {
    return this.context.handover.connect(this.machineOf(end).machineId, signal);
  }
}

const waitingForAnswer = (error: TrainyardError): Said => ({
  code: 'MOVE_WAITS',
  params: because('why', error),
  message: `Waiting: ${error.message}`,
});

/** Whether nothing of the attempt can train any more, by the box's own word. */
export const isDead = ({ phase, trainerAlive, supervisorAlive }: BoxAttempt): boolean =>
  phase === 'ended' || (phase === 'lost' && !trainerAlive && !supervisorAlive);
