import type { BoxAttempt } from '#backend/runs/box/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';

/** One saved state of the training. `content` stands for the bytes of its file. */
export interface SimCheckpoint {
  path: string;
  step: number;
  content: string;
  at: number;
}

export interface SimAttempt {
  epoch: number;
  /** Begun at this time from this step; a step a second. */
  startedAt: number;
  fromStep: number;
  endedAt: number | null;
  exit: BoxAttempt['exit'];
  lost: boolean;
  armed: { token: string; at: number } | null;
  /** KILL comes then. */
  killAt: number | null;
  savedStep: number;
  /** Another save is under way and done then. */
  savingUntil: number | null;
}

export interface SimTrainer {
  /** Steps between its own checkpoints. */
  every: number;
  /** Ends with success after this step. */
  lastStep: number;
  /** What it does when asked to save: saves, saves and ends, or nothing. */
  onRequest: 'saves' | 'saves-and-ends' | 'deaf';
  onTerm: 'ends' | 'saves-and-ends' | 'deaf';
  saveMs: number;
  /** Until its first step. */
  loadMs: number;
  printsSteps: boolean;
  /** Keeps so many checkpoints. */
  keeps: number;
}

export const usualTrainer: SimTrainer = {
  every: 50,
  lastStep: 1_000_000,
  onRequest: 'saves',
  onTerm: 'saves-and-ends',
  saveMs: 2_000,
  loadMs: 0,
  printsSteps: true,
  keeps: 3,
};

const stepMs = 1000;

/** A box with one run on it, as the real one behaves: it owns the run, and its timers go by its own time, whoever looks. */
export class SimBox {
  readonly machineId: string;
  trainer: SimTrainer = usualTrainer;
  visible = true;
  readonly attempts = new Map<number, SimAttempt>();
  checkpoints: SimCheckpoint[] = [];
  tomb: { epoch: number; to: string } | null = null;
  /** Trainers here begin from nothing, whatever they are told. */
  forgets = false;
  /** Its checkpoints are written anew in the same place. */
  overwrites = false;
  /** Something of the run was copied here. */
  hasCopy = false;
  /** Trainers die here as soon as they have begun. */
  broken = false;
  /** Tokens that were taken off. */
  readonly #usedUp = new Set<string>();
  #now = 0;

  constructor(machineId: string) {
    this.machineId = machineId;
  }

  get now(): number {
    return this.#now;
  }
  alive(): SimAttempt[] {
    return [...this.attempts.values()].filter(isAlive);
  }

  stepOf(attempt: SimAttempt): number {
    const until = attempt.endedAt ?? this.#now;
    return (
      attempt.fromStep + Math.max(0, Math.floor((until - attempt.startedAt - this.trainer.loadMs) / stepMs))
    );
  }

  /** What has happened here up to `now`, in order. */
  tick(now: number): void {
    this.#now = now;
    for (const attempt of this.alive()) {
      if (attempt.savingUntil !== null && attempt.savingUntil <= now) this.#save(attempt);
      const step = this.stepOf(attempt);
      if (step - attempt.savedStep >= this.trainer.every) this.#save(attempt);
      if (attempt.armed !== null && attempt.armed.at <= now) this.#end(attempt, null, 'TERM', 'timer');
      else if (attempt.killAt !== null && attempt.killAt <= now) this.#end(attempt, null, 'KILL', 'user');
      else if (step >= this.trainer.lastStep) this.#end(attempt, 0, null, 'itself');
      else if (this.broken && now > attempt.startedAt) this.#end(attempt, 1, null, 'itself');
    }
  }

  #save(attempt: SimAttempt): void {
    attempt.savingUntil = null;
    const step = this.stepOf(attempt);
    attempt.savedStep = step;
    const path = `step-${step}.pt`;
    this.checkpoints = [
      ...this.checkpoints.filter((each) => each.path !== path),
      { path, step, content: `${this.machineId}.${attempt.epoch}.${step}`, at: this.#now },
    ].sort((a, b) => a.step - b.step);
    this.checkpoints = this.checkpoints.slice(-this.trainer.keeps);
  }

  #end(
    attempt: SimAttempt,
    code: number | null,
    signal: string | null,
    by: 'itself' | 'user' | 'timer',
  ): void {
    if (by !== 'itself' && this.trainer.onTerm === 'saves-and-ends' && signal === 'TERM') this.#save(attempt);
    attempt.endedAt = this.#now;
    attempt.exit = { code, signal, by };
  }

  crash(): void {
    for (const attempt of this.alive()) this.#end(attempt, 1, null, 'itself');
  }
  /** Everything that ran is gone, without a word. */
  reboot(): void {
    for (const attempt of this.alive()) {
      attempt.endedAt = this.#now;
      attempt.lost = true;
    }
  }

  launch(epoch: number, from: SimCheckpoint | null): void {
    const there = this.attempts.get(epoch);
    // The same launch sent again.
    if (there !== undefined) return;
    if (this.tomb !== null && this.tomb.epoch >= epoch) throw refusal('RUN_MOVED');
    if ([...this.attempts.keys()].some((each) => each >= epoch)) throw refusal('RUN_EPOCH_STALE');
    if (this.alive().length > 0) throw refusal('RUN_ALREADY_LIVE');
    this.tomb = null;
    this.attempts.set(epoch, {
      epoch,
      startedAt: this.#now,
      fromStep: this.forgets ? 0 : (from?.step ?? 0),
      endedAt: null,
      exit: null,
      lost: false,
      armed: null,
      killAt: null,
      savedStep: from?.step ?? 0,
      savingUntil: null,
    });
  }

  requestCheckpoint(epoch: number): number {
    const attempt = this.#live(epoch);
    if (this.trainer.onRequest === 'deaf') return 1;
    if (this.trainer.onRequest === 'saves-and-ends') {
      this.#save(attempt);
      this.#end(attempt, 0, null, 'itself');
    } else attempt.savingUntil = this.#now + this.trainer.saveMs;
    return 1;
  }

  arm(epoch: number, token: string, ms: number): void {
    const attempt = this.#live(epoch);
    if (this.tomb !== null && this.tomb.epoch >= epoch) throw refusal('RUN_MOVED');
    if (this.#usedUp.has(token)) throw refusal('RUN_ARMED');
    if (attempt.armed !== null && attempt.armed.token !== token) throw refusal('RUN_ARMED');
    attempt.armed = { token, at: this.#now + ms };
  }

  disarm(epoch: number, token: string): void {
    const attempt = this.#live(epoch);
    this.#usedUp.add(token);
    if (attempt.armed === null) return;
    if (attempt.armed.token !== token) throw refusal('RUN_ARMED');
    attempt.armed = null;
  }

  stop(epoch: number, graceMs: number): void {
    const attempt = this.attempts.get(epoch);
    if (attempt === undefined) throw refusal('RUN_UNKNOWN_ON_BOX');
    if (!isAlive(attempt)) return;
    if (this.trainer.onTerm === 'deaf') attempt.killAt ??= this.#now + graceMs;
    else this.#end(attempt, null, 'TERM', 'user');
  }

  entomb(epoch: number, to: string): void {
    if (this.alive().length > 0) throw refusal('RUN_ALREADY_LIVE');
    if ((this.tomb?.epoch ?? 0) <= epoch) this.tomb = { epoch, to };
  }

  remove(): void {
    if (this.alive().length > 0) throw refusal('RUN_ALREADY_LIVE');
    this.attempts.clear();
    this.checkpoints = [];
    this.hasCopy = false;
  }

  status(epoch: number, runId: string): BoxAttempt | null {
    const attempt = this.attempts.get(epoch);
    if (attempt === undefined) return null;
    const alive = isAlive(attempt);
    return {
      runId,
      epoch,
      phase: alive ? 'running' : attempt.lost ? 'lost' : 'ended',
      directory: `/home/u/.trainyard/runs/${runId}`,
      pid: 1,
      heartbeat: 1 + Math.floor((this.#now - attempt.startedAt) / 5000),
      heartbeatAgeMs: alive ? 100 : 60_000,
      supervisorAlive: alive,
      trainerAlive: alive,
      bootId: 'boot',
      exit: attempt.exit,
      armed:
        attempt.armed === null
          ? null
          : {
              token: attempt.armed.token,
              remainingMs: Math.max(0, attempt.armed.at - this.#now),
              fired: attempt.exit?.by === 'timer',
            },
      movedTo: (this.tomb?.epoch ?? 0) >= epoch ? (this.tomb?.to ?? null) : null,
      startedAtBoot: false,
      logBytes: 10,
      logInode: '1',
      startedAgoMs: this.#now - attempt.startedAt,
      endedAgoMs: null,
      complaint: null,
    };
  }

  #live(epoch: number): SimAttempt {
    const attempt = this.attempts.get(epoch);
    if (attempt === undefined) throw refusal('RUN_UNKNOWN_ON_BOX');
    if (!isAlive(attempt)) throw refusal('RUN_NOT_ALIVE');
    return attempt;
  }
}

export const isAlive = ({ endedAt }: SimAttempt): boolean => endedAt === null;
export const refusal = (code: string): TrainyardError => new TrainyardError(code, `The box says ${code}.`);
export const unreachable = (): TrainyardError =>
  new TrainyardError('MACHINE_UNREACHABLE', 'The machine cannot be reached.', { retryable: true });
