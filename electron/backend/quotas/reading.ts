import type { RefusedRow } from '#shared/domain/catalog.ts';
import { type QuotaLimit, type quotaFormats, quotaLimit } from '#shared/domain/quota.ts';
import { fillSentence } from '#shared/domain/sentence.ts';
import type { FindAccelerator } from '#shared/planner/accelerators.ts';
import { type QuotaRowCode, quotaSentences } from '#shared/planner/quota-sentences.ts';
import { quotaId } from '#shared/planner/quotas/index.ts';

export type QuotaFormat = (typeof quotaFormats)[number];

/** Rows told one by one; the others are counted. */
const mostRefusals = 1000;

/** What a row says, unless it is not taken. */
export interface ReadQuota {
  row: number;
  title: string;
  limit: QuotaLimit;
}

/** What the file does not say by itself. */
export interface ReadingContext {
  region: string | null;
  find: FindAccelerator;
}

/** Thrown for one row by those who read it, and kept as its refusal. */
export class RowRefused extends Error {
  readonly code: QuotaRowCode;
  readonly params: Record<string, string | number>;

  constructor(code: QuotaRowCode, params: Record<string, string | number> = {}) {
    super(fillSentence(quotaSentences[code], params));
    this.code = code;
    this.params = params;
  }
}

/** A list of quotas while it is read: what is taken, what is refused and why, what is no concern of planning. */
export class QuotaReading {
  readonly format: QuotaFormat;
  readonly quotas: ReadQuota[] = [];
  readonly refused: RefusedRow[] = [];
  refusedCount = 0;
  rows = 0;
  skipped = 0;
  readonly #rowOf = new Map<string, ReadQuota>();

  constructor(format: QuotaFormat) {
    this.format = format;
  }

  /** One row; `read` answers null where it limits something else than machines with accelerators, and throws RowRefused. */
  add(row: number, read: () => Omit<ReadQuota, 'row'> | null): void {
    this.rows += 1;
    try {
      const found = read();
      if (found === null) this.skipped += 1;
      else this.#take({ row, ...found, limit: checked(found.limit) });
    } catch (refusal) {
      if (!(refusal instanceof RowRefused)) throw refusal;
      this.refusedCount += 1;
      if (this.refused.length < mostRefusals)
        this.refused.push({ row, code: refusal.code, params: refusal.params, message: refusal.message });
    }
  }

  #take(read: ReadQuota): void {
    const id = quotaId(read.limit);
    const before = this.#rowOf.get(id);
    if (before === undefined) {
      this.#rowOf.set(id, read);
      this.quotas.push(read);
      return;
    }
    if (before.limit.limit !== read.limit.limit)
      throw new RowRefused('QUOTA_ROW_TWICE', { first: before.row });
    this.skipped += 1;
  }
}

function checked(limit: QuotaLimit): QuotaLimit {
  const result = quotaLimit.safeParse(limit);
  if (result.success) return result.data;
  const column = String(result.error.issues[0]?.path[0] ?? 'limit');
  const value = String(limit[column as keyof QuotaLimit] ?? '');
  const code = column === 'limit' || column === 'inUse' ? 'QUOTA_ROW_LIMIT' : 'QUOTA_ROW_NAME';
  throw new RowRefused(code, { column, value: short(value) });
}

/** What is quoted of a file is not longer than this. */
export const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

export type Json = Readonly<Record<string, unknown>>;

/** An object of JSON; null for everything else. */
export const objectOf = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;

/** A member that is text. Throws RowRefused. */
export function textOf(row: Json | null, column: string, format: string): string {
  const value = row?.[column];
  if (typeof value !== 'string' || value.trim() === '')
    throw new RowRefused('QUOTA_ROW_SHAPE', { column, format });
  return value.trim();
}

/** A number from 0 up, written as one or as text (the Azure CLI writes text). Throws RowRefused. */
export function amountOf(row: Json | null, column: string): number {
  const value = row?.[column];
  const number =
    typeof value === 'string' && /^\d{1,12}(\.\d{1,6})?$/.test(value.trim()) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number) || number < 0)
    throw new RowRefused('QUOTA_ROW_LIMIT', { column, value: short(saidOf(value)) });
  return number;
}

/** The same where it may be missing. */
export const amountOrNull = (row: Json | null, column: string): number | null =>
  row?.[column] === undefined || row[column] === null ? null : amountOf(row, column);

const saidOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
