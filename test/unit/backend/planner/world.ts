import { EventBus } from '#backend/events.ts';
import { Planner, type PlannerCatalog } from '#backend/planner/index.ts';
import { heldByOthers, usable } from '#backend/runs/index.ts';
import { checkTasks } from '#backend/runs/spec/index.ts';
import type { Store } from '#backend/store/index.ts';
import type { LaunchRequest } from '#shared/contract/runs.ts';
import type { Offer, OwnCosts } from '#shared/domain/catalog.ts';
import type { HourlyRate } from '#shared/domain/cost.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import type { Accelerator } from '#shared/domain/machine.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { Quota } from '#shared/domain/quota.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Attempt, Run } from '#shared/domain/run.ts';
import type { SitePolicy } from '#shared/domain/sensitivity.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';
import { ManualClock, tempStore } from '#test/temp-store.ts';
import { accelerators, at, someInputs, someOffer } from '../../shared/planner/place/some-world.ts';
import { addMachine } from '../runs/world.ts';

export const me: Actor = { name: 'ann', role: 'owner' };
export const heron = 'a'.repeat(12);

export const gpu = (index: number, change: Partial<Accelerator> = {}): Accelerator => ({
  index,
  uuid: `GPU-${index}`,
  vendor: 'nvidia',
  model: 'NVIDIA H100 80GB HBM3',
  memoryBytes: 79.6 * 2 ** 30,
  memoryUsedBytes: 0,
  utilisation: 0,
  temperatureC: null,
  powerW: null,
  powerLimitW: null,
  mig: null,
  fault: null,
  processes: [],
  ...change,
});

export const eight = Array.from({ length: 8 }, (_, index) => gpu(index));

export interface RunGiven {
  name?: string;
  /** Accelerators, as a task file writes them. */
  asks?: string;
  envs?: Record<string, string>;
  gpus?: number;
  state?: Attempt['state'];
  startedAt?: number | null;
}

/** A planner over a real database, a small catalogue and one machine of eight H100. */
export class Planned {
  readonly store: Store;
  readonly clock = new ManualClock(at);
  readonly events = new EventBus();
  readonly told: AppEvent[] = [];
  readonly activity: { action: string; actor: Actor; target: string; details?: unknown }[] = [];
  readonly launched: LaunchRequest[] = [];
  readonly catalog: PlannerCatalog & { set(offers: readonly Offer[]): void };
  readonly planner: Planner;
  quotas: Quota[] = [];
  ownCosts: { machineId: string; costs: OwnCosts; rate: HourlyRate }[] = [];

  constructor(store: Store, gpus: readonly Accelerator[]) {
    this.store = store;
    addMachine(store, heron, [...gpus]);
    this.events.subscribe((event) => this.told.push(event));
    this.catalog = this.#catalog();
    this.planner = new Planner({
      store,
      events: this.events,
      activity: { record: (entry) => void this.activity.push(entry) },
      clock: this.clock,
      catalog: this.catalog,
      quotas: () => this.quotas,
      policies: () => [{ ...policy, siteId: heron }],
      rules: { usable, heldByOthers },
      check: (yaml) => checkTasks(yaml, { envs: {} }),
      launch: (request) => {
        this.launched.push(request);
        return this.run({ name: request.name ?? 'probe' });
      },
    });
  }

  #catalog(): Planned['catalog'] {
    const { regions, egress, storage } = someInputs([]);
    let table = OfferTable.of([
      someOffer(),
      someOffer({ region: 'eu-central-1', spotMicrosPerHour: 9_000_000 }),
    ]);
    return {
      table: () => table,
      set(offers) {
        table = OfferTable.of(offers);
      },
      accelerators: () => [...accelerators],
      regions: () => [...regions],
      egress: () => [...egress],
      storage: () => [...storage],
      sources: () => [],
      ownCosts: () => this.ownCosts,
    };
  }

  run(given: RunGiven = {}): Run {
    const { name = 'one', asks, envs = {}, gpus = 4 } = given;
    const { state = 'running', startedAt = at - 3_600_000 } = given;
    const id = newId();
    const resources = asks === undefined ? '' : `resources: {accelerators: ${asks}}\n`;
    const yaml = `name: ${name.replaceAll(' ', '-')}\n${resources}run: python train.py\n`;
    const [spec] = checkTasks(yaml, { envs: {} }).tasks;
    if (spec === undefined) throw new Error('no task');
    return this.store.runs.insert({
      id,
      requestId: null,
      name,
      priority: 0,
      createdAt: at,
      acceleratorsAsked: '',
      yaml: 'run: x',
      spec: { ...spec, envs },
      snapshot: null,
      attempts: [
        {
          runId: id,
          epoch: 1,
          machineId: heron,
          machineName: 'box-aa',
          state,
          evidence: { kind: 'heartbeat', at, beat: 1 },
          createdAt: at,
          startedAt,
          endedAt: null,
          seenAt: at,
          exitCode: null,
          accelerators: eight.slice(0, gpus).map(({ index, uuid }) => ({ index, uuid })),
          logBytes: 0,
          directory: null,
          pid: null,
        },
      ],
    }).run;
  }

  /** What a run prints of a metric, a value a step. */
  prints(runId: string, name: string, values: readonly number[]): void {
    this.store.metrics.append([
      { runId, epoch: 1, name, points: values.map((value, step): [number, number] => [step, value]) },
    ]);
  }
}

const policy: Omit<SitePolicy, 'siteId'> = {
  siteName: 'heron',
  maxLabel: 'confidential',
  country: 'DE',
  region: null,
  isDefault: false,
};

export const planned = async (gpus: readonly Accelerator[] = eight): Promise<Planned> =>
  new Planned(await tempStore(), gpus);
