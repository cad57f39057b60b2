import { refusedOnRecord } from '#backend/activity/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import { newId } from '#shared/domain/id.ts';
import { isOver } from '#shared/domain/migration.ts';
import type { Proposal, RecoveryEvent, RecoverySpec } from '#shared/domain/recovery.ts';
import type { Actor } from '#shared/domain/role.ts';
import { type Attempt, hasEnded, type Run } from '#shared/domain/run.ts';
import { AtBoot } from './at-boot.ts';
import { causesOf, coveredCause } from './causes.ts';
import type { RecoveryContext, RecoveryDependencies } from './context.ts';
import { decide, longestWaitMs } from './decide.ts';
import { entryOver } from './errors.ts';
import { exitOf, gather } from './evidence.ts';
import { type Entry, Journal } from './journal.ts';
import { LostHosts } from './lost-hosts.ts';
import { Policies } from './policies.ts';
import { begunByBox, restart } from './restart.ts';
import { Settling } from './settling.ts';

const lookEveryMs = 2_000;
/** A restart that cannot be carried out now is tried again after so long, ever less often, and whenever something changes. */
const firstRetryMs = 10_000;
const longestRetryMs = 5 * 60_000;
/** What ended longer ago, and was never judged because the app was killed right then, is left as it is. */
const oldestMs = 30 * 24 * 3_600_000;
/** Restarts at the same time: each may copy gigabytes. */
const mostAtOnce = 4;

/**
 * Makes good what happens to runs, by the policy of each: sees how an attempt ended, decides once, writes it down, and
 * carries it out when it is due, across restarts of the app. What each call does is said in the contract.
 */
export class Recovery {
  readonly #context: RecoveryContext;
  readonly #lostHosts: LostHosts;
  readonly #atBoot: AtBoot;
  readonly #settling: Settling;
  readonly #ending = new AbortController();
  readonly #endings: (() => void)[] = [];
  readonly #underWay = new Set<Promise<void>>();
  /** One look at a run's end at a time; asked for meanwhile, it is looked at again. */
  readonly #examining = new Map<string, { again: boolean }>();
  readonly #carrying = new Set<string>();
  readonly #notBefore = new Map<string, number>();
  readonly #bootSeen = new Set<string>();

  constructor(dependencies: RecoveryDependencies) {
    const { store, events } = dependencies;
    const context: RecoveryContext = {
      ...dependencies,
      journal: new Journal(store, (runId) => events.publish({ type: 'recovery.changed', runId })),
      policies: new Policies(store),
      ending: this.#ending.signal,
    };
    this.#context = context;
    this.#lostHosts = new LostHosts(context);
    this.#atBoot = new AtBoot(context);
    this.#settling = new Settling(context);
  }

  /** Takes up what an earlier process left, and listens. Call once. */
  start(): void {
    const { store, events, access, journal } = this.#context;
    this.#endings.push(
      events.subscribe((event) => this.#hear(event)),
      access.onConnected((machineId) => {
        this.#notBefore.clear();
        this.#do(() => this.#lostHosts.seen(machineId));
      }),
    );
    for (const id of store.machines.ids()) {
      if (access.isConnected(id)) this.#do(() => this.#lostHosts.seen(id));
    }
    const since = this.#context.clock.now() - oldestMs;
    for (const { runId } of journal.unjudged(since)) this.#examine(runId);
    this.#do(() => this.#keepLooking());
  }

  async close(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    this.#ending.abort(new TrainyardError('CANCELLED', 'Trainyard is closing.'));
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
  }

  get(runId: string): {
    policy: RecoverySpec | null;
    from: 'task' | 'user' | 'none';
    atBoot: 'cron' | 'systemd' | 'impossible' | 'off' | 'unknown';
    events: RecoveryEvent[];
  } {
    const { store, policies, journal } = this.#context;
    store.runs.requireSummary(runId);
    const { policy, from } = policies.of(runId);
    const wantsBoot = policy?.on.includes('reboot') ?? false;
    const atBoot = policies.boot(runId)?.state ?? (wantsBoot ? 'unknown' : 'off');
    return { policy, from, atBoot, events: journal.events(1000, runId) };
  }

  /** What waits and is no longer wished for is given up; an attempt that was lost before is not made good by a new policy. */
  set(runId: string, policy: RecoverySpec | null, actor: Actor): void {
    const { store, policies, journal, activity, clock, events } = this.#context;
    const run = store.runs.requireSummary(runId);
    store.transaction(() => {
      policies.set(runId, policy, clock.now());
      const { policy: now } = policies.of(runId);
      for (const entry of journal.open(runId)) {
        if (entry.memory.starting === null && !now?.on.includes(entry.event.cause))
          this.#settling.decline(entry);
      }
      activity.record({ actor, action: 'recovery.set', target: runId, details: { name: run.name, policy } });
      store.afterCommit(() => events.publish({ type: 'recovery.changed', runId }));
    });
    this.#do(() => this.#atBoot.policyChanged(runId));
  }

  /** The user's word that a machine will not come back: see LostHosts. */
  async declareLost(machineId: string, actor: Actor): Promise<{ runs: number }> {
    const entry = { actor, action: 'recovery.declareLost', target: machineId };
    const declare = () => this.#lostHosts.declare(machineId, actor);
    return { runs: await refusedOnRecord(this.#context.activity, entry, declare) };
  }

  /** Every event of all runs, newest first. */
  events(limit: number): RecoveryEvent[] {
    return this.#context.journal.events(limit);
  }

  /** Somebody agreed to a restart that was asked for. Part of the caller's transaction. Throws RECOVERY_OVER. */
  accept(proposal: Proposal, actor: Actor): void {
    const entry = this.#asked(proposal);
    entry.event = { ...entry.event, outcome: 'waiting', dueAt: this.#context.clock.now(), error: null };
    entry.memory = { ...entry.memory, acceptedBy: actor.name, startsOver: entry.event.cause === 'host-lost' };
    this.#notBefore.delete(entry.event.id);
    this.#context.journal.save(entry);
  }

  /** Nobody wants it. Part of the caller's transaction. */
  dismiss(proposal: Proposal): void {
    this.#settling.decline(this.#asked(proposal));
  }

  #asked(proposal: Proposal): Entry {
    const entries = this.#context.journal.open(proposal.runId);
    const entry = entries.find(({ memory }) => memory.proposalId === proposal.id);
    if (entry === undefined || entry.event.outcome !== 'asked') throw entryOver();
    return entry;
  }

  #hear(event: AppEvent): void {
    if (event.type === 'run.changed') {
      const { run } = event;
      this.#do(() => this.#atBoot.hear(run));
      if (run.moving === null && (hasEnded(run.state) || run.epoch > 1)) this.#examine(run.id);
    } else if (event.type === 'migration.changed' && isOver(event.migration.phase)) {
      this.#notBefore.clear();
      this.#examine(event.migration.runId);
    } else if (event.type === 'checkpoints.changed') this.#atBoot.checkpointsChanged(event.runId);
    else if (event.type === 'vault.changed' || event.type === 'places.changed') this.#notBefore.clear();
  }

  #do(work: () => Promise<void>): void {
    if (this.#ending.signal.aborted) return;
    const done: Promise<void> = work()
      .catch((error: unknown) => {
        if (!this.#ending.signal.aborted)
          this.#context.log.error({ err: error }, 'recovery failed in a step');
      })
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  #examine(runId: string): void {
    const busy = this.#examining.get(runId);
    if (busy !== undefined) {
      busy.again = true;
      return;
    }
    const state = { again: false };
    this.#examining.set(runId, state);
    this.#do(async () => {
      try {
        do {
          state.again = false;
          await this.#examineNow(runId);
        } while (state.again && !this.#ending.signal.aborted);
      } finally {
        this.#examining.delete(runId);
      }
    });
  }

  async #examineNow(runId: string): Promise<void> {
    const { store, journal } = this.#context;
    const summary = store.runs.summary(runId);
    if (summary === undefined || summary.archived || summary.moving !== null) return;
    if (hasEnded(summary.state)) {
      if (summary.state !== 'failed' && summary.state !== 'lost') return;
      const run = store.runs.get(runId);
      const attempt = run?.attempts.at(-1);
      if (run !== undefined && attempt !== undefined) await this.#judge(run, attempt);
      return;
    }
    if (journal.open(runId).length > 0) this.#settling.overtaken(store.runs.require(runId));
    await this.#noteBootStart(runId, summary.epoch);
  }

  /** Decides about one ended attempt, once. */
  async #judge(run: Run, attempt: Attempt): Promise<void> {
    const { journal, policies, handover, store, clock } = this.#context;
    const { runId, epoch } = attempt;
    if (journal.of(runId, epoch) !== null) return;
    const { policy, since } = policies.of(runId);
    if (policy === null || (attempt.endedAt ?? clock.now()) < since) return;
    const stopAsked = handover.stopAsked(runId, epoch);
    const nothingKnown = { stopAsked, diagnosis: null, kernelKilled: false };
    if (coveredCause(causesOf(attempt, policy, nothingKnown), policy) === null) return;
    const gathered = await gather(this.#context, run, attempt);
    if (this.#ending.signal.aborted) return;
    // The box may have said more, or somebody acted, while the clues were looked for.
    const now = store.runs.get(runId)?.attempts.at(-1);
    if (now?.epoch !== epoch || now.state !== attempt.state || now.evidence.kind !== attempt.evidence.kind) {
      const examining = this.#examining.get(runId);
      if (examining !== undefined) examining.again = true;
      return;
    }
    const { diagnosis, kernelKilled, errorPlace, reached } = gathered;
    const cause = coveredCause(causesOf(attempt, policy, { stopAsked, diagnosis, kernelKilled }), policy);
    if (cause === null) return;
    const { exitCode } = exitOf(attempt);
    const previous = journal.thatBegan(runId, epoch)?.memory ?? null;
    const decision = decide(policy, { cause, exitCode, diagnosis, errorPlace, reached, previous });
    const at = clock.now();
    const entry: Entry = {
      event: {
        id: newId(),
        runId,
        at,
        cause,
        epoch,
        outcome: 'waiting',
        dueAt: decision.kind === 'restart' ? at + decision.waitMs : null,
        toMachineId: null,
        toMachineName: null,
        newEpoch: null,
        checkpoint: reached.checkpoint && { path: reached.checkpoint.path, step: reached.checkpoint.step },
        diagnosis,
        error: null,
      },
      memory: {
        inRow: decision.inRow,
        best: decision.best,
        errorPlace,
        exitCode,
        starting: null,
        tries: 0,
        acceptedBy: null,
        startsOver: false,
        proposalId: null,
      },
    };
    if (decision.kind === 'give-up') this.#settling.giveUp(entry, run, policy, decision.why);
    else if (policy.ask) this.#settling.ask(entry, run, attempt);
    else journal.add(entry);
    await this.#context.onStep?.('decided');
  }

  /** After a reboot the box has started the run by itself: that is written down like a restart of ours. */
  async #noteBootStart(runId: string, epoch: number): Promise<void> {
    const { store, journal, policies } = this.#context;
    const key = `${runId}/${epoch}`;
    if (this.#bootSeen.has(key)) return;
    const lost = store.runs.attempt(runId, epoch - 1);
    if (lost?.evidence.kind !== 'rebooted' || journal.of(runId, epoch - 1) !== null) {
      this.#bootSeen.add(key);
      return;
    }
    const run = store.runs.get(runId);
    if (run === undefined || policies.of(runId).policy === null) return;
    const outcome = await begunByBox(this.#context, run, lost, this.#ending.signal);
    if (outcome?.kind !== 'restarted') return;
    this.#bootSeen.add(key);
    this.#settling.begunAtBoot(run, lost, outcome.epoch);
  }

  async #keepLooking(): Promise<void> {
    const { clock } = this.#context;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      this.#look();
      await clock.sleep(lookEveryMs, signal).catch(() => undefined);
    }
  }

  /** Carries out what is due. */
  #look(): void {
    const { journal, clock } = this.#context;
    const now = clock.now();
    for (const entry of journal.waiting()) {
      const { id, dueAt } = entry.event;
      if (this.#carrying.size >= mostAtOnce) return;
      if (this.#carrying.has(id) || (this.#notBefore.get(id) ?? 0) > clock.elapsed()) continue;
      // A clock that was put back must not hold a restart off for longer than any back-off.
      if (dueAt !== null && dueAt > now && dueAt - now <= longestWaitMs) continue;
      this.#carrying.add(id);
      this.#do(() => this.#carryOut(id).finally(() => this.#carrying.delete(id)));
    }
  }

  async #carryOut(id: string): Promise<void> {
    const { journal, clock } = this.#context;
    const entry = journal.get(id);
    if (entry === null || entry.event.outcome !== 'waiting') return;
    const outcome = await restart(this.#context, entry, this.#ending.signal);
    if (this.#ending.signal.aborted && outcome.kind === 'later') return;
    if (outcome.kind === 'later') {
      const wait = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(entry.memory.tries, 10));
      this.#notBefore.set(id, clock.elapsed() + wait);
    } else this.#notBefore.delete(id);
    this.#settling.settle(entry, outcome);
    const lost = this.#context.store.runs.attempt(entry.event.runId, entry.event.epoch);
    // Should it have come back right then.
    if (outcome.kind === 'restarted' && lost !== undefined)
      this.#do(() => this.#lostHosts.seen(lost.machineId));
    await this.#context.onStep?.('settled');
  }
}
