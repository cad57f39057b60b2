export default {
  en: {
    COSTS_PERIOD_INVALID:
      'The period must begin before it ends, and be ten years at most. Choose other days.',
    BUDGET_UNKNOWN: 'This budget is not there any more; it was removed.',
    COSTS_UNPRICED:
      '{{count}} runs were on machines that nobody has said the cost of: they are not in these sums. Set what their machines cost.',
    COSTS_LEFTOVERS:
      '{{count}} runs without GPUs were on machines with some: they are charged what the others left of the machine.',
    BUDGET_SHARE: '{{share}} % of the budget “{{budget}}” is spent for this period.',
    BUDGET_OVER: 'The budget “{{budget}}” is spent for this period.',
    BUDGET_PACE:
      'If spending goes on as in the last days, the budget “{{budget}}” will not last until its period ends.',
  },
  'zh-CN': {
    COSTS_PERIOD_INVALID: '时段的开始须早于结束，且最长十年。请选择其他日期。',
    BUDGET_UNKNOWN: '这项预算已不在这里；它已被删除。',
    COSTS_UNPRICED: '有 {{count}} 次运行所在的机器没有设置费用：它们不计入这些总额。请设置这些机器的费用。',
    COSTS_LEFTOVERS: '有 {{count}} 次不用 GPU 的运行在带 GPU 的机器上：它们按其他运行余下的份额计费。',
    BUDGET_SHARE: '本期预算“{{budget}}”已花费 {{share}} %。',
    BUDGET_OVER: '本期预算“{{budget}}”已用完。',
    BUDGET_PACE: '若按最近几天的速度继续花费，预算“{{budget}}”将撑不到本期结束。',
  },
};
