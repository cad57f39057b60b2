import type { Migrations } from '#backend/migrations/index.ts';
import { api } from './base.ts';

const never = (): AbortSignal => new AbortController().signal;

export const migrationsRouter = (migrations: Migrations) =>
  api.migrations.router({
    plan: api.migrations.plan.handler(({ input, context, signal }) =>
      migrations.plan(input, context.actor, signal ?? never()),
    ),
    start: api.migrations.start.handler(({ input, context, signal }) =>
      migrations.start(input, context.actor, signal ?? never()),
    ),
    get: api.migrations.get.handler(({ input }) => migrations.get(input.migrationId)),
    list: api.migrations.list.handler(({ input }) => migrations.list(input)),
    cancel: api.migrations.cancel.handler(({ input, context }) =>
      migrations.cancel(input.migrationId, context.actor),
    ),
    leftovers: api.migrations.leftovers.handler(({ input, signal }) =>
      migrations.leftovers(input, signal ?? never()),
    ),
    clean: api.migrations.clean.handler(({ input, context, signal }) =>
      migrations.clean(input, context.actor, signal ?? never()),
    ),
  });
