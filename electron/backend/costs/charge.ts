import type { HourlyRate } from '#shared/domain/cost.ts';
import { type Sharing, sharesOf, wholeMachine } from './shares.ts';

/** Time that one attempt used of a machine. Epoch ms; `endedAt`: its end, or now where it goes on. */
export interface Use extends Sharing {
  runId: string;
  epoch: number;
  machineId: string;
  machineName: string;
  startedAt: number;
  endedAt: number;
}

/** What one attempt is charged between two neighbouring cuts. */
export interface Charge {
  use: Use;
  from: number;
  to: number;
  micros: number;
  /** Accelerators it held × time. */
  gpuMs: number;
  /** Of the time in it, how long nobody had said what the machine costs. */
  unpricedMs: number;
  /** By whose word it is priced, where it is. */
  bases: ReadonlySet<'own' | 'offer'>;
  /** It had no accelerators on a machine that has some, so it was charged what the others left. */
  leftovers: boolean;
}

/** What a machine cost between two neighbouring cuts, and how much of that nobody is charged for. */
export interface Paid {
  from: number;
  to: number;
  micros: number;
  /** Time in which it had a price. */
  pricedMs: number;
  /** Of `pricedMs`, the share that attempts were charged for, as time of the whole machine. */
  chargedMs: number;
}

const msPerHour = 3_600_000n;
/** Micro-dollars per hour × ms × shares: what is counted in, so that nothing is lost before a cut. */
const unit = BigInt(wholeMachine) * msPerHour;

/**
 * Charges a machine's time to its attempts. Everything is counted exactly from each attempt's start and rounded down at each cut from there:
 * what is cut anywhere adds up, a change of rate splits to the micro-dollar, and attempts together never cost more than the machine does.
 * `cuts` are instants, rising; charges are given for what lies between them. `rates` are oldest first.
 */
export function chargeMachine(uses: readonly Use[], rates: readonly HourlyRate[], cuts: readonly number[]) {
  const first = cuts[0] ?? 0;
  const last = cuts.at(-1) ?? first;
  const counted = uses
    .filter((use) => use.endedAt > use.startedAt && use.startedAt < last)
    .sort((a, b) => a.startedAt - b.startedAt || order(a, b));
  const isCut = new Set(cuts);
  const charges: Charge[] = [];
  const paid: Paid[] = [];
  const machine = { total: 0n, before: 0n, from: first, pricedMs: 0, charged: 0 };
  const active = new Map<Use, Account>();
  let next = 0;
  let at = Number.NEGATIVE_INFINITY;
  for (const until of instants(counted, rates, cuts, last)) {
    const rate = rateAt(rates, at);
    const ms = until - at;
    if (Number.isFinite(at) && ms > 0) {
      const inPeriod = at >= first;
      if (rate !== null) {
        machine.total += BigInt(rate.microsPerHour) * BigInt(ms) * BigInt(wholeMachine);
        if (inPeriod) machine.pricedMs += ms;
      }
      const shares = sharesOf([...active.keys()]);
      for (const [use, account] of active) {
        const share = shares.get(use) ?? 0;
        if (rate !== null && inPeriod) machine.charged += (share / wholeMachine) * ms;
        addTime(account, use, { rate, share, ms });
      }
    }
    at = until;
    for (const [use, account] of active) {
      const ends = use.endedAt === at;
      if (ends || isCut.has(at)) {
        const charge = settle(account, use, at);
        if (charge.from >= first) charges.push(charge);
      }
      if (ends) active.delete(use);
    }
    if (isCut.has(at)) {
      if (at > first)
        paid.push({
          from: machine.from,
          to: at,
          micros: Number(machine.total / unit - machine.before),
          pricedMs: machine.pricedMs,
          chargedMs: machine.charged,
        });
      Object.assign(machine, { before: machine.total / unit, from: at, pricedMs: 0, charged: 0 });
    }
    for (let use = counted[next]; use?.startedAt === at; use = counted[++next]) {
      active.set(use, newAccount(at));
    }
  }
  return { charges, paid };
}

/** The rate that holds from `at` on; null where nobody has said one. */
export function rateAt(rates: readonly HourlyRate[], at: number): HourlyRate | null {
  const rate = rates.findLast(({ since }) => since <= at);
  return rate === undefined || rate.basis === 'none' ? null : rate;
}

interface Account {
  total: bigint;
  before: bigint;
  from: number;
  gpuMs: number;
  unpricedMs: number;
  bases: Set<'own' | 'offer'>;
  leftovers: boolean;
}

const newAccount = (from: number): Account => ({
  total: 0n,
  before: 0n,
  from,
  gpuMs: 0,
  unpricedMs: 0,
  bases: new Set(),
  leftovers: false,
});

function addTime(
  account: Account,
  use: Use,
  { rate, share, ms }: { rate: HourlyRate | null; share: number; ms: number },
): void {
  account.gpuMs += use.gpus * ms;
  if (rate === null || rate.basis === 'none') {
    account.unpricedMs += ms;
    return;
  }
  account.total += BigInt(rate.microsPerHour) * BigInt(ms) * BigInt(share);
  account.bases.add(rate.basis);
  if (use.gpus === 0 && use.machineGpus > 0) account.leftovers = true;
}

/** What has come together since the last cut; the account goes on from here. */
function settle(account: Account, use: Use, at: number): Charge {
  const micros = account.total / unit;
  const charge: Charge = {
    use,
    from: account.from,
    to: at,
    micros: Number(micros - account.before),
    gpuMs: account.gpuMs,
    unpricedMs: account.unpricedMs,
    bases: account.bases,
    leftovers: account.leftovers,
  };
  Object.assign(account, newAccount(at), { total: account.total, before: micros });
  return charge;
}

/** Every instant at which something changes, rising, none beyond `last`. */
function instants(
  uses: readonly Use[],
  rates: readonly HourlyRate[],
  cuts: readonly number[],
  last: number,
): number[] {
  const all = new Set<number>(cuts);
  for (const { startedAt, endedAt } of uses) all.add(startedAt).add(endedAt);
  for (const { since } of rates) all.add(since);
  return [...all].filter((at) => at <= last).sort((a, b) => a - b);
}

const order = (a: Use, b: Use): number =>
  a.runId < b.runId ? -1 : a.runId > b.runId ? 1 : a.epoch - b.epoch;
