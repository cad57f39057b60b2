import path from 'node:path';
import type { Logger } from 'pino';
import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import { cancelled } from '#backend/processes/index.ts';
import type { CopyJob, CopyPath, CopyPathKind, CopyProgress } from '#shared/domain/copy.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId, thisComputerId } from '#shared/domain/id.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Label, Override } from '#shared/domain/sensitivity.ts';
import type { CopyService } from './copies.ts';
import { appEnded, copyUnknown } from './errors.ts';
import type { Place } from './interface.ts';
import type { JobTable, KeptJob } from './job-table.ts';
import { landingOf } from './landing.ts';

/** What is asked of the room that knows what may go where. */
export interface CopyPolicy {
  /**
   * Throws SENSITIVITY_VIOLATION or OVERRIDE_NEEDS_OWNER, recorded. `sources`: paths of this computer that the bytes come
   * from, now or at first.
   */
  admitCopy(copy: {
    machineId: string;
    sources: readonly string[];
    sensitivity?: Label | undefined;
    override?: Override | undefined;
    copy: { id: string; name: string };
    actor: Actor;
  }): void;
}

export interface CopyRequest {
  requestId: string;
  from: Place;
  to: Place;
  path?: CopyPathKind | undefined;
  mirror: boolean;
  sensitivity?: Label | undefined;
  override?: Override | undefined;
}

export interface CopyJobsOptions {
  copies: CopyService;
  table: JobTable;
  policy: CopyPolicy;
  machine(id: string): { id: string; name: string };
  activity: Pick<Activity, 'record'>;
  events: EventBus;
  clock: Clock;
  log: Logger;
}

const tellEveryMs = 500;
const nothingYet: CopyProgress = {
  doneBytes: 0,
  totalBytes: 0,
  doneFiles: 0,
  totalFiles: 0,
  bytesPerSecond: 0,
  remainingMs: null,
};

/** Copies that users ask for: kept, told of as they go on, and to be cancelled. */
export class CopyJobs {
  readonly #options: CopyJobsOptions;
  readonly #going = new Map<string, { job: CopyJob; stop: AbortController; finished: Promise<void> }>();

  constructor(options: CopyJobsOptions) {
    this.#options = options;
    const { table, clock } = options;
    // Those of a process that is gone: asked for again they go on where they were.
    for (const kept of table.running()) {
      const job = {
        ...kept.job,
        state: 'failed' as const,
        endedAt: clock.now(),
        error: appEnded().toShape(),
      };
      table.save({ ...kept, job });
    }
  }

  /** Newest first. */
  list(): CopyJob[] {
    return this.#options.table.newest(200).map(({ job }) => this.#going.get(job.id)?.job ?? job);
  }

  /** Throws COPY_UNKNOWN. */
  get(copyId: string): CopyJob {
    const job = this.#going.get(copyId)?.job ?? this.#options.table.get(copyId)?.job;
    if (job === undefined) throw copyUnknown(copyId);
    return job;
  }

  /** Looks for the ways between two machines, which is recorded: it may lay a key for a moment. */
  async paths(fromId: string, toId: string, actor: Actor, signal: AbortSignal): Promise<CopyPath[]> {
    const { machine, activity, copies } = this.#options;
    const [from, to] = [machine(fromId), machine(toId)];
    activity.record({ actor, action: 'copy.paths', target: to.name, details: { from: from.name } });
    return copies.paths(fromId, toId, signal);
  }

  /** Answers once it is kept. Sent twice it is one copy. Throws MACHINE_UNKNOWN, SENSITIVITY_VIOLATION, OVERRIDE_NEEDS_OWNER. */
  start(request: CopyRequest, actor: Actor): CopyJob {
    const { table, machine, policy, activity, events, clock } = this.#options;
    const earlier = table.byRequest(request.requestId);
    if (earlier !== undefined) return this.get(earlier.job.id);
    const [from, to] = [machine(request.from.machineId), machine(request.to.machineId)];
    const id = newId();
    const name = `${from.name}:${request.from.path} → ${to.name}:${request.to.path}`;
    const sources = this.#sourcesOf(request.from);
    policy.admitCopy({
      machineId: to.id,
      sources,
      sensitivity: request.sensitivity,
      override: request.override,
      copy: { id, name },
      actor,
    });
    const job: CopyJob = {
      id,
      from: { machineId: from.id, machineName: from.name, path: request.from.path },
      to: { machineId: to.id, machineName: to.name, path: request.to.path },
      path: null,
      state: 'running',
      startedAt: clock.now(),
      endedAt: null,
      progress: nothingYet,
      recopied: 0,
      error: null,
    };
    const details = { from: from.name, path: request.from.path, to: request.to.path, mirror: request.mirror };
    table.transaction(() => {
      table.save({ job, requestId: request.requestId, sources });
      activity.record({ actor, action: 'copy.start', target: to.name, details });
    });
    events.publish({ type: 'copy.changed', copy: job });
    const stop = new AbortController();
    const entry = { job, stop, finished: Promise.resolve() };
    this.#going.set(id, entry);
    entry.finished = this.#run(request, { requestId: request.requestId, sources }, entry, actor);
    return job;
  }

  /** What has arrived stays for the next try. Throws COPY_UNKNOWN. One that has ended is answered as it is. */
  async cancel(copyId: string, actor: Actor): Promise<CopyJob> {
    const going = this.#going.get(copyId);
    const job = this.get(copyId);
    this.#options.activity.record({
      actor,
      action: 'copy.cancel',
      target: job.to.machineName,
      details: { copyId },
    });
    going?.stop.abort();
    await going?.finished;
    return this.get(copyId);
  }

  /** Ends all, and resolves when they have. */
  async close(): Promise<void> {
    const going = [...this.#going.values()];
    for (const { stop } of going) stop.abort();
    await Promise.allSettled(going.map(({ finished }) => finished));
  }

  /** Paths of this computer that the bytes of a place come from: itself, or those of copies that brought something there. */
  #sourcesOf({ machineId, path: place }: Place): string[] {
    if (machineId === thisComputerId)
      return [path.resolve(place.replace(/^~(?=\/|$)/, process.env.HOME ?? '/'))];
    return this.#options.table.broughtTo(machineId, place);
  }

  async #run(
    request: CopyRequest,
    kept: Omit<KeptJob, 'job'>,
    entry: { job: CopyJob; stop: AbortController },
    actor: Actor,
  ): Promise<void> {
    const { table, events, clock, log, activity } = this.#options;
    const { signal } = entry.stop;
    let toldAt = Number.NEGATIVE_INFINITY;
    const change = (changes: Partial<CopyJob>, isLast = false) => {
      entry.job = { ...entry.job, ...changes };
      const now = clock.elapsed();
      if (!isLast && now - toldAt < tellEveryMs) return;
      toldAt = now;
      if (isLast) {
        table.transaction(() => {
          table.save({ ...kept, job: entry.job });
          const { state, error, progress } = entry.job;
          activity.record({
            actor,
            action: 'copy.end',
            target: entry.job.to.machineName,
            result: state === 'done' ? 'done' : 'failed',
            details: { copyId: entry.job.id, state, code: error?.code ?? '', bytes: progress.totalBytes },
          });
        });
      }
      events.publish({ type: 'copy.changed', copy: entry.job });
    };
    try {
      const recopied = await this.#copy(request, entry, change);
      change({ state: 'done', recopied, endedAt: clock.now() }, true);
    } catch (thrown) {
      const error = signal.aborted ? cancelled(signal) : TrainyardError.from(thrown);
      if (error.code === 'INTERNAL') log.error({ err: thrown, copyId: entry.job.id }, 'a copy failed');
      const state = signal.aborted ? 'cancelled' : 'failed';
      change({ state, error: signal.aborted ? null : error.toShape(), endedAt: clock.now() }, true);
    } finally {
      this.#going.delete(entry.job.id);
    }
  }

  async #copy(
    request: CopyRequest,
    entry: { job: CopyJob; stop: AbortController },
    change: (changes: Partial<CopyJob>) => void,
  ): Promise<number> {
    const { copies } = this.#options;
    const { signal } = entry.stop;
    const landing = await landingOf(copies, request.from, request.to, signal);
    change({ to: { ...entry.job.to, path: landing.to.path } });
    const session = await copies.open(landing.from, landing.to, {
      signal,
      ...(request.path === undefined ? {} : { path: request.path }),
    });
    try {
      change({ path: session.kind });
      const { recopied } = await session.send('all', {
        signal,
        mirror: request.mirror,
        last: true,
        onProgress: (progress) => change({ progress }),
      });
      return recopied;
    } finally {
      await session.close();
    }
  }
}
