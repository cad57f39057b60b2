import type { RunsService } from '#backend/runs/index.ts';
import { api } from './base.ts';

export const runsRouter = (runs: RunsService) =>
  api.runs.router({
    check: api.runs.check.handler(({ input }) => runs.check(input.yaml, input.envs)),
    templates: api.runs.templates.handler(() => runs.templates()),
    list: api.runs.list.handler(({ input }) => runs.list(input)),
    counts: api.runs.counts.handler(() => runs.counts()),
    get: api.runs.get.handler(({ input }) => runs.get(input.runId)),
    launch: api.runs.launch.handler(({ input, context }) => runs.launch(input, context.actor)),
    stop: api.runs.stop.handler(({ input, context }) =>
      runs.stop(input.runId, input.graceSeconds, context.actor),
    ),
    kill: api.runs.kill.handler(({ input, context }) => runs.kill(input.runId, context.actor)),
    restart: api.runs.restart.handler(({ input, context }) =>
      runs.restart(input.runId, input, context.actor),
    ),
    setPriority: api.runs.setPriority.handler(({ input, context }) =>
      runs.setPriority(input.runId, input.priority, context.actor),
    ),
    rename: api.runs.rename.handler(({ input, context }) =>
      runs.rename(input.runId, input.name, context.actor),
    ),
    archive: api.runs.archive.handler(({ input, context }) =>
      runs.archive(input.runId, input.archived, context.actor),
    ),
    previewDelete: api.runs.previewDelete.handler(({ input, signal }) =>
      runs.previewDelete(input.runId, signal),
    ),
    delete: api.runs.delete.handler(({ input, context }) =>
      runs.delete(input.runId, input.keepOnBox, context.actor),
    ),
    metrics: api.runs.metrics.handler(({ input }) => runs.metrics(input.runId, input.maxPoints)),
    files: api.runs.files.handler(({ input, signal }) => runs.files(input.runId, input.path, signal)),
    readFile: api.runs.readFile.handler(({ input, signal }) =>
      runs.readFile(input.runId, input.path, input.maxBytes, signal),
    ),
  });
