import { describe, expect, it } from 'vitest';
import { compareBuying } from '#backend/planner/buying.ts';
import { expectedWaits, type WaitQuestion, type WaitSources } from '#backend/planner/waits.ts';
import type { Offer } from '#shared/domain/catalog.ts';
import type { Scenario } from '#shared/domain/what-if.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';
import { asItStands } from '#shared/planner/what-if.ts';
import { fixtureMachines, fixtureRun, fixtureSites } from '#test/lab/fixture-data.ts';

const dollar = 1_000_000;
const hour = 3_600_000;
const offer = (instanceType: string, count: number, dollarsPerHour: number | null): Offer => ({
  id: `aws/us-east-1/-/${instanceType}`,
  provider: 'aws',
  region: 'us-east-1',
  zone: null,
  instanceType,
  accelerator: 'H200',
  acceleratorCount: count,
  acceleratorMemoryGiB: null,
  vCpus: null,
  memoryGiB: null,
  localDiskGiB: null,
  networkGbps: null,
  link: null,
  architecture: null,
  onDemandMicrosPerHour: dollarsPerHour === null ? null : dollarsPerHour * dollar,
  spotMicrosPerHour: null,
  spotBand: null,
  sourceId: 's',
  pricedAt: 5,
});
const offers = OfferTable.of([
  offer('dear', 8, 80),
  offer('cheap', 8, 32),
  offer('spot only', 8, null),
  offer('slice', 0.5, 1),
]);
const buying: Scenario = {
  ...asItStands,
  bought: [
    {
      title: '8×H200',
      accelerator: 'H200',
      gpus: 8,
      costs: {
        capexMicros: 280_320 * dollar,
        residualMicros: 0,
        overhead: 0,
        years: 4,
        powerKW: 0,
        pue: 1,
        microsPerKWh: 0,
        otherMicrosPerHour: 0,
        utilisation: 0.5,
      },
    },
  ],
};

describe('buying is compared', () => {
  it('with the cheapest that is rented out whole', () => {
    // 8 $/h for the machine, 4 $ an accelerator rented.
    const found = compareBuying(
      buying,
      { accelerator: 'h-200', microsPerGpuHour: null },
      { offers, accelerators: [] },
    );
    expect(found.rentedMicrosPerGpuHour).toBe(4 * dollar);
    expect(found.utilisation).toBeCloseTo(0.25, 9);
    expect(found.figure.inputs.at(-1)).toMatchObject({ source: 'aws cheap, us-east-1', asOf: 5 });
  });

  it('with a typed price, raised by the scenario', () => {
    const found = compareBuying(
      { ...buying, pricePercent: 100 },
      { accelerator: 'H200', microsPerGpuHour: dollar },
      { offers, accelerators: [] },
    );
    expect(found.rentedMicrosPerGpuHour).toBe(2 * dollar);
  });

  it('with nothing where nothing is known', () => {
    const inputs = { offers, accelerators: [] };
    expect(() => compareBuying(asItStands, { accelerator: 'H200', microsPerGpuHour: null }, inputs)).toThrow(
      'Nothing is bought',
    );
    expect(() => compareBuying(buying, { accelerator: 'TPU', microsPerGpuHour: null }, inputs)).toThrow(
      'Nobody rents out TPU',
    );
  });
});

const machines = fixtureMachines(fixtureSites(0, 7), 0);
const heron = machines[1]?.id ?? '';
const runs = Array.from({ length: 20 }, (_, index) => ({
  ...fixtureRun(0, machines, 0),
  createdAt: index * hour,
  startedAt: index * hour,
  endedAt: index * hour + 1.5 * hour,
  acceleratorIndexes: [0, 1, 2, 3],
}));
const sources: WaitSources = {
  machine: (id) => machines.find((machine) => machine.id === id),
  runsOn: (id) => (id === heron ? runs : []),
};
const question = (changes: Partial<WaitQuestion>): WaitQuestion => ({
  machineIds: [heron],
  arrivalsPerHour: null,
  serviceMs: null,
  servers: null,
  targetWaitMs: null,
  ...changes,
});

describe('waits', () => {
  it('are measured from the runs there were: two of four GPUs each fit on eight', () => {
    const { now, needed } = expectedWaits(question({}), sources);
    expect(now).toMatchObject({ servers: 2, basis: 'measured', samples: 20 });
    expect(now.utilisation).toBeCloseTo(0.75, 9);
    expect(needed).toBeNull();
  });

  it('say how many places would do', () => {
    const { now, needed } = expectedWaits(question({ targetWaitMs: 10 * 60_000 }), sources);
    expect(now.meanWaitMs).toBeGreaterThan(10 * 60_000);
    expect(needed?.servers).toBeGreaterThan(2);
    expect(needed?.meanWaitMs).toBeLessThanOrEqual(10 * 60_000);
  });

  it('are computed from what was typed, with no run at all', () => {
    const typed = { arrivalsPerHour: 1, serviceMs: hour, servers: 3 };
    expect(expectedWaits(question({ ...typed, machineIds: [] }), sources).now).toMatchObject({
      servers: 3,
      basis: 'typed',
    });
  });

  it('are not made up', () => {
    const other = machines[2]?.id ?? '';
    expect(() => expectedWaits(question({ machineIds: [other] }), sources)).toThrow('Too few runs');
    expect(() => expectedWaits(question({ machineIds: [] }), sources)).toThrow('at least one machine');
  });
});
