import { TrainyardError } from '#shared/domain/error.ts';

/** Text as it is compared in a search: case and width do not matter, in any script. */
export const searchable = (...parts: string[]): string => parts.join('\n').normalize('NFKC').toLowerCase();

/** The words of a search, each of which must occur. */
export const searchWords = (search: string): string[] =>
  searchable(search)
    .split(/\s+/u)
    .filter((word) => word !== '');

/** Integers for SQLite: epoch ms measured elsewhere may come with a fraction. Throws INTERNAL for what is not a number. */
export function wholeNumber(value: number): number {
  if (!Number.isFinite(value)) {
    throw new TrainyardError('INTERNAL', 'Something went wrong inside Trainyard. The log has the details.', {
      details: `not a number that can be saved: ${value}`,
    });
  }
  return Math.round(value);
}
export const wholeOrNull = (value: number | null): number | null =>
  value === null ? null : wholeNumber(value);
