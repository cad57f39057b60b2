import type { SpareCopies } from '#backend/recovery/index.ts';
import { runUnknown } from '#backend/store/index.ts';
import type { RunCheckpoint } from '#shared/domain/checkpoint.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId } from '#shared/domain/id.ts';
import { type Actor, appItself } from '#shared/domain/role.ts';
import { hasEnded, type Run } from '#shared/domain/run.ts';
import type { Backup, KeepPolicy } from '#shared/domain/run-backup.ts';
import { isOf, newestFirst, wanted, wantedAtEnd } from './choose.ts';
import type { KeepingDependencies } from './context.ts';
import { baseOf, directoryOf } from './description.ts';
import { backupUnknown, noTarget, nothingToKeep, sameMachine } from './errors.ts';
import { find } from './find.ts';
import { Makings, removeFiles } from './makings.ts';
import { recorded } from './record.ts';
import { bringOver, claimOf, describe, restore } from './restore.ts';
import { BackupRows, type Kept } from './rows.ts';
import { check } from './verify.ts';

const lookEveryMs = 30_000;

/** Keeps saved states of runs on other machines: by policy or by hand, verified, listed, pruned, restored from. */
export class RunBackups implements SpareCopies {
  readonly #context: KeepingDependencies;
  readonly #rows: BackupRows;
  readonly #ending = new AbortController();
  readonly #endings: (() => void)[] = [];
  readonly #makings: Makings;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(context: KeepingDependencies) {
    this.#context = context;
    this.#rows = new BackupRows(context.store, (backupId, why) =>
      context.log.error({ backupId, why }, 'a backup of a run cannot be read from the database'),
    );
    this.#makings = new Makings(context, this.#rows, this.#ending.signal, (runId) => this.#consider(runId));
  }

  /** Takes up what an earlier process left, and keeps by policy from now on. Call once. */
  start(): void {
    const { events, access, handover, store } = this.#context;
    for (const kept of this.#rows.list()) {
      if (kept.restoring === null) continue;
      // The restore of a process that is gone: nothing had begun, or what has begun is the run's own now.
      if (store.runs.summary(kept.restoring.runId) !== undefined) {
        handover.unreserve(kept.restoring.runId, kept.restoring.machineId, claimOf(kept));
        if (handover.claimedBy(kept.restoring.runId) === claimOf(kept))
          handover.release(kept.restoring.runId, claimOf(kept));
      }
      this.#rows.save({ ...kept, restoring: null });
    }
    this.#endings.push(
      events.subscribe((event) => {
        if (event.type === 'checkpoints.changed') this.#consider(event.runId);
      }),
      access.onConnected((machineId, calm) => this.#track(this.#findOnceCalm(machineId, calm))),
    );
    this.#track(this.#keepLooking());
    for (const kept of this.#rows.inState('copying')) this.#makings.add(kept);
  }

  /** What is under way stays as it is in the database: the next start goes on with it. */
  async close(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    this.#ending.abort(new TrainyardError('CANCELLED', 'Trainyard is closing.'));
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
    await this.#makings.over();
  }

  policy(runId: string): KeepPolicy | null {
    this.#run(runId);
    return this.#rows.policy(runId);
  }

  setPolicy(runId: string, policy: KeepPolicy | null, actor: Actor): Promise<KeepPolicy | null> {
    const { activity, events, store } = this.#context;
    const details = policy === null ? {} : { machines: policy.machineIds.length, keep: policy.keep };
    return recorded(activity, { actor, action: 'backup.setPolicy', target: runId, details }, () => {
      const run = this.#run(runId);
      for (const id of policy?.machineIds ?? []) store.machines.require(id);
      this.#rows.setPolicy(run.id, policy);
      events.publish({ type: 'backups.changed', runId });
      this.#makings.forgetPauses();
      this.#consider(runId);
      return policy;
    });
  }

  /** Newest first, without those that were removed. */
  list(runId?: string): Backup[] {
    return this.#rows
      .list(runId)
      .filter(({ shown }) => shown.state !== 'removed')
      .map((kept) => this.#makings.shown(kept.shown.id) ?? kept.shown);
  }

  /**
   * One now, on the machine given or on those of the policy. Answers once they are listed as `copying`. The same request again is
   * the same backups. Rejects with BACKUP_NO_TARGET, BACKUP_SAME_MACHINE, BACKUP_NOTHING_TO_KEEP, MACHINE_UNKNOWN, and what
   * data sensitivity has against it.
   */
  keepNow(
    { runId, requestId, machineId }: { runId: string; requestId: string; machineId?: string | undefined },
    actor: Actor,
  ): Promise<Backup[]> {
    const { activity } = this.#context;
    return recorded(activity, { actor, action: 'backup.start', target: runId, details: {} }, () => {
      const earlier = this.#rows.list(runId).filter((kept) => kept.requestId === requestId);
      if (earlier.length > 0) return earlier.map(({ shown }) => shown);
      const run = this.#run(runId);
      const policy = this.#rows.policy(runId);
      const targets = machineId === undefined ? (policy?.machineIds ?? []) : [machineId];
      if (targets.length === 0) throw noTarget(run.name);
      const hasCheckpoints = run.spec.checkpoint !== null && policy?.checkpoints !== 'none';
      if (!hasCheckpoints && (policy?.artefacts ?? []).length === 0) throw nothingToKeep(run.name);
      return targets.map((id) =>
        this.#begin(run, id, requestId, policy, hasCheckpoints ? anyCheckpoint : null, actor),
      );
    });
  }

  /** Hashes it again, over there. Damaged: state and error say so. */
  verify(backupId: string, actor: Actor, signal: AbortSignal): Promise<Backup> {
    const { activity } = this.#context;
    return recorded(
      activity,
      { actor, action: 'backup.verify', target: this.#named(backupId), details: { backupId } },
      async () => {
        const kept = this.#kept(backupId);
        if (kept.shown.state !== 'verified' && kept.shown.state !== 'damaged') return kept.shown;
        const problem = await check(this.#context, kept, signal);
        const shown: Backup = {
          ...kept.shown,
          state: problem === null ? 'verified' : 'damaged',
          verifiedAt: problem === null ? this.#context.clock.now() : kept.shown.verifiedAt,
          error: problem === null ? null : problem.toShape(),
        };
        this.#save({ ...this.#kept(backupId), shown });
        if (problem !== null) this.#consider(shown.runId);
        return shown;
      },
    );
  }

  /** Ends a copy under way and takes away what there is of it. */
  cancel(backupId: string, actor: Actor): Promise<Backup> {
    const { activity } = this.#context;
    return recorded(
      activity,
      { actor, action: 'backup.cancel', target: this.#named(backupId), details: { backupId } },
      async () => {
        await this.#makings.cancel(this.#kept(backupId));
        return this.#kept(backupId).shown;
      },
    );
  }

  /** Rejects with BACKUP_UNKNOWN, BACKUP_NOT_VERIFIED, BACKUP_RUN_LIVE, BACKUP_DAMAGED, BACKUP_CODE_MISSING, the hand-over's errors. */
  restore(
    {
      requestId,
      backupId,
      machineId,
      secrets,
    }: { requestId: string; backupId: string; machineId: string; secrets: Record<string, string> },
    actor: Actor,
    signal: AbortSignal,
  ): Promise<Run> {
    const { activity } = this.#context;
    const details = { backupId, machineId };
    return recorded(
      activity,
      { actor, action: 'backup.restore', target: this.#named(backupId), details },
      () =>
        restore(this.#context, this.#rows, {
          kept: this.#kept(backupId),
          machineId,
          secrets,
          requestId,
          actor,
          signal: AbortSignal.any([signal, this.#ending.signal]),
        }),
    );
  }

  remove(backupId: string, actor: Actor, signal: AbortSignal): Promise<Backup> {
    const { activity } = this.#context;
    return recorded(
      activity,
      { actor, action: 'backup.remove', target: this.#named(backupId), details: { backupId } },
      async () => {
        const kept = this.#kept(backupId);
        if (kept.shown.state === 'copying')
          throw new TrainyardError('BACKUP_UNDER_WAY', 'This backup is being made: cancel it first.');
        await removeFiles(this.#context, kept, signal);
        const shown: Backup = { ...kept.shown, state: 'removed' };
        this.#save({ ...kept, shown });
        return shown;
      },
    );
  }

  newest(runId: string, notOn: string) {
    const kept = this.#rows
      .list(runId)
      .filter(
        ({ shown }) => shown.state === 'verified' && shown.machineId !== notOn && shown.checkpoint !== null,
      )
      .sort(({ shown: one }, { shown: other }) => newestFirst(one, other))[0];
    if (kept === undefined) return null;
    const { id, machineName, checkpoint } = kept.shown;
    return { backupId: id, machineName, step: checkpoint?.step ?? null };
  }

  async bring(
    backupId: string,
    machineId: string,
    signal: AbortSignal,
  ): Promise<{ path: string; step: number | null }> {
    const kept = this.#kept(backupId);
    const description = await describe(this.#context, kept, signal);
    const resume = await bringOver(
      this.#context,
      { kept, description, runId: kept.shown.runId, machineId },
      signal,
    );
    if (resume === null) throw nothingToKeep(kept.shown.runName);
    return resume;
  }

  /** For whoever shows checkpoints: where else each of them lies. */
  copiesOf(runId: string) {
    return this.#rows.list(runId).flatMap((kept) => {
      const { checkpoint, machineId, machineName, path, verifiedAt, state } = kept.shown;
      if (state !== 'verified' || checkpoint === null) return [];
      const place = `${path}/checkpoint${checkpoint.path === '.' ? '' : `/${checkpoint.path}`}`;
      const copy = { machineId, machineName, path: place, kind: 'backup' as const, verifiedAt };
      return [{ copy, holds: (one: RunCheckpoint) => isOf(kept, one) }];
    });
  }

  #run(runId: string): Run {
    const run = this.#context.store.runs.get(runId);
    if (run === undefined) throw runUnknown(runId);
    return run;
  }

  /** How the activity log calls it. */
  #named(backupId: string): string {
    return this.#rows.get(backupId)?.shown.runName ?? backupId;
  }

  #kept(backupId: string): Kept {
    const kept = this.#rows.get(backupId);
    if (kept === null) throw backupUnknown(backupId);
    return kept;
  }

  #begin(
    run: Run,
    machineId: string,
    requestId: string,
    policy: KeepPolicy | null,
    from: Backup['checkpoint'],
    actor: Actor,
  ): Backup {
    const { store, clock, handover } = this.#context;
    const machine = store.machines.require(machineId);
    if (run.machineId === machineId) throw sameMachine(machine.name);
    if (handover.claimedBy(run.id) === null) handover.admit(run.id, machineId, actor, {});
    const shown: Backup = {
      id: newId(),
      runId: run.id,
      runName: run.name,
      machineId,
      machineName: machine.name,
      path: '',
      createdAt: clock.now(),
      state: 'copying',
      epoch: run.epoch,
      checkpoint: from && { path: from.path, step: from.step, framework: from.framework },
      files: 0,
      bytes: 0,
      sharedBytes: 0,
      copyPath: null,
      verifiedAt: null,
      progress: null,
      error: null,
    };
    const base = baseOf(policy?.directory ?? '');
    const kept: Kept = {
      shown: { ...shown, path: directoryOf(base, run.id, shown.id) },
      requestId,
      base,
      artefacts: policy?.artefacts ?? [],
      writtenAt: null,
      tries: 0,
      restoring: null,
      restored: null,
    };
    this.#save(kept);
    this.#makings.add(kept);
    return kept.shown;
  }

  /** What the policy of a run still wants, as far as both machines are connected and nothing of it is under way. */
  #consider(runId: string): void {
    if (this.#ending.signal.aborted) return;
    const { store, access, handover, checkpoints, log } = this.#context;
    const policy = this.#rows.policy(runId);
    const run = policy?.enabled ? store.runs.get(runId) : undefined;
    if (policy === null || run === undefined || !access.isConnected(run.machineId)) return;
    if (handover.claimedBy(runId) !== null) return;
    const live = !hasEnded(run.state);
    for (const machineId of policy.machineIds) {
      const backups = this.list(runId);
      const busy = backups.some((one) => one.machineId === machineId && one.state === 'copying');
      if (busy || machineId === run.machineId || !access.isConnected(machineId)) continue;
      if (this.#makings.isPaused(runId, machineId)) continue;
      const rows = this.#rows.list(runId);
      const [next] = wanted(policy, checkpoints.list(runId), rows, machineId, live);
      const atEnd = wantedAtEnd(policy, rows, machineId, run);
      if (next === undefined && !atEnd) continue;
      try {
        this.#begin(run, machineId, newId(), policy, next ?? null, appItself);
      } catch (error) {
        this.#makings.pause(runId, machineId);
        log.warn({ runId, machineId, err: error }, 'a run is not kept as its policy says');
      }
    }
  }

  async #keepLooking(): Promise<void> {
    const { clock, log } = this.#context;
    while (!this.#ending.signal.aborted) {
      try {
        for (const runId of this.#rows.runsWithPolicy()) this.#consider(runId);
      } catch (error) {
        log.error({ err: error }, 'the policies of what to keep could not be read');
      }
      await clock.sleep(lookEveryMs, this.#ending.signal).catch(() => undefined);
    }
  }

  /** Backups on a machine that another Trainyard made, or this one before it was wiped. */
  /** Nothing waits for it: the machines that are being connected and asked what they have go first. */
  async #findOnceCalm(machineId: string, calm?: Promise<void>): Promise<void> {
    const ended = Promise.withResolvers<void>();
    this.#ending.signal.addEventListener('abort', () => ended.resolve(), { once: true });
    await Promise.race([calm, ended.promise]);
    if (!this.#ending.signal.aborted) await this.#find(machineId);
  }

  async #find(machineId: string): Promise<void> {
    const { log, events } = this.#context;
    try {
      const known = new Set(this.#rows.list().map(({ shown }) => shown.id));
      const found = await find(this.#context, machineId, known, this.#ending.signal);
      for (const kept of found) this.#rows.save(kept);
      if (found.length > 0) events.publish({ type: 'backups.changed', runId: null });
    } catch (error) {
      if (!this.#ending.signal.aborted)
        log.debug({ machineId, err: error }, 'backups on a machine were not looked for');
    }
  }

  #save(kept: Kept): void {
    this.#rows.save(kept);
    this.#context.events.publish({ type: 'backups.changed', runId: kept.shown.runId });
  }

  #track(work: Promise<unknown>): void {
    const done: Promise<void> = work
      .then(
        () => undefined,
        (error: unknown) => {
          if (!this.#ending.signal.aborted)
            this.#context.log.error({ err: error }, 'keeping failed in a step');
        },
      )
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }
}

/** The newest that is whole when its turn has come. */
const anyCheckpoint: Backup['checkpoint'] = { path: '', step: null, framework: '' };
