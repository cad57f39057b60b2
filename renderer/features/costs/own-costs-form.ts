import type { OwnCosts } from '#shared/domain/catalog.ts';
import { moneyText, readMoney } from './money-text.ts';

/** What is asked about a machine, as it is typed. */
export const ownFields = [
  'capex',
  'residual',
  'overhead',
  'years',
  'powerKW',
  'pue',
  'kWhPrice',
  'other',
  'utilisation',
  'network',
] as const;
export type OwnField = (typeof ownFields)[number];
export type OwnTexts = Record<OwnField, string>;

/** Usual for a machine in a server room; the purchase and the price of power are to be said. */
const usual: OwnTexts = {
  capex: '',
  residual: '0',
  overhead: '10',
  years: '4',
  powerKW: '',
  pue: '1.4',
  kWhPrice: '',
  other: '0',
  utilisation: '60',
  network: '',
};

export const ownTexts = (costs: OwnCosts | null, perDollar: number): OwnTexts =>
  costs === null
    ? usual
    : {
        capex: moneyText(costs.capexMicros, perDollar),
        residual: moneyText(costs.residualMicros, perDollar),
        overhead: percent(costs.overhead),
        years: String(costs.years),
        powerKW: costs.powerKW === null ? '' : String(costs.powerKW),
        pue: String(costs.pue),
        kWhPrice: moneyText(costs.microsPerKWh, perDollar),
        other: moneyText(costs.otherMicrosPerHour, perDollar),
        utilisation: percent(costs.utilisation),
        network: costs.networkGbps == null ? '' : String(costs.networkGbps),
      };

/** What the texts say; of a field that says nothing that can be, null. `powerKW` empty: by the accelerators; `network` empty: nobody knows. */
export function readOwnTexts(
  texts: OwnTexts,
  perDollar: number,
): { costs: OwnCosts | null; wrong: ReadonlySet<OwnField> } {
  const read = {
    capex: readMoney(texts.capex, perDollar),
    residual: readMoney(texts.residual, perDollar),
    overhead: readNumber(texts.overhead, 0, 500),
    years: readNumber(texts.years, 0.1, 30),
    powerKW: texts.powerKW.trim() === '' ? 0 : readNumber(texts.powerKW, 0, 1000),
    pue: readNumber(texts.pue, 1, 5),
    kWhPrice: readMoney(texts.kWhPrice, perDollar),
    other: readMoney(texts.other, perDollar),
    utilisation: readNumber(texts.utilisation, 1, 100),
    network: texts.network.trim() === '' ? 0 : readNumber(texts.network, 0.001, 100_000),
  };
  const wrong = new Set(ownFields.filter((field) => read[field] === null));
  if (wrong.size > 0) return { costs: null, wrong };
  const { capex, residual, overhead, years, powerKW, pue, kWhPrice, other, utilisation, network } = read;
  return {
    wrong,
    costs: {
      capexMicros: capex ?? 0,
      residualMicros: residual ?? 0,
      overhead: (overhead ?? 0) / 100,
      years: years ?? 1,
      powerKW: texts.powerKW.trim() === '' ? null : powerKW,
      pue: pue ?? 1,
      microsPerKWh: kWhPrice ?? 0,
      otherMicrosPerHour: other ?? 0,
      utilisation: (utilisation ?? 100) / 100,
      networkGbps: texts.network.trim() === '' ? null : network,
    },
  };
}

const percent = (share: number): string => String(Number((share * 100).toPrecision(10)));

function readNumber(text: string, least: number, most: number): number | null {
  const plain = text.trim().replace(',', '.');
  if (!/^\d+(\.\d+)?$/.test(plain)) return null;
  const value = Number(plain);
  return value >= least && value <= most ? value : null;
}
