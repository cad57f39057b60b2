import pino from 'pino';
import { onTestFinished } from 'vitest';
import { EventBus } from '#backend/events.ts';
import { Places, Proposals } from '#backend/places/index.ts';
import type { Store } from '#backend/store/index.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import { newId } from '#shared/domain/id.ts';
import type { Accelerator, Inventory } from '#shared/domain/machine.ts';
import type { Proposal } from '#shared/domain/recovery.ts';
import type { Actor } from '#shared/domain/role.ts';
import { FakeMigrations } from '#test/fakes/migrations.ts';
import { ManualClock, tempStore } from '#test/temp-store.ts';
import { settle } from '../recovery/world.ts';
import { addMachine } from '../runs/world.ts';

export const me: Actor = { name: 'desktop', role: 'owner' };
export const patience = (): AbortSignal => AbortSignal.timeout(60_000);

/** Places over a real database, with moves that happen when the test says so. */
export class Yard {
  readonly store: Store;
  readonly clock: ManualClock;
  readonly events = new EventBus();
  readonly told: AppEvent[] = [];
  readonly migrations: FakeMigrations;
  readonly proposals: Proposals;
  readonly activity: { action: string; actor: Actor; target: string; result?: string }[] = [];
  readonly answered: string[] = [];
  readonly out = new Set<string>();
  minute = 12 * 60;
  places: Places;

  constructor(store: Store, clock: ManualClock) {
    this.store = store;
    this.clock = clock;
    this.migrations = new FakeMigrations(store, () => clock.now());
    this.proposals = new Proposals({ store, events: this.events, clock });
    this.events.subscribe((event) => this.told.push(event));
    this.places = this.#make();
    this.places.start();
  }

  machine(id: string, gpus: Accelerator[] = []): string {
    const whole = id.repeat(12);
    addMachine(this.store, whole, gpus);
    this.events.publish({ type: 'machine.changed', machine: this.store.machines.require(whole) });
    return whole;
  }

  /** A look at the machine found this. */
  found(
    machineId: string,
    change: Partial<Pick<Inventory, 'load1' | 'accelerators' | 'memoryAvailableBytes' | 'warnings'>>,
  ): void {
    const { inventory } = this.store.machines.require(machineId);
    if (inventory === null) throw new Error('not looked at yet');
    this.store.machines.setInventory(machineId, { ...inventory, ...change, takenAt: this.clock.now() });
    this.events.publish({ type: 'machine.changed', machine: this.store.machines.require(machineId) });
  }

  run(
    machineId: string,
    more: { name?: string; priority?: number; gpus?: Accelerator[]; asks?: number } = {},
  ): string {
    const id = newId();
    const { name = 'one', priority = 0, gpus = [], asks = gpus.length } = more;
    this.clock.advance(1);
    const at = this.clock.now();
    const machine = this.store.machines.require(machineId);
    this.store.runs.insert({
      id,
      requestId: null,
      name,
      priority,
      createdAt: at,
      acceleratorsAsked: '',
      yaml: 'run: x',
      spec: {
        name,
        resources: {
          accelerators: asks === 0 ? [] : [{ name: 'A100', count: asks }],
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
        envs: {},
        secretNames: [],
        setup: null,
        run: 'x',
        checkpoint: { path: 'ckpt' },
        recovery: null,
      },
      snapshot: null,
      attempts: [
        {
          runId: id,
          epoch: 1,
          machineId,
          machineName: machine.name,
          state: 'running',
          evidence: { kind: 'heartbeat', at, beat: 1 },
          createdAt: at,
          startedAt: at,
          endedAt: null,
          seenAt: at,
          exitCode: null,
          accelerators: gpus.map(({ index, uuid }) => ({ index, uuid })),
          logBytes: 0,
          directory: '/d',
          pid: 1,
        },
      ],
    });
    return id;
  }

  async until(what: string, condition: () => unknown): Promise<void> {
    for (let step = 0; step < 2_000; step++) {
      if (condition()) return;
      await this.pass(10_000);
    }
    throw new Error(`waited in vain until ${what}`);
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 10_000) {
      this.clock.advance(Math.min(10_000, left));
      await settle();
    }
  }

  where(runId: string): string {
    return this.store.runs.requireSummary(runId).machineId.slice(0, 1);
  }

  open(): Proposal[] {
    return this.proposals.allOpen();
  }

  notices(): string[] {
    return this.store.notices.list().map(({ code }) => code);
  }

  /** The app is killed and started again; the moves go on. */
  async killApp(): Promise<void> {
    void this.places.close();
    await settle();
    this.places = this.#make();
    this.places.start();
  }

  #make(): Places {
    return new Places({
      store: this.store,
      events: this.events,
      clock: this.clock,
      migrations: this.migrations,
      proposals: this.proposals,
      log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
      activity: { record: (entry) => void this.activity.push(entry) },
      access: { isConnected: (id) => !this.out.has(id) },
      recovery: {
        accept: (proposal) => void this.answered.push(`accept ${proposal.id}`),
        dismiss: (proposal) => void this.answered.push(`dismiss ${proposal.id}`),
      },
      minuteOf: () => this.minute,
    });
  }
}

export async function yard(): Promise<Yard> {
  const clock = new ManualClock();
  const made = new Yard(await tempStore({ clock }), clock);
  onTestFinished(() => made.places.close());
  return made;
}
