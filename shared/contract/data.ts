import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { countrySchema } from '../domain/country.ts';
import { idSchema } from '../domain/id.ts';
import { runState } from '../domain/run.ts';
import {
  dataSet,
  judgedData,
  judgedPlace,
  judgement,
  labelSchema,
  sitePolicy,
} from '../domain/sensitivity.ts';
import { act, look, own } from './base.ts';

/** What ran where, with which data: one row per attempt, as it was judged. */
export const dataReportRow = z.object({
  runId: idSchema,
  epoch: z.number().int(),
  runName: z.string(),
  at: z.number(),
  actor: z.string(),
  /** `sent`: it left this computer for its machine. `refused`: stopped right before that. */
  outcome: z.enum(['waiting', 'sent', 'refused']),
  /** How the attempt stands; null where the run was deleted here. */
  state: runState.nullable(),
  label: labelSchema,
  place: judgedPlace,
  data: z.array(judgedData.extend({ isRemoved: z.boolean() })),
  override: z.object({ reason: z.string(), by: z.string() }).nullable(),
});
export type DataReportRow = z.infer<typeof dataReportRow>;

export const dataReportFilter = z.object({
  search: z.string().max(200).default(''),
  label: labelSchema.optional(),
  only: z.enum(['all', 'overridden', 'refused']).default('all'),
});
export type DataReportFilter = z.infer<typeof dataReportFilter>;

export const dataContract = {
  list: look.output(z.array(dataSet)),
  /** Labels a path of this computer; one that is labelled already is changed. DATA_PATH_MISSING, DATA_PATH_RELATIVE. */
  set: own
    .input(
      z.object({
        path: z.string().min(1).max(4096),
        label: labelSchema,
        name: z.string().trim().min(1).max(200).optional(),
        countries: z.array(countrySchema).max(300).optional(),
      }),
    )
    .output(dataSet),
  /** DATA_SET_UNKNOWN. */
  remove: own.input(z.object({ id: idSchema })).output(z.void()),
  policies: look.output(z.array(sitePolicy)),
  /** Changes what is given. SITE_UNKNOWN. */
  setPolicy: own
    .input(
      z.object({
        siteId: idSchema,
        maxLabel: labelSchema.optional(),
        country: countrySchema.nullable().optional(),
        region: z.string().trim().min(1).max(100).nullable().optional(),
      }),
    )
    .output(sitePolicy),
  /** What a launch would be told. TASK_INVALID, TASK_UNSUPPORTED, MACHINE_UNKNOWN. */
  judge: act
    .input(
      z.object({
        yaml: z.string().max(1_000_000),
        baseDirectory: z.string().nullable(),
        machineId: idSchema,
        envs: z.record(z.string(), z.string()).default({}),
        sensitivity: labelSchema.optional(),
      }),
    )
    .output(judgement),
  /** Newest first. */
  report: look
    .input(
      dataReportFilter.extend({
        offset: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(1000).default(200),
      }),
    )
    .output(z.object({ rows: z.array(dataReportRow), total: z.number() })),
  /** The report as CSV in pieces, safe in a spreadsheet. */
  exportReport: look.input(dataReportFilter).output(eventIterator(z.string())),
};
