import type { Activity } from '#backend/activity/index.ts';
import { api } from './base.ts';

export const activityRouter = (activity: Activity) =>
  api.activity.router({
    list: api.activity.list.handler(({ input }) => activity.list(input)),
    verify: api.activity.verify.handler(({ signal }) => activity.verify(signal)),
    export: api.activity.export.handler(async function* ({ input, signal }) {
      yield* activity.export(input.format, signal);
    }),
  });
