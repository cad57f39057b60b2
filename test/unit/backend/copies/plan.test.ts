import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupsOf } from '#backend/copies/placing.ts';
import { largeBytes, partName, planOf, unitsOf } from '#backend/copies/plan.ts';
import type { Entry } from '#backend/copies/scan.ts';

const entry = (path: string, kind: Entry['kind'] = 'file', changes: Partial<Entry> = {}): Entry => ({
  path,
  kind,
  mode: 0o644,
  bytes: 10,
  mtime: '1',
  ctime: '1',
  stamp: path,
  sparse: false,
  target: '',
  ...changes,
});
const byPath = (entries: Entry[]) => new Map(entries.map((each) => [each.path, each]));
const nothing = () => false;
const paths = (entries: readonly { path: string }[]) => entries.map(({ path }) => path);

describe('what a copy has to do', () => {
  it('sends what is missing or of another size, compares what is alike, makes directories and links', () => {
    const plan = planOf(
      [
        entry('', 'directory'),
        entry('d', 'directory'),
        entry('d/new'),
        entry('same'),
        entry('longer', 'file', { bytes: 11 }),
        entry('l', 'link', { target: 'x' }),
        entry('l2', 'link', { target: 'x' }),
        entry('socket', 'other'),
      ],
      byPath([
        entry('same'),
        entry('longer'),
        entry('l', 'link', { target: 'x' }),
        entry('l2', 'link', { target: 'y' }),
        entry('extra/deep/file'),
        entry('extra', 'directory'),
        entry('extra/deep', 'directory'),
        entry('left'),
      ]),
      (path) => path === 'left',
    );
    expect(paths(plan.missing)).toEqual(['d/new', 'longer']);
    expect(paths(plan.alike)).toEqual(['same']);
    expect(paths(plan.links)).toEqual(['l2']);
    expect(paths(plan.newDirectories)).toEqual(['d']);
    expect(paths(plan.extra)).toEqual(['extra/deep/file', 'extra/deep', 'extra']);
    expect(plan.inTheWay).toEqual([]);
  });

  it('finds what is in the way, links and directories apart', () => {
    const plan = planOf(
      [entry('d', 'directory'), entry('f'), entry('g')],
      byPath([entry('d', 'link'), entry('f', 'directory'), entry('g', 'link')]),
      nothing,
    );
    expect(plan.inTheWay).toEqual([
      { path: 'd', isLink: true },
      { path: 'f', isLink: false },
    ]);
  });

  it('packs hold every small file once and in order, within their limits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 2 * largeBytes }), { maxLength: 60 }),
        fc.integer({ min: 20, max: 400 }),
        (sizes, nameBytes) => {
          const files = sizes.map((bytes, at) => entry(`directory/file ${at}`, 'file', { bytes }));
          const units = unitsOf(files, { nameBytes });
          const all = units.flatMap((unit) => (unit.kind === 'pack' ? unit.files : [unit.file]));
          expect(all).toEqual(files);
          for (const unit of units) {
            if (unit.kind === 'large') expect(unit.file.bytes).toBeGreaterThanOrEqual(largeBytes);
            else if (unit.files.length > 1) {
              expect(unit.bytes).toBeLessThanOrEqual(32 * 1_048_576);
              expect(unit.files.reduce((sum, { path }) => sum + path.length + 3, 0)).toBeLessThanOrEqual(
                nameBytes,
              );
            }
          }
        },
      ),
    );
  });

  it('an arriving file has a name of letters that changes with the file', () => {
    expect(partName(entry('a'))).toMatch(/^f[0-9a-f]{24}$/);
    expect(partName(entry('a'))).not.toBe(partName(entry('a', 'file', { stamp: 'other' })));
  });

  it('groups for the move hold at most 34 words, neighbours of one directory together, in order', () => {
    const files = Array.from({ length: 100 }, (_, at) => entry(`${at < 70 ? 'a' : 'b/c'}/f${at}`));
    const groups = groupsOf(files.map((file) => ({ file, path: file.path, waits: { pack: 'p0' } })));
    for (const group of groups) expect(group.length).toBeLessThanOrEqual(34);
    expect(groups.flatMap((group) => group.slice(3))).toEqual(
      files.map(({ path }) => path.split('/').at(-1)),
    );
    expect(groups.length).toBe(4);
    expect(
      groupsOf([{ file: entry('x', 'file', { mtime: '1795896374.5' }), path: 'y', waits: { part: 'f1' } }]),
    ).toEqual([['l', 'in/f1', './', 'y', '644', '1795896374.5', '202611282006.14', '10']]);
  });
});
