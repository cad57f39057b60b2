import { TrainyardError } from '#shared/domain/error.ts';
import type { Progress } from '#shared/domain/event.ts';
import { newId } from '#shared/domain/id.ts';
import type { Clock } from './clock.ts';
import type { EventBus } from './events.ts';

/** A long job as the one who does it sees it. */
export interface Job {
  readonly id: string;
  /** Aborts when the user cancels the job or the backend closes. */
  readonly signal: AbortSignal;
  /** `done` and, where it was not known before, `total`. Told to the pages at most every 100 ms. */
  progress(done: number, total?: number): void;
}

export interface JobDescription {
  title: string;
  unit: Progress['unit'];
  total?: number;
  runId?: string | null;
  cancellable?: boolean;
}

const tellEveryMs = 100;

/** Long jobs: what goes on, how far it is, and how to end it. Kept in memory: a job dies with the backend. */
export class Jobs {
  readonly #events: EventBus;
  readonly #clock: Clock;
  readonly #going = new Map<string, { progress: Progress; stop: AbortController; finished: Promise<void> }>();

  constructor(events: EventBus, clock: Clock) {
    this.#events = events;
    this.#clock = clock;
  }

  /** Starts `work` and returns at once. Its end, its error and its cancellation are told as progress; nothing is thrown. */
  start(
    description: JobDescription,
    work: (job: Job) => Promise<void>,
  ): { jobId: string; finished: Promise<void> } {
    const { title, unit, total = 0, runId = null, cancellable = true } = description;
    const stop = new AbortController();
    const jobId = newId();
    let progress: Progress = { jobId, title, runId, done: 0, total, unit, state: 'running', cancellable };
    let toldAt = Number.NEGATIVE_INFINITY;
    const tell = (changes: Partial<Progress>) => {
      progress = { ...progress, ...changes };
      const entry = this.#going.get(jobId);
      if (entry) entry.progress = progress;
      const now = this.#clock.elapsed();
      if (progress.state === 'running' && now - toldAt < tellEveryMs) return;
      toldAt = now;
      this.#events.publish({ type: 'progress', progress });
    };
    const job: Job = {
      id: jobId,
      signal: stop.signal,
      progress: (done, newTotal) => tell(newTotal === undefined ? { done } : { done, total: newTotal }),
    };
    const run = async () => {
      try {
        await work(job);
        tell({ state: 'done' });
      } catch (thrown) {
        const error = TrainyardError.from(thrown);
        if (stop.signal.aborted) tell({ state: 'cancelled' });
        else tell({ state: 'failed', error: error.toShape() });
      } finally {
        this.#going.delete(jobId);
      }
    };
    tell({});
    const entry = { progress, stop, finished: Promise.resolve() };
    this.#going.set(jobId, entry);
    entry.finished = run();
    return { jobId, finished: entry.finished };
  }

  /** Those still going, oldest first. */
  list(): Progress[] {
    return [...this.#going.values()].map(({ progress }) => progress);
  }

  /** Throws JOB_UNKNOWN when it has ended already, JOB_NOT_CANCELLABLE. */
  cancel(jobId: string): void {
    const job = this.#going.get(jobId);
    if (!job) throw new TrainyardError('JOB_UNKNOWN', 'This has ended already.', { params: { jobId } });
    if (!job.progress.cancellable) {
      throw new TrainyardError('JOB_NOT_CANCELLABLE', 'This cannot be cancelled any more.', {
        params: { jobId },
      });
    }
    job.stop.abort();
  }

  /** Cancels all and resolves when they have ended. */
  async close(): Promise<void> {
    const jobs = [...this.#going.values()];
    for (const { stop } of jobs) stop.abort();
    await Promise.allSettled(jobs.map(({ finished }) => finished));
  }
}
