import { describe, expect, test } from 'vitest';
import { newId } from '#shared/domain/new-id.ts';
import { at, someDemand, someLimits } from '../../shared/planner/place/some-world.ts';
import { heron, me, type Planned, planned } from './world.ts';

describe('networks of one’s own machines', () => {
  const mib = 1_048_576;
  const copied = (
    world: Planned,
    change: { from?: string; to?: string; bytes?: number; ms?: number; state?: string },
  ) => {
    const { from = 'b'.repeat(12), to = heron, bytes = 1000 * mib, ms = 4_000, state = 'done' } = change;
    const id = newId();
    const end = (machineId: string) => ({ machineId, machineName: machineId, path: '/data' });
    const job = {
      id,
      from: end(from),
      to: end(to),
      path: 'direct',
      state,
      startedAt: at,
      endedAt: at + ms,
      progress: {
        doneBytes: bytes,
        totalBytes: bytes,
        doneFiles: 1,
        totalFiles: 1,
        bytesPerSecond: 0,
        remainingMs: null,
      },
      recopied: 0,
      error: null,
    };
    world.store.sql.run(
      'INSERT INTO copies (id, requestId, state, startedAt, content) VALUES (?, ?, ?, ?, ?)',
      id,
      newId(),
      state,
      at,
      JSON.stringify({ job, sources: [] }),
    );
  };
  const demand = someDemand({ data: { bytes: 1e12, provider: null, region: null }, resultBytes: 1e12 });
  const own = (world: Planned) => {
    const found = world.planner
      .place({ demand, limits: someLimits(), objective: 'fastest', scenario: null }, at)
      .alternatives.find(({ place }) => place.id === heron);
    if (!found?.parts || !found.timeFigure) throw new Error('the machine is not among the places');
    const lines = JSON.stringify(found.timeFigure).match(/"planLine(?:In|Out)".*?"source":"\w+"/g) ?? [];
    return {
      dataMs: found.parts.dataMs,
      assumed: found.reasons.find(({ code }) => code === 'PLACE_LINE_ASSUMED')?.params.gbps,
      sources: lines.map((line) => /(\w+)"$/.exec(line)?.[1]),
    };
  };
  const seconds = (gbps: number) => (1e12 * 8) / (gbps * 1e6);

  test('nobody knows them: a usual one is assumed, and that is said', async () => {
    const world = await planned();
    const { dataMs, assumed, sources } = own(world);
    expect(dataMs).toBeCloseTo(2 * seconds(1), 0);
    expect(assumed).toBe(1);
    expect(sources).toEqual(['assumed', 'assumed']);
    // Without data there is nothing to assume.
    const still = world.planner.place(
      { demand: someDemand(), limits: someLimits(), objective: 'fastest', scenario: null },
      at,
    );
    expect(JSON.stringify(still)).not.toContain('PLACE_LINE_ASSUMED');
  });

  test('somebody has said them, with the costs', async () => {
    const world = await planned();
    world.ownCosts = [
      {
        machineId: heron,
        costs: {
          capexMicros: 0,
          residualMicros: 0,
          overhead: 0,
          years: 4,
          powerKW: null,
          pue: 1.4,
          microsPerKWh: 0,
          otherMicrosPerHour: 0,
          utilisation: 1,
          networkGbps: 25,
        },
        rate: { microsPerHour: 0, basis: 'own', since: at },
      },
    ];
    expect(own(world)).toEqual({
      dataMs: expect.closeTo(2 * seconds(25), 0),
      assumed: undefined,
      sources: ['you', 'you'],
    });
    // What was measured goes before it.
    copied(world, { bytes: 1000 * mib, ms: 4_000 });
    const measured = (1000 * mib * 8) / 4e9;
    const { dataMs, sources } = own(world);
    expect(sources).toEqual(['measured', 'you']);
    expect(dataMs).toBeCloseTo(seconds(measured) + seconds(25), 0);
  });

  test('copies have measured them, each way: the best of the last; short and small ones say nothing', async () => {
    const world = await planned();
    copied(world, { bytes: 1 * mib, ms: 10 });
    copied(world, { bytes: 5000 * mib, ms: 1, from: heron, to: heron });
    copied(world, { bytes: 5000 * mib, ms: 2_000, state: 'failed' });
    expect(own(world).assumed).toBe(1);
    copied(world, { bytes: 1000 * mib, ms: 8_000 });
    copied(world, { bytes: 1000 * mib, ms: 2_000 });
    const into = (1000 * mib * 8) / 2e9;
    expect(own(world).dataMs).toBeCloseTo(seconds(into) + seconds(1), 0);
    expect(own(world).assumed).toBe(1);
    copied(world, { from: heron, to: 'b'.repeat(12), bytes: 500 * mib, ms: 2_000 });
    expect(own(world)).toMatchObject({ assumed: undefined, sources: ['measured', 'measured'] });
    // Kept with a saved plan, it gives the same answer again.
    const answer = world.planner.place(
      { demand, limits: someLimits(), objective: 'fastest', scenario: null },
      at,
    );
    const planId = newId();
    const question = { demand, limits: someLimits(), objective: 'fastest', scenario: null };
    world.planner.saved.save(
      {
        planId,
        name: 'lines',
        kind: 'place',
        content: JSON.stringify({ kind: 'place', yaml: null, question, answer }),
        inputsHash: answer.inputsHash,
      },
      me,
    );
    copied(world, { bytes: 9000 * mib, ms: 2_000 });
    expect(world.planner.saved.recompute(planId).again).toEqual(answer);
  });
});
