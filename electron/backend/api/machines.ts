import type { Sites } from '#backend/sites/index.ts';
import type { Store } from '#backend/store/index.ts';
import { api } from './base.ts';

export const machinesRouter = (store: Store, sites: Sites) =>
  api.machines.router({
    list: api.machines.list.handler(({ input }) => store.machines.list(input)),
    get: api.machines.get.handler(({ input }) => store.machines.require(input.machineId)),
    refresh: api.machines.refresh.handler(({ input, context }) => {
      const { jobId } = sites.refresh(input.machineIds, context.actor);
      return { jobId };
    }),
  });
