import type { Housekeeping } from '#backend/housekeeping.ts';
import { api } from './base.ts';

export const storeRouter = (housekeeping: Housekeeping) =>
  api.store.router({
    backups: api.store.backups.handler(() => housekeeping.backups()),
    backUp: api.store.backUp.handler(({ context }) => housekeeping.backUp(context.actor)),
    restore: api.store.restore.handler(({ input, context }) =>
      housekeeping.restore(input.file, context.actor),
    ),
  });
