/** What is said beside sums of costs and of budgets, by code, in English; the page has its other languages in renderer/i18n/errors/costs.ts. */
export const costsSentences = {
  COSTS_PERIOD_INVALID: 'The period must begin before it ends, and be ten years at most. Choose other days.',
  COSTS_UNPRICED:
    'Runs on machines that nobody has said the cost of: {{runs}}. They are not in these sums. Set what their machines cost.',
  COSTS_LEFTOVERS:
    'Runs without GPUs on machines with some: {{runs}}. They are charged what the others left of the machine.',
  BUDGET_UNKNOWN: 'This budget is not there any more; it was removed.',
  BUDGET_SHARE: '{{share}} % of the budget “{{budget}}” is spent for this period.',
  BUDGET_OVER: 'The budget “{{budget}}” is spent for this period.',
  BUDGET_PACE:
    'If spending goes on as in the last days, the budget “{{budget}}” will not last until its period ends.',
} as const satisfies Record<string, string>;
export type CostsCode = keyof typeof costsSentences;
