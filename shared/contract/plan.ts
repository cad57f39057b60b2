import { z } from 'zod';
import { figure, reason } from '../domain/figure.ts';
import { fitReport, timeEstimate } from '../domain/fit.ts';
import { idSchema } from '../domain/id.ts';
import {
  objectives,
  placement,
  planLimits,
  planSummary,
  pool,
  portfolioProblem,
  portfolioRun,
  portfolioSolution,
  runDemand,
  savedPlan,
  strategies,
} from '../domain/plan.ts';
import { breakEven, queueEstimate, scenario } from '../domain/what-if.ts';
import { measuredThroughput, modelShape, setup } from '../domain/workload.ts';
import { act, look } from './base.ts';

const planRef = z.object({ planId: idSchema });
const placeQuestion = z.object({
  demand: runDemand,
  limits: planLimits,
  objective: z.enum(objectives),
  scenario: scenario.nullable().default(null),
});
const portfolioQuestion = z.object({
  problem: portfolioProblem,
  strategy: z.enum(strategies),
  scenario: scenario.nullable().default(null),
});

/** Planning. Works with no network; every answer is a pure function of what is stored and asked. */
export const planContract = {
  presets: look.output(z.array(modelShape)),
  /** The text of a config.json, or the header of a safetensors file (its JSON). */
  readModel: look
    .input(z.object({ name: z.string().max(500), text: z.string().max(64 * 1024 * 1024) }))
    .output(modelShape),
  /** The same from a path on this computer: config.json, *.safetensors, *.pt, or a folder of them. */
  readModelAt: act.input(z.object({ path: z.string().min(1).max(4096) })).output(modelShape),
  fit: look
    .input(
      z.object({
        model: modelShape,
        setup,
        accelerator: z.string(),
        gpus: z.number().int().positive().max(100_000),
        tokens: z.number().positive().nullable(),
        measured: z.array(measuredThroughput).default([]),
      }),
    )
    .output(z.object({ fit: fitReport, time: timeEstimate.nullable() })),
  /** Throughputs that the user's runs have shown, newest first. */
  measured: look.output(z.array(measuredThroughput)),
  /** Launches a short run of a task on a machine, to measure its throughput. Answers with the run. */
  probe: act
    .input(
      z.object({
        requestId: idSchema,
        machineId: idSchema,
        yaml: z.string(),
        /** As of a launch: where the task's relative paths start from. */
        baseDirectory: z.string().nullable().default(null),
        steps: z.number().int().min(5).max(1000),
      }),
    )
    .output(z.object({ runId: idSchema })),

  /** What a task file asks for, as a demand to go on from. */
  demandOf: look
    .input(
      z.object({ yaml: z.string().max(1_000_000), model: modelShape.nullable(), setup: setup.nullable() }),
    )
    .output(z.array(runDemand)),
  place: look.input(placeQuestion).output(placement),
  /** The formula behind one alternative, all of it. */
  explain: look
    .input(placeQuestion.extend({ alternative: z.number().int().min(0) }))
    .output(z.object({ cost: figure, time: figure })),

  /** Own machines as they free up, and the offers that the runs' options name. */
  pools: look.output(z.array(pool)),
  /** Options of each demand on these pools, ready for a problem. */
  options: look.input(z.object({ demands: z.array(runDemand).max(5000), limits: planLimits })).output(
    z.object({
      at: z.number(),
      /** What they follow from: a plan that is saved with it keeps its prices. Null: it changed while they were judged. */
      inputsHash: z.string().nullable(),
      prices: planSummary.shape.prices,
      runs: z.array(portfolioRun),
      pools: z.array(pool),
    }),
  ),
  /** The first answer at once; a better one comes as `plan.improved` with this solveId until it is cancelled or proven. */
  solve: look.input(portfolioQuestion.extend({ solveId: idSchema })).output(portfolioSolution),
  cancelSolve: look.input(z.object({ solveId: idSchema })).output(z.void()),
  /** The same problem by several strategies. */
  compare: look
    .input(
      z.object({
        problem: portfolioProblem,
        strategies: z.array(z.enum(strategies)).min(1).max(7),
        scenario: scenario.nullable().default(null),
      }),
    )
    .output(z.array(portfolioSolution)),
  /** Plans of the same problem none of which both counts less (money, lateness, what is left out) and ends sooner; the soonest first. */
  front: look
    .input(
      z.object({
        problem: portfolioProblem,
        points: z.number().int().min(2).max(20).default(8),
        /** With this id `plan.frontMade` tells how far it is. */
        solveId: idSchema.nullable().default(null),
        scenario: scenario.nullable().default(null),
      }),
    )
    .output(z.array(portfolioSolution)),
  /**
   * Queues these of a plan's runs on the machines it chose. Only on own machines; what would be rented is told to be left, and a
   * run that waits for another is left until that one has succeeded. A run of a plan is queued once, however often it is asked.
   */
  accept: act
    .input(
      z.object({
        requestId: idSchema,
        planId: idSchema,
        runs: z.array(
          z.object({
            runId: z.string(),
            yaml: z.string(),
            machineId: idSchema,
            priority: z.number().int(),
            /** What relative paths in the task start from. */
            baseDirectory: z.string().nullable().default(null),
          }),
        ),
      }),
    )
    .output(z.array(z.object({ runId: z.string(), queued: idSchema.nullable(), why: reason.nullable() }))),

  breakEven: look
    .input(
      z.object({
        scenario,
        against: z.object({ accelerator: z.string(), microsPerGpuHour: z.number().nullable() }),
      }),
    )
    .output(breakEven),
  /** Expected waits per pool from the runs there were; `accelerator` null: all. */
  queue: look
    .input(
      z.object({
        machineIds: z.array(idSchema).max(1000),
        arrivalsPerHour: z.number().min(0).nullable(),
        serviceMs: z.number().positive().nullable(),
        servers: z.number().int().positive().nullable(),
        /** How many places for a mean wait under this? */
        targetWaitMs: z.number().positive().nullable(),
      }),
    )
    .output(z.object({ now: queueEstimate, needed: queueEstimate.nullable() })),

  list: look.output(z.array(savedPlan)),
  open: look.input(planRef).output(z.object({ plan: savedPlan, content: z.string() })),
  /** `content`: JSON of question and answer (shared/planner/plan-file.ts). The inputs it names are kept with it. */
  save: act
    .input(
      z.object({
        planId: idSchema,
        name: z.string().min(1).max(200),
        kind: savedPlan.shape.kind,
        content: z.string().max(32 * 1024 * 1024),
        inputsHash: z.string(),
      }),
    )
    .output(savedPlan),
  rename: act.input(planRef.extend({ name: z.string().min(1).max(200) })).output(savedPlan),
  remove: act.input(planRef).output(z.void()),
  /** A file that another Trainyard opens: question, answer and all inputs. */
  exportFile: look.input(planRef).output(z.object({ fileName: z.string(), text: z.string() })),
  importFile: act
    .input(z.object({ planId: idSchema, text: z.string().max(64 * 1024 * 1024) }))
    .output(savedPlan),
};
