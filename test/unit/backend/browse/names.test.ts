import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, textOf, wordOf } from '#backend/browse/names.ts';

const bytes = fc.uint8Array({ minLength: 0, maxLength: 40 }).map((array) => Buffer.from(array));
/** What is likely to be mistaken: backslashes, the letter x, hexadecimal digits. */
const tricky = fc
  .array(fc.constantFrom(...Buffer.from('\\x5cXff0a数é')), { maxLength: 30 })
  .map((array) => Buffer.from(array));

test('each name has a text of its own, and the way back is exact', () => {
  fc.assert(
    fc.property(fc.oneof(bytes, tricky), (name) => {
      const text = textOf(name);
      expect(bytesOf(text).equals(name)).toBe(true);
      expect(text.isWellFormed()).toBe(true);
    }),
    { numRuns: 50_000 },
  );
  expect(textOf(Buffer.from('数据\n'))).toBe('数据\n');
  expect(textOf(Buffer.from([0x61, 0xff, 0xe6, 0x95, 0xb0]))).toBe('a\\xff数');
});

test('a word is a name again for printf, in the shells there are', () => {
  const names = [
    "a b'c",
    '$(x)`y`',
    '%s%d\\n',
    'new\nline',
    '-n',
    '\\x5cx41',
    '数',
    '\\xff\\xfe',
    '~',
    '0123',
    'tab\t\x01\x7f',
  ];
  for (const shell of [['/bin/sh'], ['/bin/bash'], ['busybox', 'ash']]) {
    const [program = '', ...args] = shell;
    const script = `for w; do p=$(printf "%b." "$w"); printf "%s/" "\${p%.}"; done`;
    const said = spawnSync(program, [...args, '-c', script, 'sh', ...names.map(wordOf)]);
    if (said.error !== undefined) continue; // not on this computer
    expect(
      said.stdout.equals(Buffer.concat(names.flatMap((name) => [bytesOf(name), Buffer.from('/')]))),
      program,
    ).toBe(true);
  }
});
