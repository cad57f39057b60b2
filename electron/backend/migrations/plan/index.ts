import type { MigrationPlan } from '#shared/domain/migration.ts';
import { type GatherOptions, gatherFacts, type PlanRequest } from './gather.ts';
import { planMove } from './plan.ts';

/** The plan of a move: what is looked at, and how it is judged. */
export type { Found, MachineFacts, MoveFacts } from './facts.ts';
export { type GatherOptions, gatherFacts, type PlanRequest } from './gather.ts';
export { planMove } from './plan.ts';

/** Looks and judges. Rejects with RUN_UNKNOWN, MACHINE_UNKNOWN, CANCELLED; everything else is in the plan's checks. */
export const createPlanner =
  (options: GatherOptions) =>
  async (request: PlanRequest, signal: AbortSignal): Promise<MigrationPlan> =>
    planMove(await gatherFacts(options, request, signal));
