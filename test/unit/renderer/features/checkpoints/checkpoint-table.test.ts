import { expect, test } from 'vitest';
import { sortCheckpoints } from '#renderer/features/checkpoints/checkpoint-table.tsx';

const checkpoint = (path: string, step: number | null, bytes: number, modifiedAt: number) => ({
  id: path,
  path,
  framework: 'torch' as const,
  step,
  bytes,
  modifiedAt,
  complete: true,
  why: { code: 'X', params: {}, message: 'x' },
});
const all = [checkpoint('b', 20, 1, 3), checkpoint('a', null, 3, 1), checkpoint('c', 100, 2, 2)];
const paths = (key: 'step' | 'path' | 'bytes' | 'modified', descending: boolean) =>
  sortCheckpoints(all, key, descending)
    .map(({ path }) => path)
    .join('');

test('checkpoints are sorted by step as a number, those without one lowest, and by the rest', () => {
  expect(paths('step', true)).toBe('cba');
  expect(paths('step', false)).toBe('abc');
  expect(paths('path', false)).toBe('abc');
  expect(paths('bytes', true)).toBe('acb');
  expect(paths('modified', false)).toBe('acb');
});
