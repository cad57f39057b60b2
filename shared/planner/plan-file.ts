import { z } from 'zod';
import { because } from '../domain/because.ts';
import { figure } from '../domain/figure.ts';
import { fitReport, timeEstimate } from '../domain/fit.ts';
import { formTold } from '../domain/form-sentences.ts';
import {
  objectives,
  placement,
  planLimits,
  planSummary,
  portfolioProblem,
  portfolioSolution,
  runDemand,
  savedPlan,
  strategies,
} from '../domain/plan.ts';
import { TrainyardError } from '../domain/trainyard-error.ts';
import { breakEven, queueEstimate, scenario } from '../domain/what-if.ts';
import { modelShape, setup } from '../domain/workload.ts';

/** Raised with a change that older ones cannot read; every older version is read for ever. */
export const planFileVersion = 1;
const format = 'trainyard-plan';

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

const placeContent = z.object({
  kind: z.literal('place'),
  /** The task file that the demand was read from, if any: what is launched. */
  yaml: z.string().nullable(),
  question: placeQuestion,
  answer: placement,
});
const portfolioContent = z.object({
  kind: z.literal('portfolio'),
  /** The runs as they were put together: task file and demand by the run's id. */
  sources: z.array(z.object({ id: z.string(), yaml: z.string().nullable(), demand: runDemand })),
  limits: planLimits,
  question: portfolioQuestion,
  answer: portfolioSolution,
  /** What the places were judged from, and of when its prices are; missing in older files. */
  inputsHash: z.string().nullable().default(null),
  prices: planSummary.shape.prices.default(null),
});
const whatIfContent = z.object({
  kind: z.literal('what-if'),
  base: z.discriminatedUnion('kind', [placeContent, portfolioContent]),
  scenarios: z.array(
    z.object({ scenario, place: placement.nullable(), portfolio: portfolioSolution.nullable() }),
  ),
  breakEven: breakEven.nullable().default(null),
  /** How long runs wait for a place, as it is and with as many places as were asked for; missing in older files. */
  waits: z
    .object({ now: queueEstimate, needed: queueEstimate.nullable(), targetWaitMs: z.number().nullable() })
    .nullable()
    .default(null),
});
const fitContent = z.object({
  kind: z.literal('fit'),
  question: z.object({
    model: modelShape,
    setup,
    accelerator: z.string(),
    gpus: z.number().int().positive(),
    tokens: z.number().positive().nullable(),
  }),
  answer: z.object({ fit: fitReport, time: timeEstimate.nullable(), figure: figure.optional() }),
});

/** What a saved plan holds: question and answer. */
export const planContent = z.discriminatedUnion('kind', [
  placeContent,
  portfolioContent,
  whatIfContent,
  fitContent,
]);
export type PlanContent = z.infer<typeof planContent>;
export type PlaceContent = z.infer<typeof placeContent>;
export type PortfolioContent = z.infer<typeof portfolioContent>;
export type WhatIfContent = z.infer<typeof whatIfContent>;

/** A file that another Trainyard opens: question, answer, and the inputs that the answer follows from. */
export const planFile = z.object({
  format: z.literal(format),
  version: z.literal(planFileVersion),
  name: savedPlan.shape.name,
  createdAt: z.number(),
  inputsHash: z.string(),
  content: planContent,
  /** As the planner's service packs them; null where they were not kept. */
  inputs: z.unknown(),
});
export type PlanFile = Omit<z.infer<typeof planFile>, 'inputs'> & { inputs: unknown };

const readable = z.object({ format: z.literal(format), version: z.number().int() });

/** The text of a plan's file, the same for the same plan. */
export const writePlanFile = (file: Omit<PlanFile, 'format' | 'version'>): string =>
  `${JSON.stringify({ format, version: planFileVersion, ...file }, null, 1)}\n`;

/**
 * Reads a plan's file. Errors: PLAN_FILE_UNREADABLE (no JSON, or no plan), PLAN_FILE_NEWER (by a newer Trainyard),
 * PLAN_FILE_BROKEN with the place in it that is not as it should be.
 */
export function readPlanFile(text: string): PlanFile {
  const parsed = parseJson(text);
  const known = readable.safeParse(parsed);
  if (!known.success) throw unreadable();
  const { version } = known.data;
  if (version > planFileVersion) {
    throw new TrainyardError(
      'PLAN_FILE_NEWER',
      `This plan was saved by a newer Trainyard (format ${version}; this one reads up to ${planFileVersion}). Update Trainyard to open it.`,
      { params: { version, reads: planFileVersion } },
    );
  }
  const file = planFile.safeParse(parsed);
  if (!file.success) throw broken(file.error);
  return file.data;
}

/** A saved plan's content from its text. Errors as of `readPlanFile`. */
export function readPlanContent(text: string): PlanContent {
  const content = planContent.safeParse(parseJson(text));
  if (!content.success) throw broken(content.error);
  return content.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw unreadable(thrown);
  }
}

const unreadable = (cause?: unknown) =>
  new TrainyardError(
    'PLAN_FILE_UNREADABLE',
    'This is not a plan of Trainyard: a file ending in .trainyard-plan.json is wanted.',
    { cause },
  );

function broken(error: z.ZodError): TrainyardError {
  const first = error.issues[0];
  const at = first?.path.join('.') ?? '';
  const why = formTold(first);
  return new TrainyardError(
    'PLAN_FILE_BROKEN',
    `The plan cannot be read: ${at === '' ? 'it' : `“${at}”`} is not as it should be (${why.message}).`,
    { params: { at, ...because('why', why) }, cause: error },
  );
}

/** What a plan's file is called: its name without what file systems refuse. */
export const planFileName = (name: string, ending: 'trainyard-plan.json' | 'csv' | 'json'): string =>
  `${
    name
      .replace(/[\p{Cc}/\\:*?"<>|]+/gu, '-')
      .replace(/^[.\s]+|[.\s]+$/g, '')
      .slice(0, 100) || 'plan'
  }.${ending}`;
