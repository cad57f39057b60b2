import { onTestFinished } from 'vitest';
import { Costs } from '#backend/costs/index.ts';
import { EventBus } from '#backend/events.ts';
import type { AttemptChange, Store } from '#backend/store/index.ts';
import type { HourlyRate } from '#shared/domain/cost.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import type { Accelerator } from '#shared/domain/machine.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Attempt } from '#shared/domain/run.ts';
import { ManualClock, tempStore } from '#test/temp-store.ts';
import { addMachine } from '../runs/world.ts';

export const me: Actor = { name: 'ann', role: 'owner' };
export const hour = 3_600_000;
export const dollar = 1_000_000;
/** The month's beginning, and noon of its tenth day. */
export const monthStart = Date.UTC(2026, 5);
export const noon = Date.UTC(2026, 5, 10, 12);
export const boxA = 'a'.repeat(12);
export const boxB = 'b'.repeat(12);

const gpu = (index: number): Accelerator => ({
  index,
  uuid: `GPU-${index}`,
  vendor: 'nvidia',
  model: 'NVIDIA H100 80GB HBM3',
  memoryBytes: 80 * 2 ** 30,
  memoryUsedBytes: 0,
  utilisation: 0,
  temperatureC: null,
  powerW: null,
  powerLimitW: null,
  mig: null,
  fault: null,
  processes: [],
});

/** Costs over a real database, with two machines of eight and four GPUs, and time that passes when the test says so. */
export class Ledgered {
  readonly store: Store;
  readonly clock = new ManualClock(noon);
  readonly events = new EventBus();
  readonly told: AppEvent[] = [];
  readonly activity: { action: string; actor: Actor; target: string; details?: unknown }[] = [];
  readonly rates = new Map<string, HourlyRate[]>();
  costs: Costs;

  constructor(store: Store) {
    this.store = store;
    addMachine(
      store,
      boxA,
      Array.from({ length: 8 }, (_, index) => gpu(index)),
    );
    addMachine(
      store,
      boxB,
      Array.from({ length: 4 }, (_, index) => gpu(index)),
    );
    this.events.subscribe((event) => this.told.push(event));
    this.costs = this.make();
  }

  /** The same as after a restart of the app. */
  make(): Costs {
    const { store, clock, events } = this;
    return new Costs({
      store,
      clock,
      events,
      activity: { record: (entry) => void this.activity.push(entry) },
      log: {
        warn(_: unknown, said?: string) {
          throw new Error(said);
        },
      },
      rates: { ratesOf: (machineId) => this.rates.get(machineId) ?? [] },
    });
  }

  price(machineId: string, dollarsPerHour: number, since = 0): void {
    const rate: HourlyRate = { microsPerHour: dollarsPerHour * dollar, basis: 'own', since };
    this.rates.set(machineId, [...(this.rates.get(machineId) ?? []), rate]);
  }

  run(
    more: {
      machineId?: string;
      gpus?: number;
      name?: string;
      startedAt?: number;
      envs?: Record<string, string>;
    } = {},
  ) {
    const { machineId = boxA, gpus = 4, name = 'one', startedAt = this.clock.now(), envs = {} } = more;
    const id = newId();
    const spec = {
      name,
      resources: {
        accelerators: [],
        cpus: null,
        memoryGiB: null,
        diskGiB: null,
        ports: [],
        infra: null,
        cloud: {},
      },
      numNodes: 1,
      workdir: null,
      fileMounts: {},
      envs,
      secretNames: [],
      setup: null,
      run: 'x',
      checkpoint: null,
      recovery: null,
    };
    this.store.runs.insert({
      id,
      requestId: null,
      name,
      priority: 0,
      createdAt: startedAt,
      acceleratorsAsked: '',
      yaml: 'run: x',
      spec,
      snapshot: null,
      attempts: [this.attempt(id, { machineId, gpus, startedAt })],
    });
    this.tell(id);
    return id;
  }

  attempt(
    runId: string,
    more: { machineId?: string; gpus?: number; startedAt?: number; epoch?: number } = {},
  ): Attempt {
    const { machineId = boxA, gpus = 4, startedAt = this.clock.now(), epoch = 1 } = more;
    return {
      runId,
      epoch,
      machineId,
      machineName: this.store.machines.require(machineId).name,
      state: 'running',
      evidence: { kind: 'heartbeat', at: startedAt, beat: 1 },
      createdAt: startedAt,
      startedAt,
      endedAt: null,
      seenAt: startedAt,
      exitCode: null,
      accelerators: Array.from({ length: gpus }, (_, index) => ({ index, uuid: `GPU-${index}` })),
      logBytes: 0,
      directory: '/d',
      pid: 1,
    };
  }

  change(runId: string, epoch: number, change: AttemptChange): void {
    this.store.runs.updateAttempt(runId, epoch, change);
    this.tell(runId);
  }

  end(runId: string, epoch = 1): void {
    this.change(runId, epoch, { state: 'succeeded', endedAt: this.clock.now() });
  }

  tell(runId: string): void {
    this.events.publish({ type: 'run.changed', run: this.store.runs.requireSummary(runId) });
  }

  pass(ms: number): void {
    this.clock.advance(ms);
  }

  notices(): string[] {
    return this.store.notices.list().map(({ code }) => code);
  }
}

export async function ledgered(): Promise<Ledgered> {
  const world = new Ledgered(await tempStore());
  world.costs.start();
  onTestFinished(() => world.costs.close());
  return world;
}
