import { keyScript } from '#backend/copies/index.ts';
import { remoteScript } from '#backend/resources.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId } from '#shared/domain/id.ts';
import type { Cleaned, Leftover } from '#shared/domain/leftover.ts';
import { isOver, type Migration, type MigrationPlan } from '#shared/domain/migration.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Attempt } from '#shared/domain/run.ts';
import { claimOf } from './commit.ts';
import type { MigrationsDependencies, MovesContext } from './context.ts';
import { drive } from './drive.ts';
import {
  cancelledBy,
  notRunning,
  pastCancel,
  refused,
  sameMachine,
  secretsAreLost,
  stoppedByUser,
} from './errors.ts';
import type { Migrations, MoveRequest } from './interface.ts';
import { Journal, type JournalFilter, moveUnknown } from './journal.ts';
import { newToken } from './leash.ts';
import { type LeftoverFilter, Leftovers } from './leftovers/leftovers.ts';
import { Move } from './move.ts';
import { usualPace } from './pace.ts';
import { type Chore, cancelConsequence, type MoveRecord, newMemory } from './record.ts';

interface UnderWay {
  move: Move;
  driven: Promise<void>;
}

/** Moving runs that are alive; docs/moving.md says how. */
export class MigrationsService implements Migrations {
  readonly #context: MovesContext;
  /** Those that are driven now, their clearing up included. */
  readonly #underWay = new Map<string, UnderWay>();
  readonly #stopListening: () => void;
  readonly #leftovers: Leftovers;
  #closed = false;

  constructor({ pace, ...dependencies }: MigrationsDependencies) {
    const journal = new Journal(dependencies.store, dependencies.log);
    this.#context = { ...dependencies, journal, pace: { ...usualPace, ...pace } };
    this.#leftovers = new Leftovers({
      ...this.#context,
      scripts: { left: remoteScript('move-left.sh'), key: keyScript },
      later: (id, chore) => this.later(id, chore),
    });
    this.#stopListening = dependencies.handover.onUserStop((runId) => this.#userStop(runId));
  }

  /** Takes up what an earlier process left: each move goes on from its phase, or back. Call once. */
  resume(): void {
    const { journal } = this.#context;
    for (const record of [...journal.active(), ...journal.withChores()])
      this.#drive(new Move(this.#context, record));
  }

  /** Moves stay in the journal as they are; runs go on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopListening();
    const all = [...this.#underWay.values()];
    for (const { move } of all) move.close();
    await Promise.all(all.map(({ driven }) => driven));
  }

  plan(
    request: Pick<MoveRequest, 'runId' | 'machineId' | 'mode' | 'path'>,
    _actor: Actor,
    signal: AbortSignal,
  ): Promise<MigrationPlan> {
    return this.#context.plan(request, signal);
  }

  async start(request: MoveRequest, actor: Actor, signal: AbortSignal): Promise<Migration> {
    const { journal, activity, handover } = this.#context;
    const earlier = journal.byRequest(request.requestId);
    if (earlier !== null) return this.#view(earlier);
    const { name } = handover.get(request.runId);
    try {
      return await this.#start(request, actor, signal);
    } catch (error) {
      const { code } = TrainyardError.from(error);
      const details = { name, machine: this.#machineName(request.machineId), code };
      activity.record({
        actor,
        action: 'migration.start',
        target: request.runId,
        result: 'refused',
        details,
      });
      throw error;
    }
  }

  async #start(request: MoveRequest, actor: Actor, signal: AbortSignal): Promise<Migration> {
    const { journal, handover, store, plan } = this.#context;
    const { runId, machineId, sensitivity, override } = request;
    this.#movable(request);
    handover.admit(runId, machineId, actor, { sensitivity, override });
    const given = request.secrets ?? {};
    const missing = handover.missingSecrets(runId).filter((secret) => !Object.hasOwn(given, secret));
    if (missing.length > 0) throw secretsAreLost(handover.get(runId).name, missing);
    handover.keepSecrets(runId, given);
    const planned = await plan(request, signal);
    if (!planned.possible) {
      const failed = planned.checks.filter(({ verdict }) => verdict === 'fail');
      throw refused(handover.get(runId).name, failed);
    }
    // The plan took a while: the same request may have come again, and the run may have ended.
    const meanwhile = journal.byRequest(request.requestId);
    if (meanwhile !== null) return this.#view(meanwhile);
    if (this.#closed) throw new TrainyardError('CANCELLED', 'Trainyard is being closed.');
    await this.#clearedUp(runId);
    const source = this.#movable(request);
    const record = this.#newRecord(request, actor, source, planned);
    store.transaction(() => this.#write(request, actor, record));
    const move = new Move(this.#context, record);
    this.#drive(move);
    return move.view();
  }

  get(id: string): Migration {
    const record = this.#context.journal.get(id);
    if (record === null) throw moveUnknown(id);
    return this.#view(record);
  }

  list(filter: JournalFilter): Migration[] {
    return this.#context.journal.list(filter).map((record) => this.#view(record));
  }

  /** On the disk before it is done. Throws MOVE_UNKNOWN, MOVE_PAST_CANCEL. */
  cancel(id: string, actor: Actor): Migration {
    const { activity, journal } = this.#context;
    const { move } = this.#underWay.get(id) ?? {};
    const migration = move?.migration ?? journal.get(id)?.migration;
    const { runName = '', cancelConsequence: consequence = null } = migration ?? {};
    const details = { migrationId: id, name: runName, consequence: consequence ?? '' };
    const target = migration?.runId ?? id;
    if (move === undefined || consequence === null) {
      activity.record({ actor, action: 'migration.cancel', target, result: 'refused', details });
      throw migration === undefined ? moveUnknown(id) : pastCancel();
    }
    if (move.memory.cancelledBy === null) {
      move.write({ cancelledBy: actor.name }, {}, () =>
        activity.record({ actor, action: 'migration.cancel', target, details }),
      );
    }
    move.interrupt(cancelledBy(actor.name));
    return move.view();
  }

  async ended(id: string, signal: AbortSignal): Promise<Migration> {
    if (isOver(this.get(id).phase)) return this.get(id);
    return new Promise((resolve, reject) => {
      const stop = this.#context.events.subscribe((event) => {
        if (event.type === 'migration.changed' && event.migration.id === id) look();
      });
      const end = () => {
        stop();
        signal.removeEventListener('abort', onAbort);
      };
      const look = () => {
        const now = this.get(id);
        if (!isOver(now.phase)) return;
        end();
        resolve(now);
      };
      const onAbort = () => {
        end();
        reject(signal.reason);
      };
      if (signal.aborted) onAbort();
      else {
        signal.addEventListener('abort', onAbort, { once: true });
        look();
      }
    });
  }

  /** To be done on a machine as soon as that is seen, also after a restart of the app. Of a move that is over. */
  later(id: string, chore: Chore): void {
    const record = this.#context.journal.get(id);
    if (record === null || !isOver(record.migration.phase) || this.#closed) return;
    const going = this.#underWay.get(id);
    const move = going?.move ?? new Move(this.#context, record);
    const { chores } = move.memory;
    const isKnown = chores.some(
      ({ kind, machineId }) => kind === chore.kind && machineId === chore.machineId,
    );
    if (!isKnown) move.note({ chores: [...chores, chore] });
    if (going === undefined) this.#drive(move);
    // Its last round may have been over already.
    else void going.driven.then(() => this.#again(id));
  }

  #again(id: string): void {
    const record = this.#context.journal.get(id);
    if (this.#closed || record === null || record.memory.chores.length === 0 || this.#underWay.has(id))
      return;
    this.#drive(new Move(this.#context, record));
  }

  leftovers(filter: LeftoverFilter, signal: AbortSignal): Promise<Leftover[]> {
    return this.#leftovers.find(filter, signal);
  }

  clean(
    request: { ids: readonly string[]; connect?: boolean },
    actor: Actor,
    signal: AbortSignal,
  ): Promise<Cleaned[]> {
    return this.#leftovers.clean(request, actor, signal);
  }

  #view(record: MoveRecord): Migration {
    return this.#underWay.get(record.migration.id)?.move.view() ?? record.migration;
  }

  /** Throws RUN_UNKNOWN, MOVE_NOT_RUNNING, MOVE_SAME_MACHINE, MOVE_UNDER_WAY. */
  #movable({ runId, machineId }: Pick<MoveRequest, 'runId' | 'machineId'>): Attempt {
    const run = this.#context.handover.get(runId);
    const [other] = this.#context.journal.list({ runId, active: true, limit: 1 });
    if (other !== undefined) {
      throw new TrainyardError('MOVE_UNDER_WAY', `Run "${run.name}" is being moved already.`, {
        params: { name: run.name, migrationId: other.migration.id },
      });
    }
    const source = run.attempts.at(-1);
    if (source === undefined || source.state !== 'running') throw notRunning(run.name);
    if (source.machineId === machineId) throw sameMachine(run.name, source.machineName);
    return source;
  }

  #newRecord(request: MoveRequest, actor: Actor, source: Attempt, planned: MigrationPlan): MoveRecord {
    const at = this.#context.clock.now();
    const memory = newMemory({
      actor,
      pathAsked: request.path ?? null,
      acceptedLoss: request.acceptedLoss ?? null,
      tokens: { source: newToken(), destination: newToken() },
    });
    const migration: Migration = {
      id: newId(),
      runId: request.runId,
      runName: this.#context.handover.get(request.runId).name,
      from: { machineId: source.machineId, machineName: source.machineName },
      to: { machineId: request.machineId, machineName: this.#machineName(request.machineId) },
      fromEpoch: source.epoch,
      toEpoch: null,
      backEpoch: null,
      mode: planned.mode,
      reason: request.reason ?? { kind: 'user', who: actor.name, why: null },
      path: planned.path,
      phase: 'preparing',
      startedAt: at,
      phaseAt: at,
      endedAt: null,
      phases: [{ phase: 'preparing', at }],
      checkpoint: null,
      broughtBack: null,
      progress: null,
      estimate: planned.estimate,
      waitingFor: null,
      cancelConsequence: cancelConsequence('preparing', memory),
      downtime: null,
      lostSteps: null,
      copiedBytes: { beforeStop: 0, afterStop: 0 },
      kept: [],
      error: null,
    };
    return { migration, memory };
  }

  #write(request: MoveRequest, actor: Actor, record: MoveRecord): void {
    const { journal, handover, store, activity, events } = this.#context;
    const { id, runId, from, to, mode, phase, runName, reason } = record.migration;
    journal.insert(request.requestId, record);
    handover.claim(runId, claimOf(id));
    const run = store.runs.setMoving(runId, { migrationId: id, phase, toMachineName: to.machineName });
    activity.record({
      actor,
      action: 'migration.start',
      target: runId,
      details: {
        migrationId: id,
        name: runName,
        from: from.machineName,
        to: to.machineName,
        mode,
        reason: reason.kind,
        why: reason.why?.message ?? '',
      },
    });
    store.afterCommit(() => {
      events.publish({ type: 'run.changed', run });
      events.publish({ type: 'migration.changed', migration: record.migration });
    });
  }

  #drive(move: Move): void {
    const { memory, phase } = move;
    if (!isOver(phase) && phase !== 'rolling-back') {
      // The wish was written down, and the app was killed before it could be followed.
      if (memory.stopped) move.interrupt(stoppedByUser(move.migration.runName));
      else if (memory.cancelledBy !== null) move.interrupt(cancelledBy(memory.cancelledBy));
    }
    const driven = drive(move)
      .catch((error: unknown) =>
        this.#context.log.error({ moveId: move.id, err: error }, 'a move cannot be driven on'),
      )
      .finally(() => this.#underWay.delete(move.id));
    this.#underWay.set(move.id, { move, driven });
  }

  #userStop(runId: string): void {
    for (const { move } of this.#underWay.values()) {
      if (move.runId !== runId || isOver(move.phase) || move.memory.stopped) continue;
      move.note({ stopped: true });
      if (move.phase !== 'rolling-back') move.interrupt(stoppedByUser(move.migration.runName));
    }
  }

  /** What an earlier move of this run is still clearing up must not meet what this one brings. */
  async #clearedUp(runId: string): Promise<void> {
    // A copy: what is driven anew below must not be met again.
    for (const { move, driven } of [...this.#underWay.values()]) {
      if (move.runId !== runId || !isOver(move.phase)) continue;
      move.close();
      await driven;
      const chores = move.memory.chores.filter(({ kind }) => kind === 'entomb');
      move.note({ chores });
      if (chores.length > 0)
        this.#drive(new Move(this.#context, { migration: move.migration, memory: move.memory }));
    }
  }

  #machineName(machineId: string): string {
    return this.#context.store.machines.get(machineId)?.name ?? machineId;
  }
}
