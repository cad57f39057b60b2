import type { Forwards } from '#backend/ports/index.ts';
import { api } from './base.ts';

export const portsRouter = (forwards: Forwards) =>
  api.ports.router({
    listening: api.ports.listening.handler(({ input, signal }) => forwards.listening(input, signal)),
    list: api.ports.list.handler(() => forwards.list()),
    open: api.ports.open.handler(({ input, context }) => forwards.open(input, context.actor)),
    rename: api.ports.rename.handler(({ input, context }) =>
      forwards.rename(input.forwardId, input.label, context.actor),
    ),
    close: api.ports.close.handler(({ input, context }) => forwards.close(input.forwardId, context.actor)),
  });
