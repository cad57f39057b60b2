/** Many runs over many pools: strategies, schedules, bounds, and a check that trusts none of them. Pure: no clock, no randomness. */
export { gapOf, type Proof, toSolution } from './answer.ts';
export { type Breach, check } from './check.ts';
export {
  type Demand,
  demandsOf,
  holdsExactly,
  impossibleAlone,
  problemOf,
  smallestConflict,
  tellAlone,
  tellConflict,
} from './conflict.ts';
export { exactPlan, mostExactRuns } from './exact.ts';
export { frontOf } from './front.ts';
export { type Choice, type Instance, type Job, readProblem } from './instance.ts';
export { limitsOfEach } from './limits-of-each.ts';
export { firstPlan, type Guide, isBetter, planFrom } from './optimal.ts';
export {
  assumedBusyMs,
  mostOptions,
  optionsOf,
  ownPools,
  poolIdOf,
  rentedAtOnce,
  rentedPools,
} from './pools.ts';
export { type Column, type Limit, priced, Relaxation } from './relaxation.ts';
export { Schedule } from './schedule.ts';
export { type PortfolioCode, portfolioSentences, say as portfolioReason } from './sentences.ts';
export { byRule } from './strategies.ts';
