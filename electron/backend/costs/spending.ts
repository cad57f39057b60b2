import type { HourlyRate } from '#shared/domain/cost.ts';
import { type Charge, chargeMachine, type Paid, type Use } from './charge.ts';
import type { UsageLedger } from './ledger.ts';
import type { RateSource } from './rates.ts';

/** What attempts are charged on their machines, over stretches of time. */
export interface Spending {
  charges: Charge[];
  /** By machine id; machines that nobody used in that time are not in it. */
  paid: Map<string, Paid[]>;
}

/** Charges everything that happened between the first and the last cut; what lies after `now` has not happened yet. */
export function spendingBetween(
  { ledger, rates }: { ledger: UsageLedger; rates: RateSource },
  cuts: readonly number[],
  now: number,
): Spending {
  const past = untilNow(cuts, now);
  const [from] = past;
  const to = past.at(-1);
  const spending: Spending = { charges: [], paid: new Map() };
  if (from === undefined || to === undefined || from >= to) return spending;
  for (const [machineId, uses] of byMachine(ledger.between(from, to, now))) {
    const { charges, paid } = chargeMachine(uses, rates.ratesOf(machineId), past);
    for (const charge of charges) spending.charges.push(charge);
    spending.paid.set(machineId, paid);
  }
  return spending;
}

/** What a machine cost while nobody used it. */
export const paidUnused = (rates: readonly HourlyRate[], cuts: readonly number[], now: number): Paid[] =>
  chargeMachine([], rates, untilNow(cuts, now)).paid;

function untilNow(cuts: readonly number[], now: number): number[] {
  const end = Math.round(now);
  const past = cuts.filter((cut) => cut < end);
  return past.length === cuts.length ? past : [...past, end];
}

function byMachine(uses: readonly Use[]): Map<string, Use[]> {
  const machines = new Map<string, Use[]>();
  for (const use of uses) {
    const same = machines.get(use.machineId);
    if (same) same.push(use);
    else machines.set(use.machineId, [use]);
  }
  return machines;
}
