import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readNumber, readPrice } from '#backend/catalog/import/amounts.ts';
import { csvRecords, type Delimiter, delimiters, detectDelimiter } from '#backend/catalog/import/csv.ts';

const records = (text: string, delimiter: Delimiter = ',') => [...csvRecords(text, delimiter)];
const fields = (text: string, delimiter: Delimiter = ',') =>
  records(text, delimiter).map((record) => record.fields);

/** As a spreadsheet would write it. */
const written = (rows: string[][], delimiter: string, newline: string) =>
  rows
    .map((row) =>
      row
        .map((field) => (/^[\w.-]+$/.test(field) ? field : `"${field.replaceAll('"', '""')}"`))
        .join(delimiter),
    )
    .join(newline);

describe('CSV', () => {
  test('quotes, empty fields, all ends of lines, a byte order mark, empty lines', () => {
    const expected = [
      ['a', 'b c', ''],
      ['1,5', 'say "x"', 'two\nlines'],
    ];
    for (const text of [
      'a, b c ,\n"1,5","say ""x""","two\nlines"\n',
      '\ufeffa,b c,\r\n\r\n"1,5","say ""x""","two\nlines"',
      'a,"b c",""\n\n\n"1,5" , "say ""x""" ,"two\nlines"\n',
    ])
      expect(fields(text)).toEqual(expected);
    expect(fields('a,b\rc,d\r')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(fields('')).toEqual([]);
    expect(records('a\n"b\nc"\nd').map(({ line, isLast }) => [line, isLast])).toEqual([
      [1, false],
      [2, false],
      [4, true],
    ]);
  });

  test('a stray quote spoils its own line only', () => {
    expect(fields('a,b\n1,"x\n2,y\n3,z\n')).toEqual([['a', 'b'], null, ['2', 'y'], ['3', 'z']]);
    expect(fields('a\n"x"y\nb')).toEqual([['a'], null, ['b']]);
    const far = `a,"${'x'.repeat(70_000)}\nb,c\n`;
    expect(fields(far)).toEqual([null, ['b', 'c']]);
  });

  test('the delimiter is the one that the first line has most of', () => {
    expect(detectDelimiter('a;b;c\n1,2,3,4,5')).toBe(';');
    expect(detectDelimiter('a\tb\n')).toBe('\t');
    expect(detectDelimiter('"a;b;c",d')).toBe(',');
    expect(detectDelimiter('')).toBe(',');
  });

  test('what was written is read again, with any delimiter', () => {
    const field = fc.string({
      maxLength: 8,
      unit: fc.constantFrom('a', '1', '"', ',', ';', '\t', '\n', ' ', 'é'),
    });
    // Spaces around a field are not part of it.
    const row = fc.array(
      field.map((text) => text.trim()),
      { minLength: 2, maxLength: 5 },
    );
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...delimiters),
        fc.constantFrom('\n', '\r\n'),
        (rows, delimiter, newline) => {
          expect(fields(`${written(rows, delimiter, newline)}${newline}`, delimiter)).toEqual(rows);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('50,000 texts of any kind are read to their end', () => {
    const text = fc.string({
      maxLength: 60,
      unit: fc.constantFrom('a', '1', '.', '"', ',', ';', '\t', '\n', '\r', ' ', '\ufeff', '\u0000'),
    });
    fc.assert(
      fc.property(text, fc.constantFrom(...delimiters), (given, delimiter) => {
        let last = 0;
        for (const { line, fields: found } of csvRecords(given, delimiter)) {
          if (line <= last) throw new Error('lines go backwards');
          last = line;
          if (found !== null && found.length === 0) throw new Error('a record without fields');
        }
      }),
      { numRuns: 50_000 },
    );
  });
});

describe('amounts', () => {
  test('as they are written in sheets', () => {
    for (const [text, value] of [
      ['12.5', 12.5],
      ['$ 1,234.50', 1234.5],
      ['US$3', 3],
      ['.5', 0.5],
      ['1e-2', 0.01],
      ['1 234.5', 1234.5],
    ] as const)
      expect(readNumber(text, false)).toBe(value);
    for (const [text, value] of [
      ['12,50', 12.5],
      ['1.234,50', 1234.5],
      ['0,123', 0.123],
      ['12.5', 12.5],
    ] as const)
      expect(readNumber(text, true)).toBe(value);
    expect(readNumber('1,234', true)).toMatchObject({ code: 'PRICE_AMBIGUOUS' });
    for (const text of ['NaN', 'Infinity', 'free', '1.2.3', '--1', '0x10', '12€', '1,23', '', 'null'])
      expect(readNumber(text, false)).toMatchObject({ code: 'PRICE_NOT_A_NUMBER' });
  });

  test('prices are more than nothing and less than anything costs', () => {
    expect(readPrice('2.5')).toBe(2_500_000);
    expect(readPrice('')).toBeNull();
    expect(readPrice('7300', { factor: 1 / 730 })).toBe(10_000_000);
    for (const text of ['0', '-1', '-0.0', '0.0000001'])
      expect(readPrice(text)).toMatchObject({ code: 'PRICE_NOT_POSITIVE' });
    expect(readPrice('1000000')).toMatchObject({ code: 'PRICE_TOO_HIGH' });
    expect(readPrice('1e300')).toMatchObject({ code: 'PRICE_TOO_HIGH' });
  });
});
