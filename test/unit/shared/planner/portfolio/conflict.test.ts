import { afterEach, expect, test } from 'vitest';
import { setLanguage, translateError } from '#renderer/i18n/index.ts';
import { readProblem, tellConflict } from '#shared/planner/portfolio/index.ts';
import { optionOf, poolOf, problemOf, runOf } from '#test/fakes/portfolio.ts';

afterEach(() => setLanguage('en'));

const names = ['A', 'B', 'C'];
const instance = readProblem(
  problemOf(
    names.map((name) => runOf(name, { options: [optionOf('a', 8, 6, 200)] })),
    [poolOf('a', 8)],
  ),
);
const conflictOf = (count: number, isSmallest = true) =>
  tellConflict(
    instance,
    names.slice(0, count).map((_, job) => ({ kind: 'run', job }) as const),
    isSmallest,
  );

test('what cannot hold together is said of one, of two and of several as one says it', () => {
  const heads = [1, 2, 3].map((count) => conflictOf(count)[0]?.message);
  expect(heads).toEqual([
    'This cannot hold, whatever else is given up:',
    'These two cannot hold together. Either can without the other:',
    'These 3 cannot hold together. Without any one of them the rest can:',
  ]);
  expect(conflictOf(3, false)[0]?.message).toBe(
    'These 3 cannot hold together; perhaps fewer of them cannot, either:',
  );
  // Fewer than one are none: it is the smallest, whoever found it.
  expect(conflictOf(1, false)).toEqual(conflictOf(1));
  expect(conflictOf(2).slice(1)).toMatchObject([{ params: { run: 'A' } }, { params: { run: 'B' } }]);
});

test('and so it is in Chinese', () => {
  setLanguage('zh-CN');
  const said = [1, 2, 3].map((count) => {
    const [head] = conflictOf(count);
    return head && translateError(head.code, head.params, head.message);
  });
  expect(said).toEqual([
    '以下这一项无法成立，放弃其他任何要求也不行：',
    '以下两项无法同时成立。去掉其中一项，另一项即可成立：',
    '以下 3 项无法同时成立。去掉其中任何一项，其余即可成立：',
  ]);
});
