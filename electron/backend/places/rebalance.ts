import { readJson, writeJson } from '#backend/store/index.ts';
import { because } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import type { Machine } from '#shared/domain/machine.ts';
import { type Proposal, type RebalancePolicy, rebalancePolicy } from '#shared/domain/recovery.ts';
import type { Actor } from '#shared/domain/role.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import type { Run } from '#shared/domain/run.ts';
import { type PlacesContext, policyActor } from './context.ts';
import { proposalAnswered } from './errors.ts';
import { acceleratorsOf, faultsOf } from './faults.ts';
import { LoadHistory } from './load.ts';
import { pack } from './packing.ts';
import { binOf, itemOf, minuteNow, runsOn } from './room.ts';
import { type MachineNow, noReturnMs, quietMs, type RunNow, type Wish, type World, wishes } from './rules.ts';
import { minutesLeft } from './window.ts';

const defaults: RebalancePolicy = {
  mode: 'off',
  rules: { overloaded: true, gpuFailing: true, betterPlace: true, windowClosing: true },
  coolDownMs: 2 * 3_600_000,
  loadPerCpu: 1.5,
};
const lookEveryMs = 60_000;
/** Machines tell of themselves often: what follows from it is looked at this often. */
const lookAtMostEveryMs = 15_000;
/** A move takes so long at least, asked or not. */
const leastLeadMs = 30 * 60_000;
const leadMarginMs = 10 * 60_000;
/** A closing window is looked at this long ahead: then it is found out how long a move would take. */
const askAheadMinutes = 240;
/** A move that was refused is not tried again by the policy within so long. */
const refusedForMs = 60 * 60_000;
const estimateKeptMs = 30 * 60_000;

/** Proposes moves by the rules that the user switched on, and makes them by itself where the user allows that. */
export class Rebalance {
  readonly #context: PlacesContext;
  readonly #load = new LoadHistory();
  readonly #leads = new Map<string, { at: number; ms: number }>();
  readonly #endings: (() => void)[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #refusedUntil = new Map<string, number>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking = false;

  constructor(context: PlacesContext) {
    this.#context = context;
  }

  start(): void {
    const { events } = this.#context;
    this.#endings.push(events.subscribe((event) => this.#hear(event)));
    this.#do(() => this.#keepLooking());
  }

  async close(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
  }

  /** Off where nothing was set. */
  get policy(): RebalancePolicy {
    const row = this.#context.store.sql.get<{ value: string }>(
      "SELECT value FROM settings WHERE key = 'rebalance'",
    );
    const found = row === undefined ? null : readJson(rebalancePolicy, row.value);
    return found?.ok ? found.value : defaults;
  }

  setPolicy(policy: RebalancePolicy, actor: Actor): RebalancePolicy {
    const { store, activity, events, proposals } = this.#context;
    store.transaction(() => {
      store.sql.run(
        "INSERT INTO settings (key, value) VALUES ('rebalance', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        writeJson(rebalancePolicy, policy),
      );
      activity.record({ actor, action: 'places.setRebalance', target: 'rebalance', details: { policy } });
      if (policy.mode === 'off')
        for (const { id, kind } of proposals.allOpen()) if (kind === 'move') proposals.expire(id);
      store.afterCommit(() => events.publish({ type: 'places.changed' }));
    });
    this.#soon(true);
    return this.policy;
  }

  /** Moves the run, or has a lost one restarted. Rejects with PROPOSAL_ANSWERED and what a move is refused with. */
  async accept(id: string, actor: Actor, signal: AbortSignal): Promise<Proposal> {
    const { proposals, store, activity, recovery } = this.#context;
    const asked = proposals.require(id);
    if (asked.state !== 'open') throw proposalAnswered(asked.state);
    const record = () =>
      activity.record({ actor, action: 'places.accept', target: asked.runId, details: detailsOf(asked) });
    if (asked.kind === 'restart') {
      return store.transaction(() => {
        recovery.accept(asked, actor);
        record();
        const accepted: Proposal = { ...asked, state: 'accepted' };
        proposals.save(accepted);
        return accepted;
      });
    }
    const migrationId = await this.#move(asked, actor.name, actor, signal);
    return store.transaction(() => {
      record();
      const accepted: Proposal = { ...asked, state: 'accepted', migrationId };
      proposals.save(accepted);
      return accepted;
    });
  }

  dismiss(id: string, actor: Actor): Proposal {
    const { proposals, store, activity, recovery } = this.#context;
    return store.transaction(() => {
      const asked = proposals.require(id);
      if (asked.state !== 'open') throw proposalAnswered(asked.state);
      const dismissed: Proposal = { ...asked, state: 'dismissed' };
      proposals.save(dismissed);
      if (asked.kind === 'restart') recovery.dismiss(asked);
      activity.record({ actor, action: 'places.dismiss', target: asked.runId, details: detailsOf(asked) });
      return dismissed;
    });
  }

  #hear(event: AppEvent): void {
    if (event.type === 'machine.changed') this.#note(event.machine);
    else if (event.type !== 'run.changed' && event.type !== 'migration.changed') return;
    this.#soon(false);
  }

  #note(machine: Machine): void {
    const { store } = this.#context;
    this.#load.add(machine, (runId) => store.runs.summary(runId) !== undefined);
  }

  #soon(now: boolean): void {
    if (!now && this.#context.clock.elapsed() - this.#lookedAt < lookAtMostEveryMs) return;
    this.#do(() => this.look());
  }

  #do(work: () => Promise<void>): void {
    const { ending, log } = this.#context;
    if (ending.aborted) return;
    const done: Promise<void> = work()
      .catch((error: unknown) => {
        if (!ending.aborted) log.error({ err: error }, 'rebalancing failed in a step');
      })
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  async #keepLooking(): Promise<void> {
    const { clock, ending } = this.#context;
    while (!ending.aborted) {
      await this.look();
      await clock.sleep(lookEveryMs, ending).catch(() => undefined);
    }
  }

  /** Looks at everything once, and proposes or acts. */
  async look(): Promise<void> {
    const { policy } = this;
    if (policy.mode === 'off' || this.#looking) return;
    this.#looking = true;
    try {
      this.#lookedAt = this.#context.clock.elapsed();
      await this.#askHowLong();
      const found = wishes(this.#world(policy));
      this.#expire(found);
      for (const wish of found) {
        if (policy.mode === 'act') await this.#act(wish);
        else this.#propose(wish);
      }
    } finally {
      this.#looking = false;
    }
  }

  #world(policy: RebalancePolicy): World {
    const { store, clock, proposals } = this.#context;
    const now = clock.now();
    const ids = store.machines.ids();
    const runs = ids.flatMap((id) => runsOn(this.#context, id)).filter((run) => isMovable(run));
    const bins = new Map<string, ReturnType<typeof binOf>>();
    const binAt = (machineId: string): ReturnType<typeof binOf> => {
      const known = bins.get(machineId);
      if (known !== undefined) return known;
      const machine = store.machines.get(machineId);
      const bin = machine === undefined ? sayRoom('ROOM_GONE') : binOf(this.#context, machine);
      bins.set(machineId, bin);
      return bin;
    };
    return {
      now,
      policy,
      machines: ids.map((id) => this.#machineNow(id, runs, policy, now)),
      runs: runs.map((run) => this.#runNow(run)),
      moved: proposals.acceptedSince(now - noReturnMs),
      dismissed: proposals.dismissedSince(now - quietMs),
      proposed: new Map(proposals.allOpen().map(({ runId, toMachineId }) => [runId, toMachineId])),
      fits: (runId, machineId) => {
        const run = runs.find(({ id }) => id === runId);
        const bin = binAt(machineId);
        if (run === undefined || 'code' in bin) return false;
        return pack([itemOf(run)], [bin], new Set())[0]?.machineId === machineId;
      },
    };
  }

  #machineNow(id: string, runs: readonly Run[], policy: RebalancePolicy, now: number): MachineNow {
    const { store, access } = this.#context;
    const machine = store.machines.require(id);
    const { window, preference, draining } = store.machines.policy(id);
    const held = runs.filter(({ machineId }) => machineId === id).flatMap(acceleratorsOf);
    return {
      id,
      name: machine.name,
      takes: access.isConnected(id) && !draining,
      minutesLeft: minutesLeft(window, minuteNow(this.#context)),
      preference,
      load: this.#load.now(id),
      cpus: machine.inventory?.cpuCount ?? null,
      isOverloaded: this.#load.isOver(id, policy.loadPerCpu, now),
      crowded: this.#load.crowded(id, now),
      faults: faultsOf(machine.inventory, held),
    };
  }

  #runNow(run: Run): RunNow {
    const { migrations } = this.#context;
    const [last] = migrations.list({ runId: run.id, limit: 1 });
    return {
      id: run.id,
      name: run.name,
      machineId: run.machineId,
      priority: run.priority,
      createdAt: run.createdAt,
      accelerators: acceleratorsOf(run),
      movedAt: last === undefined ? null : (last.endedAt ?? last.startedAt),
      leadMs: this.#leads.get(run.id)?.ms ?? leastLeadMs,
    };
  }

  #isBusy(machineId: string): boolean {
    return this.#context.migrations.list({ machineId, active: true }).length > 0;
  }

  /** Where a window closes before long: how long a move away from there would take. Without an answer the least is taken. */
  async #askHowLong(): Promise<void> {
    const { store, clock, migrations, ending, log } = this.#context;
    const now = clock.now();
    for (const id of store.machines.ids()) {
      const left = minutesLeft(store.machines.policy(id).window, minuteNow(this.#context));
      if (left === null || left > askAheadMinutes) continue;
      for (const run of runsOn(this.#context, id).filter(isMovable)) {
        const known = this.#leads.get(run.id);
        if (known !== undefined && now - known.at < estimateKeptMs) continue;
        this.#leads.set(run.id, { at: now, ms: known?.ms ?? leastLeadMs });
        const to = this.#anyPlaceFor(run, id);
        if (to === null) continue;
        try {
          const plan = await migrations.plan({ runId: run.id, machineId: to }, policyActor, ending);
          const high = plan.estimate?.totalMs.high ?? 0;
          this.#leads.set(run.id, { at: now, ms: Math.max(leastLeadMs, 2 * high + leadMarginMs) });
        } catch (thrown) {
          if (ending.aborted) return;
          log.debug(
            { runId: run.id, code: TrainyardError.from(thrown).code },
            'how long a move takes is not known',
          );
        }
      }
    }
  }

  #anyPlaceFor(run: Run, notOn: string): string | null {
    const { store } = this.#context;
    const bins = store.machines.ids().flatMap((id) => {
      const machine = id === notOn ? undefined : store.machines.get(id);
      const bin = machine === undefined ? sayRoom('ROOM_GONE') : binOf(this.#context, machine);
      return 'code' in bin ? [] : [bin];
    });
    return pack([itemOf(run)], bins, new Set())[0]?.machineId ?? null;
  }

  /** What is no longer true is no longer proposed. */
  #expire(found: readonly Wish[]): void {
    const { proposals } = this.#context;
    for (const open of proposals.allOpen()) {
      if (open.kind !== 'move') continue;
      const still = found.some((wish) => isSame(wish, open) && wish.toMachineId === open.toMachineId);
      if (!still) proposals.expire(open.id);
    }
  }

  #propose(wish: Wish): void {
    const { proposals, store } = this.#context;
    if (proposals.allOpen().some((open) => isSame(wish, open))) return;
    store.transaction(() => {
      const { runName, reason, runId } = proposals.open(this.#asProposal(wish));
      store.notices.add({
        level: 'info',
        code: 'REBALANCE_PROPOSED',
        params: { name: runName, to: this.#nameOf(wish.toMachineId), ...because('why', reason) },
        message: `${reason.message} Run "${runName}" could go to ${this.#nameOf(wish.toMachineId)}.`,
        runId,
      });
    });
  }

  /** By itself, where nothing else moves from or to either machine. The proposal is the record of it. */
  async #act(wish: Wish): Promise<void> {
    const { proposals, store, activity, ending, log, clock } = this.#context;
    if (this.#isBusy(wish.fromMachineId) || this.#isBusy(wish.toMachineId)) return;
    const key = `${wish.runId}/${wish.rule}`;
    if ((this.#refusedUntil.get(key) ?? 0) > clock.elapsed()) return;
    const open = proposals.allOpen().find((each) => isSame(wish, each));
    const proposal = open ?? proposals.open(this.#asProposal(wish));
    try {
      const migrationId = await this.#move(proposal, policyActor.name, policyActor, ending);
      store.transaction(() => {
        proposals.save({ ...proposal, state: 'accepted', migrationId });
        activity.record({
          actor: policyActor,
          action: 'places.move',
          target: proposal.runId,
          details: detailsOf(proposal),
        });
      });
    } catch (thrown) {
      if (ending.aborted) return;
      const { code, message } = TrainyardError.from(thrown);
      log.info({ runId: proposal.runId, code, message }, 'a move by the policy was refused');
      this.#refusedUntil.set(key, clock.elapsed() + refusedForMs);
      store.transaction(() => {
        proposals.expire(proposal.id);
        activity.record({
          actor: policyActor,
          action: 'places.move',
          target: proposal.runId,
          result: 'refused',
          details: { ...detailsOf(proposal), code },
        });
      });
    }
  }

  async #move(proposal: Proposal, who: string, actor: Actor, signal: AbortSignal): Promise<string> {
    const { runId, toMachineId, reason } = proposal;
    // The proposal names the move: asked again after a crash it is the same one.
    const request = { requestId: proposal.id, runId, machineId: toMachineId };
    const why = { kind: 'rebalance', who, why: reason } as const;
    return (await this.#context.migrations.start({ ...request, reason: why }, actor, signal)).id;
  }

  #asProposal({
    runId,
    fromMachineId,
    toMachineId,
    rule,
    reason,
  }: Wish): Parameters<PlacesContext['proposals']['open']>[0] {
    return {
      kind: 'move',
      runId,
      runName: this.#context.store.runs.requireSummary(runId).name,
      fromMachineId,
      fromMachineName: this.#nameOf(fromMachineId),
      toMachineId,
      toMachineName: this.#nameOf(toMachineId),
      rule,
      reason,
    };
  }

  #nameOf(machineId: string): string {
    return this.#context.store.machines.get(machineId)?.name ?? machineId;
  }
}

const isSame = (wish: Wish, open: Proposal): boolean =>
  open.kind === 'move' &&
  open.runId === wish.runId &&
  open.rule === wish.rule &&
  open.fromMachineId === wish.fromMachineId;

/** It trains, has a way to go on elsewhere, and is not on its way already. */
const isMovable = (run: Run): boolean =>
  run.spec.checkpoint !== null && run.moving === null && run.state === 'running';

const detailsOf = (proposal: Proposal): Record<string, unknown> => ({
  name: proposal.runName,
  rule: proposal.rule,
  from: proposal.fromMachineName,
  to: proposal.toMachineName,
  reason: proposal.reason.message,
});
