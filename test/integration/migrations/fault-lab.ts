import { expect } from 'vitest';
import type { Pace } from '#backend/migrations/index.ts';
import type { Migration, MigrationMode, MigrationPhase } from '#shared/domain/migration.ts';
import { hasEnded } from '#shared/domain/run.ts';
import { checkHistory, plainLosses } from '#test/lab/invariants.ts';
import { checkRun, ledgersOf, originOf } from '#test/lab/moving/inspect.ts';
import { type Laptop, openLaptop } from '#test/lab/moving/laptop.ts';
import { movesOf, operationsOf } from '#test/lab/moving/operations.ts';
import { type MovingBox, type MovingYard, movingYard } from '#test/lab/moving/yard.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

/** One move, as faults see it. */
export interface Scene {
  runId: string;
  migrationId: string;
  source: MovingBox;
  destination: MovingBox;
  phase: MigrationPhase;
  /** Lines that the journal has taken in since the phase began. */
  notes: number;
  laptop: Laptop;
}
export type Strike = (scene: Scene) => void;

export interface Moved {
  move: Migration;
  /** What the journal also knows of it. */
  sourceEnded: 'seen' | 'timer' | null;
  source: MovingBox;
  destination: MovingBox;
}

const seed = 11;
const lossAt = plainLosses(seed);

export const plainTask = (flags = '', resume = ''): string =>
  [
    'name: faults',
    'workdir: .',
    `checkpoint: { path: 'checkpoints/step-{step}.bin', framework: own, request: { signal: USR1 }${resume} }`,
    `run: exec python3 plain.py --every 40 --seed ${seed} ${flags}`,
  ].join('\n');

/** Two boxes and a laptop for a whole file. A run is moved to and fro; one that a fault has ended is followed by a new one. */
export class FaultLab {
  readonly yard: MovingYard;
  readonly laptop: Laptop;
  readonly #hook: { onStep: (step: string) => void };
  #runId: string | null = null;
  readonly #all = new Set<string>();

  private constructor(yard: MovingYard, laptop: Laptop, hook: { onStep: (step: string) => void }) {
    this.yard = yard;
    this.laptop = laptop;
    this.#hook = hook;
  }

  static async start(pace?: Partial<Pace>): Promise<FaultLab> {
    // What a test puts into ~/bin of a box stands in for the system's own.
    const yard = await movingYard(2, { env: { PATH: '%h/bin:/usr/bin:/bin' } });
    const hook: { onStep: (step: string) => void } = { onStep: () => undefined };
    const data = await makeTempDirectory('laptop');
    const laptop = await openLaptop({
      address: yard.address,
      data,
      ...(pace === undefined ? {} : { pace }),
      onStep: (step) => hook.onStep(step),
    });
    return new FaultLab(yard, laptop, hook);
  }

  async close(): Promise<void> {
    await this.laptop.close();
    await this.yard.stop();
  }

  /** The run that is moved to and fro. */
  async run(): Promise<string> {
    const known = this.#runId;
    // A test that failed may have left its move under way.
    const isFree = known !== null && this.laptop.moves.list({ runId: known, active: true }).length === 0;
    if (known !== null && isFree && (await this.settled(known)) === 'running') return known;
    this.#runId = await this.launch(plainTask());
    return this.#runId;
  }

  /** A run of its own, with a checkpoint. */
  async launch(task: string, box = this.yard.boxes[0]): Promise<string> {
    if (box === undefined) throw new Error('no boxes');
    const { id } = await this.laptop.launch(task, box.id);
    this.#all.add(id);
    const hasSaved = () => ledgersOf(this.yard, id).some(({ event }) => event === 'saved');
    await until('it has saved', hasSaved, { everyMs: 50 });
    return id;
  }

  async settled(runId: string): Promise<string> {
    return until('the run trains or is over', () => {
      const { state } = this.laptop.runs.get(runId);
      return state === 'running' || hasEnded(state) ? state : null;
    });
  }

  /**
   * Moves it to the other box; `strike` is called at once when the journal has taken in a line. Ends with the move, and with what it
   * clears up (`cleared`) where both machines can be seen.
   */
  async move(
    runId: string,
    strike: Strike,
    mode: MigrationMode = 'request',
    { cleared = true }: { cleared?: boolean } = {},
  ): Promise<Moved> {
    const { laptop, yard } = this;
    await until('it runs', () => laptop.runs.get(runId).state === 'running');
    const source = yard.box(laptop.runs.get(runId).machineId);
    const destination = yard.boxes.find(({ id }) => id !== source.id) ?? source;
    let phase: MigrationPhase = 'preparing';
    let notes = 0;
    let migrationId = '';
    this.#hook.onStep = (step) => {
      if (step === 'note') notes += 1;
      else [phase, notes] = [step as MigrationPhase, 0];
      if (migrationId === '') return;
      strike({ runId, migrationId, source, destination, phase, notes, laptop });
    };
    try {
      const started = await laptop.move(runId, destination.id, mode);
      migrationId = started.id;
      const move = cleared ? await laptop.ended(started.id) : await laptop.reached(started.id, 'rolled-back');
      const { sourceEnded = null } = movesOf(laptop.store, runId).find(({ id }) => id === move.id) ?? {};
      return { move, sourceEnded, source, destination };
    } finally {
      this.#hook.onStep = () => undefined;
      for (const { proxy } of yard.boxes) await proxy.restore();
    }
  }

  /** The run trains beyond what it was when asked. */
  async trainsOn(runId: string): Promise<void> {
    const steps = () => ledgersOf(this.yard, runId).filter(({ event }) => event === 'step').length;
    const before = steps();
    await until('it trains on', () => steps() > before + 2, { everyMs: 50 });
  }

  /** What must hold at every moment, read from the ledgers. */
  expectSound(runId: string): void {
    const moves = movesOf(this.laptop.store, runId);
    expect(checkHistory(ledgersOf(this.yard, runId), { lossAt, origin: originOf(moves) })).toEqual([]);
  }

  /** Ends every run of the file and looks at everything that moves may leave behind. */
  async expectNothingLeft(): Promise<void> {
    for (const runId of this.#all)
      expect(await checkRun(this.yard, operationsOf(this.laptop), runId, { lossAt })).toEqual([]);
  }
}

/** The fault strikes once, as the move enters this phase. */
export function entering(wanted: MigrationPhase, strike: Strike): Strike {
  let done = false;
  return (scene) => {
    if (done || scene.phase !== wanted) return;
    done = true;
    strike(scene);
  };
}

/** It strikes as the move enters each phase. */
export const inEveryPhase = (strike: Strike): Strike => {
  const seen = new Set<MigrationPhase>();
  return (scene) => {
    if (seen.has(scene.phase)) return;
    seen.add(scene.phase);
    strike(scene);
  };
};
