import type { Figure } from '../domain/figure.ts';
import type { Micros } from '../domain/money.ts';
import type { BreakEven, Scenario } from '../domain/what-if.ts';
import { hoursPerYear, type OwnHourlyRate, ownHourlyRate } from './own-costs.ts';

const monthsPerYear = 12;
const hoursPerMonth = hoursPerYear / monthsPerYear;

/** A machine that would be bought, with one accelerator's draw in watts where it is known. */
export type BoughtMachine = Scenario['bought'][number] & { acceleratorPowerW: number | null };

/** What one accelerator is rented for an hour, and how that price came about. */
export interface RentedPrice {
  microsPerGpuHour: Micros;
  figure: Figure;
}

/**
 * Buying against renting the same accelerators for as long as they work: the utilisation at which a useful hour costs the
 * same, Σ machine hours / (GPUs · rent) (planner.md, on-prem price), and what has been spent by either after each month.
 * A machine is bought at once, runs at its own utilisation, is sold for its residual at the end of its years, and is
 * bought again where another's years are longer. At least one machine and a rent above 0 are needed.
 */
export function breakEvenOf(bought: readonly BoughtMachine[], rented: RentedPrice): BreakEven {
  const machines = bought.map((machine) => ({
    ...machine,
    rate: ownHourlyRate(machine.costs, machine.gpus, machine.acceleratorPowerW),
  }));
  const gpus = total(machines, (machine) => machine.gpus);
  const usefulGpus = total(machines, (machine) => machine.gpus * machine.costs.utilisation);
  const hourly = total(machines, ({ rate }) => rate.microsPerHour);
  const utilisation = hourly / (gpus * rented.microsPerGpuHour);
  const years = Math.max(...machines.map(({ costs }) => costs.years));
  const months = cashCurve(machines, usefulGpus * rented.microsPerGpuHour, Math.ceil(years * monthsPerYear));
  return {
    utilisation,
    ownedMicrosPerGpuHour: whole(hourly / usefulGpus),
    rentedMicrosPerGpuHour: rented.microsPerGpuHour,
    months,
    paidBackMonth:
      months.find(({ month, buyMicros, rentMicros }) => month > 0 && buyMicros < rentMicros)?.month ?? null,
    figure: {
      key: 'breakEvenUtilisation',
      value: utilisation,
      unit: 'share',
      formula: 'Σ M ÷ (GPUs · r)',
      inputs: [
        ...machines.map(({ rate }) => machineHour(rate)),
        { key: 'ownGpus', value: gpus, unit: 'gpus', formula: '', inputs: [], source: 'you', asOf: null },
        rented.figure,
      ],
      source: null,
      asOf: null,
    },
  };
}

type Priced = BoughtMachine & { rate: OwnHourlyRate };

/** The machine's own hour, used or not: what a useful hour is made of. */
const machineHour = ({ figure }: OwnHourlyRate): Figure => figure.inputs[0] ?? figure;

/** What has been spent after each month, month 0 being the purchase. */
function cashCurve(machines: readonly Priced[], rentPerHour: number, months: number): BreakEven['months'] {
  return Array.from({ length: months + 1 }, (_, month) => ({
    month,
    buyMicros: whole(total(machines, (machine) => spentOn(machine, month, month === months))),
    rentMicros: whole(rentPerHour * hoursPerMonth * month),
  }));
}

/** Purchases so far, less what was got for machines at the end of their years, and their power, staff and space. */
function spentOn({ costs, rate }: Priced, month: number, isLast: boolean): number {
  const lifeMonths = costs.years * monthsPerYear;
  const price = costs.capexMicros * (1 + costs.overhead);
  const residual = Math.min(costs.residualMicros, price);
  const lives = Math.floor(month / lifeMonths);
  const running = Math.max(0, rate.microsPerHour - (price - residual) / (hoursPerYear * costs.years));
  // At the very end nothing is bought any more, and what is still young is worth its part of the way to the residual.
  const age = month / lifeMonths - lives;
  const inUse = isLast ? (price - residual) * age : price;
  return lives * (price - residual) + inUse + running * hoursPerMonth * month;
}

const total = <T>(all: readonly T[], of: (one: T) => number): number =>
  all.reduce((sum, one) => sum + of(one), 0);

const whole = (amount: number): Micros => Math.min(Math.max(0, Math.round(amount)), Number.MAX_SAFE_INTEGER);
