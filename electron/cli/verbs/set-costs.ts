import { type OwnCosts, ownCosts } from '#shared/domain/catalog.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Money, moneyOf } from '../money.ts';
import { findMachine } from '../names.ts';
import { printable, printJson, printLine } from '../output.ts';

export interface SetCostsOptions {
  capex?: string;
  residual?: string;
  overhead?: string;
  years?: string;
  kw?: string;
  pue?: string;
  kwh?: string;
  other?: string;
  utilisation?: string;
  network?: string;
  clear?: boolean;
  json: boolean;
}

/** Where nobody has said anything yet; purchase and price of power are asked for. */
const usual = {
  residualMicros: 0,
  overhead: 0.1,
  years: 4,
  powerKW: null,
  pue: 1.4,
  otherMicrosPerHour: 0,
  utilisation: 0.6,
};

/** `trainyard costs set MACHINE`: changes what is given, and tells. */
export async function setCosts(given: string, options: SetCostsOptions): Promise<number> {
  const { name, own, money } = await withBackend(async ({ client }) => {
    const { id: machineId, name: called } = await findMachine(client, given);
    const find = async () => (await client.catalog.ownCosts()).find((each) => each.machineId === machineId);
    const inCurrency = await moneyOf(client);
    const costs = changed((await find())?.costs ?? null, options, inCurrency);
    if (costs !== 'as it is') await client.catalog.setOwnCosts({ machineId, costs });
    return { name: called, own: (await find()) ?? null, money: inCurrency };
  });
  if (options.json) printJson(own);
  else if (own === null) printLine(printable(`${name}: nobody has said what it costs.`));
  else
    printLine(
      printable(
        `${name}: ${money.say(own.rate.microsPerHour)} an hour, used or not; ${money.say(own.gpuMicrosPerHour)} a useful GPU hour at ${Math.round(own.costs.utilisation * 100)} % use.`,
      ),
    );
  return exitCodes.ok;
}

/** Throws USAGE. */
function changed(
  before: OwnCosts | null,
  options: SetCostsOptions,
  money: Money,
): OwnCosts | null | 'as it is' {
  const { capex, residual, overhead, years, kw, pue, kwh, other, utilisation, network, clear } = options;
  if (clear) return null;
  const given = [capex, residual, overhead, years, kw, pue, kwh, other, utilisation, network];
  if (given.every((one) => one === undefined)) return 'as it is';
  if (before === null && (capex === undefined || kwh === undefined))
    throw new TrainyardError(
      'USAGE',
      'Nobody has said yet what this machine costs: give the purchase (--capex) and the price of power (--kwh) at least.',
      { params: {} },
    );
  const amount = (text: string | undefined, option: string, else_: number) =>
    text === undefined ? else_ : money.read(text, option);
  const number = (text: string | undefined, option: string, else_: number, scale = 1) =>
    text === undefined ? else_ : numberOf(text, option) / scale;
  const base = before ?? { ...usual, capexMicros: 0, microsPerKWh: 0 };
  const costs = ownCosts.safeParse({
    capexMicros: amount(capex, '--capex', base.capexMicros),
    residualMicros: amount(residual, '--residual', base.residualMicros),
    overhead: number(overhead, '--overhead', base.overhead, 100),
    years: number(years, '--years', base.years),
    powerKW: kw === undefined ? base.powerKW : kw === 'auto' ? null : numberOf(kw, '--kw'),
    pue: number(pue, '--pue', base.pue),
    microsPerKWh: amount(kwh, '--kwh', base.microsPerKWh),
    otherMicrosPerHour: amount(other, '--other', base.otherMicrosPerHour),
    utilisation: number(utilisation, '--utilisation', base.utilisation, 100),
    networkGbps:
      network === undefined
        ? (before?.networkGbps ?? null)
        : network === 'unknown'
          ? null
          : numberOf(network, '--network'),
  } satisfies OwnCosts);
  if (costs.success) return costs.data;
  const [issue] = costs.error.issues;
  throw new TrainyardError(
    'USAGE',
    `This cannot be: ${String(issue?.path[0] ?? '')} ${issue?.message ?? ''}`,
    {
      params: {},
    },
  );
}

function numberOf(text: string, option: string): number {
  if (/^\d+(\.\d+)?$/.test(text.trim())) return Number(text);
  throw new TrainyardError('USAGE', `${option} takes a number such as 1.4.`, { params: { option } });
}
