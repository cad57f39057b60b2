import type { RunBackups } from '#backend/run-backups/index.ts';
import { api } from './base.ts';

const never = new AbortController().signal;

export const backupsRouter = (backups: RunBackups) =>
  api.backups.router({
    policy: api.backups.policy.handler(({ input }) => backups.policy(input.runId)),
    setPolicy: api.backups.setPolicy.handler(({ input, context }) =>
      backups.setPolicy(input.runId, input.policy, context.actor),
    ),
    list: api.backups.list.handler(({ input }) => backups.list(input.runId)),
    start: api.backups.start.handler(({ input, context }) => backups.keepNow(input, context.actor)),
    verify: api.backups.verify.handler(({ input, context, signal }) =>
      backups.verify(input.backupId, context.actor, signal ?? never),
    ),
    cancel: api.backups.cancel.handler(({ input, context }) => backups.cancel(input.backupId, context.actor)),
    restore: api.backups.restore.handler(({ input, context, signal }) =>
      backups.restore(input, context.actor, signal ?? never),
    ),
    remove: api.backups.remove.handler(({ input, context, signal }) =>
      backups.remove(input.backupId, context.actor, signal ?? never),
    ),
  });
