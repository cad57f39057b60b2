/** Where runs may be and should be: draining, evacuating, rebalancing, and the proposals of every policy. */
export type { PlacesDependencies } from './context.ts';
export { Places } from './places.ts';
export { Proposals } from './proposals.ts';
