import type { Assignment, Pool, PortfolioRun } from '#shared/domain/plan.ts';

/** A run's bar: from when to when, on which GPUs of its pool. */
export interface Bar {
  runId: string;
  name: string;
  startAt: number;
  endAt: number;
  deadlineAt: number | null;
  late: boolean;
  /** Lanes from the top of its pool: where it has no lanes side by side it takes several pieces. */
  pieces: readonly { lane: number; lanes: number }[];
}

/** A pool's rows: one lane a GPU, and what stands on them. */
export interface Band {
  pool: Pool;
  lanes: number;
  /** What is taken before the plan begins. */
  busy: readonly { lane: number; lanes: number; untilAt: number }[];
  bars: readonly Bar[];
  /** CSS pixels from the top of the whole. */
  top: number;
  height: number;
  laneHeight: number;
}

export interface GanttLayout {
  bands: readonly Band[];
  height: number;
  from: number;
  to: number;
}

const none: ReadonlySet<string> = new Set();
export const bandHead = 20;
const gapBelow = 8;

/** A pool with more lanes than there is room for is folded to this, CSS pixels, until it is opened. */
const [mostHeight, foldedHeight] = [216, 96];

/** Tall enough to read a name where a pool has few GPUs; thin where it has many. */
const laneHeightOf = (lanes: number): number => (lanes <= 4 ? 14 : lanes <= 8 ? 10 : lanes <= 16 ? 6 : 3);

/**
 * The schedule as bands of lanes; pools that nothing runs on are left out unless they are the user's own.
 * @param opened pools whose lanes are drawn however many they are; of the others all lanes share less room.
 */
export function layOutGantt(
  at: number,
  pools: readonly Pool[],
  runs: readonly PortfolioRun[],
  assignments: readonly Assignment[],
  opened: ReadonlySet<string> = none,
): GanttLayout {
  const byRun = new Map(runs.map((run) => [run.id, run]));
  const byPool = new Map<string, Assignment[]>();
  let to = at + 3_600_000;
  for (const one of assignments) {
    if (one.poolId === null || one.startAt === null || one.endAt === null) continue;
    const list = byPool.get(one.poolId);
    if (list) list.push(one);
    else byPool.set(one.poolId, [one]);
    to = Math.max(to, one.endAt);
  }
  const bands: Band[] = [];
  let top = 0;
  for (const pool of pools) {
    const placed = byPool.get(pool.id) ?? [];
    if (placed.length === 0 && pool.place.kind !== 'machine') continue;
    const band = bandOf(pool, placed, byRun, { at, top, isOpen: opened.has(pool.id) });
    bands.push(band);
    top += band.height;
  }
  return { bands, height: top, from: at, to: at + (to - at) * 1.03 };
}

function bandOf(
  pool: Pool,
  placed: readonly Assignment[],
  runs: ReadonlyMap<string, PortfolioRun>,
  { at, top, isOpen }: { at: number; top: number; isOpen: boolean },
): Band {
  const lanes = new Lanes(at);
  const busy = [...pool.busy]
    .sort((a, b) => b.untilAt - a.untilAt)
    .flatMap(({ gpus, untilAt }) =>
      lanes.take(Math.max(1, Math.round(gpus)), at, untilAt).map((piece) => ({ ...piece, untilAt })),
    );
  const sorted = [...placed].sort((a, b) => (a.startAt ?? 0) - (b.startAt ?? 0) || b.gpus - a.gpus);
  const bars = sorted.map((one): Bar => {
    const run = runs.get(one.runId);
    const [startAt, endAt] = [one.startAt ?? at, one.endAt ?? at];
    const deadlineAt = run?.deadlineAt ?? null;
    return {
      runId: one.runId,
      name: run?.name ?? one.runId,
      startAt,
      endAt,
      deadlineAt,
      late: deadlineAt !== null && endAt > deadlineAt,
      pieces: lanes.take(Math.max(1, Math.ceil(one.gpus)), startAt, endAt),
    };
  });
  // A rented pool is as high as what is used of it at once.
  const count =
    pool.place.kind === 'machine' ? Math.max(lanes.count, Math.ceil(pool.gpus)) : Math.max(1, lanes.count);
  // What nothing stands on needs no room to be read.
  const usual = bars.length + busy.length === 0 ? Math.min(3, laneHeightOf(count)) : laneHeightOf(count);
  const laneHeight = !isOpen && count * usual > mostHeight ? foldedHeight / count : usual;
  return {
    pool,
    lanes: count,
    busy,
    bars,
    top,
    laneHeight,
    height: bandHead + count * laneHeight + gapBelow,
  };
}

/** Lanes and until when each is taken. A new one is opened where none is free. */
class Lanes {
  readonly #freeAt: number[] = [];
  readonly #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  get count(): number {
    return this.#freeAt.length;
  }

  /** The first lanes side by side that are free from `startAt` on; else any that are, the rest below. */
  take(wanted: number, startAt: number, endAt: number): { lane: number; lanes: number }[] {
    const together = this.#together(wanted, startAt);
    const chosen = together ?? this.#anywhere(wanted, startAt);
    for (const lane of chosen) this.#freeAt[lane] = endAt;
    return piecesOf(chosen);
  }

  #isFree(lane: number, startAt: number): boolean {
    // A millisecond of rounding is no overlap.
    return (this.#freeAt[lane] ?? this.#at) <= startAt + 1;
  }

  #together(wanted: number, startAt: number): number[] | null {
    let length = 0;
    for (let lane = 0; lane < this.#freeAt.length; lane += 1) {
      length = this.#isFree(lane, startAt) ? length + 1 : 0;
      if (length === wanted) return range(lane - wanted + 1, wanted);
    }
    const free = this.#freeAt.filter((_, lane) => this.#isFree(lane, startAt)).length;
    return free >= wanted
      ? null
      : length > 0 || free === 0
        ? range(this.#freeAt.length - length, wanted)
        : null;
  }

  #anywhere(wanted: number, startAt: number): number[] {
    const free = range(0, this.#freeAt.length).filter((lane) => this.#isFree(lane, startAt));
    const missing = Math.max(0, wanted - free.length);
    return [...free.slice(0, wanted), ...range(this.#freeAt.length, missing)];
  }
}

const range = (start: number, length: number): number[] =>
  Array.from({ length }, (_, index) => start + index);

/** Neighbouring lanes are one piece. */
function piecesOf(lanes: readonly number[]): { lane: number; lanes: number }[] {
  const pieces: { lane: number; lanes: number }[] = [];
  for (const lane of [...lanes].sort((a, b) => a - b)) {
    const last = pieces.at(-1);
    if (last && last.lane + last.lanes === lane) last.lanes += 1;
    else pieces.push({ lane, lanes: 1 });
  }
  return pieces;
}

const stepsMs = [0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720, 1440, 4320].map(
  (hours) => hours * 3_600_000,
);

/** Where the time axis is marked: whole hours or days of the reader's clock, no nearer than `apart` pixels. */
export function timeTicks(from: number, to: number, width: number, apart: number): number[] {
  const perPixel = (to - from) / Math.max(1, width);
  const step = stepsMs.find((ms) => ms / perPixel >= apart) ?? 4320 * 3_600_000;
  const zone = new Date(from).getTimezoneOffset() * 60_000;
  const ticks: number[] = [];
  for (let at = Math.ceil((from - zone) / step) * step + zone; at <= to; at += step) ticks.push(at);
  return ticks;
}
