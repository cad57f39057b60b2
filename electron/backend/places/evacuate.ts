import { TrainyardError } from '#shared/domain/error.ts';
import { newId } from '#shared/domain/id.ts';
import type { Migration } from '#shared/domain/migration.ts';
import type { Evacuation } from '#shared/domain/recovery.ts';
import type { Actor } from '#shared/domain/role.ts';
import { hasEnded, type Run } from '#shared/domain/run.ts';
import { type PlacesContext, policyActor } from './context.ts';
import { evacuationUnknown, stays } from './errors.ts';
import { placeAll } from './evacuation-plan.ts';
import { EvacuationJournal, type EvacuationRecord } from './evacuations.ts';
import { runsOn } from './room.ts';

type Item = Evacuation['items'][number];
const mostMachinesTried = 4;
const retryMs = 10_000;

/**
 * Empties machines: one run after the other, the most important first, each to where there is room when its turn comes.
 * Whose turn it is lies in the database before its move is asked for, so an app that was killed goes on with the same move.
 */
export class Evacuations {
  readonly #context: PlacesContext;
  readonly #journal: EvacuationJournal;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #started = new Map<string, PromiseWithResolvers<void>>();

  constructor(context: PlacesContext) {
    this.#context = context;
    this.#journal = new EvacuationJournal(context.store, () =>
      context.events.publish({ type: 'places.changed' }),
    );
  }

  /** Goes on with what an earlier process left. */
  start(): void {
    for (const { evacuation } of this.#journal.running()) this.#begin(evacuation.id);
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#underWay.values()]);
  }

  list(): Evacuation[] {
    return this.#journal.shown();
  }

  /**
   * Drains the machine and begins to move its runs (those named, else all). Asked twice, or for a machine that is being emptied
   * already, it is one evacuation. Resolves once the first move has begun, or none can: with the moves there are by then.
   */
  async evacuate(
    request: { machineId: string; requestId: string; runIds?: readonly string[] | undefined },
    actor: Actor,
    signal: AbortSignal,
  ): Promise<Migration[]> {
    const id = this.#accept(request, actor);
    this.#begin(id);
    const started = this.#started.get(id)?.promise;
    if (started !== undefined) await Promise.race([started, aborted(signal)]);
    const items = this.#journal.get(id)?.evacuation.items ?? [];
    return items.flatMap(({ migrationId }) =>
      migrationId === null ? [] : [this.#context.migrations.get(migrationId)],
    );
  }

  /** Throws EVACUATION_UNKNOWN. One that is over stays as it is. */
  cancel(id: string, actor: Actor): Evacuation {
    const { store, activity } = this.#context;
    return store.transaction(() => {
      const record = this.#journal.get(id);
      if (record === null) throw evacuationUnknown();
      const { evacuation } = record;
      activity.record({
        actor,
        action: 'places.cancelEvacuation',
        target: evacuation.machineId,
        details: { machine: evacuation.machineName, evacuationId: id, state: evacuation.state },
      });
      if (evacuation.state !== 'running') return evacuation;
      this.#end(record, 'cancelled');
      return record.evacuation;
    });
  }

  /** The machine takes runs again: nothing is moved away from it any more. Part of the caller's transaction. */
  drainEnded(machineId: string): void {
    for (const record of this.#journal.running())
      if (record.evacuation.machineId === machineId) this.#end(record, 'cancelled');
  }

  #accept(
    {
      machineId,
      requestId,
      runIds,
    }: { machineId: string; requestId: string; runIds?: readonly string[] | undefined },
    actor: Actor,
  ): string {
    const { store, activity, clock, events } = this.#context;
    const known = this.#journal.byRequest(requestId);
    if (known !== null) return known.evacuation.id;
    const machine = store.machines.require(machineId);
    const runs = runsOn(this.#context, machineId).filter(({ id }) => runIds?.includes(id) ?? true);
    runs.sort((a, b) => b.priority - a.priority || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    return store.transaction(() => {
      activity.record({
        actor,
        action: 'places.evacuate',
        target: machineId,
        details: { machine: machine.name, runs: runs.map(({ id }) => id) },
      });
      store.machines.setPolicy(machineId, { ...store.machines.policy(machineId), draining: true });
      store.afterCommit(() =>
        events.publish({ type: 'machine.changed', machine: store.machines.require(machineId) }),
      );
      const running = this.#journal.running().find(({ evacuation }) => evacuation.machineId === machineId);
      const record: EvacuationRecord = running ?? {
        evacuation: {
          id: newId(),
          machineId,
          machineName: machine.name,
          who: actor.name,
          startedAt: clock.now(),
          endedAt: null,
          state: 'running',
          items: [],
        },
        requests: {},
      };
      const { items } = record.evacuation;
      for (const run of runs) if (!items.some(({ runId }) => runId === run.id)) items.push(newItem(run));
      this.#journal.save(record, running === undefined ? requestId : null);
      return record.evacuation.id;
    });
  }

  #begin(id: string): void {
    if (this.#underWay.has(id)) return;
    const started = Promise.withResolvers<void>();
    this.#started.set(id, started);
    const { ending, log } = this.#context;
    const work = this.#work(id)
      .catch((error: unknown) => {
        if (!ending.aborted) log.error({ err: error }, 'an evacuation failed in a step');
      })
      .finally(() => {
        started.resolve();
        this.#underWay.delete(id);
        this.#started.delete(id);
      });
    this.#underWay.set(id, work);
  }

  async #work(id: string): Promise<void> {
    const { ending } = this.#context;
    for (;;) {
      const record = this.#journal.get(id);
      if (ending.aborted || record === null) return;
      // The move that was under way is seen to its end even when the rest was cancelled.
      const moving = record.evacuation.items.find(({ state }) => state === 'moving');
      if (moving !== undefined) await this.#follow(id, moving);
      else if (record.evacuation.state !== 'running') return;
      else {
        const next = record.evacuation.items.find(({ state }) => state === 'waiting');
        if (next === undefined) {
          this.#context.store.transaction(() => this.#end(record, 'done'));
          return;
        }
        await this.#take(id, next);
      }
    }
  }

  /** A run's turn: where it goes is decided now, and written down before the move is asked for. */
  async #take(id: string, item: Item): Promise<void> {
    const { store, clock, ending } = this.#context;
    const record = this.#journal.get(id);
    if (record === null) return;
    const { machineId } = record.evacuation;
    const refused = new Set<string>();
    let last = stays.noRoom([]);
    for (let tried = 0; tried < mostMachinesTried; tried++) {
      const run = store.runs.get(item.runId);
      if (run === undefined || hasEnded(run.state) || run.machineId !== machineId) {
        return this.#set(id, item.runId, { state: 'over' });
      }
      if (run.moving !== null) return this.#set(id, item.runId, { state: 'stays', why: stays.moving() });
      const [placed] = placeAll(this.#context, machineId, [run], refused);
      if (placed === undefined || placed.to === null) {
        const why = tried === 0 ? stays.noRoom(placed?.why ?? []) : last;
        return this.#set(id, item.runId, { state: 'stays', why });
      }
      const { to } = placed;
      const state = this.#journal.get(id)?.evacuation.state;
      if (state !== 'running') return this.#set(id, item.runId, { state: 'stays', why: stays.cancelled() });
      this.#set(id, item.runId, {
        state: 'moving',
        toMachineId: to.machineId,
        toMachineName: to.name,
        request: newId(),
      });
      const why = await this.#ask(id, item.runId);
      if (why === null || ending.aborted) return;
      const isClaimed = why.code === 'RUN_CLAIMED';
      if (why.retryable || isClaimed) await clock.sleep(retryMs, ending).catch(() => undefined);
      if (!isClaimed) refused.add(`${run.id}/${to.machineId}`);
      last = stays.refused(to.name, why);
      this.#set(id, item.runId, { state: 'waiting', toMachineId: null, toMachineName: null });
    }
    return this.#set(id, item.runId, { state: 'stays', why: last });
  }

  /** Asks for the move that is written down. Null: it is under way; else why it was refused. */
  async #ask(id: string, runId: string): Promise<TrainyardError | null> {
    const { migrations, ending } = this.#context;
    const record = this.#journal.get(id);
    const item = record?.evacuation.items.find((each) => each.runId === runId);
    const requestId = record?.requests[runId];
    if (record === null || item?.toMachineId == null || requestId === undefined) return null;
    const { machineName, who } = record.evacuation;
    const why = {
      code: 'EVACUATION_OF',
      params: { machine: machineName },
      message: `${machineName} is being emptied.`,
    };
    try {
      const migration = await migrations.start(
        { requestId, runId, machineId: item.toMachineId, reason: { kind: 'evacuate', who, why } },
        policyActor,
        ending,
      );
      this.#set(id, runId, { migrationId: migration.id });
      this.#started.get(id)?.resolve();
      return null;
    } catch (thrown) {
      return TrainyardError.from(thrown);
    }
  }

  /** The move that is under way, to its end. After a restart of the app it may still have to be asked for. */
  async #follow(id: string, item: Item): Promise<void> {
    const { migrations, ending } = this.#context;
    if (item.migrationId === null) {
      const why = await this.#ask(id, item.runId);
      if (why !== null && !ending.aborted) {
        this.#set(id, item.runId, {
          state: 'stays',
          why: stays.refused(item.toMachineName ?? '', why),
        });
      }
      return;
    }
    this.#started.get(id)?.resolve();
    const migration = await migrations.ended(item.migrationId, ending).catch((thrown: unknown) => {
      if (ending.aborted) throw thrown;
      return { phase: 'rolled-back', error: TrainyardError.from(thrown) } as const;
    });
    if (migration.phase === 'committed') this.#set(id, item.runId, { state: 'moved' });
    else {
      const why = stays.wentBack(migration.error);
      this.#set(id, item.runId, { state: 'stays', why });
    }
  }

  #set(id: string, runId: string, change: Partial<Item> & { request?: string }): void {
    const record = this.#journal.get(id);
    if (record === null) return;
    const { request, ...rest } = change;
    const items = record.evacuation.items.map((item) => (item.runId === runId ? { ...item, ...rest } : item));
    const requests = request === undefined ? record.requests : { ...record.requests, [runId]: request };
    this.#journal.save({ evacuation: { ...record.evacuation, items }, requests });
  }

  /** Inside a transaction. */
  #end(record: EvacuationRecord, state: 'done' | 'cancelled'): void {
    const { store, clock } = this.#context;
    const { evacuation } = record;
    evacuation.items = evacuation.items.map((item) =>
      item.state === 'waiting' ? { ...item, state: 'stays', why: stays.cancelled() } : item,
    );
    evacuation.state = state;
    evacuation.endedAt = clock.now();
    this.#journal.save(record);
    if (state === 'cancelled') return;
    const machine = evacuation.machineName;
    const moved = evacuation.items.filter((item) => item.state === 'moved').length;
    const stay = evacuation.items.filter((item) => item.state === 'stays').length;
    store.notices.add({
      level: stay === 0 ? 'info' : 'warning',
      code: stay === 0 ? 'EVACUATION_DONE' : 'EVACUATION_INCOMPLETE',
      params: { machine, moved, stays: stay },
      message:
        stay === 0
          ? `${machine} is empty: ${moved} runs were moved.`
          : `${machine} was drained: ${moved} runs were moved, ${stay} stay there.`,
    });
  }
}

const newItem = (run: Run): Item => ({
  runId: run.id,
  runName: run.name,
  toMachineId: null,
  toMachineName: null,
  state: 'waiting',
  migrationId: null,
  why: null,
});

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
