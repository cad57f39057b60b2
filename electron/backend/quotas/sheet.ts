import { csvRecords, type Delimiter } from '#backend/catalog/index.ts';
import { quotaKinds, quotaUnits } from '#shared/domain/quota.ts';
import {
  amountOf,
  amountOrNull,
  QuotaReading,
  type ReadingContext,
  type ReadQuota,
  RowRefused,
  short,
} from './reading.ts';

const needed = ['provider', 'limit'] as const;

/** Whether a first line is that of a sheet of quotas. */
export const isSheet = (header: readonly string[]): boolean =>
  needed.every((column) => header.includes(column)) &&
  ['unit', 'accelerator', 'families'].some((each) => header.includes(each));

/** As a header's names are compared. */
export const columnOf = (field: string): string =>
  field
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');

/** A CSV of one's own: provider, region, kind, unit, accelerator, families, limit, in_use; columns in any order. */
export function readSheet(
  text: string,
  delimiter: Delimiter,
  { region, find }: ReadingContext,
): QuotaReading {
  const reading = new QuotaReading('sheet');
  let header: string[] | null = null;
  for (const { line, fields, isLast } of csvRecords(text, delimiter)) {
    if (header === null) {
      header = (fields ?? []).map(columnOf);
      continue;
    }
    const columns = header;
    reading.add(line, () => {
      if (fields === null || fields.length > columns.length || (isLast && fields.length < columns.length))
        throw new RowRefused('QUOTA_ROW_LINE', { expected: columns.length });
      const row = Object.fromEntries(
        columns.flatMap((column, index) => (fields[index] ? [[column, fields[index]]] : [])),
      );
      return readOne(row, region, find);
    });
  }
  return reading;
}

function readOne(
  row: Readonly<Record<string, string>>,
  region: string | null,
  find: ReadingContext['find'],
): Omit<ReadQuota, 'row'> {
  const { provider, accelerator } = row;
  if (provider === undefined)
    throw new RowRefused('QUOTA_ROW_SHAPE', { column: 'provider', format: 'a sheet' });
  const model = accelerator === undefined ? null : find(accelerator);
  if (accelerator !== undefined && model === null)
    throw new RowRefused('QUOTA_ROW_ACCELERATOR', { value: short(accelerator) });
  const where = row.region ?? region;
  return {
    title: (row.title ?? '').slice(0, 200),
    limit: {
      provider: provider.toLowerCase(),
      region: where === null || where === '*' ? null : where,
      kind: wordOf(row, 'kind', quotaKinds, 'on-demand'),
      unit: wordOf(row, 'unit', quotaUnits, 'accelerators'),
      accelerator: model?.name ?? null,
      families: (row.families ?? '').split(/[\s,;+]+/).filter(Boolean),
      limit: amountOf(row, 'limit'),
      inUse: amountOrNull(row, 'in_use'),
    },
  };
}

function wordOf<T extends string>(
  row: Readonly<Record<string, string>>,
  column: string,
  words: readonly T[],
  usual: T,
): T {
  const value = row[column];
  if (value === undefined) return usual;
  const found = words.find(
    (word) => word === columnOf(value).replaceAll('_', '-') || word === value.toLowerCase(),
  );
  if (found === undefined)
    throw new RowRefused('QUOTA_ROW_WORD', { column, value: short(value), words: words.join(', ') });
  return found;
}
