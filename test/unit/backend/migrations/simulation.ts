import type { Store } from '#backend/store/index.ts';
import { newId } from '#shared/domain/id.ts';
import type { Migration, MigrationMode, MigrationPhase } from '#shared/domain/migration.ts';
import { isOver } from '#shared/domain/migration.ts';
import { taskSpec } from '#shared/domain/spec.ts';
import { SimLaptop } from '#test/fakes/moving/sim-laptop.ts';
import { newAttempt, SimWorld } from '#test/fakes/moving/sim-world.ts';
import { settle } from '#test/fakes/sim-clock.ts';
import { tempStore } from '#test/temp-store.ts';
import { addMachine } from '../runs/world.ts';

export const a = 'aaaaaaaaaaaa';
export const b = 'bbbbbbbbbbbb';
export const c = 'cccccccccccc';
export const me = { name: 'tester', role: 'owner' } as const;
const hour = 3_600_000;

const spec = taskSpec.parse({
  name: 'sim',
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
  envs: {},
  secretNames: [],
  setup: null,
  run: 'python train.py',
  checkpoint: { path: 'checkpoints', request: { signal: 'USR1' } },
});

/** A database that many samples may use one after the other; nothing in it needs to survive the machine. */
export async function simStore(): Promise<Store> {
  const store = await tempStore();
  store.sql.connection.pragma('synchronous = OFF');
  for (const id of [a, b, c]) addMachine(store, id, []);
  return store;
}

/** A run that trains on box `a`, known to each of the laptops. */
export function simulation(stores: readonly Store[]): { world: SimWorld; laptops: SimLaptop[] } {
  const world = new SimWorld([a, b, c]);
  const at = world.clock.now();
  for (const store of stores) {
    store.runs.insert({
      id: world.runId,
      requestId: null,
      name: 'sim',
      priority: 0,
      createdAt: at,
      acceleratorsAsked: '',
      yaml: '',
      spec,
      snapshot: null,
      attempts: [newAttempt(world.runId, 1, { id: a, name: a }, at, 'running')],
    });
  }
  world.launch(a, 1, null, false);
  world.clock.jump(120_000);
  return { world, laptops: stores.map((store) => new SimLaptop(world, store)) };
}

/** Asks for a move; the process may die over it, and then it was perhaps never written down. */
export async function ask(
  laptop: SimLaptop,
  mode: MigrationMode,
  to = b,
  requestId = newId(),
): Promise<void> {
  const request = { requestId, runId: laptop.world.runId, machineId: to, mode };
  void laptop.moves.start(request, me, new AbortController().signal).catch(() => undefined);
  await settle();
}

export interface Happening {
  /** Sim time from the start, ms; with `phase` from when the first laptop's move has come to that. */
  at: number;
  phase?: MigrationPhase | undefined;
  what: () => void;
}

/** Lets time pass until every laptop's move is over and cleared up. Throws after `days`. */
export async function runToEnd(
  world: SimWorld,
  laptops: readonly SimLaptop[],
  happenings: readonly Happening[] = [],
  { days = 30 }: { days?: number } = {},
): Promise<Migration[]> {
  const began = world.clock.now();
  const later = happenings.filter(({ phase }) => phase !== undefined);
  const waiting = happenings.filter(({ phase }) => phase === undefined).sort((x, y) => x.at - y.at);
  for (;;) {
    const passed = world.clock.now() - began;
    const phase = laptops[0]?.phase();
    for (const [index, one] of [...later.entries()].reverse()) {
      if (one.phase !== phase) continue;
      later.splice(index, 1);
      waiting.push({ at: passed + one.at, what: one.what });
      waiting.sort((x, y) => x.at - y.at);
    }
    for (let next = waiting[0]; next !== undefined && next.at <= passed; next = waiting[0]) {
      waiting.shift();
      next.what();
      await settle();
    }
    for (const laptop of laptops) {
      if (laptop.life.dead) laptop.restart();
      laptop.handover.hearAll();
    }
    const over = laptops.every((laptop) => {
      const at = laptop.phase();
      return at === undefined || (isOver(at) && !laptop.hasChores());
    });
    if (over && waiting.length === 0) break;
    if (passed > days * 24 * hour) {
      const phases = laptops.map((laptop) => laptop.move()?.phase).join(', ');
      throw new Error(
        `not over after ${days} days: ${phases}; ${JSON.stringify(laptops[0]?.steps.slice(-20))}`,
      );
    }
    await world.clock.step(
      Math.min(5_000, Math.max(1, (waiting[0]?.at ?? Number.POSITIVE_INFINITY) - passed)),
    );
  }
  await settle();
  return laptops.flatMap((laptop) => laptop.move() ?? []);
}

/** What must hold at the end of every move, whatever happened on the way. */
export function problems(world: SimWorld, laptops: readonly SimLaptop[]): string[] {
  const found = [...world.violations];
  for (const laptop of laptops) {
    const move = laptop.move();
    if (move !== undefined && !isOver(move.phase)) found.push(`it stands at ${move.phase}`);
    if (laptop.notes().length > 0) found.push(`not released: ${laptop.notes().join(', ')}`);
    if (laptop.store.runs.summary(world.runId)?.moving !== null)
      found.push('the run still says that it is being moved');
  }
  if (world.keys > 0) found.push(`${world.keys} keys are left`);
  const armed = world.armed();
  if (armed.length > 0) found.push(`still armed: ${armed.join(', ')}`);
  return found;
}

/** Whether somebody trains, or has finished. */
export function goesOn(world: SimWorld): boolean {
  const finished = [...world.boxes.values()].some((box) =>
    [...box.attempts.values()].some(({ exit }) => exit?.by === 'itself' && exit.code === 0),
  );
  return finished || world.alive().length === 1;
}
