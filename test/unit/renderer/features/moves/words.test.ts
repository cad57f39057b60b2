import { afterEach, describe, expect, test } from 'vitest';
import {
  cancelText,
  costText,
  progressText,
  rangeText,
  reasonText,
  shortProgress,
  shortTime,
} from '#renderer/features/moves/words.ts';
import { setLanguage, t } from '#renderer/i18n/index.ts';
import { move } from './made-up.ts';

afterEach(() => setLanguage('en'));

const progress = {
  doneBytes: 2 ** 30,
  totalBytes: 4 * 2 ** 30,
  doneFiles: 1,
  totalFiles: 4,
  bytesPerSecond: 200 * 2 ** 20,
  remainingMs: 15_000,
};

describe('a move in words', () => {
  test('a span is one time where both ends read the same', () => {
    expect(rangeText({ low: 34_000, high: 49_000 }, t)).toBe('34 s to 49 s');
    expect(rangeText({ low: 34_000, high: 34_400 }, t)).toBe('34 s');
  });

  test('what a copy says of itself', () => {
    expect(progressText(progress, t)).toBe('1 GiB of 4 GiB, 200 MiB/s, 15 s left');
    expect(progressText({ ...progress, totalBytes: 0, bytesPerSecond: 0, remainingMs: null }, t)).toBe(
      '1 GiB',
    );
  });

  test('in a few words', () => {
    expect(shortProgress(move('a', { phase: 'copying', progress }), t)).toBe('copying, 25 %');
    expect(shortProgress(move('a', { phase: 'armed' }), t)).toBe('armed');
    setLanguage('zh-CN');
    expect(shortProgress(move('a', { phase: 'copying', progress }), t)).toBe('复制中，25 %');
  });

  test('what cancelling would do, or that it is too late', () => {
    expect(cancelText(move('a', { cancelConsequence: 'run-restarts-at-source' }), t)).toContain(
      'restarted on heron',
    );
    expect(cancelText(move('a', { cancelConsequence: null }), t)).toBe('It cannot be cancelled any more.');
  });

  test('what a mode costs, or why it is not possible', () => {
    const estimate = {
      totalMs: { low: 1, high: 2 },
      downtimeMs: { low: 1, high: 2 },
      lostSteps: 312,
      lostMs: 1,
    };
    const last = { mode: 'last' as const, possible: true, why: null };
    expect(costText(last, estimate, t)).toContain('312 steps are lost');
    expect(costText(last, { ...estimate, lostSteps: 1 }, t)).toContain('1 step is lost');
    const why = { code: 'NOBODY_KNOWS', params: {}, message: 'It cannot be asked.' };
    expect(costText({ mode: 'request', possible: false, why }, null, t)).toBe('It cannot be asked.');
  });

  test('who had it moved, and why', () => {
    expect(reasonText(move('a'), t)).toBe('Asked for by mei.');
    const why = { code: 'NOBODY_KNOWS', params: {}, message: 'GPU 3 is failing.' };
    expect(reasonText(move('a', { reason: { kind: 'rebalance', who: 'rules', why } }), t)).toBe(
      'Moved by the rules of the yard (rules). GPU 3 is failing.',
    );
  });

  test('times that are compared have tenths below a minute', () => {
    expect(shortTime(9_840, t)).toBe('9.8 s');
    expect(shortTime(59_990, t)).toBe('59 s');
    expect(shortTime(61_000, t)).toBe('1 min 1 s');
    expect(shortTime(850, t)).toBe('850 ms');
  });
});
