import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copiedShare, downtimeParts, railOf, standsStill } from '#renderer/features/moves/phases.ts';
import type { Migration } from '#shared/domain/migration.ts';
import { migrationPhases } from '#shared/domain/migration-phases.ts';

const at = (...phases: Migration['phases'][number]['phase'][]) =>
  phases.map((phase, index) => ({ phase, at: index * 10 }));

describe('the rail of a move', () => {
  test('shows what was passed with its time, where it is, and what lies ahead', () => {
    const rail = railOf({ phase: 'armed', phases: at('preparing', 'precopying', 'armed') });
    expect(rail.map(({ phase, state }) => `${phase} ${state}`)).toEqual([
      'preparing done',
      'precopying done',
      'armed now',
      'stopping ahead',
      'copying ahead',
      'verified ahead',
      'starting ahead',
      'confirming ahead',
      'committed ahead',
    ]);
    expect(rail.map(({ tookMs }) => tookMs).slice(0, 3)).toEqual([10, 10, null]);
    expect(rail[2]?.at).toBe(20);
  });

  test('of one that went back shows how far it had come and the way back', () => {
    const rail = railOf({
      phase: 'rolled-back',
      phases: at('preparing', 'precopying', 'rolling-back', 'rolled-back'),
    });
    expect(rail.map(({ phase, state }) => `${phase} ${state}`)).toEqual([
      'preparing done',
      'precopying done',
      'rolling-back done',
      'rolled-back done',
    ]);
  });

  test('counts a phase that was entered twice from its first time', () => {
    const phases: Migration['phases'] = [
      { phase: 'preparing', at: 0 },
      { phase: 'precopying', at: 5 },
      { phase: 'precopying', at: 50 },
      { phase: 'armed', at: 60 },
    ];
    expect(railOf({ phase: 'armed', phases })[1]).toMatchObject({ at: 5, tookMs: 55 });
  });

  test('always has the present phase once, whatever was passed', () => {
    const phase = fc.constantFrom(...migrationPhases);
    fc.assert(
      fc.property(fc.array(phase, { maxLength: 14 }), phase, (before, now) => {
        const rail = railOf({ phase: now, phases: at(...before, now) });
        const here = rail.filter((stop) => stop.phase === now);
        expect(here).toHaveLength(1);
        expect(here[0]?.state).toBe(now === 'committed' || now === 'rolled-back' ? 'done' : 'now');
        for (const { tookMs } of rail) expect(tookMs === null || tookMs >= 0).toBe(true);
      }),
    );
  });
});

test('a run stands still from its stop until it is confirmed', () => {
  expect(migrationPhases.filter(standsStill)).toEqual([
    'stopping',
    'copying',
    'verified',
    'starting',
    'confirming',
    'rolling-back',
  ]);
});

describe('the standstill in parts', () => {
  const whole = {
    totalMs: 10_000,
    saveMs: 2_000,
    stopMs: 1_000,
    copyMs: 4_000,
    verifyMs: 1_000,
    startMs: 2_000,
  };
  test('names each part with its share', () => {
    expect(downtimeParts(whole).map(({ part, share }) => [part, share])).toEqual([
      ['save', 0.2],
      ['stop', 0.1],
      ['copy', 0.4],
      ['verify', 0.1],
      ['start', 0.2],
    ]);
  });
  test('leaves out what was not passed through, and names the rest', () => {
    expect(
      downtimeParts({ ...whole, saveMs: null, verifyMs: null }).map(({ part, ms }) => [part, ms]),
    ).toEqual([
      ['stop', 1_000],
      ['copy', 4_000],
      ['start', 2_000],
      ['rest', 3_000],
    ]);
  });
  test('never shares out more than there is', () => {
    const ms = fc.option(fc.integer({ min: 0, max: 1e7 }));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e7 }), ms, ms, ms, ms, ms, (totalMs, a, b, c, d, e) => {
        const parts = downtimeParts({ totalMs, saveMs: a, stopMs: b, copyMs: c, verifyMs: d, startMs: e });
        const sum = parts.reduce((all, { share }) => all + share, 0);
        expect(sum).toBeLessThanOrEqual(1 + 1e-9);
        expect(parts.every(({ share }) => share >= 0)).toBe(true);
      }),
    );
  });
});

test('how much is copied is known where there is something to copy', () => {
  const progress = {
    doneBytes: 5,
    totalBytes: 20,
    doneFiles: 1,
    totalFiles: 2,
    bytesPerSecond: 1,
    remainingMs: 1,
  };
  expect(copiedShare({ progress })).toBe(0.25);
  expect(copiedShare({ progress: { ...progress, totalBytes: 0 } })).toBeNull();
  expect(copiedShare({ progress: { ...progress, doneBytes: 30 } })).toBe(1);
  expect(copiedShare({ progress: null })).toBeNull();
});
