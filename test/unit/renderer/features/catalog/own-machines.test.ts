import { describe, expect, it } from 'vitest';
import { ownOffers } from '#renderer/features/catalog/own-machines.ts';
import { acceleratorFinder } from '#shared/planner/accelerators.ts';
import { fixtureMachines, fixtureSites } from '#test/lab/fixture-data.ts';
import { aModel } from '#test/unit/shared/planner/offers.ts';

const now = Date.UTC(2026, 10, 29);
const machines = fixtureMachines(fixtureSites(now, 5), now);
const find = acceleratorFinder([aModel({ name: 'H100', aliases: ['NVIDIA H100 80GB HBM3'] })]);

describe('own machines among the offers', () => {
  it('are there with their GPUs by the name that the catalogue has, and without a price that nobody has named', () => {
    const rows = ownOffers(machines, new Map(), find);
    const known = machines.filter(({ inventory }) => inventory !== null);
    expect(rows.map(({ instanceType }) => instanceType)).toEqual(known.map(({ name }) => name));
    expect(rows.every(({ onDemandMicrosPerHour }) => onDemandMicrosPerHour === null)).toBe(true);
    const h100 = rows.find(({ accelerator }) => accelerator === 'H100');
    expect(h100?.acceleratorCount).toBeGreaterThan(0);
  });

  it('cost what was set for them; a rate that nobody has set is no price of 0', () => {
    const [machine] = machines.filter(({ inventory }) => inventory !== null);
    if (!machine) throw new Error('the made-up yard has no machine');
    const rate = (basis: 'own' | 'none', microsPerHour: number) =>
      new Map([
        [machine.id, { costs: {} as never, rate: { basis, microsPerHour, since: now }, gpuMicrosPerHour: 1 }],
      ]);
    const price = (rates: ReturnType<typeof rate>) =>
      ownOffers([machine], rates, find)[0]?.onDemandMicrosPerHour;
    expect(price(rate('own', 4_200_000))).toBe(4_200_000);
    expect(price(rate('none', 0))).toBeNull();
  });

  it('are left out while nothing is known of them, and count no GPU that is broken', () => {
    const [machine] = machines.filter(({ inventory }) => (inventory?.accelerators.length ?? 0) > 1);
    if (!machine?.inventory) throw new Error('the made-up yard has no machine with several GPUs');
    expect(ownOffers([{ ...machine, inventory: null }], new Map(), find)).toEqual([]);
    const broken = machine.inventory.accelerators.map((one, index) =>
      index === 0 ? { ...one, fault: 'fell off the bus' } : one,
    );
    const [row] = ownOffers(
      [{ ...machine, inventory: { ...machine.inventory, accelerators: broken } }],
      new Map(),
      find,
    );
    expect(row?.acceleratorCount).toBe(
      broken.filter(({ fault, mig }) => fault === null && mig === null).length,
    );
  });
});
