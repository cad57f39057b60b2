import type { RunsService } from '#backend/runs/index.ts';
import { api } from './base.ts';

export const logsRouter = (runs: RunsService) =>
  api.logs.router({
    info: api.logs.info.handler(({ input }) => runs.logInfo(input.runId, input.epoch)),
    read: api.logs.read.handler(async ({ input, signal }) => {
      const read = await runs.readLog(input.runId, input.epoch, input.offset, input.length, signal);
      return { offset: read.offset, base64: read.bytes.toString('base64'), bytes: read.total };
    }),
    search: api.logs.search.handler(({ input, signal }) =>
      runs.searchLog(input.runId, input.epoch, input, signal ?? new AbortController().signal),
    ),
  });
