import { parentOf, parentsOf } from './names.ts';
import type { Entry } from './scan.ts';

/** Neighbours of one directory stand together. */
export const byDirectory = (a: Entry, b: Entry): number => {
  const [one, other] = [parentOf(a.path), parentOf(b.path)];
  return one === other ? compare(a.path, b.path) : compare(one, other);
};
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** As they were named; what lies below a named one stands in its place. */
export function inOrder(entries: readonly Entry[], files: readonly string[]): Entry[] {
  const index = new Map(files.map((path, at) => [path, at]));
  const place = ({ path }: Entry): number =>
    index.get(path) ?? Math.max(-1, ...parentsOf(path).map((parent) => index.get(parent) ?? -1));
  return [...entries].sort((a, b) => place(a) - place(b) || byDirectory(a, b));
}
