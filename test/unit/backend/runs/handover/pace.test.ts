import { expect, test } from 'vitest';
import { added, environments } from '#backend/runs/handover/bring.ts';
import { paceOf } from '#backend/runs/handover/pace.ts';

const note = (firstAt: number, firstStep: number, lastAt: number, lastStep: number) => ({
  first: { at: firstAt, step: firstStep },
  last: { at: lastAt, step: lastStep },
});

test('a step takes the time between two looks; a start what was before the first one', () => {
  expect(paceOf(null, 0, 0)).toEqual({ stepMs: null, startMs: null });
  expect(paceOf(note(5_000, 1, 15_000, 101), 0, 0)).toEqual({ stepMs: 100, startMs: 4_900 });
  // Steps that were read together are reckoned back, from the checkpoint it went on from.
  expect(paceOf(note(20_000, 150, 30_000, 250), 0, 100)).toEqual({ stepMs: 100, startMs: 15_000 });
  // It was launched long before we saw it: no start can be less than nothing.
  expect(paceOf(note(1_000, 500, 11_000, 600), 0, 0)).toEqual({ stepMs: 100, startMs: 0 });
  expect(paceOf(note(5_000, 1, 15_000, 101), null, 0)).toEqual({ stepMs: 100, startMs: null });
});

test('too little says nothing', () => {
  expect(paceOf(note(5_000, 1, 15_000, 2), 0, 0)).toEqual({ stepMs: null, startMs: null });
  expect(paceOf(note(5_000, 1, 5_100, 50), 0, 0)).toEqual({ stepMs: null, startMs: null });
  expect(paceOf(note(5_000, 10, 15_000, 1), 0, 0)).toEqual({ stepMs: null, startMs: null });
});

test('what set-up made is named by its topmost new directories', () => {
  const before = ['train.py', 'data', 'data/a'];
  const after = [...before, 'data/b', '.venv', '.venv/bin', '.venv/bin/python', 'made'];
  expect(added(before, after)).toEqual(['data/b', '.venv', 'made']);
  expect(added(after, after)).toEqual([]);
});

test('an environment is told by its marker, unless it is part of the code', () => {
  const paths = ['a/.venv/pyvenv.cfg', 'conda/conda-meta', 'b/pyvenv.cfg', 'pyvenv.cfg'];
  expect(environments(paths, new Map([['b/pyvenv.cfg', 'hash']]))).toEqual(['a/.venv', 'conda']);
  expect(environments(paths, undefined)).toEqual(['a/.venv', 'conda', 'b']);
});
