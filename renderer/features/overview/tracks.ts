import { isActive } from '#renderer/features/runs/run-store.ts';
import { compareNames, countModels, shortModel } from '#renderer/ui/index.ts';
import { thisComputerId } from '#shared/domain/id.ts';
import type { Accelerator, Machine } from '#shared/domain/machine.ts';
import type { Migration } from '#shared/domain/migration.ts';
import type { RunSummary } from '#shared/domain/run.ts';

/** One cell of a track. `heat` 0–4, or null where the load is not known. */
export interface Cell {
  accelerator: Accelerator;
  heat: number | null;
}

/** A run standing on neighbouring cells of a track: `from` is the first cell's place, `span` how many. */
export interface Car {
  run: RunSummary;
  from: number;
  span: number;
}

/** A run that is being moved here: where it will stand, as far as that can be said; null: beside the cells. */
export interface Arrival {
  move: Migration;
  from: number | null;
  span: number;
}

export interface Track {
  machine: Machine;
  cells: Cell[];
  cars: Car[];
  /** Runs that hold no accelerator. */
  besides: RunSummary[];
  /** Runs on their way here, on free cells where there are enough side by side. */
  arrivals: Arrival[];
  seenNow: boolean;
  /** How much it asks to be looked at: faults and unseen runs, then runs, then load. Larger is more. */
  need: number;
}

export const heatOf = (utilisation: number | null): number | null =>
  utilisation === null
    ? null
    : utilisation < 3
      ? 0
      : utilisation < 30
        ? 1
        : utilisation < 60
          ? 2
          : utilisation < 85
            ? 3
            : 4;

/** What stands on the rails: whole GPUs, and in the place of a sliced one its slices. */
function cellsOf(machine: Machine): Cell[] {
  const all = machine.inventory?.accelerators ?? [];
  const sliced = new Set(all.flatMap(({ mig }) => (mig ? [mig.parentIndex] : [])));
  return all
    .filter(({ mig, index }) => mig !== null || !sliced.has(index))
    .map((accelerator) => ({ accelerator, heat: heatOf(accelerator.utilisation) }));
}

/** The cars of one run: neighbouring cells make one, so a run on GPUs 0, 1 and 5 stands in two places. */
export function carsOf(run: RunSummary, cells: readonly Cell[]): Car[] {
  const places = cells.flatMap(({ accelerator }, place) =>
    run.acceleratorIndexes.includes(accelerator.index) ? [place] : [],
  );
  const cars: Car[] = [];
  for (const place of places) {
    const last = cars.at(-1);
    if (last && last.from + last.span === place) last.span += 1;
    else cars.push({ run, from: place, span: 1 });
  }
  return cars;
}

/** Puts those that arrive on free cells, as many as they hold where they are. Which GPUs it will be is said when it is there. */
function placeArrivals(moves: readonly Arriving[], cells: readonly Cell[], cars: readonly Car[]): Arrival[] {
  const taken = new Set(cars.flatMap(({ from, span }) => Array.from({ length: span }, (_, at) => from + at)));
  return moves.map(({ move, holds }) => {
    const span = Math.max(1, holds);
    for (let from = 0; holds > 0 && from + span <= cells.length; from += 1) {
      const places = Array.from({ length: span }, (_, at) => from + at);
      if (places.some((place) => taken.has(place) || cells[place]?.accelerator.fault !== null)) continue;
      for (const place of places) taken.add(place);
      return { move, from, span };
    }
    return { move, from: null, span };
  });
}

interface Arriving {
  move: Migration;
  /** How many accelerators it holds where it is. */
  holds: number;
}

function trackOf(machine: Machine, runs: readonly RunSummary[], arriving: readonly Arriving[]): Track {
  const cells = cellsOf(machine);
  const holding = runs.map((run) => ({ run, cars: carsOf(run, cells) }));
  const cars = holding.flatMap((held) => held.cars).sort((a, b) => a.from - b.from);
  const besides = holding.filter((held) => held.cars.length === 0).map(({ run }) => run);
  const seenNow = machine.connectionState === 'connected';
  const faults = cells.filter(({ accelerator }) => accelerator.fault !== null).length;
  const busy = cells.reduce((sum, { heat }) => sum + (heat ?? 0), 0);
  const need =
    faults * 1000 +
    (!seenNow && runs.length > 0 ? 500 : 0) +
    (runs.length + arriving.length) * 10 +
    busy / 100;
  const arrivals = placeArrivals(arriving, cells, cars);
  return { machine, cells, cars, besides, arrivals, seenNow, need };
}

export interface TrackGroup {
  kind: 'ssh' | 'local';
  tracks: Track[];
  seen: number;
}

/** The yard: SSH hosts first, this computer last, each group in the order asked for. */
export function layTracks(
  machines: Iterable<Machine>,
  runs: Iterable<RunSummary>,
  order: 'name' | 'need',
  moves: readonly Migration[] = [],
): TrackGroup[] {
  const onMachine = new Map<string, RunSummary[]>();
  const held = new Map<string, number>();
  for (const run of runs) {
    held.set(run.id, run.acceleratorIndexes.length);
    if (run.state === 'queued' || !(isActive(run.state) || run.moving)) continue;
    const there = onMachine.get(run.machineId);
    if (there) there.push(run);
    else onMachine.set(run.machineId, [run]);
  }
  const arriving = new Map<string, Arriving[]>();
  for (const move of moves) {
    const there = arriving.get(move.to.machineId) ?? [];
    // Once it is started there it is a car of its own.
    if (onMachine.get(move.to.machineId)?.some(({ id }) => id === move.runId)) continue;
    there.push({ move, holds: held.get(move.runId) ?? 0 });
    arriving.set(move.to.machineId, there);
  }
  const tracks = [...machines].map((machine) =>
    trackOf(machine, onMachine.get(machine.id) ?? [], arriving.get(machine.id) ?? []),
  );
  const byName = (a: Track, b: Track) => compareNames(a.machine.name, b.machine.name);
  tracks.sort(order === 'name' ? byName : (a, b) => b.need - a.need || byName(a, b));
  const group = (kind: TrackGroup['kind'], own: Track[]): TrackGroup[] =>
    own.length === 0 ? [] : [{ kind, tracks: own, seen: own.filter(({ seenNow }) => seenNow).length }];
  const isLocal = ({ machine }: Track) => machine.id === thisComputerId || machine.siteKind === 'local';
  return [
    ...group(
      'ssh',
      tracks.filter((track) => !isLocal(track)),
    ),
    ...group('local', tracks.filter(isLocal)),
  ];
}

/** "8×H100, 71 °C, 4.9 kW": what a machine has and how it fares, from its last inventory. */
export function describeHardware({ cells }: Track): {
  hardware: string;
  hottestC: number | null;
  powerW: number | null;
} {
  const models = cells.map(({ accelerator: { model, mig } }) =>
    shortModel(mig ? `${model} ${mig.profile}` : model),
  );
  const known = (values: (number | null)[]) => values.filter((value) => value !== null);
  const temperatures = known(cells.map(({ accelerator }) => accelerator.temperatureC));
  const powers = known(cells.map(({ accelerator }) => accelerator.powerW));
  return {
    hardware: countModels(models),
    hottestC: temperatures.length > 0 ? Math.max(...temperatures) : null,
    powerW: powers.length > 0 ? powers.reduce((sum, power) => sum + power, 0) : null,
  };
}
