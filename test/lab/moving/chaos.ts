import { rm } from 'node:fs/promises';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Migration, MigrationMode, MigrationPhase } from '#shared/domain/migration.ts';
import { newId } from '#shared/domain/new-id.ts';
import { hasEnded } from '#shared/domain/run.ts';
import { type Invariant, invariants, plainLosses, type Violation } from '#test/lab/invariants.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { Chance } from './chance.ts';
import { faultBy } from './chaos-faults.ts';
import { checkBoxes, checkRun, ledgersOf } from './inspect.ts';
import { labPace } from './laptop.ts';
import { torchLosses } from './reference.ts';
import { RemoteLaptop } from './remote.ts';
import { type MovingYard, movingYard } from './yard.ts';

export interface ChaosOptions {
  moves: number;
  seed: number;
  /** Runs that are moved at the same time. */
  lanes: number;
  /** The first lane's trainer is PyTorch. */
  torch: boolean;
  /** No further moves: those under way come to their end, all is checked, and the boxes are removed. */
  signal: AbortSignal;
  onMove(told: ToldMove): void;
}
export interface ToldMove {
  lane: number;
  number: number;
  from: string;
  to: string;
  mode: MigrationMode;
  fault: string;
  phase: MigrationPhase;
  /** null: it did not end. */
  end: Migration | null;
  why: string | null;
}
export interface ChaosResult {
  seed: number;
  moves: number;
  committed: number;
  rolledBack: number;
  runs: number;
  /** ms; null where none was committed. */
  downtime: { median: number; p99: number } | null;
  violations: Record<Invariant, number>;
  details: Violation[];
  faults: Record<string, number>;
  tookMs: number;
}

/** Everything shorter than in the app, so that also what waits for an armed stop is over in seconds. */
const pace = {
  ...labPace,
  armMs: 6_000,
  renewMs: 1_000,
  callMs: 8_000,
  patienceAfterMs: 30_000,
  confirmMs: 30_000,
};
const strikable: readonly MigrationPhase[] = [
  'preparing',
  'precopying',
  'armed',
  'stopping',
  'copying',
  'verified',
  'starting',
  'confirming',
  'committed',
  'rolling-back',
];
/** Also where this computer has much else to do: what is not over by then hangs. */
const endsWithinMs = 600_000;

/** Random moves with random faults, then everything that must hold. The same seed makes the same choices. Needs root and sshd. */
export async function chaos(options: ChaosOptions): Promise<ChaosResult> {
  const began = performance.now();
  const yard = await movingYard(3);
  const data = await makeTempDirectory('laptop');
  const laptop = new RemoteLaptop({ address: yard.address, data, pace, graceSeconds: 2 });
  try {
    await laptop.start();
    const lanes = Array.from({ length: options.lanes }, (_, lane) => new Lane(lane, options, yard, laptop));
    await Promise.all(lanes.map((lane) => lane.goThrough()));
    const details = [...lanes.flatMap(({ violations }) => violations), ...(await checkBoxes(yard))];
    const moves = lanes.flatMap(({ told }) => told);
    return {
      ...resultOf(options, moves, details),
      runs: lanes.reduce((sum, { runs }) => sum + runs, 0),
      tookMs: Math.round(performance.now() - began),
    };
  } finally {
    await laptop.close();
    await yard.stop();
    await rm(data, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** One run after another (a fault may end one), each moved again and again. */
class Lane {
  readonly violations: Violation[] = [];
  readonly told: ToldMove[] = [];
  runs = 0;
  readonly #lane: number;
  readonly #options: ChaosOptions;
  readonly #yard: MovingYard;
  readonly #laptop: RemoteLaptop;
  readonly #chance: Chance;
  #runId: string | null = null;
  /** Its move does not end: no use in asking for others. */
  #hangs = false;

  constructor(lane: number, options: ChaosOptions, yard: MovingYard, laptop: RemoteLaptop) {
    this.#lane = lane;
    this.#options = options;
    this.#yard = yard;
    this.#laptop = laptop;
    this.#chance = new Chance(options.seed * 1000 + lane);
  }

  async goThrough(): Promise<void> {
    const { moves, lanes } = this.#options;
    const count = Math.floor(moves / lanes) + (this.#lane < moves % lanes ? 1 : 0);
    for (let number = 1; number <= count && !this.#hangs && !this.#options.signal.aborted; number++) {
      const runId = await this.#aliveRun();
      if (runId === null) return;
      await this.#oneMove(runId, number);
    }
    if (this.#runId !== null) await this.#check(this.#runId);
  }

  /** Whoever calls a laptop that has been killed waits for the next, and one whose line another lane's fault has cut tries again. */
  async #again<T>(work: () => Promise<T>): Promise<T> {
    const patience = performance.now() + endsWithinMs;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const { code, retryable } = TrainyardError.from(error);
        if (code === 'LAPTOP_DEAD') await until('the laptop is up again', () => this.#laptop.isUp);
        else if (!retryable || performance.now() > patience) throw error;
        else await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  /** The lane's run once it trains; a new one where it has ended, after a look at how. */
  async #aliveRun(): Promise<string | null> {
    const known = this.#runId;
    if (known !== null) {
      const state = await this.#settled(known);
      if (state === 'running') return known;
      if (state === null)
        this.violations.push({ invariant: 'ends by itself', what: `${known} is neither alive nor over` });
      await this.#check(known);
    }
    const seed = this.#options.seed * 100 + this.#lane * 10 + this.runs;
    this.runs += 1;
    const requestId = newId();
    const { id } = this.#chance.oneOf(this.#yard.boxes);
    const run = await this.#again(() =>
      this.#laptop.call('launch', taskOf(this.#usesTorch, seed), id, requestId),
    );
    this.#runId = run.id;
    this.#seeds.set(run.id, seed);
    return run.id;
  }
  readonly #seeds = new Map<string, number>();

  get #usesTorch(): boolean {
    return this.#options.torch && this.#lane === 0;
  }

  async #settled(runId: string): Promise<string | null> {
    const settled = until(
      'the run trains or is over',
      async () => {
        const { state } = await this.#again(() => this.#laptop.call('run', runId));
        return state === 'running' || hasEnded(state) ? state : null;
      },
      { deadlineMs: endsWithinMs },
    );
    return settled.catch(() => null);
  }

  async #oneMove(runId: string, number: number): Promise<void> {
    const chance = this.#chance;
    const laptop = this.#laptop;
    const run = await this.#again(() => laptop.call('run', runId));
    const source = this.#yard.box(run.machineId);
    const destination = chance.oneOf(this.#yard.boxes.filter(({ id }) => id !== source.id));
    const mode = chance.oneOf<MigrationMode>(['request', 'request', 'request', 'next', 'last']);
    const fault = faultBy(chance);
    const phase = chance.oneOf(strikable);
    const [delayMs, lastsMs] = [chance.between(0, 800), chance.between(200, 3000)];
    const about = {
      lane: this.#lane,
      number,
      from: source.name,
      to: destination.name,
      mode,
      fault: fault.name,
      phase,
    };
    const reached = Promise.withResolvers<void>();
    const requestId = newId();
    const off = laptop.onMoved((move) => {
      if (move.runId === runId && move.phase === phase) reached.resolve();
    });
    let told: ToldMove;
    try {
      const { id } = await this.#again(() => laptop.call('move', runId, destination.id, mode, requestId));
      const scene = { laptop, runId, migrationId: id, source, destination };
      // A phase that is not passed through is not struck.
      const struck = reached.promise.then(async () => {
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        await fault.strike(scene, lastsMs);
      });
      struck.catch(() => undefined); // thrown where it is awaited, after the move's end
      const end = await laptop.ended(id, endsWithinMs).catch((error: unknown) => {
        this.violations.push({
          invariant: 'ends by itself',
          what: `${JSON.stringify(about)}: ${String(error)}`,
        });
        return null;
      });
      if (end === null) this.#hangs = true;
      reached.resolve();
      await struck;
      told = { ...about, end, why: end?.error?.code ?? null };
    } catch (error) {
      // It has ended between two moves: the next run is looked for.
      told = { ...about, end: null, why: TrainyardError.from(error).code };
      if (told.why === 'INTERNAL') throw error;
    } finally {
      off();
    }
    this.told.push(told);
    this.#options.onMove(told);
  }

  async #check(runId: string): Promise<void> {
    const seed = this.#seeds.get(runId) ?? 0;
    const steps = ledgersOf(this.#yard, runId).map(({ step }) => step ?? 0);
    const lossAt = this.#usesTorch ? await torchLosses(seed, Math.max(0, ...steps)) : plainLosses(seed);
    const found = await this.#again(() =>
      checkRun(this.#yard, this.#laptop.asked, runId, { lossAt, others: true }),
    );
    this.violations.push(...found);
    this.#runId = null;
  }
}

function taskOf(usesTorch: boolean, seed: number): string {
  const [command, pattern] = usesTorch
    ? ['/usr/bin/python3 train.py --steps 1000000', 'checkpoints']
    : ['python3 plain.py', 'checkpoints/step-{step}.bin'];
  return [
    `name: chaos-${seed}`,
    'workdir: .',
    `checkpoint: { path: '${pattern}', framework: ${usesTorch ? 'torch' : 'own'}, request: { signal: USR1 } }`,
    `run: exec ${command} --every 40 --pace 0.05 --seed ${seed}`,
  ].join('\n');
}

function resultOf(options: ChaosOptions, told: readonly ToldMove[], details: Violation[]) {
  const ended = told.flatMap(({ end }) => (end === null ? [] : [end]));
  const committed = ended.filter(({ phase }) => phase === 'committed');
  const times = committed.map(({ downtime }) => downtime?.totalMs ?? 0).sort((a, b) => a - b);
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(part * times.length))] ?? 0;
  const violations = Object.fromEntries(
    invariants.map((one) => [one, details.filter(({ invariant }) => invariant === one).length]),
  ) as Record<Invariant, number>;
  const faults: Record<string, number> = {};
  for (const { fault } of told) faults[fault] = (faults[fault] ?? 0) + 1;
  return {
    seed: options.seed,
    moves: ended.length,
    committed: committed.length,
    rolledBack: ended.length - committed.length,
    downtime: times.length === 0 ? null : { median: at(0.5), p99: at(0.99) },
    violations,
    details,
    faults,
  };
}
