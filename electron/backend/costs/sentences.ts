import { TrainyardError } from '#shared/domain/error.ts';
import type { Reason } from '#shared/domain/figure.ts';

type Params = Reason['params'];

/** What is said beside sums of costs, and in notices of budgets, in English. */
const sentences = {
  COSTS_UNPRICED: ({ count }: Params) =>
    `${count} runs were on machines that nobody has said the cost of: they are not in these sums. Set what their machines cost.`,
  COSTS_LEFTOVERS: ({ count }: Params) =>
    `${count} runs without GPUs were on machines with some: they are charged what the others left of the machine.`,
  BUDGET_SHARE: ({ budget, share }: Params) =>
    `${share} % of the budget "${budget}" is spent for this period.`,
  BUDGET_OVER: ({ budget }: Params) => `The budget "${budget}" is spent for this period.`,
  BUDGET_PACE: ({ budget }: Params) =>
    `If spending goes on as in the last days, the budget "${budget}" will not last until its period ends.`,
} as const;

export type CostsCode = keyof typeof sentences;

/** A sentence with its code, for the page to translate. */
export const costsReason = (code: CostsCode, params: Params): Reason => ({
  code,
  params,
  message: sentences[code](params),
});

export const budgetUnknown = (budgetId: string): TrainyardError =>
  new TrainyardError('BUDGET_UNKNOWN', 'This budget is not there any more; it was removed.', {
    params: { budgetId },
  });
