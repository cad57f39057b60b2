import type { Figure } from '../domain/figure.ts';
import type { QueueEstimate } from '../domain/what-if.ts';

const msPerHour = 3_600_000;
/** More places than anybody has: where this many do not do, none will be said. */
const mostServers = 1_000_000;

/** Runs that arrive at random at `servers` places that are alike, each for a random time (M/M/c). */
export interface QueueLoad {
  arrivalsPerHour: number;
  /** Mean time of one run on one place, ms. */
  serviceMs: number;
  servers: number;
}

/** Where the load was measured: how many runs, and when the last of them came. */
export interface LoadBasis {
  basis: QueueEstimate['basis'];
  samples: number;
  /** Epoch ms of the newest of them; null of what was typed. */
  asOf: number | null;
}

const typed: LoadBasis = { basis: 'typed', samples: 0, asOf: null };

/** Load that is offered, in places that it would keep busy (erlangs). */
const offered = ({ arrivalsPerHour, serviceMs }: Pick<QueueLoad, 'arrivalsPerHour' | 'serviceMs'>): number =>
  (arrivalsPerHour * serviceMs) / msPerHour;

/**
 * The chance that an arrival finds all places taken and must wait. By Erlang B's recurrence (1/B grows by one addition a
 * place, so nothing overflows), then C = B / (1 − ρ(1 − B)). Erlang 1917; Cooper, Introduction to Queueing Theory, 3.5.
 * 1 where the load is as much as the places or more.
 */
export function erlangC(servers: number, erlangs: number): number {
  if (erlangs <= 0) return 0;
  if (erlangs >= servers) return 1;
  let blocked = 1;
  for (let n = 1; n <= servers; n += 1) blocked = (erlangs * blocked) / (n + erlangs * blocked);
  return waitingOf(blocked, servers, erlangs);
}

const waitingOf = (blocked: number, servers: number, erlangs: number): number =>
  blocked / (1 - (erlangs / servers) * (1 - blocked));

/** Mean wait in ms: C / (c·μ − λ). Null where the queue grows without end. */
function meanWait(waits: number, { arrivalsPerHour, serviceMs, servers }: QueueLoad): number | null {
  const spare = servers * (msPerHour / serviceMs) - arrivalsPerHour;
  return spare <= 0 ? null : (waits / spare) * msPerHour;
}

/** The wait in ms that one run in ten exceeds: P(W > t) = C·e^−(c·μ − λ)t. 0 where fewer than one in ten wait. */
function ninetieth(waits: number, { arrivalsPerHour, serviceMs, servers }: QueueLoad): number | null {
  const spare = servers * (msPerHour / serviceMs) - arrivalsPerHour;
  return spare <= 0 ? null : (Math.max(0, Math.log(waits / 0.1)) / spare) * msPerHour;
}

/** What runs wait for a place, as M/M/c says. */
export function queueEstimate(load: QueueLoad, measured: LoadBasis = typed): QueueEstimate {
  const waits = erlangC(load.servers, offered(load));
  const meanWaitMs = meanWait(waits, load);
  return {
    servers: load.servers,
    arrivalsPerHour: load.arrivalsPerHour,
    serviceMs: load.serviceMs,
    utilisation: offered(load) / load.servers,
    waitProbability: waits,
    meanWaitMs,
    p90WaitMs: ninetieth(waits, load),
    basis: measured.basis,
    samples: measured.samples,
    figure: waitFigure(load, waits, meanWaitMs, measured),
  };
}

/** The fewest places with a mean wait of at most `targetWaitMs`; null where a million would not do. */
export function serversNeeded(
  load: Pick<QueueLoad, 'arrivalsPerHour' | 'serviceMs'>,
  targetWaitMs: number,
): number | null {
  const erlangs = offered(load);
  if (erlangs >= mostServers) return null;
  let blocked = 1;
  for (let servers = 1; servers <= mostServers; servers += 1) {
    blocked = (erlangs * blocked) / (servers + erlangs * blocked);
    if (servers <= erlangs) continue;
    const wait = meanWait(waitingOf(blocked, servers, erlangs), { ...load, servers });
    if (wait !== null && wait <= targetWaitMs) return servers;
  }
  return null;
}

/** A run as the queue sees it, epoch ms. */
export interface QueuedRun {
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
}

export interface MeasuredLoad extends LoadBasis {
  arrivalsPerHour: number;
  serviceMs: number;
}

/**
 * Arrivals and run times as they have been: the rate between the first and the last arrival, the mean of the runs that
 * have ended. Null of fewer than two runs, of none that ended, or of all at one moment: that is no rate.
 */
export function measureLoad(runs: readonly QueuedRun[]): MeasuredLoad | null {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let ended = 0;
  let busyMs = 0;
  for (const { createdAt, startedAt, endedAt } of runs) {
    first = Math.min(first, createdAt);
    last = Math.max(last, createdAt);
    if (startedAt === null || endedAt === null || endedAt <= startedAt) continue;
    ended += 1;
    busyMs += endedAt - startedAt;
  }
  if (runs.length < 2 || ended === 0 || last <= first) return null;
  return {
    arrivalsPerHour: ((runs.length - 1) / (last - first)) * msPerHour,
    serviceMs: busyMs / ended,
    basis: 'measured',
    samples: runs.length,
    asOf: last,
  };
}

function waitFigure(
  { arrivalsPerHour, serviceMs, servers }: QueueLoad,
  waits: number,
  meanWaitMs: number | null,
  { basis, asOf, samples }: LoadBasis,
): Figure {
  const source = basis === 'measured' ? 'measured' : 'you';
  const given = (key: string, value: number, unit: Figure['unit']): Figure => ({
    key,
    value,
    unit,
    formula: '',
    inputs: [],
    source,
    asOf,
  });
  const inputs = [
    given('arrivalRate', arrivalsPerHour, 'perHour'),
    given('serviceTime', serviceMs, 'ms'),
    { ...given('places', servers, 'count'), source: 'you', asOf: null },
  ];
  const model = 'M/M/c, Erlang C (1917)';
  return {
    key: 'meanWait',
    value: meanWaitMs ?? '∞',
    unit: meanWaitMs === null ? 'text' : 'ms',
    formula: 'C(c, λ/μ) / (c·μ − λ)',
    inputs: [
      {
        key: 'waitProbability',
        value: waits,
        unit: 'share',
        formula: 'C = B / (1 − ρ(1 − B)),  B(n) = a·B(n−1) / (n + a·B(n−1))',
        inputs,
        source: model,
        asOf: null,
      },
      ...(basis === 'measured' ? [given('samples', samples, 'count')] : []),
    ],
    source: model,
    asOf: null,
  };
}
