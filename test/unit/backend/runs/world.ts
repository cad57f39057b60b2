import pino from 'pino';
import { onTestFinished } from 'vitest';
import type { Clock } from '#backend/clock.ts';
import { EventBus } from '#backend/events.ts';
import type { CodeKeeper } from '#backend/files/index.ts';
import type { RunsPrograms } from '#backend/processes/index.ts';
import type { RunPolicy } from '#backend/runs/context.ts';
import { createRuns, type RunsService } from '#backend/runs/index.ts';
import type { MachineAccess } from '#backend/sites/capabilities.ts';
import type { Store } from '#backend/store/index.ts';
import type { LaunchRequest } from '#shared/contract/runs.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import { newId } from '#shared/domain/id.ts';
import { type Accelerator, inventory } from '#shared/domain/machine.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Run } from '#shared/domain/run.ts';
import { FakeBox, FakeConnection, unreachable } from '#test/fakes/box.ts';
import { tempDirectory } from '#test/temp.ts';
import { ManualClock, tempStore } from '#test/temp-store.ts';

export const me: Actor = { name: 'desktop', role: 'owner' };

/** Connections to boxes in memory, made and cut by the test. */
export class FakeAccess implements MachineAccess {
  readonly boxes: Map<string, FakeBox>;
  readonly connections = new Map<string, FakeConnection>();
  readonly #made = new Set<(id: string, calm?: Promise<void>) => void>();
  readonly #lost = new Set<(id: string) => void>();

  constructor(boxes: Map<string, FakeBox>) {
    this.boxes = boxes;
  }
  async programs(machineId: string): Promise<RunsPrograms> {
    const connection = this.connections.get(machineId);
    if (connection === undefined) throw unreachable();
    return connection as unknown as RunsPrograms;
  }
  isConnected(machineId: string): boolean {
    return this.connections.has(machineId);
  }
  onConnected(listener: (id: string, calm?: Promise<void>) => void): () => void {
    this.#made.add(listener);
    return () => this.#made.delete(listener);
  }
  onDisconnected(listener: (id: string) => void): () => void {
    this.#lost.add(listener);
    return () => this.#lost.delete(listener);
  }
  connect(machineId: string, calm?: Promise<void>): void {
    const box = this.boxes.get(machineId);
    if (box === undefined) throw new Error(`no box ${machineId}`);
    this.connections.set(machineId, new FakeConnection(box));
    for (const listener of this.#made) listener(machineId, calm);
  }
  cut(machineId: string): void {
    const connection = this.connections.get(machineId);
    this.connections.delete(machineId);
    connection?.cut();
    for (const listener of this.#lost) listener(machineId);
  }
}

export class FakeCode implements CodeKeeper {
  taken = 0;
  sent = 0;
  kept: ReadonlySet<string> = new Set();
  async take(directory: string) {
    this.taken++;
    return { id: `snapshot${this.taken}`, workdir: directory, files: 1, bytes: 1, git: null };
  }
  async takeMount(source: string) {
    return this.take(source);
  }
  async files() {
    return new Map([['train.py', 'abc']]);
  }
  /** Which snapshots were to be kept, each time that code was collected on a box. */
  collected: ReadonlySet<string>[] = [];
  async collectOn(_programs: unknown, _root: string, keep: ReadonlySet<string>) {
    this.collected.push(keep);
    return 0;
  }
  async keepOnly(ids: ReadonlySet<string>) {
    this.kept = ids;
  }
  async send() {
    this.sent++;
  }
}

/** A laptop: its database, its service, its connections to boxes that may be shared with other laptops. */
export class Laptop {
  readonly store: Store;
  readonly access: FakeAccess;
  readonly events = new EventBus();
  readonly told: AppEvent[] = [];
  readonly code = new FakeCode();
  readonly clock: Clock;
  readonly dataDirectory: string;
  readonly activity: unknown[] = [];
  onStep: (step: string) => void = () => {};
  readonly #policy: RunPolicy | null;
  runs: RunsService;

  constructor(
    store: Store,
    access: FakeAccess,
    clock: Clock,
    dataDirectory: string,
    policy: RunPolicy | null = null,
  ) {
    this.store = store;
    this.#policy = policy;
    this.access = access;
    this.clock = clock;
    this.dataDirectory = dataDirectory;
    this.events.subscribe((event) => this.told.push(event));
    this.runs = this.#make();
  }

  /** The app is killed and started again: nothing is closed in order, memory is gone, the database stays. */
  async restart(): Promise<void> {
    const connected = [...this.access.connections.keys()];
    for (const id of connected) this.access.cut(id);
    await this.runs.close();
    this.runs = this.#make();
    this.runs.start();
    for (const id of connected) this.access.connect(id);
  }

  /** A launch a moment after whatever came before it. */
  async launch(...request: Parameters<Laptop['request']>): Promise<Run> {
    manual(this.clock).advance(1);
    return this.runs.launch(this.request(...request), me);
  }

  request(
    machineId: string,
    yaml = 'run: python train.py',
    more: Partial<LaunchRequest> = {},
  ): LaunchRequest {
    return {
      requestId: newId(),
      yaml,
      baseDirectory: null,
      machineId,
      envs: {},
      secrets: {},
      priority: 0,
      ...more,
    };
  }

  state(runId: string): string {
    return this.runs.get(runId).state;
  }

  #make(): RunsService {
    return createRuns({
      store: this.store,
      access: this.access,
      events: this.events,
      activity: { record: (entry) => void this.activity.push(entry) },
      clock: this.clock,
      log: pino({ level: 'silent' }),
      dataDirectory: this.dataDirectory,
      code: this.code,
      boxRuns: (programs) => programs as unknown as FakeConnection,
      templatesDirectory: '/nonexistent',
      ...(this.#policy === null ? {} : { policy: this.#policy }),
      onStep: (step) => this.onStep(step),
    });
  }
}

export async function laptop(
  boxes: Map<string, FakeBox>,
  gpus: Accelerator[] = [],
  policyOf: ((store: Store, clock: Clock) => RunPolicy) | null = null,
): Promise<Laptop> {
  const clock = new ManualClock();
  const store = await tempStore({ clock });
  const dataDirectory = await tempDirectory('runs');
  for (const machineId of boxes.keys()) addMachine(store, machineId, gpus);
  const access = new FakeAccess(boxes);
  const made = new Laptop(store, access, clock, dataDirectory, policyOf?.(store, clock) ?? null);
  made.runs.start();
  for (const machineId of boxes.keys()) access.connect(machineId);
  onTestFinished(() => made.runs.close());
  return made;
}

export function addMachine(store: Store, id: string, accelerators: Accelerator[]): void {
  store.sites.insert({
    id,
    kind: 'ssh',
    name: `box ${id}`,
    ssh: { host: 'box' },
    autoConnect: true,
    createdAt: 0,
  });
  store.machines.upsert({ id, siteId: id, name: `box-${id.slice(0, 2)}` });
  store.machines.setInventory(
    id,
    inventory.parse({
      takenAt: 0,
      tookMs: 1,
      hostName: 'box',
      os: 'Linux',
      kernel: '6',
      architecture: 'x86_64',
      bootId: 'boot-1',
      uptimeMs: 1,
      user: 'u',
      home: '/home/u',
      loginShell: 'bash',
      cpuModel: null,
      cpuCount: 8,
      load1: 0,
      memoryBytes: 1,
      memoryAvailableBytes: 1,
      disks: [],
      accelerators,
      driverVersion: null,
      cudaVersion: null,
      pythons: [],
      tools: {},
      clockSkewMs: 3_600_000,
      warnings: [],
    }),
  );
}

export const boxA = 'aaaaaaaaaaaa';
export const boxB = 'bbbbbbbbbbbb';
export const oneBox = () => new Map([[boxA, new FakeBox()]]);
export const manual = (clock: Clock): ManualClock => clock as ManualClock;
