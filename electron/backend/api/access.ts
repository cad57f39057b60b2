import type { AccessTokens } from '#backend/access/index.ts';
import { api } from './base.ts';

export const accessRouter = (tokens: AccessTokens) =>
  api.access.router({
    list: api.access.list.handler(() => tokens.list()),
    create: api.access.create.handler(({ input, context }) => tokens.create(input, context.actor)),
    revoke: api.access.revoke.handler(({ input, context }) => tokens.revoke(input.tokenId, context.actor)),
  });
