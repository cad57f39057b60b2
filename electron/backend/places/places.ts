import { refusedOnRecord } from '#backend/activity/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Migration } from '#shared/domain/migration.ts';
import type { Evacuation, MachinePolicy, Proposal, RebalancePolicy } from '#shared/domain/recovery.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { PlacesContext, PlacesDependencies } from './context.ts';
import { Evacuations } from './evacuate.ts';
import { type PlannedMove, planEvacuation } from './evacuation-plan.ts';
import { Rebalance } from './rebalance.ts';

/** Where runs may be and where they should be: drain, evacuate, rebalance. What each call does is said in the contract. */
export class Places {
  readonly #context: PlacesContext;
  readonly #ending = new AbortController();
  readonly #evacuations: Evacuations;
  readonly #rebalance: Rebalance;

  constructor(dependencies: PlacesDependencies) {
    this.#context = { ...dependencies, ending: this.#ending.signal };
    this.#evacuations = new Evacuations(this.#context);
    this.#rebalance = new Rebalance(this.#context);
  }

  /** Takes up what an earlier process left, and looks from now on. Call once, after the moves have been taken up. */
  start(): void {
    this.#evacuations.start();
    this.#rebalance.start();
  }

  async close(): Promise<void> {
    this.#ending.abort(new TrainyardError('CANCELLED', 'Trainyard is closing.'));
    await Promise.all([this.#evacuations.close(), this.#rebalance.close()]);
  }

  policies(): Record<string, MachinePolicy> {
    const { machines } = this.#context.store;
    return Object.fromEntries(machines.ids().map((id) => [id, machines.policy(id)]));
  }

  /** A machine that takes runs again is not evacuated any more. */
  setPolicy(machineId: string, policy: MachinePolicy, actor: Actor): MachinePolicy {
    const { store, activity, events } = this.#context;
    return store.transaction(() => {
      const machine = store.machines.require(machineId);
      store.machines.setPolicy(machineId, policy);
      activity.record({
        actor,
        action: 'places.setPolicy',
        target: machineId,
        details: { machine: machine.name, policy },
      });
      if (!policy.draining) this.#evacuations.drainEnded(machineId);
      store.afterCommit(() => {
        events.publish({ type: 'machine.changed', machine: store.machines.require(machineId) });
        events.publish({ type: 'places.changed' });
      });
      return store.machines.policy(machineId);
    });
  }

  async planEvacuation(
    machineId: string,
    actor: Actor,
    signal: AbortSignal,
  ): Promise<{ machineId: string; moves: PlannedMove[] }> {
    this.#context.store.machines.require(machineId);
    return { machineId, moves: await planEvacuation(this.#context, machineId, actor, signal) };
  }

  async evacuate(
    request: { machineId: string; requestId: string; runIds?: readonly string[] | undefined },
    actor: Actor,
    signal: AbortSignal,
  ): Promise<{ migrations: Migration[] }> {
    const migrations = await this.#recorded('places.evacuate', request.machineId, actor, () =>
      this.#evacuations.evacuate(request, actor, signal),
    );
    return { migrations };
  }

  evacuations(): Evacuation[] {
    return this.#evacuations.list();
  }

  cancelEvacuation(id: string, actor: Actor): Promise<Evacuation> {
    return this.#recorded('places.cancelEvacuation', id, actor, () => this.#evacuations.cancel(id, actor));
  }

  rebalance(): { policy: RebalancePolicy; proposals: Proposal[] } {
    return { policy: this.#rebalance.policy, proposals: this.#context.proposals.shown() };
  }

  setRebalance(policy: RebalancePolicy, actor: Actor): RebalancePolicy {
    return this.#rebalance.setPolicy(policy, actor);
  }

  accept(proposalId: string, actor: Actor, signal: AbortSignal): Promise<Proposal> {
    return this.#recorded('places.accept', proposalId, actor, () =>
      this.#rebalance.accept(proposalId, actor, signal),
    );
  }

  dismiss(proposalId: string, actor: Actor): Promise<Proposal> {
    return this.#recorded('places.dismiss', proposalId, actor, () =>
      this.#rebalance.dismiss(proposalId, actor),
    );
  }

  /** Looks at the rules now. For tests. */
  look(): Promise<void> {
    return this.#rebalance.look();
  }

  #recorded<T>(action: string, target: string, actor: Actor, work: () => T | Promise<T>): Promise<T> {
    return refusedOnRecord(this.#context.activity, { actor, action, target }, work);
  }
}
