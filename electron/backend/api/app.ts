import type { z } from 'zod';
import type { EventBus } from '#backend/events.ts';
import type { Housekeeping } from '#backend/housekeeping.ts';
import type { Jobs } from '#backend/jobs.ts';
import type { SettingsFile } from '#backend/settings-file/index.ts';
import type { appInfo } from '#shared/contract/app.ts';
import type { Actor } from '#shared/domain/role.ts';
import { api } from './base.ts';
import { eventStream } from './event-stream.ts';

export interface AppRouterParts {
  housekeeping: Housekeeping;
  settingsFile: Pick<SettingsFile, 'show' | 'write'>;
  jobs: Jobs;
  events: EventBus;
  /** What the host knows of itself; the role is the caller's. */
  info(): Omit<z.infer<typeof appInfo>, 'role'>;
  shutDown(actor: Actor): void;
}

export const appRouter = ({ housekeeping, settingsFile, jobs, events, info, shutDown }: AppRouterParts) =>
  api.app.router({
    info: api.app.info.handler(({ context }) => ({ ...info(), role: context.actor.role })),
    events: api.app.events.handler(({ signal }) =>
      eventStream(events, AbortSignal.any([housekeeping.untilRestored, ...(signal ? [signal] : [])])),
    ),
    notices: api.app.notices.handler(() => ({ notices: housekeeping.notices(), jobs: jobs.list() })),
    dismissNotice: api.app.dismissNotice.handler(({ input }) => housekeeping.dismissNotice(input.id)),
    cancelJob: api.app.cancelJob.handler(({ input }) => jobs.cancel(input.jobId)),
    settings: api.app.settings.handler(() => housekeeping.settings()),
    updateSettings: api.app.updateSettings.handler(({ input, context }) =>
      housekeeping.updateSettings(input, context.actor),
    ),
    settingsFile: api.app.settingsFile.handler(() => settingsFile.show()),
    writeSettingsFile: api.app.writeSettingsFile.handler(({ input, context }) =>
      settingsFile.write(input.text, input.before, context.actor),
    ),
    view: api.app.view.handler(({ input }) => ({ content: housekeeping.view(input.key) })),
    setView: api.app.setView.handler(({ input }) => housekeeping.setView(input.key, input.content)),
    shutDown: api.app.shutDown.handler(({ context }) => shutDown(context.actor)),
  });
