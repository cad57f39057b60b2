import type { Checkpoints } from '#backend/checkpoints/index.ts';
import { api } from './base.ts';

const never = new AbortController().signal;

export const checkpointsRouter = (checkpoints: Checkpoints) =>
  api.checkpoints.router({
    list: api.checkpoints.list.handler(({ input }) => checkpoints.list(input.runId)),
    refresh: api.checkpoints.refresh.handler(({ input, signal }) =>
      checkpoints.refresh(input.runId, signal ?? never),
    ),
    inspect: api.checkpoints.inspect.handler(({ input, signal }) =>
      checkpoints.inspect(input.machineId, input.directory, input.framework, signal ?? never),
    ),
    request: api.checkpoints.request.handler(({ input, context, signal }) =>
      checkpoints.request(input.runId, context.actor, signal ?? never),
    ),
  });
