import { createRouterClient } from '@orpc/server';
import pino from 'pino';
import { expect, test } from 'vitest';
import { createRouter } from '#backend/api/index.ts';
import { contract } from '#shared/contract/index.ts';
import { roleAllows, roles } from '#shared/domain/role.ts';

const procedures = Object.entries(contract).flatMap(([capability, parts]) =>
  Object.entries(parts).map(([name, procedure]) => ({
    capability,
    name,
    needed: procedure['~orpc'].meta.role,
  })),
);

test.each(roles)('a %s may call what the contract says, and nothing else', async (role) => {
  const client = createRouterClient(createRouter({}), {
    context: { actor: { name: 'test', role }, log: pino({ level: 'silent' }) },
  }) as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
  expect(procedures.length).toBeGreaterThan(40);
  for (const { capability, name, needed } of procedures) {
    const code = await client[capability]
      ?.[name]?.({})
      .catch((error: { data?: { code?: string } }) => error.data?.code);
    // Past the role check the input is looked at, and then there is nothing behind it here.
    if (roleAllows(role, needed)) expect(['INPUT_INVALID', 'NOT_AVAILABLE']).toContain(code);
    else expect(code, `${capability}.${name}`).toBe('ROLE_TOO_LOW');
  }
});
