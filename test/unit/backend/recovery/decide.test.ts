import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, type Loss, longestWaitMs, type Previous, type Reached } from '#backend/recovery/decide.ts';
import type { CauseGuess, RecoverySpec } from '#shared/domain/recovery.ts';

const policy = (more: Partial<RecoverySpec> = {}): RecoverySpec => ({
  on: ['crash'],
  max: 3,
  backoffMs: 10_000,
  exitCodes: [],
  to: 'same',
  ask: false,
  ...more,
});
const nowhere: Reached = { step: null, checkpoint: null };
const at = (step: number | null, saved: number | null = null): Reached => ({
  step,
  checkpoint: saved === null ? null : { path: `step-${saved}.pt`, step: saved, modifiedAt: saved },
});
const loss = (more: Partial<Loss> & { guess?: CauseGuess } = {}): Loss => ({
  cause: 'crash',
  exitCode: 1,
  diagnosis: { guess: more.guess ?? 'unknown', line: '', lastLines: [] },
  errorPlace: null,
  reached: at(100, 80),
  previous: null,
  ...more,
});
const earlier = (inRow: number, best: Reached, errorPlace: string | null = null): Previous => ({
  inRow,
  best,
  errorPlace,
});

describe('whether to restart', () => {
  test('the wait doubles with each in a row, and not beyond an hour', () => {
    const waits = [0, 1, 2, 3, 20].map((inRow) => {
      const decision = decide(policy({ max: 100 }), loss({ previous: earlier(inRow, at(100, 80)) }));
      return decision.kind === 'restart' ? decision.waitMs : null;
    });
    expect(waits).toEqual([20_000, 40_000, 80_000, 160_000, longestWaitMs]);
    expect(decide(policy(), loss())).toMatchObject({ kind: 'restart', waitMs: 10_000, inRow: 0 });
  });

  test('as many in a row without progress as the policy allows', () => {
    let previous: Previous | null = null;
    const kinds: string[] = [];
    for (let lost = 0; lost < 5; lost++) {
      const decision = decide(policy(), loss({ previous }));
      kinds.push(decision.kind);
      previous = earlier(decision.inRow, decision.best);
    }
    expect(kinds).toEqual(['restart', 'restart', 'restart', 'give-up', 'give-up']);
    expect(decide(policy({ max: 0 }), loss())).toMatchObject({ kind: 'give-up', why: 'too-often' });
  });

  test('a higher step or a newer checkpoint begins a new row; the same, or a lower one, does not', () => {
    const last = earlier(2, at(150, 100));
    expect(decide(policy(), loss({ previous: last, reached: at(151, 100) })).inRow).toBe(0);
    expect(decide(policy(), loss({ previous: last, reached: at(149, 120) })).inRow).toBe(0);
    expect(decide(policy(), loss({ previous: last, reached: at(150, 100) })).inRow).toBe(3);
    expect(decide(policy(), loss({ previous: last, reached: at(120, 80) })).inRow).toBe(3);
    // Neither could be seen: that is no progress.
    expect(decide(policy(), loss({ previous: last, reached: nowhere })).inRow).toBe(3);
  });

  test('a save that says no step is progress only where it is another and younger one', () => {
    const named = (path: string, modifiedAt: number): Reached => ({
      step: null,
      checkpoint: { path, step: null, modifiedAt },
    });
    const last = earlier(1, named('last.ckpt', 100));
    expect(decide(policy(), loss({ previous: last, reached: named('last.ckpt', 200) })).inRow).toBe(2);
    expect(decide(policy(), loss({ previous: last, reached: named('other.ckpt', 50) })).inRow).toBe(2);
    expect(decide(policy(), loss({ previous: last, reached: named('other.ckpt', 200) })).inRow).toBe(0);
  });

  test.each(['missing-module', 'missing-file', 'permission'] as const)(
    '%s before the first step is hopeless',
    (guess) => {
      const never = { guess, reached: nowhere };
      expect(decide(policy(), loss(never))).toMatchObject({ kind: 'give-up', why: 'hopeless' });
      // The user says otherwise; it had trained; it was not the run's own doing.
      expect(decide(policy({ exitCodes: [1] }), loss(never)).kind).toBe('restart');
      expect(decide(policy(), loss({ guess, reached: at(5_000, 4_000) })).kind).toBe('restart');
      expect(decide(policy(), loss({ ...never, cause: 'reboot' })).kind).toBe('restart');
    },
  );

  test('the same mistake at the same place again is hopeless, another one is not', () => {
    const place = 'File "train.py", line 63 KeyError';
    const again = { guess: 'code-error' as const, errorPlace: place, reached: at(100, 80) };
    expect(decide(policy(), loss(again)).kind).toBe('restart');
    const previous = earlier(0, at(100, 80), place);
    expect(decide(policy(), loss({ ...again, previous }))).toMatchObject({
      kind: 'give-up',
      why: 'hopeless',
    });
    expect(decide(policy(), loss({ ...again, previous, errorPlace: 'elsewhere' })).kind).toBe('restart');
    expect(decide(policy(), loss({ ...again, previous, reached: at(200, 180) })).kind).toBe('restart');
  });

  test('whatever happens: between two signs of progress there are never more restarts than allowed', () => {
    const step = fc.option(fc.integer({ min: 0, max: 50 }), { nil: null });
    const losses = fc.array(fc.record({ step, saved: step }), { maxLength: 60 });
    fc.assert(
      fc.property(losses, fc.integer({ min: 0, max: 6 }), (course, max) => {
        let previous: Previous | null = null;
        let inRow = 0;
        let best = -1;
        let bestSaved = -1;
        for (const { step: reached, saved } of course) {
          const decision = decide(policy({ max }), loss({ previous, reached: at(reached, saved) }));
          const progress = previous === null || (reached ?? -1) > best || (saved ?? -1) > bestSaved;
          inRow = progress ? 0 : inRow + 1;
          best = Math.max(best, reached ?? -1);
          bestSaved = Math.max(bestSaved, saved ?? -1);
          expect(decision.inRow).toBe(inRow);
          expect(decision.kind).toBe(inRow < max ? 'restart' : 'give-up');
          if (decision.kind === 'give-up') return;
          expect(decision.waitMs).toBeLessThanOrEqual(longestWaitMs);
          previous = earlier(decision.inRow, decision.best);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
