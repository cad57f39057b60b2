import type { CopyJobs } from '#backend/copies/index.ts';
import { api } from './base.ts';

export const copiesRouter = (jobs: CopyJobs) =>
  api.copies.router({
    paths: api.copies.paths.handler(({ input, context, signal }) =>
      jobs.paths(
        input.fromMachineId,
        input.toMachineId,
        context.actor,
        signal ?? new AbortController().signal,
      ),
    ),
    start: api.copies.start.handler(({ input, context }) => jobs.start(input, context.actor)),
    get: api.copies.get.handler(({ input }) => jobs.get(input.copyId)),
    list: api.copies.list.handler(() => jobs.list()),
    cancel: api.copies.cancel.handler(({ input, context }) => jobs.cancel(input.copyId, context.actor)),
  });
