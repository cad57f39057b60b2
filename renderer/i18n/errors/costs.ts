import { costsSentences } from '#shared/planner/costs-sentences.ts';

/** Costs and budgets. The English sentences are the planner's own. */
export default {
  en: costsSentences,
  'zh-CN': {
    COSTS_PERIOD_INVALID: '时段的开始须早于结束，且最长十年。请选择其他日期。',
    BUDGET_UNKNOWN: '这项预算已不在这里；它已被删除。',
    COSTS_UNPRICED: '有 {{runs}} 次运行所在的机器没有设置费用：它们不计入这些总额。请设置这些机器的费用。',
    COSTS_LEFTOVERS: '有 {{runs}} 次不用 GPU 的运行在带 GPU 的机器上：它们按其他运行余下的份额计费。',
    BUDGET_SHARE: '本期预算“{{budget}}”已花费 {{share}} %。',
    BUDGET_OVER: '本期预算“{{budget}}”已用完。',
    BUDGET_PACE: '若按最近几天的速度继续花费，预算“{{budget}}”将撑不到本期结束。',
  },
};
