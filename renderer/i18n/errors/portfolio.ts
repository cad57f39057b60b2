import { portfolioSentences } from '#shared/planner/portfolio/sentences.ts';

/** Plans for many runs, their solver and their acceptance. The English sentences of plans are the planner's own. */
export default {
  en: {
    PLAN_CYCLE: 'These runs wait for each other: {{runs}}. None of them could ever start.',
    PLAN_RUN_TWICE: 'The run “{{id}}” is in the plan twice.',
    PLAN_POOL_TWICE: 'The pool “{{id}}” is in the plan twice.',
    PLAN_NOT_PORTFOLIO: 'This plan is not one for several runs: there is nothing in it to accept.',
    SOLVER_FAILED:
      'The solver of plans has failed. Ask again; should it happen again, choose another strategy or plan fewer runs at once.',
    SOLVER_TOO_SLOW:
      'There was no plan after {{seconds}} s. Choose another strategy, or plan fewer runs at once.',
    ...portfolioSentences,
  },
  'zh-CN': {
    PLAN_CYCLE: '这些任务互相等待：{{runs}}。它们都永远无法开始。',
    PLAN_RUN_TWICE: '任务“{{id}}”在规划中出现了两次。',
    PLAN_POOL_TWICE: '资源池“{{id}}”在规划中出现了两次。',
    PLAN_NOT_PORTFOLIO: '此规划不是多任务规划：其中没有可接受的内容。',
    SOLVER_FAILED: '规划求解器出错。请重试；若再次发生，请选择其他策略或一次规划较少的任务。',
    SOLVER_TOO_SLOW: '{{seconds}} 秒后仍没有规划结果。请选择其他策略，或一次规划较少的任务。',
    PORTFOLIO_LATE: '在截止时间之后 {{hours}} 小时结束。',
    PORTFOLIO_DEADLINE_IMPOSSIBLE: '即使最先完成的去处也在截止时间之后 {{hours}} 小时才结束。',
    PORTFOLIO_WAITS_FOR_RUN: '在“{{run}}”结束后开始。',
    PORTFOLIO_WAITS_FOR_POOL: '等待 {{hours}} 小时，直到 {{pool}} 上有 {{gpus}} 个空闲 GPU。',
    PORTFOLIO_NO_OPTION: '此规划中没有能容纳它的去处。',
    PORTFOLIO_BUDGET: '未安排：最便宜的去处需 {{cost}}，超过剩余预算。',
    PORTFOLIO_PROJECT_BUDGET: '未安排：最便宜的去处需 {{cost}}，超过项目“{{project}}”的剩余预算。',
    PORTFOLIO_AFTER_LEFT_OUT: '未安排：它等待的“{{run}}”未被安排。',
    PORTFOLIO_AFTER_UNKNOWN: '未安排：它等待的任务不在此规划中：{{run}}。',
    PORTFOLIO_LEFT_OUT: '未安排：更重要的任务占用了它的去处。',
    CONFLICT_TOGETHER: '以下 {{parts}} 项无法同时成立。去掉其中任何一项，其余即可成立：',
    CONFLICT_RUN: '“{{run}}”，截止于 {{deadline}}',
    CONFLICT_RUN_OPEN: '任务“{{run}}”',
    CONFLICT_BUDGET: '预算 {{amount}}',
    CONFLICT_PROJECT_BUDGET: '项目“{{project}}”的预算 {{amount}}',
    CONFLICT_ALONE: '“{{run}}”无法在 {{deadline}} 前完成：规划中没有足够快或足够早空闲的去处。',
    CONFLICT_ALONE_NO_OPTION: '“{{run}}”无法安排：规划中没有能容纳它的去处。',
    CONFLICT_ALONE_WAITS: '“{{run}}”无法安排：它等待的任务本身无法安排。',
    CONFLICT_UNPROVEN: '未能按时安排全部任务，但也没有证明无法做到：搜索可能没有找到办法。',
    ACCEPT_UNKNOWN: '未提交：它不在此规划中。',
    ACCEPT_NOT_PLACED: '未提交：规划没有为它安排去处。',
    ACCEPT_RENTED: '未提交：{{place}} 需要租用，而租用功能尚未接入。',
    ACCEPT_OTHER_MACHINE: '未提交：规划将它安排在 {{place}}，而不是所指定的机器。',
    ACCEPT_WAITS: '未提交：它等待“{{run}}”。请在后者成功后再次提交。',
  },
};
