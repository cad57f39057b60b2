import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLeft } from '#backend/migrations/leftovers/box-left.ts';

const answer = [
  'ty-left run 0123456789ab 1024',
  'ty-left stage 12 0 /home/u/.trainyard/runs/0123456789ab/.trainyard-copy-0a1b',
  'ty-left stage 3 1 /data/my%20runs/50%25/.trainyard-copy-ff',
  'ty-left session abc123 1',
  'ty-left end',
  '',
].join('\n');

test('an answer is read', () => {
  const left = parseLeft(answer);
  expect([...(left?.runs ?? [])]).toEqual([['0123456789ab', 1_048_576]]);
  expect(left?.stages).toEqual([
    { path: '/home/u/.trainyard/runs/0123456789ab/.trainyard-copy-0a1b', bytes: 12_288, busy: false },
    { path: '/data/my runs/50%/.trainyard-copy-ff', bytes: 3_072, busy: true },
  ]);
  expect(left?.sessions).toEqual([{ id: 'abc123', busy: true }]);
});

test('one that is cut off is none; what is damaged in it, or is no staging directory, is passed over', () => {
  expect(parseLeft(answer.replace('ty-left end\n', ''))).toBeNull();
  const odd = [
    'ty-left run ../../etc 5',
    'ty-left run 0123456789ab -5',
    'ty-left stage 1 0 /home/u/important',
    'ty-left stage 1 0 relative/.trainyard-copy-0a',
    'ty-left stage 1 0 /home/u/.trainyard-copy-0a/../../etc',
    'ty-left session ../x 0',
    'ty-left end',
  ].join('\n');
  expect(parseLeft(odd)).toEqual({ runs: new Map(), stages: [], sessions: [] });
});

test('50,000 answers of any kind: never a crash, never a path that is no staging directory', () => {
  const line = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc
      .tuple(fc.constantFrom('run', 'stage', 'session'), fc.string({ maxLength: 30 }))
      .map((each) => `ty-left ${each.join(' ')}`),
    fc.constantFrom(...answer.split('\n')),
    fc.string({ maxLength: 12 }).map((name) => `ty-left stage 1 0 /${name}/.trainyard-copy-0`),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
      const left = parseLeft(`${lines.join('\n')}\nty-left end\n`);
      for (const { path, bytes } of left?.stages ?? [])
        if (!/^\/.*\.trainyard-copy-[0-9a-f]+$/.test(path) || !Number.isSafeInteger(bytes)) return false;
      return left !== null;
    }),
    { numRuns: 50_000, seed: 6 },
  );
});
