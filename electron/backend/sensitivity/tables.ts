import { z } from 'zod';
import type { Sql } from '#backend/store/index.ts';
import { countrySchema } from '#shared/domain/country.ts';
import {
  type DataSet,
  type JudgedData,
  type JudgedPlace,
  judgedData,
  judgedPlace,
  type Label,
  labelSchema,
  type SitePolicy,
  type Violation,
  violation,
} from '#shared/domain/sensitivity.ts';

/** A data set as it is kept: with what its path led to when it was labelled. */
export interface KeptDataSet extends DataSet {
  realPath: string;
}
export type KeptPolicy = Pick<SitePolicy, 'maxLabel' | 'country' | 'region'>;

const overrideSchema = z.object({
  reason: z.string(),
  by: z.string(),
  violations: z.array(violation),
});
export interface KeptOverride {
  reason: string;
  by: string;
  violations: Violation[];
}

/** What one attempt reads and where it goes. */
export interface RunData {
  runId: string;
  epoch: number;
  runName: string;
  at: number;
  actor: string;
  asked: Label | null;
  label: Label;
  place: JudgedPlace;
  data: JudgedData[];
  override: KeptOverride | null;
  outcome: 'waiting' | 'sent' | 'refused';
}
export type RunDataRow = Record<
  'runId' | 'runName' | 'actor' | 'label' | 'place' | 'data' | 'outcome',
  string
> & {
  epoch: number;
  at: number;
  asked: string | null;
  override: string | null;
};

/** The rows. One that cannot be read counts as the strictest that it can be. */
export class Tables {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  dataSets(): KeptDataSet[] {
    return this.#sql
      .all<Omit<KeptDataSet, 'countries' | 'label'> & { countries: string; label: string }>(
        'SELECT id, name, path, realPath, label, countries, createdAt FROM dataSets ORDER BY lower(name), id',
      )
      .map(({ label, countries, ...row }) => {
        const allowed = read(z.array(countrySchema), countries);
        return {
          ...row,
          label: allowed === null ? 'restricted' : readLabel(label, 'restricted'),
          countries: allowed ?? [],
        };
      });
  }

  saveDataSet({ id, name, path, realPath, label, countries, createdAt }: KeptDataSet): void {
    this.#sql.run(
      `INSERT INTO dataSets (id, name, path, realPath, label, countries, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, label = excluded.label, countries = excluded.countries,
         realPath = excluded.realPath`,
      id,
      name,
      path,
      realPath,
      label,
      JSON.stringify(countries),
      Math.round(createdAt),
    );
  }

  removeDataSet(id: string): void {
    this.#sql.run('DELETE FROM dataSets WHERE id = ?', id);
  }

  policy(address: string): KeptPolicy | null {
    const row = this.#sql.get<{ maxLabel: string; country: string | null; region: string | null }>(
      'SELECT maxLabel, country, region FROM placePolicies WHERE address = ?',
      address,
    );
    if (row === undefined) return null;
    const country = countrySchema.safeParse(row.country);
    return {
      maxLabel: readLabel(row.maxLabel, 'public'),
      country: country.success ? country.data : null,
      region: row.region,
    };
  }

  savePolicy(address: string, { maxLabel, country, region }: KeptPolicy): void {
    this.#sql.run(
      'INSERT OR REPLACE INTO placePolicies (address, maxLabel, country, region) VALUES (?, ?, ?, ?)',
      address,
      maxLabel,
      country,
      region,
    );
  }

  runData(runId: string, epoch: number): RunData | null {
    const row = this.#sql.get<RunDataRow>(
      `SELECT ${runDataColumns} FROM runData WHERE runId = ? AND epoch = ?`,
      runId,
      epoch,
    );
    return row === undefined ? null : readRunData(row);
  }

  saveRunData({
    runId,
    epoch,
    runName,
    at,
    actor,
    asked,
    label,
    place,
    data,
    override,
    outcome,
  }: RunData): void {
    this.#sql.run(
      `INSERT OR REPLACE INTO runData (${runDataColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      runId,
      epoch,
      runName,
      Math.round(at),
      actor,
      asked,
      label,
      JSON.stringify(place),
      JSON.stringify(data),
      override === null ? null : JSON.stringify(override),
      outcome,
    );
  }
}

export const runDataColumns =
  'runId, epoch, runName, at, actor, asked, label, place, data, override, outcome';

/** Null where the row is damaged beyond saying what it was about. */
export function readRunData(row: RunDataRow): RunData | null {
  const place = read(judgedPlace, row.place);
  const data = read(z.array(judgedData), row.data);
  const asked = labelSchema.safeParse(row.asked);
  if (place === null || data === null) return null;
  return {
    ...row,
    asked: asked.success ? asked.data : null,
    label: readLabel(row.label, 'restricted'),
    place,
    data,
    override: row.override === null ? null : read(overrideSchema, row.override),
    outcome: row.outcome as RunData['outcome'],
  };
}

const readLabel = (text: string, strictest: Label): Label => {
  const label = labelSchema.safeParse(text);
  return label.success ? label.data : strictest;
};

function read<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | null {
  try {
    const checked = schema.safeParse(JSON.parse(text));
    return checked.success ? checked.data : null;
  } catch {
    return null;
  }
}
