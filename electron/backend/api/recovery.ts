import type { Recovery } from '#backend/recovery/index.ts';
import { api } from './base.ts';

export const recoveryRouter = (recovery: Recovery) =>
  api.recovery.router({
    get: api.recovery.get.handler(({ input }) => recovery.get(input.runId)),
    set: api.recovery.set.handler(({ input, context }) =>
      recovery.set(input.runId, input.policy, context.actor),
    ),
    declareLost: api.recovery.declareLost.handler(({ input, context }) =>
      recovery.declareLost(input.machineId, context.actor),
    ),
    events: api.recovery.events.handler(({ input }) => recovery.events(input.limit)),
  });
