import type { Offer } from '#shared/domain/catalog.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { FindAccelerator } from '#shared/planner/accelerators.ts';
import type { OwnRate } from './catalog-store.ts';

/** What own machines are listed under, beside the names of providers. */
export const ownProvider = 'own';
const gib = 1024 ** 3;

/**
 * The user's machines as rows beside what can be rented, by their last inventory; those that nothing is known of yet are left
 * out. Where nobody has said what a machine costs it has no price, which is not the same as costing nothing.
 */
export function ownOffers(
  machines: Iterable<Machine>,
  rates: ReadonlyMap<string, OwnRate>,
  find: FindAccelerator,
): Offer[] {
  return [...machines].flatMap(({ id, name, siteName, inventory }) => {
    if (!inventory) return [];
    const healthy = inventory.accelerators.filter(({ fault, mig }) => fault === null && mig === null);
    const [first] = healthy;
    const memoryBytes = first?.memoryBytes ?? null;
    const rate = rates.get(id)?.rate;
    return [
      {
        id: `${ownProvider}/${id}`,
        provider: ownProvider,
        region: siteName,
        zone: null,
        instanceType: name,
        accelerator: first ? (find(first.model)?.name ?? first.model.slice(0, 60)) : null,
        acceleratorCount: healthy.length,
        acceleratorMemoryGiB: memoryBytes === null || memoryBytes <= 0 ? null : memoryBytes / gib,
        vCpus: inventory.cpuCount,
        memoryGiB: inventory.memoryBytes === null ? null : inventory.memoryBytes / gib,
        localDiskGiB: null,
        networkGbps: null,
        link: null,
        architecture: /arm|aarch/i.test(inventory.architecture) ? 'arm64' : 'x86_64',
        onDemandMicrosPerHour: rate && rate.basis !== 'none' ? rate.microsPerHour : null,
        spotMicrosPerHour: null,
        spotBand: null,
        sourceId: ownProvider,
        pricedAt: rate?.since ?? 0,
      } satisfies Offer,
    ];
  });
}
