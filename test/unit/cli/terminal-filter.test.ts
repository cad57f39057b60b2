import { expect, test } from 'vitest';
import { TerminalFilter } from '#cli/terminal-filter.ts';
import { seededRandom } from '#test/lab/seed.ts';

const shown = (text: string | Uint8Array): string =>
  Buffer.from(new TerminalFilter().filter(typeof text === 'string' ? Buffer.from(text) : text)).toString(
    'utf8',
  );

test.each([
  ['the title', '\u001b]0;owned\u0007'],
  ['the title, ended by ST', '\u001b]2;owned\u001b\\'],
  ['the title, by one-character controls', '\u009d0;owned\u009c'],
  ['the clipboard', '\u001b]52;c;cm0gLXJmIH4=\u0007'],
  ['the clipboard, asked for', '\u001b]52;c;?\u001b\\'],
  ['the clipboard, through tmux', '\u001bPtmux;\u001b\u001b]52;c;cm0=\u0007\u001b\\'],
  ['a report of the title, which arrives as typed', '\u001b[21t'],
  ['a report of the cursor', '\u001b[6n'],
  ['a report of the terminal', '\u001b[c\u001b[>0q\u001bZ'],
  ['the other screen, the mouse, pasting', '\u001b[?1049h\u001b[?1000h\u001b[?2004l'],
  ['a reset', '\u001bc\u001b[!p'],
  ['another character set', '\u001b(0\u000e'],
  ['the cursor anywhere', '\u001b[1;1H\u001b[2J\u001b7\u001b8'],
  ['a DCS', '\u001bP+q544e\u001b\\'],
  ['an APC, a PM, an SOS', '\u001b_Ga=T\u001b\\\u001b^x\u001b\\\u001bXx\u001b\\'],
  ['a bell, a null, a delete', '\u0007\u0000\u007f'],
  ['a sequence within a sequence', '\u001b[3\u001b]0;owned\u0007'],
  ['a link', '\u001b]8;;http://evil.example\u0007\u001b]8;;\u0007'],
])('left out: %s', (_what, sequence) => {
  expect(shown(`a${sequence}b`)).toBe('ab');
});

test('eight-bit controls that are no UTF-8 are left out too', () => {
  const text = Buffer.concat([
    Buffer.from('a'),
    Buffer.from([0x9d]),
    Buffer.from('0;x'),
    Buffer.from([0x9c]),
  ]);
  expect(shown(text)).toBe('a0;x');
  expect(shown(Buffer.from([0x9b, 0x32, 0x31, 0x74]))).toBe('21t');
});

test('text, colours and progress bars stay as they are', () => {
  for (const text of [
    'plain\r\nlines\tand tabs\n',
    '\u001b[1;38;2;255;0;0mred\u001b[0m \u001b[38:5:12mcolons\u001b[m',
    '\r 50%|████     |\u001b[K\u001b[A\u001b[2Bx\b',
    'Grüße, 你好, 🚂, \u00a0, é, Ā',
  ])
    expect(shown(text)).toBe(text);
});

test('what never ends takes no more than its line, or 4 KB, with it', () => {
  expect(shown('\u001b]0;never ended\nnext')).toBe('\nnext');
  expect(shown(`\u001b]0;${'x'.repeat(10_000)}`).length).toBeGreaterThan(5_000);
  expect(shown('\u001b[31')).toBe('');
});

test('50,000 random outputs in random pieces: the same as whole, and no sequence of another kind in it', () => {
  const random = seededRandom(5);
  const parts = [
    '\u001b',
    '[',
    ']',
    '0;',
    '52;c;',
    '\u0007',
    '\\',
    'm',
    'K',
    'n',
    't',
    '?',
    '\u009b',
    '\u009d',
    'x',
    '\n',
    '你',
    '1',
    '\u0018',
    'P',
    '(',
    '\u0000',
  ];
  for (let round = 0; round < 50_000; round++) {
    let text = '';
    for (let n = Math.floor(random() * 12); n > 0; n--) text += parts[Math.floor(random() * parts.length)];
    const bytes = Buffer.from(text);
    const filter = new TerminalFilter();
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + Math.floor(random() * 4);
      pieces.push(filter.filter(bytes.subarray(at, end)));
      at = end;
    }
    const result = Buffer.concat(pieces).toString('utf8');
    expect(result).toBe(shown(text));
    const rest = result.replace(/\u001b\[[0-9;:]*[mKABCDEFG]/g, '');
    if (/[\u0000-\u0007\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(rest))
      expect.unreachable(JSON.stringify([text, result]));
  }
});
