import { implement, ORPCError } from '@orpc/server';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { contract } from '#shared/contract/index.ts';
import { because, type Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { formToldAt } from '#shared/domain/form-sentences.ts';
import { type Actor, roleAllows } from '#shared/domain/role.ts';
import { wordOf } from '#shared/domain/word-sentences.ts';

/** What a host says about each call. A procedure finds it in `context`, and the call's AbortSignal beside it. */
export interface CallContext {
  actor: Actor;
  log: Logger;
}

const contracted = implement(contract).$context<CallContext>();

/** Everything thrown inside leaves as the contract's one error; what we did not foresee is logged in full and told in general. */
const oneError = contracted.middleware(async ({ context, path, errors, signal, next }) => {
  const asContracted = (thrown: unknown): Error => {
    const error = fromThrown(thrown, signal);
    if (error.code === 'INTERNAL') {
      context.log.error({ procedure: path.join('.'), err: thrown }, 'a procedure failed');
      return errors.TRAINYARD({ message: error.message, data: { ...error.toShape(), details: '' } });
    }
    context.log.debug({ procedure: path.join('.'), code: error.code }, 'a procedure was refused');
    return errors.TRAINYARD({ message: error.message, data: error.toShape() });
  };
  try {
    const result = await next();
    if (!isAsyncIterator(result.output)) return result;
    return { ...result, output: withErrors(result.output, asContracted) as typeof result.output };
  } catch (thrown) {
    throw asContracted(thrown);
  }
});

const roleCheck = contracted.middleware(async ({ context, path, procedure, next }) => {
  const needed = procedure['~orpc'].meta.role;
  if (!roleAllows(context.actor.role, needed)) {
    throw new TrainyardError(
      'ROLE_TOO_LOW',
      `This needs the role "${needed}"; you are signed in as "${context.actor.role}".`,
      {
        params: {
          ...because('needed', wordOf('ROLE', needed)),
          ...because('have', wordOf('ROLE', context.actor.role)),
        },
        details: path.join('.'),
      },
    );
  }
  return next();
});

/**
 * What every router is built with. The pattern, one file per capability, no logic in it:
 *
 * ```ts
 * export const sitesRouter = (sites: SitesService) =>
 *   api.sites.router({
 *     list: api.sites.list.handler(() => sites.list()),
 *     add: api.sites.add.handler(({ input, context, signal }) => sites.add(input, context.actor, signal)),
 *   });
 * ```
 *
 * A procedure that streams returns an AsyncIterable; it ends with the call's `signal`.
 */
export const api = contracted.use(oneError).use(roleCheck);

function fromThrown(thrown: unknown, signal: AbortSignal | undefined): TrainyardError {
  if (signal?.aborted && (thrown === signal.reason || (thrown as Error)?.name === 'AbortError')) {
    return new TrainyardError('CANCELLED', 'This was cancelled.', { cause: thrown });
  }
  if (thrown instanceof ORPCError && thrown.code === 'BAD_REQUEST') {
    const where = issuesOf(thrown.data);
    return new TrainyardError(
      'INPUT_INVALID',
      `Trainyard was asked for something it cannot read: ${where.message}.`,
      {
        params: because('where', where),
      },
    );
  }
  return TrainyardError.from(thrown);
}

/** The first of zod's complaints with its place; never the value, which may be a secret. */
function issuesOf(data: unknown): Told {
  const [first] = (data as { issues?: z.core.$ZodIssue[] } | undefined)?.issues ?? [];
  return formToldAt(first);
}

function isAsyncIterator(value: unknown): value is AsyncIterator<unknown> & AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** The same stream, whose failure is the contract's error. Opened at once: a subscription must not wait for its first reader. */
function withErrors(
  source: AsyncIterable<unknown>,
  asContracted: (thrown: unknown) => Error,
): AsyncIterableIterator<unknown> {
  const iterator = source[Symbol.asyncIterator]();
  return {
    async next() {
      try {
        return await iterator.next();
      } catch (thrown) {
        throw asContracted(thrown);
      }
    },
    async return(value) {
      await iterator.return?.();
      return { done: true, value };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
