import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogParser, type PlacedLine } from '#renderer/features/logs/ansi.ts';
import { cssColour, plain } from '#renderer/features/logs/style.ts';
import { maxCells, textOf } from '#renderer/features/logs/terminal-line.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** All lines, the one under way as the last. */
function read(bytes: Uint8Array, cuts: readonly number[] = []): PlacedLine[] {
  const parser = new LogParser();
  const lines: PlacedLine[] = [];
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    lines.push(...parser.push(bytes.subarray(from, cut)));
    from = Math.max(from, cut);
  }
  lines.push(...parser.push(bytes.subarray(from)));
  const last = parser.current();
  return last ? [...lines, last] : lines;
}
const texts = (text: string) => read(bytesOf(text)).map(textOf);

describe('what a terminal would show', () => {
  it('keeps lines and where they begin, in bytes', () => {
    const lines = read(bytesOf('训练\nab\n\nend'));
    expect(lines.map(textOf)).toEqual(['训练', 'ab', '', 'end']);
    expect(lines.map((line) => line.offset)).toEqual([0, 7, 10, 11]);
    expect(lines.map((line) => line.cells)).toEqual([4, 2, 0, 3]);
  });

  it('shows the last state of a progress bar', () => {
    expect(texts('  0%|    |\r 50%|██  |\r100%|████|\n')).toEqual(['100%|████|']);
    expect(texts('loading\r\u001b[Kdone\n')).toEqual(['done']);
    expect(texts('12345\rab\n')).toEqual(['ab345']);
    expect(texts('abc\b\bX\n')).toEqual(['aXc']);
    expect(texts('windows\r\n')).toEqual(['windows']);
  });

  it('overwrites half of a wide character without leaving half of it', () => {
    expect(texts('中文\rab\n')).toEqual(['ab文']);
    expect(texts('中文\ra\n')).toEqual(['a 文']);
    expect(texts('中\r\u001b[1Ca\n')).toEqual([' a']);
  });

  it('moves by tabs, columns and cursor sequences', () => {
    expect(texts('a\tb\n')).toEqual(['a       b']);
    expect(texts('abc\u001b[2GX\u001b[1CY\n')).toEqual(['aXcY']);
    expect(texts('abcdef\u001b[3D\u001b[K\n')).toEqual(['abc']);
    expect(texts('abcdef\u001b[3D\u001b[1K\n')).toEqual(['    ef']);
  });

  it('joins marks to what they belong to', () => {
    const [line] = read(bytesOf('e\u0301x\n'));
    expect(line && textOf(line)).toBe('e\u0301x');
    expect(line?.cells).toBe(2);
  });

  it('colours', () => {
    const [line] = read(
      bytesOf(
        '\u001b[31;1mred\u001b[0m \u001b[38;5;208morange\u001b[48;2;1;2;3mtrue\u001b[38:2::9:8:7mcolon\u001b[m.',
      ),
    );
    const spans = line?.spans ?? [];
    expect(spans.map(({ text }) => text)).toEqual(['red', ' ', 'orange', 'true', 'colon', '.']);
    expect(spans[0]?.style).toMatchObject({ foreground: 1, bold: true });
    expect(spans[1]?.style).toBe(plain);
    expect(spans[2]?.style).toMatchObject({ foreground: 208 });
    expect(spans[3]?.style).toMatchObject({ foreground: 208, background: 0x1010203 });
    expect(spans[4]?.style).toMatchObject({ foreground: 0x1090807 });
    expect(spans[5]?.style).toBe(plain);
  });

  it('carries a colour into the next line, and bright and dim ones', () => {
    const lines = read(bytesOf('\u001b[92;2ma\nb\u001b[22;39mc\n'));
    expect(lines[1]?.spans.map(({ style }) => [style.foreground, style.dim])).toEqual([
      [10, true],
      [null, false],
    ]);
  });

  it('gives every palette colour a CSS one', () => {
    expect(cssColour(3)).toBe('var(--ansi-3)');
    expect(cssColour(208)).toBe('rgb(255 135 0)');
    expect(cssColour(244)).toBe('rgb(128 128 128)');
    expect(cssColour(0x1ff8000)).toBe('#ff8000');
  });
});

describe('what must not act', () => {
  it('reads over titles, clipboard, modes and charsets', () => {
    expect(
      texts(
        'a\u001b]0;owned\u0007b\u001b]52;c;aGk=\u001b\\c\u001b[?1049h\u001b[2Jd\u001b(0e\u001bPq#1\u001b\\f\n',
      ),
    ).toEqual(['abcdef']);
  });

  it('only remembers links, and only those of the web', () => {
    const link = (url: string) =>
      read(bytesOf(`\u001b]8;;${url}\u001b\\docs\u001b]8;;\u001b\\ end`))[0]?.spans;
    expect(link('https://example.org/a')?.map(({ style }) => style.link)).toEqual([
      'https://example.org/a',
      null,
    ]);
    expect(link('javascript:alert(1)')?.map(({ style }) => style.link)).toEqual([null]);
    expect(link('file:///etc/passwd')?.map(({ style }) => style.link)).toEqual([null]);
  });

  it('ends a sequence that never ends at the newline', () => {
    expect(texts('\u001b]0;never ended\nnext\n')).toEqual(['', 'next']);
    expect(texts('\u001b[31\nnext\n')).toEqual(['', 'next']);
  });

  it('breaks an endless line, and keeps few marks of a pile', () => {
    const lines = read(bytesOf('x'.repeat(maxCells * 2 + 5)));
    expect(lines.map((line) => line.cells)).toEqual([maxCells, maxCells, 5]);
    const [pile] = read(bytesOf(`a${'\u0301'.repeat(500)}\n`));
    expect(pile && textOf(pile).length).toBeLessThan(40);
  });
});

describe('any bytes', () => {
  /** Bytes that are likely to meet the parser's states. */
  const spicy = fc.array(
    fc.oneof(
      fc.constantFrom(...bytesOf('\u001b[]0;m8\n\r\b\tKGCD\u0007\\')),
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0xe4, 0xb8, 0xad, 0xf0, 0x9f, 0x9a, 0x86, 0xcc, 0x81, 0xc2, 0x9b),
    ),
    { maxLength: 60 },
  );

  it('give the same lines however they are cut, one per newline, without a control character', () => {
    fc.assert(
      fc.property(spicy, fc.array(fc.nat(60), { maxLength: 5 }), (values, cuts) => {
        const bytes = Uint8Array.from(values);
        const whole = read(bytes);
        expect(read(bytes, cuts)).toEqual(whole);
        const newlines = values.filter((value) => value === 10).length;
        expect(whole.length - newlines === 0 || whole.length - newlines === 1).toBe(true);
        for (const line of whole) expect(/[\u0000-\u001f\u007f-\u009f]/.test(textOf(line))).toBe(false);
      }),
      { numRuns: 20_000 },
    );
  });

  it('never make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        read(bytes);
      }),
      { numRuns: 30_000 },
    );
  });
});
