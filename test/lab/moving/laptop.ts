import path from 'node:path';
import pino from 'pino';
import { createCheckpointLooks } from '#backend/checkpoints/index.ts';
import { systemClock } from '#backend/clock.ts';
import { openCopies } from '#backend/copies/index.ts';
import { EventBus } from '#backend/events.ts';
import { CodeStore, codeKeeper } from '#backend/files/index.ts';
import { createPlanner, MigrationsService, type Pace, type Planner } from '#backend/migrations/index.ts';
import { remoteScript } from '#backend/resources.ts';
import { createBoxRuns } from '#backend/runs/box/index.ts';
import { createRuns, type RunsService } from '#backend/runs/index.ts';
import type { MachineAccess } from '#backend/sites/index.ts';
import { createSshPool } from '#backend/ssh/index.ts';
import { openStore, type Store } from '#backend/store/index.ts';
import { newId } from '#shared/domain/id.ts';
import type { Migration, MigrationMode, MigrationPhase } from '#shared/domain/migration.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Run } from '#shared/domain/run.ts';
import { until } from '#test/until.ts';
import { accessTo } from './access.ts';
import type { YardAddress } from './yard.ts';

export const me: Actor = { name: 'desktop', role: 'owner' };

/** Seconds where the app has minutes; long enough that a busy computer alone sets nothing off. */
export const labPace: Partial<Pace> = {
  armMs: 20_000,
  renewMs: 2_000,
  marginMs: 1_000,
  callMs: 30_000,
  slowLookMs: 500,
  patienceBeforeMs: 60_000,
  patienceAfterMs: 60_000,
  saveMs: 60_000,
  nextCheckpointMs: 60_000,
  confirmMs: 60_000,
  heartbeatAloneMs: 10_000,
  watchBackMs: 1_000,
  lookForSourceMs: 3_000,
  lookForDestinationMs: 10_000,
};
/** For those who wait until an armed stop has happened. */
export const shortArm: Partial<Pace> = { ...labPace, armMs: 4_000, renewMs: 500, callMs: 15_000 };

export interface LaptopOptions {
  address: YardAddress;
  /** Where its database is: opened again it is the same laptop. */
  data: string;
  pace?: Partial<Pace>;
  graceSeconds?: number;
  /** The plan that the app makes; else each move is taken for possible, so that what comes after it is tried. */
  plans?: boolean;
  /** After each line of the journal is on the disk. */
  onStep?: (step: string) => void;
}

/** The rooms that a move goes through, over real connections: what the app is without its sites and its page. */
export interface Laptop {
  store: Store;
  events: EventBus;
  runs: RunsService;
  moves: MigrationsService;
  access: MachineAccess;
  launch(task: string, machineId: string, requestId?: string): Promise<Run>;
  move(runId: string, machineId: string, mode?: MigrationMode, requestId?: string): Promise<Migration>;
  /** Waits for it to end, and for what is to be cleared up after. */
  ended(migrationId: string): Promise<Migration>;
  /** Waits until the move is in this phase or has passed it. */
  reached(migrationId: string, phase: MigrationPhase): Promise<Migration>;
  close(): Promise<void>;
}

const never = new AbortController().signal;

export async function openLaptop(options: LaptopOptions): Promise<Laptop> {
  const { address, data, onStep } = options;
  const clock = systemClock;
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' }, pino.destination({ dest: 2, sync: true }));
  const store = openStore({ file: path.join(data, 'trainyard.db'), clock, log });
  for (const { id, name } of address.boxes) {
    if (store.machines.get(id) !== undefined) continue;
    store.sites.insert({ id, kind: 'ssh', name, ssh: { host: name }, autoConnect: true, createdAt: 0 });
    store.machines.upsert({ id, siteId: id, name });
  }
  store.settings.update({ stopGraceSeconds: options.graceSeconds ?? 5 });
  const events = new EventBus();
  const activity = { record: () => undefined };
  const pool = createSshPool({
    prompter: { ask: () => Promise.reject(new Error('nobody is there to answer')) },
  });
  const access = accessTo(pool, address);
  const runs = createRuns({
    store,
    access,
    events,
    activity,
    clock,
    log,
    dataDirectory: data,
    code: codeKeeper(new CodeStore(path.join(data, 'code'))),
    boxRuns: (programs) => createBoxRuns(programs),
    templatesDirectory: path.resolve('resources/templates'),
  });
  const { handover } = runs;
  const copies = openCopies({ store, access, reach: access, clock, log, dataDirectory: data });
  const programs = (machineId: string, signal: AbortSignal) => access.programs(machineId, { signal });
  const looks = createCheckpointLooks({ programs, clock });
  const script = remoteScript('move-facts.sh');
  const plan = options.plans
    ? createPlanner({ store, handover, copies: copies.copies, looks, script })
    : takenForPossible;
  const moves = new MigrationsService({
    store,
    events,
    activity,
    clock,
    log,
    handover,
    copies: copies.copies,
    looks,
    plan,
    pace: options.pace ?? labPace,
    ...(onStep === undefined ? {} : { onStep }),
  });
  runs.start();
  moves.resume();
  let closing: Promise<void> | null = null;
  const close = async () => {
    await moves.close();
    await copies.close();
    await runs.close();
    await pool.close();
    store.close();
  };
  const wait = (id: string, what: string, isSo: (move: Migration) => boolean) =>
    until(
      `a move ${what}`,
      () => {
        const move = moves.get(id);
        return isSo(move) ? move : null;
      },
      // What is so stays so, and reading it is work.
      { deadlineMs: 180_000, everyMs: 40 },
    ).catch((error: unknown) => {
      throw new Error(`it is ${JSON.stringify(moves.get(id))}`, { cause: error });
    });
  const isOver = ({ endedAt }: Migration) => endedAt !== null;
  const hasChores = (id: string) =>
    store.sql.get<{ chores: number }>('SELECT chores FROM migrations WHERE id = ?', id)?.chores !== 0;
  return {
    store,
    events,
    runs,
    moves,
    access,
    async launch(task, machineId, requestId = newId()) {
      const request = { requestId, yaml: task, baseDirectory: address.code, machineId };
      const run = runs.launch({ ...request, envs: {}, secrets: {}, priority: 0 }, me);
      await until('the run is running', () => {
        const now = runs.get(run.id);
        if (now.state === 'failed' || now.state === 'lost') throw new Error(JSON.stringify(now.evidence));
        return now.state === 'running';
      });
      return runs.get(run.id);
    },
    move: (runId, machineId, mode = 'request', requestId = newId()) =>
      moves.start({ requestId, runId, machineId, mode }, me, never),
    async ended(id) {
      const move = await wait(id, 'ends', isOver);
      await until('all is cleared up', () => !hasChores(id), { deadlineMs: 180_000, everyMs: 40 });
      return move;
    },
    reached: (id, phase) =>
      wait(id, `is ${phase}`, (move) => isOver(move) || move.phases.some((each) => each.phase === phase)),
    close: () => (closing ??= close()),
  };
}

/** What the plan would say of a run that can be moved; checks have their own tests. */
const takenForPossible: Planner = async ({ runId, machineId, mode }) => ({
  runId,
  toMachineId: machineId,
  mode: mode ?? 'request',
  modes: [],
  checks: [],
  possible: true,
  paths: [],
  path: null,
  copies: [],
  estimate: null,
});
