import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogParser } from '#renderer/features/logs/ansi.ts';
import { endTop, isBefore, moveRow, rowsOf, spansOfRow } from '#renderer/features/logs/rows.ts';

const linesOf = (text: string) => new LogParser().push(new TextEncoder().encode(text));

describe('rows of wrapped lines', () => {
  it('hold every character that is seen once', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', '中', '文', ' ', 'é'), maxLength: 200 }),
        fc.integer({ min: 2, max: 40 }),
        (text, columns) => {
          const [line] = linesOf(`${text}\n`);
          if (!line) return;
          let joined = '';
          for (let part = 0; part < rowsOf(line, columns); part++) {
            joined += spansOfRow(line, part, columns)
              .map((span) => span.text)
              .join('');
          }
          // Spaces at the end, which nobody can see, make no row of their own.
          expect(joined.trimEnd()).toBe(text.trimEnd());
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('are walked there and back', () => {
    const lines = linesOf('short\n'.repeat(3) + `${'x'.repeat(95)}\n`.repeat(4));
    const start = { line: 0, part: 0 };
    for (let by = 0; by < 43; by++) {
      const there = moveRow(lines, start, by, 10);
      expect(moveRow(lines, there, -by, 10)).toEqual(start);
    }
    expect(moveRow(lines, start, 1000, 10)).toEqual({ line: 6, part: 9 });
    expect(endTop(lines, 12, 10)).toEqual({ line: 5, part: 8 });
    expect(endTop(lines, 1000, 10)).toEqual(start);
    expect(isBefore(start, { line: 0, part: 1 })).toBe(true);
  });
});
