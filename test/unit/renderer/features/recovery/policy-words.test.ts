import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultRecovery, policySentences, readCodes } from '#renderer/features/recovery/policy-words.ts';
import { t } from '#renderer/i18n/index.ts';

test('a policy is read out in sentences', () => {
  expect(
    policySentences(
      { ...defaultRecovery, on: ['crash', 'reboot'], exitCodes: [1, 137], to: ['ibis', 'kite'], ask: true },
      t,
    ),
  ).toEqual([
    'It is restarted after: a crash, a reboot of its machine.',
    'At most 3 times in a row without progress.',
    'It waits 30 s before the first, twice as long before each further one.',
    'Only exit codes 1, 137 count as a crash.',
    'On the first of these that has room: ibis, kite.',
    'It asks you first.',
  ]);
  expect(policySentences({ ...defaultRecovery, on: [], backoffMs: 0 }, t)[0]).toBe(
    'It is restarted on no occasion.',
  );
});

test('exit codes are read however they are set apart; anything else is refused whole', () => {
  expect(readCodes(' 1, 137;2 ')).toEqual([1, 137, 2]);
  expect(readCodes('')).toEqual([]);
  for (const wrong of ['one', '1.5', '-1', '0', '256', '1e9']) expect(readCodes(wrong)).toBeNull();
  fc.assert(
    fc.property(fc.string(), (text) => {
      const codes = readCodes(text);
      expect(codes === null || codes.every((code) => code >= 1 && code <= 255)).toBe(true);
    }),
  );
});
