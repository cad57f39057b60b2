import { z } from 'zod';
import { budget, budgetState, costSummary, runCost } from '../domain/cost.ts';
import { figure } from '../domain/figure.ts';
import { idSchema } from '../domain/id.ts';
import { micros } from '../domain/money.ts';
import { act, look, own } from './base.ts';

const period = z.object({ from: z.number(), to: z.number() });

/** What was spent, by whom, for what, and what will be. */
export const costsContract = {
  summary: look.input(period).output(costSummary),
  runs: look
    .input(
      period.extend({
        project: z.string().nullable().optional(),
        user: z.string().nullable().optional(),
        limit: z.number().int().min(1).max(20_000).default(1000),
      }),
    )
    .output(z.array(runCost)),
  run: look.input(z.object({ runId: idSchema })).output(z.object({ cost: runCost, figure })),
  /** What a run belongs to; null takes it back. */
  setProject: act
    .input(z.object({ runId: idSchema, project: z.string().trim().min(1).max(100).nullable() }))
    .output(z.void()),
  /** What a run was planned to cost and take. */
  setPlanned: act
    .input(z.object({ runId: idSchema, planId: idSchema.nullable(), micros, ms: z.number().min(0) }))
    .output(z.void()),
  projects: look.output(z.array(z.string())),
  budgets: look.output(z.array(budgetState)),
  setBudget: own.input(budget.omit({ createdAt: true })).output(budget),
  removeBudget: own.input(z.object({ budgetId: idSchema })).output(z.void()),
  /** Comma-separated, one line a run or a group. */
  export: look
    .input(period.extend({ what: z.enum(['runs', 'projects', 'users', 'machines', 'idle']) }))
    .output(z.object({ fileName: z.string(), text: z.string() })),
};
