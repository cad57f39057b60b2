import type { RunDemand } from '#shared/domain/plan.ts';

type Asked = RunDemand['accelerators'];

/** "H100:8, A100:4" as it is typed; a name without a number is one. Null where it cannot be read. */
export function readAccelerators(text: string): Asked | null {
  const parts = partsOf(text);
  const read = parts.map((part) => /^([\p{L}\p{N}._-]+)(?::(\d+(?:\.\d+)?))?$/u.exec(part));
  if (read.some((match) => match === null)) return null;
  const asked = read.map((match) => ({ name: match?.[1] ?? '', count: Number(match?.[2] ?? 1) }));
  return asked.every(({ count }) => count > 0) ? asked : null;
}

export const acceleratorsText = (asked: Asked): string =>
  asked.map(({ name, count }) => `${name}:${count}`).join(', ');

/** "4, 8": whole numbers above 0, twenty at most. Null where it cannot be read. */
export function readCounts(text: string): number[] | null {
  const counts = partsOf(text).map(Number);
  return counts.length <= 20 && counts.every((count) => Number.isInteger(count) && count > 0) ? counts : null;
}

/** Words between commas or spaces. */
export const partsOf = (text: string): string[] => text.split(/[\s,;]+/).filter((part) => part !== '');
