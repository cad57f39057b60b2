import type { OwnCosts } from '../domain/catalog.ts';
import type { Figure, FigureUnit } from '../domain/figure.ts';
import type { Micros } from '../domain/money.ts';

/** Of a year, leap days left out: what depreciation is spread over. */
export const hoursPerYear = 8760;

/** What an hour of a machine of one's own costs. */
export interface OwnHourlyRate {
  /** Of the whole machine, used or not: purchase spread over its years, power, staff and space. */
  microsPerHour: Micros;
  /** Of one accelerator's hour in which it works, the idle ones paid by the busy ones; of the machine's hour where it has none. */
  microsPerUsefulGpuHour: Micros;
  figure: Figure;
}

/**
 * What a machine of one's own costs by the hour:
 * [(capex·(1+o) − residual)/(8760·years) + kW·PUE·$/kWh + staff and space per h] for the machine; for one useful accelerator hour that is
 * divided by accelerators and utilisation (planner.md, on-prem price). `acceleratorPowerW` is one accelerator's draw, used where
 * no power is given; null: power counts as nothing. Residual above the purchase counts as the purchase: a machine is never paid for standing there.
 */
export function ownHourlyRate(
  costs: OwnCosts,
  gpus: number,
  acceleratorPowerW: number | null,
): OwnHourlyRate {
  const purchase = Math.max(0, costs.capexMicros * (1 + costs.overhead) - costs.residualMicros);
  const wearMicros = purchase / (hoursPerYear * costs.years);
  const powerKW = costs.powerKW ?? (gpus * (acceleratorPowerW ?? 0)) / 1000;
  const powerMicros = powerKW * costs.pue * costs.microsPerKWh;
  const exact = wearMicros + powerMicros + costs.otherMicrosPerHour;
  const shares = gpus > 0 ? gpus : 1;
  const microsPerHour = whole(exact);
  const microsPerUsefulGpuHour = whole(exact / (shares * costs.utilisation));

  const wear = computed('ownWear', whole(wearMicros), 'microsPerHour', '(C·(1+o) − R) ÷ (8760·Y)', [
    typed('capex', costs.capexMicros, 'micros'),
    typed('ownOverhead', costs.overhead, 'share'),
    typed('ownResidual', costs.residualMicros, 'micros'),
    typed('ownYears', costs.years, 'count'),
  ]);
  const power = computed('ownPower', whole(powerMicros), 'microsPerHour', 'P ÷ 1000 · PUE · p', [
    costs.powerKW === null
      ? computed('ownDraw', powerKW * 1000, 'W', 'GPUs · W', [
          typed('ownGpus', gpus, 'gpus', 'inventory'),
          typed('acceleratorPower', acceleratorPowerW ?? 0, 'W', 'data sheet'),
        ])
      : typed('ownDraw', powerKW * 1000, 'W'),
    typed('ownPue', costs.pue, 'count'),
    typed('ownKWhPrice', costs.microsPerKWh, 'micros'),
  ]);
  const machineHour = computed('ownMachineHour', microsPerHour, 'microsPerHour', 'wear + power + other', [
    wear,
    power,
    typed('ownOther', costs.otherMicrosPerHour, 'microsPerHour'),
  ]);
  return {
    microsPerHour,
    microsPerUsefulGpuHour,
    figure: computed('ownGpuHour', microsPerUsefulGpuHour, 'microsPerHour', 'M ÷ (GPUs · u)', [
      machineHour,
      typed('ownGpus', shares, 'gpus', gpus > 0 ? 'inventory' : 'no accelerators'),
      typed('ownUtilisation', costs.utilisation, 'share'),
    ]),
  };
}

/** Rounded half up, and never beyond what is exact as a number. */
const whole = (amount: number): Micros => Math.min(Math.round(amount), Number.MAX_SAFE_INTEGER);

const computed = (
  key: string,
  value: number,
  unit: FigureUnit,
  formula: string,
  inputs: Figure[],
): Figure => ({ key, value, unit, formula, inputs, source: null, asOf: null });

const typed = (key: string, value: number, unit: FigureUnit, source = 'you'): Figure => ({
  key,
  value,
  unit,
  formula: '',
  inputs: [],
  source,
  asOf: null,
});
