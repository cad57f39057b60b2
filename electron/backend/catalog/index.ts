/** Accelerators, offers, prices, what own machines cost: all that planning knows of the world, with its sources and their age. */
export { Catalog, type CatalogOptions } from './catalog.ts';
export { csvRecords, type Delimiter, detectDelimiter } from './import/csv.ts';
export type { ImportRequest } from './import/take-in.ts';
export type { OwnMachineCosts } from './own-machines.ts';
export type { PriceApis } from './refresh/apis.ts';
export type { RefreshRequest } from './refresh/refresh.ts';
