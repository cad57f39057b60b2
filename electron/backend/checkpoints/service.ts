import type { Logger } from 'pino';
import type { Clock } from '#backend/clock.ts';
import type { Copies } from '#backend/copies/interface.ts';
import type { EventBus } from '#backend/events.ts';
import type { MachineAccess, RecordsActivity } from '#backend/sites/index.ts';
import { runUnknown, type Store } from '#backend/store/index.ts';
import {
  type CheckpointCopy,
  type CheckpointFramework,
  checkpointFramework,
  type FoundCheckpoint,
  isOverwrittenInPlace,
  type RunCheckpoint,
} from '#shared/domain/checkpoint.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Actor } from '#shared/domain/role.ts';
import { type Attempt, hasEnded, type Run } from '#shared/domain/run.ts';
import { noRequest, noSuchFramework, notTraining } from './errors.ts';
import type { CheckpointLooks } from './interface.ts';
import { paceOf } from './pace.ts';
import { CheckpointRows, type Remembered } from './rows.ts';
import { takeIn } from './take-in.ts';

export interface CheckpointsOptions {
  store: Store;
  events: EventBus;
  activity: RecordsActivity;
  clock: Clock;
  log: Pick<Logger, 'error' | 'debug'>;
  access: MachineAccess;
  looks: CheckpointLooks;
  /** Hashes what is complete; null: nothing is hashed. */
  copies: Pick<Copies, 'hash'> | null;
  /** Asks the trainer of an attempt to save; resolves with how many processes were asked. */
  ask(attempt: Attempt, how: { signal: string } | { command: string }, signal: AbortSignal): Promise<number>;
}

/** Copies of a run's checkpoints that others have made, and which each is of. */
export type KeptElsewhere = (
  runId: string,
) => { copy: CheckpointCopy; holds: (checkpoint: RunCheckpoint) => boolean }[];

/** Hashing is for the newest: older ones were hashed when they were new, or are about to be rotated away. */
const mostHashed = 2;
const goneKept = 50;
const tickMs = 5_000;
const lookTimeoutMs = 5 * 60_000;

/** The checkpoints of runs, remembered: looked at while a run trains, when it ends, and when somebody asks. */
export class Checkpoints {
  readonly #options: CheckpointsOptions;
  readonly #rows: CheckpointRows;
  readonly #ending = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #looking = new Map<string, Promise<RunCheckpoint[]>>();
  readonly #lookedAt = new Map<string, number>();
  readonly #endsSeen = new Set<string>();
  #hashing: Promise<void> = Promise.resolve();
  #stopListening: (() => void) | null = null;
  #keptElsewhere: KeptElsewhere = () => [];

  constructor(options: CheckpointsOptions) {
    this.#options = options;
    this.#rows = new CheckpointRows(options.store, options.log);
  }

  /** Looks from now on by itself. Call once. */
  start(): void {
    this.#stopListening = this.#options.events.subscribe((event) => {
      if (event.type !== 'run.changed' || !hasEnded(event.run.state)) return;
      const end = `${event.run.id}/${event.run.epoch}`;
      if (this.#endsSeen.has(end)) return;
      this.#endsSeen.add(end);
      this.#lookQuietly(event.run.id);
    });
    this.#track(this.#keepLooking());
  }

  /** Asked whenever checkpoints are shown. */
  showAlso(keptElsewhere: KeptElsewhere): void {
    this.#keptElsewhere = keptElsewhere;
  }

  async close(): Promise<void> {
    this.#stopListening?.();
    this.#ending.abort(new TrainyardError('CANCELLED', 'Trainyard is closing.'));
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
    await this.#hashing;
  }

  /** As remembered, newest first. Throws RUN_UNKNOWN. */
  list(runId: string): RunCheckpoint[] {
    this.#run(runId);
    return this.#shown(runId);
  }

  /** What is remembered with the files of each: for whoever copies them. Newest first. */
  remembered(runId: string): Remembered[] {
    return newestFirst(this.#rows.ofRun(runId));
  }

  /** Looks at the box now. Rejects with RUN_UNKNOWN, the machine's errors; a directory that is not there is no error. */
  async refresh(runId: string, signal: AbortSignal): Promise<RunCheckpoint[]> {
    const run = this.#run(runId);
    const under = this.#looking.get(runId) ?? this.#lookAt(run);
    return Promise.race([under, rejectionOf(signal)]);
  }

  /** Any directory of a machine. */
  async inspect(
    machineId: string,
    directory: string,
    framework: string | undefined,
    signal: AbortSignal,
  ): Promise<FoundCheckpoint[]> {
    const found = await this.#options.looks.inspect(machineId, directory, {
      framework: frameworkOf(framework),
      signal,
    });
    return found;
  }

  /** Asks the running trainer to save one now. Rejects with CHECKPOINT_NO_REQUEST, CHECKPOINT_NOT_TRAINING, the box's errors. */
  async request(runId: string, actor: Actor, signal: AbortSignal): Promise<{ processes: number }> {
    const run = this.#run(runId);
    const record = (result: 'done' | 'failed', details: Record<string, unknown>) =>
      this.#options.activity.record({
        actor,
        action: 'checkpoint.request',
        target: run.name,
        result,
        details,
      });
    try {
      const how = run.spec.checkpoint?.request;
      const attempt = run.attempts.find(({ epoch }) => epoch === run.epoch);
      if (attempt === undefined || hasEnded(attempt.state) || attempt.state !== 'running')
        throw notTraining(run.name);
      if (how?.signal === undefined && how?.command === undefined) throw noRequest(run.name);
      const way = how.signal === undefined ? { command: how.command ?? '' } : { signal: how.signal };
      const processes = await this.#options.ask(attempt, way, signal);
      record('done', { runId, epoch: attempt.epoch, processes });
      return { processes };
    } catch (error) {
      record('failed', { runId, code: TrainyardError.from(error).code });
      throw error;
    }
  }

  #run(runId: string): Run {
    const run = this.#options.store.runs.get(runId);
    if (run === undefined) throw runUnknown(runId);
    return run;
  }

  #shown(runId: string): RunCheckpoint[] {
    const elsewhere = this.#keptElsewhere(runId);
    return newestFirst(this.#rows.ofRun(runId)).map(({ shown }) => {
      const copies = elsewhere.filter(({ holds }) => holds(shown));
      return { ...shown, copies: [...shown.copies, ...copies.map(({ copy }) => copy)] };
    });
  }

  /** At most one look per run at a time: who asks meanwhile gets its answer. */
  #lookAt(run: Run): Promise<RunCheckpoint[]> {
    const look = this.#takeLook(run).finally(() => this.#looking.delete(run.id));
    this.#looking.set(run.id, look);
    this.#track(look);
    return look;
  }

  async #takeLook(run: Run): Promise<RunCheckpoint[]> {
    const { looks, clock, store } = this.#options;
    const attempt = run.attempts.findLast(({ directory }) => directory !== null);
    const directory = attempt?.directory ? looks.directoryOf(run.spec, attempt.directory) : null;
    if (attempt === undefined || directory === null) return this.#shown(run.id);
    this.#lookedAt.set(run.id, clock.elapsed());
    const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(lookTimeoutMs)]);
    const found = await looks
      .inspect(attempt.machineId, directory, {
        framework: frameworkOf(run.spec.checkpoint?.framework),
        own: looks.ownOf(run.spec),
        signal,
      })
      .catch((error: unknown) => {
        if (TrainyardError.from(error).code === 'CHECKPOINT_DIRECTORY_MISSING') return [];
        throw error;
      });
    this.#lookedAt.set(run.id, clock.elapsed());
    // Deleted while we looked: nothing is to be remembered of it.
    if (store.runs.summary(run.id) === undefined) return [];
    this.#take(run.id, takeIn(this.#rows.ofRun(run.id), found, { attempt, directory, now: clock.now() }));
    this.#hashSoon(run.id);
    return this.#shown(run.id);
  }

  #take(runId: string, changed: readonly Remembered[]): void {
    const { store, events } = this.#options;
    if (changed.length === 0) return;
    store.transaction(() => {
      for (const one of changed) this.#rows.save(one);
      this.#rows.forgetGone(runId, goneKept);
      store.afterCommit(() => events.publish({ type: 'checkpoints.changed', runId }));
    });
  }

  #lookQuietly(runId: string): void {
    const { store, access, log } = this.#options;
    const run = store.runs.get(runId);
    if (run === undefined || run.spec.checkpoint === null || this.#looking.has(runId)) return;
    if (!access.isConnected(run.machineId)) return;
    this.#lookAt(run).catch((error: unknown) => {
      if (!this.#ending.signal.aborted) log.debug({ runId, err: error }, 'checkpoints not seen for now');
    });
  }

  async #keepLooking(): Promise<void> {
    const { store, clock, log } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        for (const attempt of store.runs.liveAttempts()) {
          if (attempt.state === 'running' && this.#isDue(attempt.runId)) this.#lookQuietly(attempt.runId);
        }
      } catch (error) {
        log.error({ err: error }, 'the runs that train could not be read');
      }
      await clock.sleep(tickMs, signal).catch(() => undefined);
    }
  }

  #isDue(runId: string): boolean {
    const before = this.#lookedAt.get(runId);
    if (before === undefined) return true;
    const since = this.#options.clock.elapsed() - before;
    if (since < paceOf('30s')) return false;
    return since >= paceOf(this.#options.store.runs.get(runId)?.spec.checkpoint?.every);
  }

  /** One after the other, over all runs: a box that trains is to feel nothing of it. */
  #hashSoon(runId: string): void {
    const { copies } = this.#options;
    if (copies === null) return;
    this.#hashing = this.#hashing.then(() => this.#hashNewest(runId, copies));
  }

  async #hashNewest(runId: string, copies: Pick<Copies, 'hash'>): Promise<void> {
    const { clock, log } = this.#options;
    const wanted = newestFirst(this.#rows.ofRun(runId))
      .filter(({ shown }) => shown.complete && !isOverwrittenInPlace(shown))
      .slice(0, mostHashed)
      .filter(({ shown }) => shown.manifest === null);
    for (const one of wanted) {
      if (this.#ending.signal.aborted) return;
      try {
        const place = { machineId: one.machineId, path: one.directory };
        const { algorithm, digest } = await copies.hash(place, one.files, this.#ending.signal, {
          gentle: true,
        });
        // Rewritten or gone while it was hashed: then these are not its hashes.
        const now = this.#rows.ofRun(runId).find(({ shown }) => shown.id === one.shown.id);
        if (now?.shown.modifiedAt !== one.shown.modifiedAt || now.shown.gone) continue;
        const seen = now.shown.copies.map((copy) =>
          copy.kind === 'run' && copy.machineId === one.machineId
            ? { ...copy, verifiedAt: clock.now() }
            : copy,
        );
        this.#take(runId, [
          { ...now, shown: { ...now.shown, manifest: { algorithm, digest }, copies: seen } },
        ]);
      } catch (error) {
        if (!this.#ending.signal.aborted) log.debug({ runId, err: error }, 'a checkpoint was not hashed');
      }
    }
  }

  #track(work: Promise<unknown>): void {
    const done: Promise<void> = work
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }
}

/** null: to be found out. Throws CHECKPOINT_FRAMEWORK_UNKNOWN. */
export function frameworkOf(name: string | undefined): CheckpointFramework | null {
  if (name === undefined || name === '') return null;
  const read = checkpointFramework.safeParse(name.toLowerCase());
  if (!read.success) throw noSuchFramework(name);
  return read.data;
}

function newestFirst(rows: readonly Remembered[]): Remembered[] {
  return [...rows].sort(({ shown: one }, { shown: other }) => {
    if (one.step !== null && other.step !== null && one.step !== other.step) return other.step - one.step;
    return other.modifiedAt - one.modifiedAt || (one.path < other.path ? 1 : -1);
  });
}

const rejectionOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
