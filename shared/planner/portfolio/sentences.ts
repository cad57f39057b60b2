import type { Reason } from '#shared/domain/figure.ts';
import { reasonOf } from '#shared/domain/sentence.ts';

/** What is said about a plan of many runs, in English; the page has its other languages beside it (renderer/i18n/errors/portfolio.ts). */
export const portfolioSentences = {
  PORTFOLIO_LATE: 'Ends {{lateMs}} after its deadline.',
  PORTFOLIO_DEADLINE_IMPOSSIBLE: 'Even the place that is done first ends {{lateMs}} after its deadline.',
  PORTFOLIO_WAITS_FOR_RUN: 'Begins when “{{run}}” has ended.',
  PORTFOLIO_WAITS_FOR_POOL: 'Waits {{waitMs}} for {{gpus}} GPU on {{pool}}.',
  PORTFOLIO_WAITS_FOR_QUOTA: 'Waits {{waitMs}} until your quota “{{quota}}” has room for it.',
  PORTFOLIO_NO_OPTION: 'None of the places in this plan can take it.',
  PORTFOLIO_BUDGET: 'Left out: its cheapest place costs {{costMicros}}, more than is left of the budget.',
  PORTFOLIO_PROJECT_BUDGET:
    'Left out: its cheapest place costs {{costMicros}}, more than is left of the budget of project “{{project}}”.',
  PORTFOLIO_AFTER_LEFT_OUT: 'Left out: it waits for “{{run}}”, which is not placed.',
  PORTFOLIO_AFTER_UNKNOWN: 'Left out: it waits for a run that is not in this plan: {{run}}.',
  PORTFOLIO_LEFT_OUT: 'Left out: others that weigh more take its places.',

  CONFLICT_SINGLE: 'This cannot hold, whatever else is given up:',
  CONFLICT_PAIR: 'These two cannot hold together. Either can without the other:',
  CONFLICT_TOGETHER: 'These {{parts}} cannot hold together. Without any one of them the rest can:',
  CONFLICT_AMONG: 'These {{parts}} cannot hold together; perhaps fewer of them cannot, either:',
  CONFLICT_MORE: 'and {{more}} more',
  CONFLICT_RUN: '“{{run}}” by {{deadlineAt}}',
  CONFLICT_RUN_OPEN: 'run “{{run}}”',
  CONFLICT_BUDGET: 'the budget of {{amountMicros}}',
  CONFLICT_PROJECT_BUDGET: 'the budget of project “{{project}}” of {{amountMicros}}',
  CONFLICT_ALONE:
    '“{{run}}” cannot be done by {{deadlineAt}}: no place in this plan is fast enough, or free early enough.',
  CONFLICT_ALONE_NO_OPTION: '“{{run}}” cannot be placed: no place in this plan can take it.',
  CONFLICT_ALONE_WAITS: '“{{run}}” cannot be placed: it waits for what cannot be placed itself.',
  CONFLICT_UNPROVEN:
    'Not all could be placed in time, and it is not proven that they cannot be: the search may not have found the way.',

  ACCEPT_UNKNOWN: 'Left: it is not in this plan.',
  ACCEPT_NOT_PLACED: 'Left: the plan has no place for it.',
  ACCEPT_RENTED: 'Left: {{place}} would be rented, and renting is not connected yet.',
  ACCEPT_OTHER_MACHINE: 'Left: the plan has it on {{place}}, not on the machine that was named.',
  ACCEPT_WAITS: 'Left: it waits for “{{run}}”. Accept it again once that one has succeeded.',
} as const satisfies Record<string, string>;
export type PortfolioCode = keyof typeof portfolioSentences;

export const say = (code: PortfolioCode, params: Reason['params'] = {}): Reason =>
  reasonOf(portfolioSentences, code, params);
