export { Costs, type CostsDependencies } from './costs.ts';
export type { RateSource } from './rates.ts';
