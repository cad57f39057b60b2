import type { Router } from '@orpc/server';
import type { Contract } from '#shared/contract/index.ts';
import { contract } from '#shared/contract/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { api, type CallContext } from './base.ts';

export { api, type CallContext } from './base.ts';
export { eventStream } from './event-stream.ts';
export { serveRpc } from './serve.ts';

export type AppRouter = Router<Contract, CallContext>;

/** One router per capability, each made by its own file in this folder. */
export type CapabilityRouters = { [Name in keyof Contract]: Router<Contract[Name], CallContext> };

/** The whole of what a client can ask. A capability that is not there answers NOT_AVAILABLE. */
export function createRouter(routers: Partial<CapabilityRouters>): AppRouter {
  const parts: Record<string, unknown> = { ...routers };
  for (const name of Object.keys(contract) as (keyof Contract)[]) {
    parts[name] ??= notAvailable(name);
  }
  return api.router(parts as CapabilityRouters) as AppRouter;
}

function notAvailable(name: keyof Contract): unknown {
  const procedures = api[name] as unknown as Record<string, { handler(call: () => never): unknown }>;
  return Object.fromEntries(
    Object.keys(contract[name]).map((procedure) => [
      procedure,
      procedures[procedure]?.handler(() => {
        throw new TrainyardError('NOT_AVAILABLE', `"${name}" is not available in this build of Trainyard.`, {
          params: { what: name },
        });
      }),
    ]),
  );
}
