import { expect, test } from 'vitest';
import { ShellKeys } from '#cli/shell-keys.ts';

function typed(keys: ShellKeys, ...chunks: string[]): { text: string; asked: (string | null)[] } {
  const all = chunks.map((chunk) => keys.take(Buffer.from(chunk)));
  return {
    text: all.map(({ typed }) => Buffer.from(typed).toString()).join(''),
    asked: all.map(({ asked }) => asked).filter((asked) => asked !== null),
  };
}

test('~ at the beginning of a line is for us, in one piece or in two; elsewhere it is typed', () => {
  expect(typed(new ShellKeys(), '~.')).toEqual({ text: '', asked: ['close'] });
  expect(typed(new ShellKeys(), 'ls ~/x\r~', 'd')).toEqual({ text: 'ls ~/x\r', asked: ['detach'] });
  expect(typed(new ShellKeys(), 'a~.')).toEqual({ text: 'a~.', asked: [] });
  expect(typed(new ShellKeys(), '~~.', '\r~?')).toEqual({ text: '~.\r', asked: ['help'] });
  expect(typed(new ShellKeys(), '~/bin\r')).toEqual({ text: '~/bin\r', asked: [] });
});

test('what the terminal answers to programs is left out; keys are not', () => {
  const answers = [
    '\x1b[?62;22c',
    '\x1b[>41;354;0c',
    '\x1b[24;80R',
    '\x1b[0n',
    '\x1b]11;rgb:ffff/ffff/ffff\x07',
    '\x1b]52;c;aGk=\x1b\\',
    '\x1bP1$r0m\x1b\\',
    '\x1b[?2004;1$y',
  ];
  expect(typed(new ShellKeys(), ...answers)).toEqual({ text: '', asked: [] });
  const keys = [
    '\x1b[A',
    '\x1bOP',
    '\x1b[1;5C',
    '\x1b[200~text\x1b[201~',
    '\x03',
    'é中',
    '\x1b',
    '\x1b[<0;3;4M',
  ];
  expect(typed(new ShellKeys(), ...keys).text).toBe(keys.join(''));
});
