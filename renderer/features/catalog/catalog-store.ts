import { useEffect } from 'react';
import { create } from 'zustand';
import { rpc } from '#renderer/app/backend.ts';
import { takePart } from '#renderer/app/live.ts';
import type { LivePart } from '#renderer/app/live-part.ts';
import type { Client } from '#shared/contract/index.ts';
import type { AcceleratorModel, CatalogRegion, CatalogSource, OwnCosts } from '#shared/domain/catalog.ts';
import type { HourlyRate } from '#shared/domain/cost.ts';
import { type OfferColumns, offerColumns } from '#shared/planner/offer-columns.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';

/** What an own machine costs, by its id. */
export interface OwnRate {
  costs: OwnCosts;
  rate: HourlyRate;
  gpuMicrosPerHour: number;
}

interface CatalogState {
  table: OfferTable | null;
  /** Of `table`: what people compare offers by. */
  derived: OfferColumns | null;
  accelerators: readonly AcceleratorModel[];
  regions: readonly CatalogRegion[];
  sources: readonly CatalogSource[];
  ownRates: ReadonlyMap<string, OwnRate>;
  error: unknown;
}

/** Offers, accelerators and where they come from: fetched once per version, and kept while other pages are looked at. */
export const useCatalogStore = create<CatalogState>()(() => ({
  table: null,
  derived: null,
  accelerators: [],
  regions: [],
  sources: [],
  ownRates: new Map(),
  error: null,
}));

let underWay: Promise<void> | null = null;

async function load(client: Client): Promise<void> {
  const have = useCatalogStore.getState().table?.version ?? null;
  const [offers, accelerators, regions, sources, own] = await Promise.all([
    client.catalog.offers({ have }),
    client.catalog.accelerators(),
    client.catalog.regions(),
    client.catalog.sources(),
    client.catalog.ownCosts(),
  ]);
  const table = offers === null ? useCatalogStore.getState().table : OfferTable.unpack(offers.packed);
  useCatalogStore.setState({
    table,
    derived: table && offerColumns(table, accelerators, regions),
    accelerators,
    regions,
    sources,
    ownRates: new Map(own.map(({ machineId, ...rest }) => [machineId, rest])),
    error: null,
  });
}

/** Asks for what is newer than what is here; two that ask at once ask once. */
export function loadCatalog(client: Client = rpc()): Promise<void> {
  underWay ??= load(client)
    .catch((error: unknown) => useCatalogStore.setState({ error }))
    .finally(() => {
      underWay = null;
    });
  return underWay;
}

const catalogPart: LivePart = {
  reload: loadCatalog,
  apply(event) {
    if (event.type === 'catalog.changed' || event.type === 'costs.changed')
      // Whoever asks now must not be given the answer to a question from before.
      void (underWay ?? Promise.resolve()).then(() => loadCatalog());
  },
};

/** The catalogue, kept up to date while a page that needs it is open. */
export function useCatalog(): CatalogState {
  useEffect(() => {
    void loadCatalog();
    return takePart(catalogPart);
  }, []);
  return useCatalogStore();
}
