import { because, type Told } from '#shared/domain/because.ts';
import { type Attempt, hasEnded } from '#shared/domain/run.ts';
import type { BoxAttempt, BoxReport, BoxRuns } from './box/interface.ts';
import type { RunsContext } from './context.ts';
import { reconcile } from './reconcile.ts';
import { readSpecification, type Specification, shownName } from './specification.ts';

/**
 * Takes runs into the database that the box has and we do not know: another laptop launched them, or this one was wiped.
 * One whose specification cannot be read is said so once and left where it is.
 */
export class Adopter {
  readonly #context: RunsContext;
  readonly #machineId: string;
  readonly #complained = new Set<string>();

  constructor(context: RunsContext, machineId: string) {
    this.#context = context;
    this.#machineId = machineId;
  }

  /** A run with all its attempts. */
  async adoptRun(
    attempts: BoxAttempt[],
    report: BoxReport,
    box: BoxRuns,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, records } = this.#context;
    const sorted = [...attempts].sort((a, b) => a.epoch - b.epoch);
    const newest = sorted.at(-1);
    if (newest === undefined) return;
    const specification = await this.#specification(newest, box, signal);
    // Launched by ourselves, or adopted, while we were reading.
    if (specification === null || store.runs.summary(newest.runId) !== undefined) return;
    const rows = sorted.map((each) => this.#attempt(each, report, each === newest ? specification : null));
    store.transaction(() => {
      const { run } = store.runs.insert({
        id: newest.runId,
        requestId: null,
        name: shownName(specification.name) || `run-${newest.runId.slice(0, 4)}`,
        priority: specification.priority,
        createdAt: rows[0]?.createdAt ?? this.#context.clock.now(),
        acceleratorsAsked: specification.acceleratorsAsked,
        yaml: specification.yaml,
        spec: specification.spec,
        snapshot: specification.snapshot,
        attempts: rows,
      });
      this.#note(newest, specification);
      store.afterCommit(() => {
        records.publish(run);
        records.publishMachine(this.#machineId);
      });
    });
  }

  /**
   * An attempt of a run we know: somebody else restarted or moved it, or its box began it after a reboot. A run has one
   * attempt that may train, so those before it, on machines that are out of sight, have ended; the box of each may say more.
   */
  async adoptAttempt(
    attempt: BoxAttempt,
    report: BoxReport,
    box: BoxRuns,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, records } = this.#context;
    const specification = await this.#specification(attempt, box, signal);
    if (store.runs.summary(attempt.runId) === undefined) return;
    store.transaction(() => {
      const found = this.#attempt(attempt, report, specification);
      for (const earlier of store.runs.attempts(attempt.runId)) {
        if (earlier.epoch < found.epoch) this.#endedBy(earlier, found);
      }
      const before = store.runs.requireSummary(attempt.runId);
      const summary = store.runs.adoptAttempt(found);
      if (before.epoch > found.epoch) this.#endedBy(found, before);
      if (specification !== null) this.#note(attempt, specification);
      store.afterCommit(() => {
        records.publish(summary);
        records.publishMachine(this.#machineId);
      });
    });
  }

  #endedBy(earlier: Attempt, next: { machineId: string; machineName: string }): void {
    if (hasEnded(earlier.state) || earlier.machineId === next.machineId) return;
    const { records, clock } = this.#context;
    records.save(earlier.runId, earlier.epoch, {
      state: 'stopped',
      endedAt: clock.now(),
      evidence: { kind: 'moved', at: clock.now(), toMachineName: next.machineName },
    });
  }

  complain(runId: string, why: Told): void {
    if (this.#complained.has(runId)) return;
    this.#complained.add(runId);
    const { store, log } = this.#context;
    const machine = store.machines.get(this.#machineId)?.name ?? this.#machineId;
    log.warn({ runId, machine, why: why.message }, 'a run on a box cannot be read');
    if (store.runs.summary(runId) !== undefined) return;
    store.notices.add({
      level: 'warning',
      code: 'RUN_DAMAGED_ON_BOX',
      params: { runId, machine, ...because('why', why) },
      message: `A run (${runId}) on ${machine} cannot be shown: ${why.message}. Its files are left as they are.`,
    });
  }

  async #specification(
    { runId, epoch }: BoxAttempt,
    box: BoxRuns,
    signal: AbortSignal,
  ): Promise<Specification | null> {
    const read = readSpecification(await box.readSpecification(runId, epoch, signal));
    if (read.ok) return read.value;
    this.complain(runId, read.why);
    return null;
  }

  #attempt(box: BoxAttempt, report: BoxReport, specification: Specification | null): Attempt {
    const { clock, store } = this.#context;
    const now = clock.now();
    const createdAt = now - (box.startedAgoMs ?? 0);
    const bare: Attempt = {
      runId: box.runId,
      epoch: box.epoch,
      machineId: this.#machineId,
      machineName: store.machines.get(this.#machineId)?.name ?? this.#machineId,
      state: 'starting',
      evidence: { kind: 'heartbeat', at: now, beat: box.heartbeat },
      createdAt,
      startedAt: null,
      endedAt: null,
      seenAt: now,
      exitCode: null,
      accelerators: specification?.accelerators ?? [],
      logBytes: 0,
      directory: box.directory,
      pid: box.pid,
    };
    const { change } = reconcile(bare, box, report.bootId, now);
    return { ...bare, ...change, endedAt: hasEnded(change.state) ? change.endedAt : null };
  }

  #note(attempt: BoxAttempt, { baseDirectory, secretNames }: Specification): void {
    // Which secrets the vault has is known here only, from an attempt before it.
    const before = this.#context.notes.get('launch', attempt.runId, attempt.epoch - 1);
    this.#context.notes.set('launch', attempt.runId, attempt.epoch, {
      sent: true,
      token: null,
      baseDirectory,
      secretNames,
      credentials: before?.credentials ?? {},
    });
  }
}
