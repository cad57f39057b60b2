import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, isInside, nameList, nameOf, parentsOf, wordOf } from '#backend/copies/names.ts';

const bytes = fc
  .uint8Array({ minLength: 1, maxLength: 10 })
  .map((list) => Buffer.from(list.filter((b) => b !== 0)));

describe('names of files', () => {
  it('50,000 byte strings become texts that lead back to the very same bytes, different ones to different texts', () => {
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        const isExact = bytesOf(nameOf(one)).equals(one);
        return isExact && (nameOf(one) === nameOf(other)) === one.equals(other);
      }),
      { numRuns: 50_000 },
    );
  });

  it('what is UTF-8 stays as it is written', () => {
    for (const name of ['plain', 'emoji 🚂', 'ünïcödé', 'new\nline', '\ufeffmark']) {
      expect(nameOf(Buffer.from(name))).toBe(name);
    }
    expect(nameOf(Buffer.from([0x61, 0xff, 0xc3, 0xa9]))).toBe('a\udcffé');
    // Half of a character, and surrogates written as bytes, which are no UTF-8.
    for (const odd of [
      [0xe2, 0x82],
      [0xed, 0xb2, 0x80],
      [0xc0, 0xaf],
      [0xf5, 0x80, 0x80, 0x80],
    ])
      expect(bytesOf(nameOf(Buffer.from(odd)))).toEqual(Buffer.from(odd));
  });

  it('a name as a word is of plain letters, and says the bytes', () => {
    const word = wordOf("it's $(x) \n🚂/-rf");
    expect(word).toMatch(/^[A-Za-z0-9_./\\-]+$/);
    const read = word.replace(/\\0(\d{3})/g, (_all, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    );
    expect(Buffer.from(read, 'latin1').toString()).toBe("./it's $(x) \n🚂/-rf");
  });

  it('nothing leads out of what is copied', () => {
    for (const good of ['a', 'a/b', '..a', 'a..', '...', '-rf', 'a b\n/c'])
      expect(isInside(good), good).toBe(true);
    for (const bad of ['', '.', '..', '/', '/a', 'a/', 'a//b', 'a/..', '../a', './a', 'a/./b', 'a\0b'])
      expect(isInside(bad), JSON.stringify(bad)).toBe(false);
  });

  it('lists and parents', () => {
    expect(nameList(['a', '', '-b/c']).toString()).toBe('./a\0.\0./-b/c\0');
    expect(parentsOf('a/b/c')).toEqual(['a', 'a/b']);
  });
});
