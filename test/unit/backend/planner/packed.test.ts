import { expect, it } from 'vitest';
import { pack, unpack } from '#backend/planner/solver/packed.ts';
import { optionOf, problemOf, runOf, smallProblem, withQuotas } from '#test/fakes/portfolio.ts';

it('a packed problem is the same when it is unpacked, after its numbers were handed over', () => {
  const odd = problemOf(
    [runOf('none'), runOf('r', { options: [optionOf('not there', 0.5, 1 / 3, 9_007_199.254741, 0.1)] })],
    [],
  );
  const problems = Array.from({ length: 50 }, (_, seed) =>
    withQuotas(smallProblem(seed, { runs: 1 + (seed % 9), pools: 4 }), seed),
  );
  for (const problem of [odd, ...problems]) {
    const packed = pack(problem);
    const moved = structuredClone(packed, { transfer: [packed.options.buffer] });
    expect(unpack(moved)).toEqual(problem);
  }
});
