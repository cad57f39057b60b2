import type { RunsService } from '#backend/runs/index.ts';
import type { Sensitivity } from '#backend/sensitivity/index.ts';
import { api } from './base.ts';

export const dataRouter = (data: Sensitivity, runs: RunsService) =>
  api.data.router({
    list: api.data.list.handler(() => data.list()),
    set: api.data.set.handler(({ input, context }) => data.set(input, context.actor)),
    remove: api.data.remove.handler(({ input, context }) => data.remove(input.id, context.actor)),
    policies: api.data.policies.handler(() => data.policies()),
    setPolicy: api.data.setPolicy.handler(({ input: { siteId, ...changes }, context }) =>
      data.setPolicy(siteId, changes, context.actor),
    ),
    judge: api.data.judge.handler(({ input }) =>
      data.judge({ ...input, sources: runs.sources(input.yaml, input.envs, input.baseDirectory) }),
    ),
    report: api.data.report.handler(({ input }) => data.report(input)),
    exportReport: api.data.exportReport.handler(async function* ({ input, signal }) {
      yield* data.exportReport(input, signal);
    }),
  });
