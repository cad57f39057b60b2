import type { RunsPrograms } from '#backend/processes/index.ts';
import { type Told, toldOf } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Accelerator } from '#shared/domain/machine.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import { type Attempt, hasEnded, type RunSummary } from '#shared/domain/run.ts';
import type { AcceleratorRequest } from '#shared/domain/spec.ts';
import type { BoxReport, BoxRuns } from './box/interface.ts';
import type { RunsContext } from './context.ts';
import { noSuchAccelerator } from './errors.ts';
import { prepare } from './prepare.ts';
import { type Held, type MachineNow, planQueue, type Verdict, type Waiting } from './queue/plan.ts';
import type { SnapshotTaker } from './snapshots.ts';
import { UnderWay } from './under-way.ts';

const mostTries = 5;
const firstRetryMs = 1000;
/** Ended runs that the queue still remembers: their processes may show in an older look at the machine. */
const mostRecent = 64;
const mostRequestsKnown = 10_000;

/** The box as it is connected now. */
export interface Connected {
  programs: RunsPrograms;
  box: BoxRuns;
  signal: AbortSignal;
}

export interface TurnsOptions {
  context: RunsContext;
  snapshots: SnapshotTaker;
  machineId: string;
  connected(): Connected | null;
  /** Why it is not connected, in words. */
  whyNot(): Told;
  /** Takes in what the box says, runs of others included. */
  hear(report: BoxReport): Promise<void>;
  /** An attempt was started on the box, or may have been: the box is to be asked. */
  onLaunched(runId: string, epoch: number): void;
}

/** Who may start on one machine, and their way there. */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #preparing = new Map<string, AbortController>();
  readonly #tries = new Map<string, number>();
  readonly #requests = new Map<string, readonly AcceleratorRequest[]>();
  #recent: Held[] = [];
  #closed = false;
  readonly #underWay = new UnderWay();

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /**
   * Looks at the queue and starts whoever may. Cheap; called whenever something has changed. Never throws: those who call
   * it have done their own part, and a full disk here must not undo it.
   */
  take(): void {
    if (this.#closed) return;
    try {
      this.#takeTurns();
    } catch (error) {
      this.#options.context.log.error({ err: error }, 'the queue of a machine could not be looked at');
    }
  }

  #takeTurns(): void {
    const { context, machineId } = this.#options;
    const queued = context.store.runs.queued(machineId).filter((run) => !this.isPreparing(run.id, run.epoch));
    if (queued.length === 0) return;
    if (this.#options.connected() === null) {
      const reason = this.#options.whyNot();
      context.store.transaction(() => {
        for (const [index, run] of queued.entries()) this.#wait(run, index + 1, reason);
      });
      return;
    }
    const waiting: Waiting[] = [];
    const { draining } = context.store.machines.policy(machineId);
    for (const run of queued) {
      if (draining || context.claims.of(run.id) !== null) {
        this.#wait(run, 1, sayRoom(draining ? 'ROOM_DRAINING' : 'ROOM_CLAIMED'));
        continue;
      }
      const before = this.#earlierAttempt(run);
      if (before !== null) {
        const { epoch, machineName: machine } = before;
        this.#wait(run, 1, sayRoom('ROOM_ATTEMPT_BEFORE', { epoch, machine }));
        continue;
      }
      const { id: runId, priority, createdAt } = run;
      waiting.push({ runId, priority, createdAt, requests: this.#requestsOf(run) });
    }
    const byId = new Map(queued.map((run) => [run.id, run]));
    // In one transaction: when one starts, all behind it move up.
    context.store.transaction(() => {
      for (const verdict of planQueue(waiting, this.#held(), this.#machineNow())) {
        const run = byId.get(verdict.runId);
        if (run === undefined) continue;
        if (verdict.kind === 'start') this.#start(run, verdict.accelerators);
        else if (verdict.kind === 'wait') this.#wait(run, verdict.position, verdict.reason);
        else this.#fail(run.id, run.epoch, noSuchAccelerator(run.machineName, verdict.reason));
      }
    });
  }

  /** What the queue would say if this run stood first in it, as far as accelerators go; those it holds itself are free to it. */
  wouldStart(run: RunSummary, requests: readonly AcceleratorRequest[]): Verdict {
    const { id: runId, createdAt } = run;
    const first: Waiting = { runId, priority: Number.POSITIVE_INFINITY, createdAt, requests };
    const held = this.#held().filter((each) => each.runId !== runId);
    const [verdict] = planQueue([first], held, this.#machineNow());
    return verdict ?? { runId, kind: 'never', reason: sayRoom('ROOM_NOTHING_KNOWN') };
  }

  /** Takes up a launch that was interrupted after its turn had come. */
  resume(attempt: Attempt): void {
    if (this.isPreparing(attempt.runId, attempt.epoch) || this.#closed) return;
    this.#underWay.add(this.#prepare(attempt.runId, attempt.epoch));
  }

  isPreparing(runId: string, epoch: number): boolean {
    return this.#preparing.has(`${runId}/${epoch}`);
  }

  /** Ends the way of this attempt to the box, wherever it is on it. */
  abort(runId: string, epoch: number): void {
    this.#preparing.get(`${runId}/${epoch}`)?.abort(cancelled());
  }

  noteEnded(attempt: Attempt): void {
    const held = attempt.accelerators.map(({ uuid }) => ({
      runId: attempt.runId,
      runName: '',
      uuid,
      endedAt: this.#options.context.clock.now(),
    }));
    this.#recent = [...this.#recent, ...held].slice(-mostRecent);
  }

  /** Whatever is on its way stays as it is in the database: the next start takes it up. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const controller of this.#preparing.values()) controller.abort(cancelled());
    await this.#underWay.over();
  }

  #held(): Held[] {
    const { store } = this.#options.context;
    const live = store.runs.liveAttempts(this.#options.machineId).flatMap((attempt) => {
      if (attempt.accelerators.length === 0) return [];
      const runName = store.runs.summary(attempt.runId)?.name ?? attempt.runId;
      return attempt.accelerators.map(({ uuid }) => ({ runId: attempt.runId, runName, uuid, endedAt: null }));
    });
    const reserved = this.#options.context.reservations.on(this.#options.machineId).flatMap((each) => {
      const name = store.runs.summary(each.runId)?.name ?? each.runId;
      return each.accelerators.map(({ uuid }) => ({
        runId: each.runId,
        runName: name,
        uuid,
        endedAt: null,
      }));
    });
    return [...live, ...reserved, ...this.#recent];
  }

  #machineNow(): MachineNow {
    const { store } = this.#options.context;
    const inventory = store.machines.get(this.#options.machineId)?.inventory ?? null;
    return {
      accelerators: inventory?.accelerators ?? null,
      takenAt: inventory?.takenAt ?? 0,
      knowsRun: (runId) => store.runs.summary(runId) !== undefined,
    };
  }

  /** A run has one live attempt: the next waits until the one before is proven gone, on whatever machine. */
  #earlierAttempt(run: RunSummary): Attempt | null {
    if (run.epoch === 1) return null;
    const attempts = this.#options.context.store.runs.attempts(run.id);
    return attempts.find(({ epoch, state }) => epoch < run.epoch && !hasEnded(state)) ?? null;
  }

  /** What a run asks for never changes: it is read once, however often the queue is looked at. */
  #requestsOf({ id }: RunSummary): readonly AcceleratorRequest[] {
    const known = this.#requests.get(id);
    if (known !== undefined) return known;
    const requests = this.#options.context.store.runs.get(id)?.spec.resources.accelerators ?? [];
    if (this.#requests.size >= mostRequestsKnown) this.#requests.clear();
    this.#requests.set(id, requests);
    return requests;
  }

  #wait(run: RunSummary, position: number, why: Told): void {
    const { evidence } = run;
    if (evidence.kind === 'queued' && evidence.position === position && evidence.reason === why.message)
      return;
    const { records, clock } = this.#options.context;
    records.save(run.id, run.epoch, {
      state: 'queued',
      evidence: { kind: 'queued', at: clock.now(), position, reason: why.message, why },
    });
  }

  #start(run: RunSummary, accelerators: readonly Accelerator[]): void {
    const { records, clock } = this.#options.context;
    records.save(run.id, run.epoch, {
      state: 'preparing',
      accelerators: accelerators.map(({ index, uuid }) => ({ index, uuid })),
      evidence: { kind: 'launching', at: clock.now(), step: 'connect', done: 0, total: 1, unit: 'steps' },
    });
    this.#options.context.store.afterCommit(() => {
      this.#options.context.onStep?.('turn');
      this.#underWay.add(this.#prepare(run.id, run.epoch));
    });
  }

  async #prepare(runId: string, epoch: number): Promise<void> {
    const { context, snapshots } = this.#options;
    const key = `${runId}/${epoch}`;
    const connected = this.#options.connected();
    const run = context.store.runs.get(runId);
    if (connected === null || run === undefined) {
      this.#putBack(runId, epoch, this.#options.whyNot());
      return;
    }
    const own = new AbortController();
    this.#preparing.set(key, own);
    const signal = AbortSignal.any([own.signal, connected.signal]);
    try {
      const { programs, box } = connected;
      const checkAccelerators = () => this.#checkAccelerators(runId, epoch, box, signal);
      await prepare(context, snapshots, { run, epoch, programs, box, signal, checkAccelerators });
      this.#tries.delete(key);
      this.#preparing.delete(key);
      if (this.#closed) return;
      this.#options.onLaunched(runId, epoch);
    } catch (error) {
      this.#preparing.delete(key);
      if (this.#closed) return;
      this.#failed(runId, epoch, TrainyardError.from(error), own.signal.aborted, connected);
    }
    this.take();
  }

  /** Another Trainyard may have given the same accelerators to a run of its own: looked at right before the start. */
  async #checkAccelerators(runId: string, epoch: number, box: BoxRuns, signal: AbortSignal): Promise<void> {
    const { store } = this.#options.context;
    const own = store.runs.attempt(runId, epoch)?.accelerators ?? [];
    if (own.length === 0) return;
    await this.#options.hear(await box.status(undefined, signal));
    const taken = this.#held().find(
      (each) => each.runId !== runId && each.endedAt === null && own.some(({ uuid }) => uuid === each.uuid),
    );
    if (taken === undefined) return;
    throw new TrainyardError(
      'RUN_ACCELERATORS_TAKEN',
      `Run "${taken.runName}" has taken the same accelerators in the meantime.`,
      { params: { name: taken.runName }, retryable: true },
    );
  }

  #failed(runId: string, epoch: number, error: TrainyardError, stopped: boolean, connected: Connected): void {
    const { context } = this.#options;
    const attempt = context.store.runs.attempt(runId, epoch);
    if (attempt === undefined || hasEnded(attempt.state)) return;
    if (stopped) {
      // The user's stop came in mid-launch: whether it got there, the box says.
      this.#options.onLaunched(runId, epoch);
      return;
    }
    const key = `${runId}/${epoch}`;
    const tries = (this.#tries.get(key) ?? 0) + 1;
    const mayTryAgain = error.retryable && tries < mostTries;
    if (error.code === 'RUN_EPOCH_STALE') {
      // The box has this attempt already: its own word is next.
      this.#options.onLaunched(runId, epoch);
    } else if (connected.signal.aborted) {
      this.#putBack(runId, epoch, this.#options.whyNot());
    } else if (mayTryAgain || error.code === 'RUN_ALREADY_LIVE') {
      this.#tries.set(key, tries);
      this.#putBack(runId, epoch, toldOf(error));
      this.#retryLater(Math.min(tries, mostTries));
    } else {
      this.#tries.delete(key);
      context.log.warn({ runId, epoch, code: error.code, details: error.details }, 'a launch failed');
      this.#fail(runId, epoch, error);
    }
  }

  /** Back into the queue; one that may have reached the box keeps its state until the box has been asked. */
  #putBack(runId: string, epoch: number, why: Told): void {
    const { store, records, notes, clock } = this.#options.context;
    const attempt = store.runs.attempt(runId, epoch);
    if (attempt === undefined || hasEnded(attempt.state) || attempt.state === 'stopping') return;
    if (notes.get('launch', runId, epoch)?.sent) return;
    records.save(runId, epoch, {
      state: 'queued',
      accelerators: [],
      evidence: { kind: 'queued', at: clock.now(), position: 1, reason: why.message, why },
    });
  }

  #retryLater(tries: number): void {
    const { clock } = this.#options.context;
    const connected = this.#options.connected();
    if (connected === null) return;
    const retry = clock.sleep(firstRetryMs * 2 ** (tries - 1), connected.signal).then(
      () => this.#again(),
      () => undefined,
    );
    this.#underWay.add(retry);
  }

  /** Those that had reached the box when it said "not yet" are neither queued nor running: they go on here. */
  #again(): void {
    const { store, notes } = this.#options.context;
    for (const attempt of store.runs.liveAttempts(this.#options.machineId)) {
      const { runId, epoch, state } = attempt;
      if (state === 'starting' && notes.get('launch', runId, epoch)?.direct !== true) this.resume(attempt);
    }
    this.take();
  }

  #fail(runId: string, epoch: number, error: TrainyardError): void {
    const { records, clock } = this.#options.context;
    this.#options.snapshots.drop(runId);
    records.save(runId, epoch, {
      state: 'failed',
      endedAt: clock.now(),
      evidence: {
        kind: 'launch-failed',
        at: clock.now(),
        error: { ...error.toShape(), details: error.details.slice(0, 4000) },
      },
    });
  }
}

const cancelled = () => new TrainyardError('CANCELLED', 'This was cancelled.');
