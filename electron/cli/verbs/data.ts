import path from 'node:path';
import type { DataReportRow } from '#shared/contract/data.ts';
import type { Client } from '#shared/contract/index.ts';
import type { Label } from '#shared/domain/label.ts';
import type { DataSet, SitePolicy } from '#shared/domain/sensitivity.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { findSite } from '../names.ts';
import { ago, printable, printJson, printLine, printTable } from '../output.ts';

/** `trainyard data list` */
export async function listData(json: boolean): Promise<number> {
  printData(await withBackend(({ client }) => client.data.list()), json);
  return exitCodes.ok;
}

/** `trainyard data add PATH --label L` */
export async function addData(
  given: string,
  options: { label: string; name?: string; countries?: string; json: boolean },
): Promise<number> {
  const { label, name, countries } = options;
  const set = await withBackend(({ client }) =>
    client.data.set({
      path: path.resolve(given),
      label: label as Label,
      ...(name === undefined ? {} : { name }),
      ...(countries === undefined ? {} : { countries: countryList(countries) }),
    }),
  );
  printData([set], options.json);
  return exitCodes.ok;
}

/** `trainyard data remove PATH` */
export async function removeData(given: string, json: boolean): Promise<number> {
  const set = await withBackend(async ({ client }) => {
    const found = await findData(client, given);
    await client.data.remove({ id: found.id });
    return found;
  });
  if (json) printJson({ removed: set.id });
  else printLine(`${printable(set.name)} has no label any more. What ran with it stays in the report.`);
  return exitCodes.ok;
}

/** `trainyard sites policy SITE`: changes what is given, and tells. */
export async function sitePolicy(
  given: string,
  options: { maxLabel?: string; country?: string; region?: string; json: boolean },
): Promise<number> {
  const { maxLabel, country, region } = options;
  const policy = await withBackend(async ({ client }) => {
    const { id: siteId } = await findSite(client, given);
    if (maxLabel === undefined && country === undefined && region === undefined)
      return (await client.data.policies()).find((each) => each.siteId === siteId);
    return client.data.setPolicy({
      siteId,
      ...(maxLabel === undefined ? {} : { maxLabel: maxLabel as Label }),
      ...(country === undefined ? {} : { country: orNone(country) }),
      ...(region === undefined ? {} : { region: orNone(region) }),
    });
  });
  if (options.json) printJson(policy);
  else if (policy !== undefined) printLine(sentence(policy));
  return exitCodes.ok;
}

/** `trainyard data report`: all of it, the newest first. */
export async function reportData(search: string, json: boolean): Promise<number> {
  const rows = await withBackend(async ({ client }) => {
    const all: DataReportRow[] = [];
    for (;;) {
      const portion = await client.data.report({ search, offset: all.length, limit: 1000 });
      all.push(...portion.rows);
      if (portion.rows.length === 0 || all.length >= portion.total) return all;
    }
  });
  if (json) {
    printJson(rows);
    return exitCodes.ok;
  }
  const now = Date.now();
  printTable(
    ['run', 'name', 'when', 'place', 'country', 'label', 'outcome', 'data', 'override'],
    rows.map((row) => [
      row.epoch === 1 ? row.runId : `${row.runId}/${row.epoch}`,
      row.runName,
      ago(row.at, now),
      row.place.siteName,
      row.place.country ?? '–',
      row.label,
      row.outcome,
      row.data
        .map(({ name, label, isRemoved }) => `${name} (${label}${isRemoved ? ', removed' : ''})`)
        .join(', ') || '–',
      row.override === null ? '' : `${row.override.by}: ${row.override.reason}`,
    ]),
  );
  return exitCodes.ok;
}

function printData(sets: readonly DataSet[], json: boolean): void {
  if (json) {
    printJson(sets);
    return;
  }
  printTable(
    ['id', 'name', 'label', 'countries', 'path'],
    sets.map(({ id, name, label, countries, path: at }) => [
      id,
      name,
      label,
      countries.join(',') || 'any',
      at,
    ]),
  );
}

const sentence = ({ siteName, maxLabel, country, region, isDefault }: SitePolicy): string =>
  printable(
    `${siteName} may hold ${maxLabel} data at most${isDefault ? ' (nobody has said so: the default)' : ''}; country ${country ?? 'not known'}, region ${region ?? 'not known'}.`,
  );

const countryList = (given: string): string[] =>
  given.toLowerCase() === 'any' ? [] : given.split(',').map((code) => code.trim().toUpperCase());

const orNone = (given: string): string | null => (given.toLowerCase() === 'none' ? null : given);

/** By id, path or name. */
async function findData(client: Client, given: string): Promise<DataSet> {
  const sets = await client.data.list();
  const at = path.resolve(given);
  const found =
    sets.find((set) => set.id === given || set.path === at) ??
    only(
      sets.filter(({ name }) => name === given),
      given,
    );
  if (found) return found;
  throw new TrainyardError(
    'DATA_SET_UNKNOWN',
    `Nothing labelled is called or lies at "${printable(given)}".`,
    {
      params: { id: given },
    },
  );
}

function only(sets: readonly DataSet[], given: string): DataSet | undefined {
  if (sets.length < 2) return sets[0];
  const candidates = sets.map(({ id, path: at }) => `${id} (${printable(at)})`).join(', ');
  throw new TrainyardError(
    'NAME_AMBIGUOUS',
    `"${printable(given)}" fits several: ${candidates}. Give the path.`,
    {
      params: { name: given, count: sets.length, candidates },
    },
  );
}
