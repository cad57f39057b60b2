import type { PlanLimits } from '#shared/domain/plan.ts';

/** Each of many runs is judged without the budget: that is for all of them together. */
export const limitsOfEach = (limits: PlanLimits): PlanLimits => ({ ...limits, budgetMicros: null });
