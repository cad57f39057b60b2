import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { erlangC, measureLoad, queueEstimate, serversNeeded } from '#shared/planner/queue.ts';

const hour = 3_600_000;

/** The definition, by sums of powers over factorials: exact for few places. */
function erlangCByDefinition(c: number, a: number): number {
  let term = 1;
  let sum = 0;
  for (let n = 0; n < c; n += 1) {
    sum += term;
    term *= a / (n + 1);
  }
  const last = term * (c / (c - a));
  return last / (sum + last);
}

describe('Erlang C', () => {
  it.each([
    // Exact fractions, by the definition.
    [1, 0.5, 0.5],
    [2, 1, 1 / 3],
    [3, 2, 4 / 9],
    [4, 3, 0.509434],
    [5, 4, 0.554113],
    [10, 8, 0.40918],
    // Tanner's published example (mitan.co.uk, "How Erlang C works"): 360 calls in 30 min of 240 s over 55 agents: 0.239.
    [55, 48, 0.239],
  ])('%i places under %f erlangs: %f wait', (places, erlangs, chance) => {
    expect(erlangC(places, erlangs)).toBeCloseTo(chance, 3);
  });

  it('is the definition where that can be computed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.01, max: 0.999, noNaN: true }),
        (c, rho) => {
          expect(erlangC(c, c * rho)).toBeCloseTo(erlangCByDefinition(c, c * rho), 9);
        },
      ),
      { seed: 1 },
    );
  });

  it('stays a probability for ten thousand places, under any load', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1.2, noNaN: true }),
        (c, rho) => {
          const chance = erlangC(c, c * rho);
          expect(chance).toBeGreaterThanOrEqual(0);
          expect(chance).toBeLessThanOrEqual(1);
          if (rho >= 1) expect(chance).toBe(1);
        },
      ),
      { seed: 2 },
    );
    // Halfin and Whitt 1981: c = 10,000 with β = (1 − ρ)√c = 1 waits with chance 0.2234 as c grows.
    expect(erlangC(10_000, 9_900)).toBeCloseTo(0.2234, 2);
  });
});

describe('a queue', () => {
  it('of one place waits ρ/(μ − λ)', () => {
    const one = queueEstimate({ arrivalsPerHour: 1, serviceMs: hour / 2, servers: 1 });
    expect(one).toMatchObject({ utilisation: 0.5, waitProbability: 0.5, basis: 'typed', samples: 0 });
    expect(one.meanWaitMs).toBeCloseTo(hour / 2, 3);
    // P(W > t) = 0.5 e^−t: one in ten waits more than ln 5 hours.
    expect(one.p90WaitMs).toBeCloseTo(Math.log(5) * hour, 3);
    expect(one.figure).toMatchObject({ key: 'meanWait', unit: 'ms', value: one.meanWaitMs });
  });

  it("is Tanner's: 720 calls an hour of 240 s over 55 agents wait 8.2 s", () => {
    const calls = queueEstimate({ arrivalsPerHour: 720, serviceMs: 240_000, servers: 55 });
    expect((calls.meanWaitMs ?? 0) / 1000).toBeCloseTo(8.2, 1);
    expect(calls.utilisation).toBeCloseTo(0.873, 3);
  });

  it('grows without end under as much load as places', () => {
    const full = queueEstimate({ arrivalsPerHour: 8, serviceMs: hour, servers: 8 });
    expect(full).toMatchObject({ utilisation: 1, waitProbability: 1, meanWaitMs: null, p90WaitMs: null });
    expect(full.figure.value).toBe('∞');
  });

  it('that nobody comes to makes nobody wait', () => {
    expect(queueEstimate({ arrivalsPerHour: 0, serviceMs: hour, servers: 3 })).toMatchObject({
      waitProbability: 0,
      meanWaitMs: 0,
      p90WaitMs: 0,
    });
  });

  it('is shorter with one place more, and longer with one arrival more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 0.05, max: 0.99, noNaN: true }),
        (servers, rho) => {
          const load = { arrivalsPerHour: servers * rho, serviceMs: hour, servers };
          const wait = queueEstimate(load).meanWaitMs ?? Number.POSITIVE_INFINITY;
          expect(queueEstimate({ ...load, servers: servers + 1 }).meanWaitMs ?? 0).toBeLessThanOrEqual(wait);
          expect(
            queueEstimate({ ...load, arrivalsPerHour: load.arrivalsPerHour * 1.01 }).meanWaitMs ??
              Number.POSITIVE_INFINITY,
          ).toBeGreaterThanOrEqual(wait);
        },
      ),
      { seed: 3 },
    );
  });
});

describe('places that are needed', () => {
  it('are the fewest whose mean wait is no more than asked', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 400, noNaN: true }),
        fc.double({ min: 1_000, max: 10 * hour, noNaN: true }),
        (arrivalsPerHour, target) => {
          const load = { arrivalsPerHour, serviceMs: hour };
          const needed = serversNeeded(load, target);
          if (needed === null) throw new Error('a million places do');
          expect(queueEstimate({ ...load, servers: needed }).meanWaitMs).toBeLessThanOrEqual(target);
          if (needed > 1) {
            const fewer = queueEstimate({ ...load, servers: needed - 1 }).meanWaitMs;
            expect(fewer ?? Number.POSITIVE_INFINITY).toBeGreaterThan(target);
          }
        },
      ),
      { seed: 4 },
    );
  });

  it('are none where a million do not do', () => {
    expect(serversNeeded({ arrivalsPerHour: 1e9, serviceMs: hour }, 1)).toBeNull();
  });
});

describe('a load that was measured', () => {
  it('is the rate between the first and the last arrival, and the mean of what has ended', () => {
    const runs = [0, 1, 2, 3, 4].map((n) => ({
      createdAt: n * hour,
      startedAt: n < 4 ? n * hour + 60_000 : null,
      endedAt: n < 3 ? n * hour + 60_000 + 2 * hour : null,
    }));
    expect(measureLoad(runs)).toEqual({
      arrivalsPerHour: expect.closeTo(1, 9),
      serviceMs: 2 * hour,
      basis: 'measured',
      samples: 5,
      asOf: 4 * hour,
    });
  });

  it.each([
    ['no run', []],
    ['one run', [{ createdAt: 0, startedAt: 1, endedAt: 2 }]],
    ['none that ended', [0, 1].map((createdAt) => ({ createdAt, startedAt: 5, endedAt: null }))],
    ['all at one moment', [0, 0].map((createdAt) => ({ createdAt, startedAt: 5, endedAt: 9 }))],
  ])('is not known of %s', (_, runs) => {
    expect(measureLoad(runs)).toBeNull();
  });
});
