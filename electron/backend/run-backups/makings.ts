import { TrainyardError } from '#shared/domain/error.ts';
import { appItself } from '#shared/domain/role.ts';
import type { Backup } from '#shared/domain/run-backup.ts';
import { tooMany } from './choose.ts';
import { filesOf, type KeepingDependencies } from './context.ts';
import { keepOne } from './keep.ts';
import type { BackupRows, Kept } from './rows.ts';

const tellEveryMs = 1_000;
const mostAtOnce = 2;
/** A connection that broke: how often, and how long the first wait is. It doubles. */
const mostTries = 6;
const retryMs = 2_000;
/** After a failure the policy waits so long, and ever longer, before it tries that machine again. */
const firstPauseMs = 60_000;
const longestPauseMs = 30 * 60_000;

interface Going {
  kept: Kept;
  stop: AbortController;
  finished: Promise<void>;
}

/** The backups that are being made: a few at a time, in the database before each step, pruned after each. */
export class Makings {
  readonly #context: KeepingDependencies;
  readonly #rows: BackupRows;
  readonly #ending: AbortSignal;
  readonly #onMade: (runId: string) => void;
  readonly #going = new Map<string, Going>();
  readonly #waiting: Kept[] = [];
  readonly #pauses = new Map<string, { until: number; ms: number }>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    context: KeepingDependencies,
    rows: BackupRows,
    ending: AbortSignal,
    onMade: (runId: string) => void,
  ) {
    this.#context = context;
    this.#rows = rows;
    this.#ending = ending;
    this.#onMade = onMade;
  }

  add(kept: Kept): void {
    this.#waiting.push(kept);
    // The caller's answer says `copying`, whatever happens to it in the next moment.
    queueMicrotask(() => this.#pump());
  }

  /** With its progress, while it is being made. */
  shown(backupId: string): Backup | undefined {
    return this.#going.get(backupId)?.kept.shown;
  }

  /** Resolves when it has ended, and what there was of it is being removed. */
  async cancel(kept: Kept): Promise<void> {
    const { id } = kept.shown;
    const reason = new TrainyardError('CANCELLED', 'This was cancelled.');
    const at = this.#waiting.findIndex(({ shown }) => shown.id === id);
    if (at >= 0) {
      this.#waiting.splice(at, 1);
      this.#failed(kept, reason);
      return;
    }
    const going = this.#going.get(id);
    going?.stop.abort(reason);
    await going?.finished;
  }

  isPaused(runId: string, machineId: string): boolean {
    return (this.#pauses.get(`${runId}/${machineId}`)?.until ?? 0) > this.#context.clock.elapsed();
  }

  pause(runId: string, machineId: string): void {
    const key = `${runId}/${machineId}`;
    const ms = Math.min(longestPauseMs, (this.#pauses.get(key)?.ms ?? firstPauseMs / 2) * 2);
    this.#pauses.set(key, { ms, until: this.#context.clock.elapsed() + ms });
  }

  forgetPauses(): void {
    this.#pauses.clear();
  }

  async over(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
  }

  #pump(): void {
    while (this.#going.size < mostAtOnce && !this.#ending.aborted) {
      const kept = this.#waiting.shift();
      if (kept === undefined) return;
      const stop = new AbortController();
      const going: Going = { kept, stop, finished: Promise.resolve() };
      this.#going.set(kept.shown.id, going);
      going.finished = this.#carryOut(going).finally(() => {
        this.#going.delete(kept.shown.id);
        this.#pump();
      });
      this.#track(going.finished);
    }
  }

  async #carryOut(going: Going): Promise<void> {
    const { clock, log, events, store } = this.#context;
    const signal = AbortSignal.any([going.stop.signal, this.#ending]);
    let toldAt = Number.NEGATIVE_INFINITY;
    for (let tries = 1; ; tries += 1) {
      try {
        const made = await keepOne(this.#context, going.kept, {
          signal,
          onChange: (kept) => {
            going.kept = kept;
            this.#save(kept);
          },
          onProgress: (progress) => {
            going.kept = { ...going.kept, shown: { ...going.kept.shown, progress } };
            if (clock.elapsed() - toldAt < tellEveryMs) return;
            toldAt = clock.elapsed();
            events.publish({ type: 'backups.changed', runId: going.kept.shown.runId });
          },
        });
        const shown: Backup = {
          ...made.shown,
          state: 'verified',
          verifiedAt: clock.now(),
          progress: null,
          error: null,
        };
        going.kept = { ...made, shown };
        this.#save(going.kept);
        this.#pauses.delete(`${shown.runId}/${shown.machineId}`);
        this.#record(shown, 'done', {});
        await this.#prune(shown, signal);
        // With `every` there may be another one.
        this.#going.delete(shown.id);
        this.#onMade(shown.runId);
        return;
      } catch (thrown) {
        if (this.#ending.aborted) return;
        const error = TrainyardError.from(thrown);
        const goesOn = error.retryable && tries < mostTries && !going.stop.signal.aborted;
        if (goesOn && store.runs.summary(going.kept.shown.runId) !== undefined) {
          log.debug({ backupId: going.kept.shown.id, err: error }, 'a backup was cut off and goes on');
          const slept = await clock.sleep(retryMs * 2 ** (tries - 1), signal).then(
            () => true,
            () => false,
          );
          if (slept || this.#ending.aborted) continue;
        }
        this.pause(going.kept.shown.runId, going.kept.shown.machineId);
        this.#failed(
          going.kept,
          going.stop.signal.aborted ? TrainyardError.from(going.stop.signal.reason) : error,
        );
        return;
      }
    }
  }

  #failed(kept: Kept, error: TrainyardError): void {
    const shown: Backup = { ...kept.shown, state: 'failed', progress: null, error: error.toShape() };
    this.#save({ ...kept, shown });
    this.#record(shown, 'failed', { code: error.code });
    // Only the newest failure on a machine is worth knowing.
    for (const other of this.#rows.list(shown.runId)) {
      if (
        other.shown.state !== 'failed' ||
        other.shown.machineId !== shown.machineId ||
        other.shown.id === shown.id
      )
        continue;
      this.#save({ ...other, shown: { ...other.shown, state: 'removed' } });
    }
    this.#track(
      removeFiles(this.#context, kept, this.#ending).catch((thrown: unknown) =>
        this.#context.log.debug(
          { backupId: shown.id, err: thrown },
          'what a failed backup left is still there',
        ),
      ),
    );
  }

  /** The oldest beyond what is to be kept. A failure of it is no failure of the backup that was just made. */
  async #prune({ runId, machineId }: Backup, signal: AbortSignal): Promise<void> {
    const policy = this.#rows.policy(runId);
    if (policy === null) return;
    for (const old of tooMany(
      this.#rows.list(runId).map(({ shown }) => shown),
      machineId,
      policy.keep,
    )) {
      const kept = this.#rows.get(old.id);
      if (kept === null || kept.restoring !== null) continue;
      try {
        await removeFiles(this.#context, kept, signal);
        this.#save({ ...kept, shown: { ...kept.shown, state: 'removed' } });
      } catch (error) {
        this.#context.log.warn({ backupId: old.id, err: error }, 'an old backup could not be removed');
      }
    }
  }

  #save(kept: Kept): void {
    this.#rows.save(kept);
    this.#context.events.publish({ type: 'backups.changed', runId: kept.shown.runId });
  }

  #record(shown: Backup, result: 'done' | 'failed', more: Record<string, unknown>): void {
    const details = {
      backupId: shown.id,
      machine: shown.machineName,
      step: shown.checkpoint?.step ?? null,
      ...more,
    };
    this.#context.activity.record({
      actor: appItself,
      action: 'backup.made',
      target: shown.runName,
      result,
      details,
    });
  }

  #track(work: Promise<void>): void {
    const done: Promise<void> = work
      .catch((error: unknown) => this.#context.log.error({ err: error }, 'a backup failed in a step'))
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }
}

/** What lies over there of a backup. */
export async function removeFiles(
  context: KeepingDependencies,
  { base, shown }: Kept,
  signal: AbortSignal,
): Promise<void> {
  const files = await filesOf(context, shown.machineId, signal);
  await files.remove(base, shown.runId, shown.id, signal);
}
