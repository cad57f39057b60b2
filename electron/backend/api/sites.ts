import type { Sites } from '#backend/sites/index.ts';
import { api } from './base.ts';

export const sitesRouter = (sites: Sites) =>
  api.sites.router({
    list: api.sites.list.handler(() => sites.list()),
    preview: api.sites.preview.handler(({ input }) => sites.preview(input.configFile)),
    add: api.sites.add.handler(({ input, context, signal }) => sites.add(input, context.actor, signal)),
    importHosts: api.sites.importHosts.handler(({ input, context }) =>
      sites.importHosts(input, context.actor),
    ),
    update: api.sites.update.handler(({ input: { siteId, ...changes }, context }) =>
      sites.update(siteId, changes, context.actor),
    ),
    remove: api.sites.remove.handler(({ input, context }) =>
      sites.remove(input.siteId, input.force, context.actor),
    ),
    connect: api.sites.connect.handler(({ input, context, signal }) =>
      sites.connect(input.siteId, context.actor, signal),
    ),
    disconnect: api.sites.disconnect.handler(({ input, context }) =>
      sites.disconnect(input.siteId, context.actor),
    ),
    test: api.sites.test.handler(async function* ({ input, signal }) {
      yield* sites.test(input, signal);
    }),
    acceptChangedHostKey: api.sites.acceptChangedHostKey.handler(({ input, context }) =>
      sites.acceptChangedHostKey(input.siteId, input.fingerprint, context.actor),
    ),
    prompts: api.sites.prompts.handler(() => sites.prompts()),
    answerPrompt: api.sites.answerPrompt.handler(({ input: { promptId, ...given }, context }) =>
      sites.answerPrompt(promptId, given, context.actor),
    ),
  });
