import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type Attempt, hasEnded } from '#shared/domain/run.ts';
import type { RunsContext } from '../context.ts';
import { epochUnknown } from '../errors.ts';
import { MetricsKeeper } from '../metrics/keeper.ts';
import { AttemptLog } from './attempt-log.ts';

/** Logs that nobody looks at and that have ended stay open for this many others. */
const mostIdle = 32;

/** All attempts' logs, each opened once and shared by the follower on its box and every viewer. */
export class LogShelf {
  readonly #context: RunsContext;
  readonly #open = new Map<string, AttemptLog>();

  constructor(context: RunsContext) {
    this.#context = context;
  }

  /** The attempt's log; without an epoch the newest attempt's. Throws RUN_UNKNOWN or RUN_ATTEMPT_UNKNOWN. */
  get(runId: string, epoch?: number): AttemptLog {
    const { store } = this.#context;
    const wanted = epoch ?? store.runs.requireSummary(runId).epoch;
    const key = `${runId}/${wanted}`;
    const open = this.#open.get(key);
    if (open !== undefined) return open;
    store.runs.requireSummary(runId);
    const attempt = store.runs.attempt(runId, wanted);
    if (attempt === undefined) throw epochUnknown(wanted);
    const log = this.#make(attempt);
    this.#open.set(key, log);
    this.#closeIdle();
    return log;
  }

  /** Those that are open now: what a lost connection is told to. */
  allOpen(): AttemptLog[] {
    return [...this.#open.values()];
  }

  opened(runId: string, epoch: number): AttemptLog | undefined {
    return this.#open.get(`${runId}/${epoch}`);
  }

  /** Bytes kept here of all the run's attempts. */
  keptBytes(runId: string): number {
    return this.#context.store.runs
      .attempts(runId)
      .reduce((sum, { epoch }) => sum + this.get(runId, epoch).keptBytes, 0);
  }

  /** Removes what is kept of a run's logs. */
  remove(runId: string): void {
    for (const [key, log] of this.#open) {
      if (log.runId !== runId) continue;
      log.close();
      this.#open.delete(key);
    }
    rmSync(path.join(this.#root, runId), { recursive: true, force: true });
  }

  /** Copies whose run is gone (the app was killed in mid-delete) are removed. */
  removeStrays(): void {
    let names: string[] = [];
    try {
      names = readdirSync(this.#root);
    } catch {
      return; // Nothing was ever kept.
    }
    for (const name of names) if (this.#context.store.runs.summary(name) === undefined) this.remove(name);
  }

  /** Metrics read so far are on the disk when this returns. */
  save(runId: string): void {
    for (const log of this.#open.values()) if (log.runId === runId) log.save();
  }

  close(): void {
    for (const log of this.#open.values()) log.close();
    this.#open.clear();
  }

  get #root(): string {
    return path.join(this.#context.dataDirectory, 'logs');
  }

  #make({ runId, epoch, state, logBytes }: Attempt): AttemptLog {
    const { log } = this.#context;
    return new AttemptLog({
      runId,
      epoch,
      directory: path.join(this.#root, runId, String(epoch)),
      metrics: new MetricsKeeper(this.#context, runId, epoch),
      log,
      live: !hasEnded(state),
      bytes: logBytes,
    });
  }

  #closeIdle(): void {
    const idle = [...this.#open].filter(([, log]) => !log.inUse);
    for (const [key, log] of idle.slice(0, Math.max(0, idle.length - mostIdle))) {
      log.close();
      this.#open.delete(key);
    }
  }
}
