import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fastForward } from '#backend/terminals/fast-forward.ts';
import { emulator, shown, written } from './fakes.ts';

const lines = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join('');

test('a flood of coloured lines is skipped, and the screen is what it would have been', async () => {
  const piece = fc.constantFrom(
    '\x1b[31m',
    '\x1b[1;42m',
    '\x1b[0m',
    '\x1b[K',
    'plain',
    'naïve 中文',
    '\tx',
    '\x1b[38;2;1;2;3mtrue',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(piece, { maxLength: 6 }), { minLength: 3, maxLength: 12 }),
      fc.boolean(),
      async (made, odd) => {
        const texts = made.map((parts) => parts.join(''));
        const flood = lines(3000, (at) => `${at} ${texts[at % texts.length]} ${'x'.repeat(20)}\r\n`);
        const all = Buffer.from(`${odd ? '\x1b[2;5H\x1b]0;t\x07' : ''}${flood}end`);
        const size = { cols: 60, rows: 10 };
        const [whole, quick] = [emulator(size, 50), emulator(size, 50)];
        await written(quick, 'before\r\nand before');
        await written(whole, 'before\r\nand before');
        await written(whole, all);
        const jump = fastForward(all, 50 + 2 * 10 + 1);
        if (jump === null) throw new Error('nothing was skipped');
        await written(quick, all.subarray(0, jump.readTo));
        await written(quick, jump.style);
        await written(quick, all.subarray(jump.skipTo));
        expect(jump.skipTo - jump.readTo).toBeGreaterThan(64 * 1024);
        expect(shown(quick)).toEqual(shown(whole));
      },
    ),
    { numRuns: 8 },
  );
});

test('what may do more than colour text is never skipped over', () => {
  const flood = lines(4000, () => `${'x'.repeat(40)}\r\n`);
  for (const special of [
    '\x1b[2J',
    '\x1b[?1049h',
    '\x1b]52;c;aGk=\x07',
    '\x0e',
    '\u009b2J',
    '\x1bM',
    '\x1b[5;10r',
    '\x1b[6n',
    '\x1b7',
  ]) {
    const all = Buffer.from(flood + special + flood);
    const jump = fastForward(all, 100);
    const at = flood.length;
    expect(jump === null || jump.readTo > at + Buffer.byteLength(special) - 1).toBe(true);
  }
  expect(fastForward(Buffer.from(lines(4000, () => `${'x'.repeat(40)}\n`)), 100)).toBeNull();
  expect(fastForward(Buffer.from('x'.repeat(500_000)), 100)).toBeNull();
});
