import type { Migrations, MoveRequest } from '#backend/migrations/interface.ts';
import type { Store } from '#backend/store/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId } from '#shared/domain/id.ts';
import { isOver, type Migration, type MigrationPlan } from '#shared/domain/migration.ts';
import type { Actor } from '#shared/domain/role.ts';

/** Moves that happen in the database only, when the test says so. Kept by whoever makes it: it outlives the "app". */
export class FakeMigrations implements Migrations {
  readonly #store: Store;
  readonly #now: () => number;
  readonly all: Migration[] = [];
  readonly requests = new Map<string, string>();
  readonly planned: string[] = [];
  readonly reasons: Migration['reason'][] = [];
  /** "runId/machineId" → why a move there is refused. */
  readonly refusals = new Map<string, string>();
  readonly #waiting = new Map<string, PromiseWithResolvers<Migration>>();
  totalMs = 60_000;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  async plan(
    request: Pick<MoveRequest, 'runId' | 'machineId'>,
    _actor: Actor,
    signal: AbortSignal,
  ): Promise<MigrationPlan> {
    signal.throwIfAborted();
    const { runId, machineId } = request;
    this.planned.push(`${runId}/${machineId}`);
    const why = this.refusals.get(`${runId}/${machineId}`);
    const check = { code: 'NO', params: {}, message: why ?? '', verdict: 'fail' as const, remedy: null };
    const total = { low: this.totalMs, high: this.totalMs };
    return {
      runId,
      toMachineId: machineId,
      mode: 'request',
      modes: [],
      checks: why === undefined ? [] : [check],
      possible: why === undefined,
      paths: [],
      path: 'direct',
      copies: [],
      estimate: { totalMs: total, downtimeMs: total, lostSteps: 0, lostMs: 0 },
    };
  }

  async start(request: MoveRequest, _actor: Actor, signal: AbortSignal): Promise<Migration> {
    signal.throwIfAborted();
    const known = this.requests.get(request.requestId);
    if (known !== undefined) return this.get(known);
    const why = this.refusals.get(`${request.runId}/${request.machineId}`);
    if (why !== undefined) throw new TrainyardError('MOVE_REFUSED', why);
    const run = this.#store.runs.require(request.runId);
    if (run.moving !== null) throw new TrainyardError('RUN_CLAIMED', 'It is being moved.');
    const to = this.#store.machines.require(request.machineId);
    const at = this.#now();
    const reason = request.reason ?? { kind: 'user', who: 'desktop', why: null };
    const migration: Migration = {
      id: newId(),
      runId: run.id,
      runName: run.name,
      from: { machineId: run.machineId, machineName: run.machineName },
      to: { machineId: to.id, machineName: to.name },
      fromEpoch: run.epoch,
      toEpoch: null,
      backEpoch: null,
      mode: 'request',
      reason,
      path: 'direct',
      phase: 'preparing',
      startedAt: at,
      phaseAt: at,
      endedAt: null,
      phases: [],
      checkpoint: null,
      broughtBack: null,
      progress: null,
      estimate: null,
      waitingFor: null,
      cancelConsequence: 'nothing-happened',
      downtime: null,
      lostSteps: null,
      copiedBytes: { beforeStop: 0, afterStop: 0 },
      kept: [],
      error: null,
    };
    this.reasons.push(reason);
    this.all.push(migration);
    this.requests.set(request.requestId, migration.id);
    this.#store.runs.setMoving(run.id, {
      migrationId: migration.id,
      phase: 'preparing',
      toMachineName: to.name,
    });
    return migration;
  }

  /** The move ends. */
  finish(id: string, phase: 'committed' | 'rolled-back' = 'committed'): void {
    const migration = this.get(id);
    migration.phase = phase;
    migration.endedAt = this.#now();
    this.#store.runs.setMoving(migration.runId, null);
    if (phase === 'committed') {
      const run = this.#store.runs.require(migration.runId);
      const { machineId, machineName } = migration.to;
      this.#store.runs.updateAttempt(run.id, run.epoch, { machineId, machineName });
    }
    this.#waiting.get(id)?.resolve(migration);
  }

  get(id: string): Migration {
    const found = this.all.find((each) => each.id === id);
    if (found === undefined) throw new TrainyardError('MIGRATION_UNKNOWN', 'no such move');
    return found;
  }

  list(filter: { runId?: string; machineId?: string; active?: boolean; limit?: number }): Migration[] {
    const { runId, machineId, active, limit = 200 } = filter;
    return this.all
      .filter(
        (each) =>
          (runId === undefined || each.runId === runId) &&
          (machineId === undefined || each.from.machineId === machineId || each.to.machineId === machineId) &&
          (active === undefined || active !== isOver(each.phase)),
      )
      .reverse()
      .slice(0, limit);
  }

  cancel(id: string): Migration {
    this.finish(id, 'rolled-back');
    return this.get(id);
  }

  async leftovers(): Promise<[]> {
    return [];
  }
  async clean(): Promise<[]> {
    return [];
  }

  async ended(id: string, signal: AbortSignal): Promise<Migration> {
    const migration = this.get(id);
    if (isOver(migration.phase)) return migration;
    const waiting = this.#waiting.get(id) ?? Promise.withResolvers<Migration>();
    this.#waiting.set(id, waiting);
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    return Promise.race([waiting.promise, aborted]);
  }
}
