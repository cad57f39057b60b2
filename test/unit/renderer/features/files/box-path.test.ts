import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  baseName,
  commonStart,
  crumbsOf,
  faultOfName,
  freeName,
  joinPath,
  parentPath,
  quoted,
  showName,
} from '#renderer/features/files/box-path.ts';

const name = fc
  .string({ minLength: 1, maxLength: 20 })
  .filter((text) => !/[/\0]/.test(text) && !/^\.\.?$/.test(text));

describe('a path', () => {
  it('is put together and taken apart', () => {
    expect(joinPath('/', 'data')).toBe('/data');
    expect(joinPath('~', 'a')).toBe('~/a');
    expect(parentPath('/data')).toBe('/');
    expect(parentPath('~/a')).toBe('~');
    expect(parentPath('~')).toBe('~/..');
    expect(parentPath('/')).toBe('/');
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (parts) => {
        const path = `/${parts.join('/')}`;
        expect(joinPath(parentPath(path), baseName(path))).toBe(path);
        expect(crumbsOf(path).map((crumb) => crumb.name)).toEqual(['/', ...parts]);
        expect(crumbsOf(path).at(-1)?.path).toBe(path);
      }),
    );
  });

  it('as crumbs leads to each part, from the root or the home', () => {
    expect(crumbsOf('/data/runs')).toEqual([
      { name: '/', path: '/' },
      { name: 'data', path: '/data' },
      { name: 'runs', path: '/data/runs' },
    ]);
    expect(crumbsOf('~/x').map(({ path }) => path)).toEqual(['~', '~/x']);
    expect(crumbsOf('~notes').map(({ path }) => path)).toEqual(['/', '/~notes']);
  });

  it('is quoted for a shell where that is needed', () => {
    expect(quoted('/data/a-b_1.txt')).toBe('/data/a-b_1.txt');
    expect(quoted("/it's here")).toBe(`'/it'\\''s here'`);
  });
});

describe('a name', () => {
  it('is shown on one line, in its own order, whatever is in it', () => {
    expect(showName('a\nb')).toBe('a\\nb');
    expect(showName('txt.\u202egnp.exe')).toBe('txt.\\u202egnp.exe');
    expect(showName('\u001b[31mred')).toBe('\\x1b[31mred');
    expect(showName('数据 🚂.txt')).toBe('数据 🚂.txt');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(showName(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }),
      { numRuns: 5000 },
    );
  });

  it('that no box takes is refused with why', () => {
    expect(faultOfName('')).toBe('empty');
    expect(faultOfName('a/b')).toBe('slash');
    expect(faultOfName('..')).toBe('dots');
    expect(faultOfName('数'.repeat(86))).toBe('long');
    expect(faultOfName('...')).toBeNull();
    expect(faultOfName("a'b\n")).toBeNull();
  });

  it('beside those that are taken is free, and keeps its ending', () => {
    expect(freeName('a.txt', new Set())).toBe('a.txt');
    expect(freeName('a.tar.gz', new Set(['a.tar.gz', 'a (2).tar.gz']))).toBe('a (3).tar.gz');
    expect(freeName('.bashrc', new Set(['.bashrc']))).toBe('.bashrc (2)');
    fc.assert(
      fc.property(name, fc.array(name), (wanted, taken) => {
        expect(new Set(taken).has(freeName(wanted, new Set(taken)))).toBe(false);
      }),
    );
  });

  it('is filled in as far as all that begin so agree', () => {
    expect(commonStart(['step-100', 'step-120'])).toBe('step-1');
    expect(commonStart(['a', 'b'])).toBe('');
    expect(commonStart([])).toBe('');
  });
});
