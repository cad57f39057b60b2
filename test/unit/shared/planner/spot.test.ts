import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  expectedLossMs,
  interruptionsPerHour,
  latestSwitchMs,
  poissonQuantile,
  spotLoss,
  uniformProgress,
} from '#shared/planner/spot.ts';

const hour = 3_600_000;

describe('interruptions', () => {
  test('a band is a chance a month: as many of a hundred are gone after 730 hours', () => {
    for (const [band, share] of [0.025, 0.075, 0.125, 0.175, 0.3].entries())
      expect(1 - Math.exp(-interruptionsPerHour(band) * 730)).toBeCloseTo(share, 10);
  });

  test('what is not known is not taken for safe', () => {
    expect(interruptionsPerHour(null)).toBe(interruptionsPerHour(3));
  });

  test('what is lost is exposed itself: the whole is work ÷ (1 − λℓ)', () => {
    expect(10 * hour + expectedLossMs(10 * hour, 0.1, hour)).toBeCloseTo((10 * hour) / 0.9, 3);
  });

  test('expected, as few and as many as one in ten has', () => {
    const { expectedInterruptions, lostMs } = spotLoss(100 * hour, {
      perHour: 0.02,
      lostPerInterruptionMs: hour,
    });
    expect(expectedInterruptions).toBeCloseTo((100 * 0.02) / 0.98, 6);
    expect(lostMs).toMatchObject({ p10: 0, p50: lostMs.mean, p90: 4 * hour });
  });

  test('the spread is in order, and nothing is infinite', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e11, noNaN: true }),
        fc.double({ min: 1e-6, max: 10, noNaN: true }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (workMs, perHour, lostPerInterruptionMs) => {
          const { lostMs } = spotLoss(workMs, { perHour, lostPerInterruptionMs });
          expect(lostMs.p10).toBeLessThanOrEqual(lostMs.p50);
          expect(lostMs.p50).toBeLessThanOrEqual(lostMs.p90);
          expect(Number.isFinite(lostMs.p90)).toBe(true);
        },
      ),
      { seed: 11, numRuns: 500 },
    );
  });

  test.each([
    [0, 0.9, 0],
    [0.05, 0.9, 0],
    [0.2, 0.9, 1],
    [1, 0.1, 0],
    [1, 0.9, 2],
    [10, 0.1, 6],
    [10, 0.5, 10],
    [10, 0.9, 14],
  ])('Poisson with mean %f: the %f quantile is %i', (mean, quantile, n) => {
    expect(poissonQuantile(mean, quantile)).toBe(n);
  });

  test('large means by the normal', () => {
    expect(poissonQuantile(10_000, 0.9)).toBe(10_128);
    expect(poissonQuantile(10_000, 0.5)).toBe(10_000);
  });
});

describe('Uniform Progress', () => {
  const now = {
    elapsedMs: 10 * hour,
    deadlineMs: 100 * hour,
    doneMs: 6 * hour,
    workMs: 50 * hour,
    changeoverMs: hour / 2,
    spotAvailable: true,
    on: 'spot',
  } as const;

  test('ahead of an even pace: spot, or wait for it', () => {
    expect(uniformProgress(now)).toBe('spot');
    expect(uniformProgress({ ...now, spotAvailable: false })).toBe('wait');
  });

  test('behind it: whatever there is', () => {
    expect(uniformProgress({ ...now, doneMs: 4 * hour })).toBe('spot');
    expect(uniformProgress({ ...now, doneMs: 4 * hour, spotAvailable: false })).toBe('on-demand');
  });

  test('off a paid machine only once the lead is worth the change', () => {
    expect(uniformProgress({ ...now, doneMs: 5.5 * hour, on: 'on-demand' })).toBe('on-demand');
    expect(uniformProgress({ ...now, doneMs: 7 * hour, on: 'on-demand' })).toBe('spot');
  });

  test('when only the time for the rest is left, on demand to the end', () => {
    expect(uniformProgress({ ...now, elapsedMs: 60 * hour, doneMs: 11 * hour })).toBe('on-demand');
    expect(latestSwitchMs(100 * hour, 50 * hour, hour)).toBe(48 * hour);
  });

  test('whoever follows it is never late, whatever spot does', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 200, maxLength: 200 }), (spot) => {
        const [deadlineMs, workMs, changeoverMs] = [100 * hour, 60 * hour, hour / 2];
        const step = hour / 2;
        let [elapsedMs, doneMs, changing] = [0, 0, 0];
        let on: 'spot' | 'on-demand' | 'nothing' = 'nothing';
        while (doneMs < workMs && elapsedMs < 2 * deadlineMs) {
          const spotAvailable = spot[Math.floor(elapsedMs / step) % spot.length] ?? false;
          if (on === 'spot' && !spotAvailable) on = 'nothing';
          const choice = uniformProgress({
            elapsedMs,
            deadlineMs,
            doneMs,
            workMs,
            changeoverMs,
            spotAvailable,
            on,
          });
          const next = choice === 'wait' ? 'nothing' : choice;
          if (next !== on && next !== 'nothing') changing = changeoverMs;
          on = next;
          if (changing > 0) changing -= step;
          else if (on !== 'nothing') doneMs += step;
          elapsedMs += step;
        }
        // The step of this simulation itself is what it may be off by.
        expect(elapsedMs).toBeLessThanOrEqual(deadlineMs + step);
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});
