import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRunsCsv, runColumns } from '#renderer/features/plan/many/runs-csv.ts';

const header = runColumns.join(',');
const read = (...lines: string[]) => readRunsCsv([header, ...lines].join('\n'));

describe('runs from a table', () => {
  test('a line is a run: what it needs, how long it takes on what, when it must be done, after whom', () => {
    const { runs, bad, unknown } = read(
      'first,H100:8,10,A100:4,5,2027-01-02T03:04:00Z,,llm',
      'second,,,,,,first,',
    );
    expect([bad, unknown]).toEqual([[], []]);
    const [first, second] = runs;
    expect(first).toMatchObject({
      name: 'first',
      yaml: null,
      priority: 5,
      deadlineAt: Date.UTC(2027, 0, 2, 3, 4),
      project: 'llm',
      after: [],
    });
    expect(first?.demand.accelerators).toEqual([{ name: 'H100', count: 8 }]);
    expect(first?.demand.duration).toEqual({ accelerator: 'A100', gpus: 4, ms: 36_000_000 });
    expect(second).toMatchObject({ after: [first?.id], deadlineAt: null, project: null, priority: 0 });
    expect(second?.demand.duration).toBeNull();
  });

  test.each([
    [',H100:8,1,,0,,,', 'name', ''],
    ['a,H100:x,1,,0,,,', 'accelerators', 'H100:x'],
    ['a,H100:8,-1,,0,,,', 'hours', '-1'],
    ['a,H100:8,soon,,0,,,', 'hours', 'soon'],
    ['a,H100:8,1,,0.5,,,', 'priority', '0.5'],
    ['a,H100:8,1,,2000,,,', 'priority', '2000'],
    ['a,H100:8,1,,0,someday,,', 'deadline', 'someday'],
    ['a,H100:8,1,,0,,nobody,', 'after', 'nobody'],
  ])('%s is left out, with its line, column and value; the others are taken', (line, column, value) => {
    const { runs, bad } = read('good,H100:1,1,,0,,,', line);
    expect(runs.map(({ name }) => name)).toEqual(['good']);
    expect(bad).toEqual([{ line: 3, column, value }]);
  });

  test('semicolons, tabs, a byte order mark, CRLF, empty lines and other columns are read, too', () => {
    for (const separator of [';', '\t', ',']) {
      const lines = [['Name', 'colour', 'hours'], ['a', 'red', '2'], [''], ['b', 'blue', '']];
      const { runs, bad, unknown } = readRunsCsv(
        `\uFEFF${lines.map((cells) => cells.join(separator)).join('\r\n')}\r\n`,
      );
      expect([runs.map(({ name }) => name), bad, unknown]).toEqual([['a', 'b'], [], ['colour']]);
    }
  });

  test('a name in quotes is what it was, whatever is in it', () => {
    const names = fc.string({ minLength: 1, maxLength: 60 }).map((text) => `x${text}x`);
    fc.assert(
      fc.property(names, (name) => {
        const { runs } = read(`"${name.replaceAll('"', '""')}",H100:1,1,,0,,,`);
        expect(runs.map((run) => run.name)).toEqual([name]);
      }),
      { numRuns: 500 },
    );
  });

  test('whatever is in a file, each line of it is a run or named as bad, and nothing is thrown', () => {
    const cells = fc.oneof(
      fc.constantFrom('', 'a', 'H100:8', '10', '-1', '2027-01-01', '"', '""', 'x"y', '\n', ',', ';'),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(cells, { maxLength: 9 }), { maxLength: 6 }), (lines) => {
        const { runs, bad } = readRunsCsv([header, ...lines.map((line) => line.join(','))].join('\n'));
        for (const { name, demand } of runs) expect(name !== '' && demand.name === name).toBe(true);
        for (const { line, column } of bad) expect(line > 1 && column !== '').toBe(true);
        const ids = new Set(runs.map(({ id }) => id));
        expect(ids.size).toBe(runs.length);
      }),
      { seed: 11, numRuns: 20_000 },
    );
  });
});
