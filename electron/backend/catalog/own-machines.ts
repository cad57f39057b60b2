import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { Store } from '#backend/store/index.ts';
import type { CatalogSource, OwnCosts } from '#shared/domain/catalog.ts';
import type { HourlyRate } from '#shared/domain/cost.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { Actor } from '#shared/domain/role.ts';
import { ownHourlyRate } from '#shared/planner/own-costs.ts';
import { Rates } from './rates.ts';

export interface OwnMachinesOptions {
  store: Store;
  activity: Activity;
  events: EventBus;
  clock: Clock;
  /** Of an accelerator as the machine names it, W; null: not known. */
  powerOf(name: string): number | null;
  changed(): void;
}

export interface OwnMachineCosts {
  machineId: string;
  costs: OwnCosts;
  rate: HourlyRate;
  /** Of a useful accelerator hour. */
  gpuMicrosPerHour: number;
}

/** What machines of one's own cost, by what was said of them. */
export class OwnMachines {
  readonly rates: Rates;
  readonly #options: OwnMachinesOptions;

  constructor(options: OwnMachinesOptions) {
    this.#options = options;
    this.rates = new Rates(options.store);
  }

  list(): OwnMachineCosts[] {
    return this.rates.list().flatMap(({ machineId, costs, rate }) => {
      const machine = this.#options.store.machines.get(machineId);
      if (!machine) return [];
      return [
        { machineId, costs, rate, gpuMicrosPerHour: this.#rate(machine, costs).microsPerUsefulGpuHour },
      ];
    });
  }

  /** Null: nobody has said what any machine costs. */
  source(): CatalogSource | null {
    const all = this.rates.list();
    if (all.length === 0) return null;
    const pricedAt = Math.max(...all.map(({ rate }) => rate.since));
    return {
      id: 'own',
      kind: 'own',
      title: 'Own machines',
      provider: null,
      region: null,
      url: null,
      rows: all.length,
      pricedAt,
      takenAt: pricedAt,
    };
  }

  set(machineId: string, costs: OwnCosts | null, actor: Actor): void {
    const { store, activity, events, clock } = this.#options;
    const machine = store.machines.require(machineId);
    const microsPerHour = costs === null ? 0 : this.#rate(machine, costs).microsPerHour;
    store.transaction(() => {
      this.rates.set(machineId, clock.now(), microsPerHour, costs);
      activity.record({
        actor,
        action: 'catalog.setOwnCosts',
        target: machine.name,
        details: { machineId, microsPerHour, costs },
      });
    });
    this.#options.changed();
    events.publish({ type: 'costs.changed' });
  }

  #rate({ inventory }: Machine, costs: OwnCosts) {
    const listed = inventory?.accelerators ?? [];
    const [first] = listed;
    // Slices are parts of one: it counts once, whether it is listed itself or not.
    const gpus = new Set(listed.map(({ index, mig }) => mig?.parentIndex ?? index)).size;
    const powerW = first ? (this.#options.powerOf(first.model) ?? first.powerLimitW) : null;
    return ownHourlyRate(costs, gpus, powerW);
  }
}
