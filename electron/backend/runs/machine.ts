import { because, type Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import { type Attempt, hasEnded } from '#shared/domain/run.ts';
import { Adopter } from './adopt.ts';
import type { BoxAttempt, BoxReport } from './box/interface.ts';
import type { RunsContext } from './context.ts';
import { deliverIntent, removeForgotten } from './deliver.ts';
import { endGivenUp, isGivenUp, noteMoved } from './gone-elsewhere.ts';
import { Followers } from './logs/followers.ts';
import type { LogShelf } from './logs/shelf.ts';
import { passOn } from './pass-on.ts';
import { reconcile } from './reconcile.ts';
import type { SnapshotTaker } from './snapshots.ts';
import { type Connected, Turns } from './turns.ts';
import { UnderWay } from './under-way.ts';
import { Waiters } from './waiters.ts';

/** The box tells changes by itself; this is only for what it may have missed, and for runs of others. */
const statusEveryMs = 60_000;
const retryMs = 5_000;
/** A heartbeat alone is saved at most this often. */
const heartbeatEveryMs = 10_000;

/** Everything about the runs on one machine: its queue, what the box says of them, and their logs. */
export class MachineRuns {
  readonly machineId: string;
  readonly turns: Turns;
  readonly #context: RunsContext;
  readonly #followers: Followers;
  readonly #adopter: Adopter;
  #connected: Connected | null = null;
  #session: AbortController | null = null;
  #connecting: Promise<void> | null = null;
  #lastError: TrainyardError | null = null;
  #hearing: Promise<void> = Promise.resolve();
  #watch: AbortController | null = null;
  #closed = false;
  /** Ends waiting for calm. */
  #hurry: () => void = () => undefined;
  readonly #waiters = new Waiters<Connected>();
  readonly #underWay = new UnderWay();

  constructor(context: RunsContext, snapshots: SnapshotTaker, shelf: LogShelf, machineId: string) {
    this.machineId = machineId;
    this.#context = context;
    this.#adopter = new Adopter(context, machineId);
    this.#followers = new Followers(context, shelf, machineId, () => this.#askSoon());
    this.turns = new Turns({
      context,
      snapshots,
      machineId,
      connected: () => this.#connected,
      whyNot: () => this.#whyNot(),
      hear: (report) => this.#hear(report),
      onLaunched: (runId, epoch) => this.#onLaunched(runId, epoch),
    });
  }

  /** The box where it is connected now, else null. */
  get connected(): Connected | null {
    return this.#connected;
  }

  /** Its connection was made anew. Where no run of ours is known, looking for others' can wait until `calm`. */
  connect(calm?: Promise<void>): void {
    if (this.#closed) return;
    this.disconnect();
    const session = new AbortController();
    this.#session = session;
    this.#underWay.add(this.#run(session.signal, calm));
  }

  /** Its connection is gone. Says nothing about its runs. */
  disconnect(): void {
    this.#session?.abort(
      new TrainyardError('MACHINE_UNREACHABLE', 'The connection was lost.', { retryable: true }),
    );
    this.#session = null;
    this.#connected = null;
    this.#watch = null;
    this.#followers.disconnect();
  }

  /** Somebody wants something of it: connects it where it is not, and looks at the queue. */
  wake({ background }: { background: boolean }): void {
    this.turns.take();
    this.#hurry();
    if (this.#session !== null || this.#connecting !== null || this.#closed) return;
    const { access } = this.#context;
    this.#connecting = access
      .programs(this.machineId, { background })
      .then(
        () => {
          this.#lastError = null;
          // A connection made anew tells us by itself; one that was there already does not.
          if (this.#session === null) this.connect();
          else this.#hurry();
        },
        (error: unknown) => {
          this.#lastError = TrainyardError.from(error);
          this.#waiters.reject(error);
        },
      )
      .finally(() => {
        this.#connecting = null;
        this.turns.take();
      });
  }

  /** Connects it where it is not, and resolves once its runs have been looked at. Rejects with what the connection says. */
  async whenConnected(signal: AbortSignal): Promise<Connected> {
    signal.throwIfAborted();
    if (this.#connected !== null) return this.#connected;
    await this.#context.access.programs(this.machineId, { signal });
    signal.throwIfAborted();
    if (this.#connected !== null) return this.#connected;
    const connected = this.#waiters.wait(signal);
    this.wake({ background: true });
    return connected;
  }

  /** Asks the box how these runs stand and takes that in. Rejects where it is not connected or does not answer. */
  async ask(runIds: readonly string[], signal: AbortSignal): Promise<BoxReport> {
    const connected = await this.whenConnected(signal);
    const report = await connected.box.status(runIds, AbortSignal.any([signal, connected.signal]));
    await this.#hear(report);
    return report;
  }

  /** An attempt was started outside the queue. */
  noteLaunched(runId: string, epoch: number): void {
    this.#onLaunched(runId, epoch);
  }

  /** Its log is read for its steps until `signal`, though nobody looks at it. */
  follow(runId: string, epoch: number, signal: AbortSignal): void {
    this.#followers.pin(runId, epoch, signal);
  }

  /** A follow of this attempt is wanted by somebody who looks at it. */
  look(runId: string, epoch: number): void {
    this.#followers.prefer(runId, epoch);
  }

  /** Brings the user's stop or kill to the box, now if it is connected, else when it is. */
  deliver(runId: string, epoch: number): void {
    const connected = this.#connected;
    if (connected === null || this.turns.isPreparing(runId, epoch)) return;
    const delivered = deliverIntent(this.#context, connected, runId, epoch).then(
      () => this.#askSoon(),
      (error: unknown) => this.#complain('a stop could not be delivered', error),
    );
    this.#underWay.add(delivered);
  }

  /** Removes deleted runs from the box where it is connected now; else that is done at its next connection. */
  async removeForgotten(): Promise<void> {
    const connected = this.#connected;
    if (connected === null) return;
    await removeForgotten(this.#context, connected, this.machineId).catch((error: unknown) =>
      this.#complain('a deleted run could not be removed from its machine', error),
    );
  }

  /** Says nothing to the box: runs go on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.disconnect();
    this.#waiters.reject(new TrainyardError('CANCELLED', 'This was cancelled.'));
    await this.turns.close();
    await this.#followers.close();
    await this.#underWay.over();
    await this.#hearing;
  }

  async #run(signal: AbortSignal, calm?: Promise<void>): Promise<void> {
    if (calm && !this.#isExpected()) {
      const wanted = Promise.withResolvers<void>();
      this.#hurry = wanted.resolve;
      signal.addEventListener('abort', () => wanted.resolve(), { once: true });
      await Promise.race([calm, wanted.promise]);
    }
    while (!signal.aborted) {
      try {
        await this.#begin(signal);
        break;
      } catch (error) {
        if (signal.aborted) return;
        this.#lastError = TrainyardError.from(error);
        this.#waiters.reject(error);
        this.#complain('the runs on a machine could not be looked at', error);
        this.turns.take();
        await this.#pause(retryMs, signal);
      }
    }
    while (!signal.aborted) {
      await this.#pause(statusEveryMs, signal);
      await this.#ask(signal);
    }
  }

  /** Something of ours should be there, or wants to get there. */
  #isExpected(): boolean {
    const { store, notes } = this.#context;
    return store.runs.liveAttempts(this.machineId).length > 0 || notes.forgotten(this.machineId).length > 0;
  }

  /** What is to be done once on each new connection: take in what the box says, then bring it what waited for it. */
  async #begin(signal: AbortSignal): Promise<void> {
    const context = this.#context;
    const programs = await context.access.programs(this.machineId, { signal, background: true });
    const box = context.boxRuns(programs);
    const connected: Connected = { programs, box, signal };
    await box.install(signal);
    const report = await box.status(undefined, signal);
    signal.throwIfAborted();
    this.#connected = connected;
    this.#lastError = null;
    await removeForgotten(context, connected, this.machineId);
    await this.#hear(report);
    for (const attempt of context.store.runs.liveAttempts(this.machineId)) {
      const onBox = report.attempts.some(
        ({ runId, epoch }) => runId === attempt.runId && epoch === attempt.epoch,
      );
      this.#takeUp(attempt, onBox);
    }
    this.#waiters.resolve(connected);
    this.turns.take();
  }

  /** An attempt that was on its way, or is to be stopped, when the connection (or the app) was lost. */
  #takeUp(attempt: Attempt, onBox: boolean): void {
    const { runId, epoch } = attempt;
    const { notes, records, secrets, clock } = this.#context;
    if (notes.get('intent', runId, epoch) !== null) {
      this.deliver(runId, epoch);
      return;
    }
    const note = notes.get('launch', runId, epoch);
    if (onBox || attempt.directory !== null || note === null || note.direct) return;
    if (attempt.state !== 'starting' && attempt.state !== 'preparing') return;
    const known = secrets.take(runId, note.secretNames, note.credentials);
    if (known.ok) {
      this.turns.resume(attempt);
      return;
    }
    const error = known.why.toShape();
    records.save(runId, epoch, {
      state: 'failed',
      endedAt: clock.now(),
      evidence: { kind: 'launch-failed', at: clock.now(), error },
    });
  }

  #onLaunched(runId: string, epoch: number): void {
    if (this.#context.notes.get('intent', runId, epoch) !== null) this.deliver(runId, epoch);
    else this.#askSoon();
  }

  /** Reports are taken in one after another: adopting a run needs the box in between. */
  #hear(report: BoxReport): Promise<void> {
    this.#hearing = this.#hearing
      .then(() => this.#take(report))
      .catch((error: unknown) => this.#complain('a report could not be taken in', error));
    return this.#hearing;
  }

  async #take(report: BoxReport): Promise<void> {
    const connected = this.#connected;
    if (connected === null || connected.signal.aborted) return;
    const forgotten = new Set(this.#context.notes.forgotten(this.machineId).map(({ runId }) => runId));
    for (const { runId, why } of report.damaged) this.#adopter.complain(runId, why);
    const byRun = Map.groupBy(report.attempts, ({ runId }) => runId);
    for (const [runId, attempts] of byRun) {
      if (forgotten.has(runId)) continue;
      try {
        await this.#takeRun(runId, attempts, report, connected);
      } catch (error) {
        if (connected.signal.aborted) return;
        this.#complain('a run on a machine could not be taken in', error);
      }
    }
    this.#followers.update(connected, report);
    this.#keepWatch(connected);
  }

  async #takeRun(
    runId: string,
    attempts: BoxAttempt[],
    report: BoxReport,
    { box, signal }: Connected,
  ): Promise<void> {
    const { store } = this.#context;
    if (store.runs.summary(runId) === undefined) {
      await this.#adopter.adoptRun(attempts, report, box, signal);
      if (store.runs.summary(runId) === undefined) return;
    }
    const sorted = [...attempts].sort((a, b) => a.epoch - b.epoch);
    for (const each of sorted) {
      const known = store.runs.attempt(runId, each.epoch);
      if (known === undefined) await this.#adopter.adoptAttempt(each, report, box, signal);
      else if (known.machineId === this.machineId) this.#update(known, each, report);
      const now = store.runs.attempt(runId, each.epoch);
      if (now === undefined || now.machineId !== this.machineId) continue;
      if (each === sorted.at(-1)) noteMoved(this.#context, now, each);
      this.#context.listeners.seen(store.runs.attempt(runId, each.epoch) ?? now, each);
    }
  }

  #update(known: Attempt, box: BoxAttempt, report: BoxReport): void {
    const { clock, records } = this.#context;
    const now = clock.now();
    const { change, news } = reconcile(known, box, report.bootId, now);
    if (box.trainerAlive && isGivenUp(this.#context, known)) this.#endGivenUp(known);
    const stale = now - (known.seenAt ?? 0) >= heartbeatEveryMs;
    if (news || (stale && !hasEnded(known.state))) records.save(known.runId, known.epoch, change);
    // A launch that was still on its way when the user stopped it, and got there after all.
    if (news && change.state === 'stopping') this.deliver(known.runId, known.epoch);
    const ends = !hasEnded(known.state) && hasEnded(change.state) && change.state !== 'stopped';
    const isNews = this.#context.claims.of(known.runId) === null;
    if (ends && isNews && box.complaint !== null) passOn(this.#context.store, known, box.complaint);
  }

  #endGivenUp(known: Attempt): void {
    const connected = this.#connected;
    if (connected === null) return;
    const ended = endGivenUp(this.#context, connected, known).catch((error: unknown) =>
      this.#complain('a run that was given up could not be stopped', error),
    );
    this.#underWay.add(ended);
  }

  /** One quiet process on the box tells of changes, as long as something of ours is alive there. */
  #keepWatch({ box, signal }: Connected): void {
    const alive = this.#context.store.runs
      .liveAttempts(this.machineId)
      .some(({ directory }) => directory !== null);
    if (!alive) {
      this.#watch?.abort();
      this.#watch = null;
      return;
    }
    if (this.#watch !== null) return;
    const watch = new AbortController();
    this.#watch = watch;
    const both = AbortSignal.any([signal, watch.signal]);
    const watched = box
      .watch((report) => void this.#hear(report), both)
      .catch((error: unknown) => {
        if (!both.aborted) this.#complain('watching a machine failed', error);
      })
      .then(() => this.#pause(retryMs, both))
      .then(() => {
        if (this.#watch !== watch) return;
        this.#watch = null;
        this.#askSoon();
      });
    this.#underWay.add(watched);
  }

  #asking: Promise<void> | null = null;
  /** Asks the box how everything stands, once for any number of callers at the same time. */
  #askSoon(): void {
    const connected = this.#connected;
    if (connected === null || this.#asking !== null) return;
    this.#asking = this.#ask(connected.signal).finally(() => {
      this.#asking = null;
    });
    this.#underWay.add(this.#asking);
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const connected = this.#connected;
    if (connected === null || signal.aborted) return;
    try {
      const report = await connected.box.status(undefined, signal);
      await this.#hear(report);
      this.turns.take();
    } catch (error) {
      if (!signal.aborted) this.#complain('a machine did not say how its runs are', error);
    }
  }

  #whyNot(): Told {
    if (this.#lastError === null) return sayRoom('ROOM_NOT_CONNECTED');
    return sayRoom('ROOM_NOT_CONNECTED_WHY', because('why', this.#lastError));
  }

  #complain(what: string, error: unknown): void {
    const { code, message, details } = TrainyardError.from(error);
    this.#context.log.warn({ machineId: this.machineId, code, message, details }, what);
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await this.#context.clock.sleep(ms, signal).catch(() => undefined);
  }
}
