import { RPCHandler } from '@orpc/server/websocket';
import type { Wire } from '#shared/contract/wire.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { CallContext } from './base.ts';
import type { AppRouter } from './index.ts';

/** A client that has this many calls waiting is broken or hostile. */
const maxCallsAtOnce = 1000;

const handlers = new WeakMap<AppRouter, RPCHandler<CallContext>>();

/** One for all connections: it finds a procedure by its path, and that takes a walk through the contract to prepare. */
function handlerOf(router: AppRouter): RPCHandler<CallContext> {
  const known = handlers.get(router);
  if (known) return known;
  const made = new RPCHandler<CallContext>(router);
  handlers.set(router, made);
  return made;
}

/**
 * Answers a client's calls over a wire until it closes; a call still going is then aborted. Whoever sends what is not a
 * message of the protocol is cut off.
 */
export function serveRpc(router: AppRouter, wire: Wire, context: CallContext): void {
  const handler = handlerOf(router);
  // The handler only ever calls `send`; that it waits for the promise is our back-pressure.
  const socket = {
    send: (message: string | ArrayBuffer | Uint8Array<ArrayBuffer>) =>
      wire.send(message instanceof ArrayBuffer ? new Uint8Array(message) : message),
    addEventListener: () => undefined,
  } as unknown as Parameters<typeof handler.close>[0];
  let callsGoing = 0;

  wire.onMessage((message) => {
    if (callsGoing >= maxCallsAtOnce) {
      context.log.warn({ actor: context.actor.name }, 'a client with too many calls at once was cut off');
      wire.close('too many calls at once');
      return;
    }
    callsGoing += 1;
    // A WebSocket message in one ArrayBuffer or a view: the handler takes both, its types know only one.
    handler
      .message(socket, message as string | ArrayBuffer, { context })
      .catch((thrown: unknown) => {
        context.log.debug(
          { actor: context.actor.name, why: TrainyardError.from(thrown).details },
          'a client that does not speak the protocol was cut off',
        );
        wire.close('not a message of this protocol');
      })
      .finally(() => {
        callsGoing -= 1;
      });
  });
  wire.onClose(() => handler.close(socket));
}
