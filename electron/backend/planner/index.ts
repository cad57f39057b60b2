/** Where runs should go: one, or many at once; saved plans. */
export { Portfolio, type PortfolioDependencies } from './portfolio.ts';
