import type { Catalog } from '#backend/catalog/index.ts';
import type { Quotas } from '#backend/quotas/index.ts';
import { api } from './base.ts';

export const catalogRouter = (catalog: Catalog, quotas: Quotas) =>
  api.catalog.router({
    sources: api.catalog.sources.handler(() => catalog.sources()),
    accelerators: api.catalog.accelerators.handler(() => catalog.accelerators()),
    regions: api.catalog.regions.handler(() => catalog.regions()),
    egress: api.catalog.egress.handler(() => catalog.egress()),
    storage: api.catalog.storage.handler(() => catalog.storage()),
    offers: api.catalog.offers.handler(({ input }) => catalog.packedOffers(input.have)),
    offer: api.catalog.offer.handler(({ input }) => catalog.offer(input.id)),
    refresh: api.catalog.refresh.handler(async ({ input, context }) => {
      const { jobId } = await catalog.refresh(input, context.actor);
      return { jobId };
    }),
    import: api.catalog.import.handler(({ input, context }) => catalog.import(input, context.actor)),
    removeSource: api.catalog.removeSource.handler(({ input, context }) =>
      catalog.removeSource(input.sourceId, context.actor),
    ),
    quotas: api.catalog.quotas.handler(() => quotas.list()),
    setQuota: api.catalog.setQuota.handler(({ input: { instead, was, ...limit }, context }) =>
      quotas.set(limit, { instead, was }, context.actor),
    ),
    removeQuota: api.catalog.removeQuota.handler(({ input, context }) =>
      quotas.remove(input.id, context.actor),
    ),
    importQuotas: api.catalog.importQuotas.handler(({ input, context }) =>
      quotas.import(input, context.actor),
    ),
    ownCosts: api.catalog.ownCosts.handler(() => catalog.ownCosts()),
    setOwnCosts: api.catalog.setOwnCosts.handler(({ input, context }) =>
      catalog.setOwnCosts(input.machineId, input.costs, context.actor),
    ),
  });
