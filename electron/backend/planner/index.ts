/** Where runs should go: one, or many at once; saved plans. */
export { type BuyingInputs, compareBuying } from './buying.ts';
export type { GpuRules } from './own-machines.ts';
export { Planner, type PlannerCatalog, type PlannerDependencies } from './planner.ts';
export { poolQuotas } from './pool-quotas.ts';
export { Portfolio, type PortfolioDependencies } from './portfolio.ts';
export { readModelAt } from './read-model.ts';
export { expectedWaits, type WaitSources } from './waits.ts';
