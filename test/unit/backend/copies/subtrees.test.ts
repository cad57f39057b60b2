import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byDirectory } from '#backend/copies/order.ts';
import { wholePack } from '#backend/copies/placing.ts';
import { type Unit, unitsOf } from '#backend/copies/plan.ts';
import type { Entry } from '#backend/copies/scan.ts';
import { wholeDirectories } from '#backend/copies/subtrees.ts';

const file = (path: string, bytes = 10): Entry => ({
  path,
  kind: 'file',
  mode: 0o644,
  bytes,
  mtime: '1',
  ctime: '1',
  stamp: path,
  sparse: false,
  target: '',
});
const large = 9 * 1_048_576;
const packOf = (files: Entry[]): Unit & { kind: 'pack' } => ({ kind: 'pack', files, bytes: 0 });

describe('directories that are placed whole', () => {
  it('are those that are new with all that is in them, the highest of them alone', () => {
    const inPack = ['a/one', 'a/b/two', 'old/three', 'mixed/four', 'mixed/deep/five', 'top'].map((path) =>
      file(path),
    );
    const source = [...inPack, file('mixed/large', large), file('old/there')];
    const pack = packOf(inPack);
    const found = wholeDirectories([pack], source, (path) => path !== 'old');
    expect(found.get(pack)).toEqual({ roots: ['a', 'mixed/deep'], hasRest: true });
  });

  it('are renamed beside each other, and what is left is merged', () => {
    const verified = [{ file: file('a/one'), path: 'a/one', waits: { pack: 'p7' } }];
    expect(wholePack(verified, { roots: ['a', 'b', 'c/d'], hasRest: true })).toEqual([
      ['d', 'in/p7/', './', 'a', 'b'],
      ['d', 'in/p7/c', './c', 'd'],
      ['w', 'in/p7'],
    ]);
    const many = wholePack(verified, {
      roots: Array.from({ length: 100 }, (_, at) => `d${at}`),
      hasRest: false,
    });
    expect(many.flatMap((group) => group.slice(3))).toHaveLength(100);
    expect(many.every((group) => group.length <= 34)).toBe(true);
  });

  it('hold no file of another pack, none that is large or stays, and none is within another', () => {
    const name = fc.constantFrom('a', 'b', 'c', '-x', 'ü');
    const anyPath = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => [...parts, 'f'].join('/'));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(anyPath, fc.boolean(), fc.nat(8)), { selector: ([path]) => path }),
        fc.array(name, { maxLength: 3 }),
        (made, old) => {
          const source = made
            .map(([path, isLarge, n]) => file(`${path}${n}`, isLarge ? large : 12_000_000 / (n + 1)))
            .sort(byDirectory);
          const isNew = (path: string) => !old.some((name) => name === path);
          const units = unitsOf(source);
          const found = wholeDirectories(units, source, isNew);
          for (const unit of units) {
            if (unit.kind !== 'pack') continue;
            const { roots, hasRest } = found.get(unit) ?? { roots: [], hasRest: true };
            const inUnit = new Set(unit.files.map(({ path }) => path));
            const below = (root: string) => source.filter(({ path }) => path.startsWith(`${root}/`));
            for (const root of roots) {
              expect(isNew(root)).toBe(true);
              expect(below(root).every(({ path }) => inUnit.has(path))).toBe(true);
              expect(roots.some((other) => root.startsWith(`${other}/`))).toBe(false);
            }
            const carried = new Set(roots.flatMap((root) => below(root).map(({ path }) => path)));
            expect(hasRest).toBe([...inUnit].some((path) => !carried.has(path)));
          }
        },
      ),
      { numRuns: 300, seed: 5 },
    );
  });
});
