import type { AccessToken } from '#shared/domain/access.ts';
import type { Role } from '#shared/domain/role.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { ago, duration, printJson, printLine, printTable } from '../output.ts';

/** `trainyard token create NAME --role ROLE [--expires 30d]`: prints the token, this once. */
export async function createToken(
  name: string,
  options: { role: string; expires?: string; json: boolean },
): Promise<number> {
  const lifetimeSeconds = options.expires === undefined ? null : secondsOf(options.expires);
  const made = await withBackend(({ client }) =>
    client.access.create({ name, role: options.role as Role, lifetimeSeconds }),
  );
  if (options.json) printJson(made);
  else {
    process.stderr.write('This is shown once; only its hash is kept:\n');
    printLine(made.secret);
  }
  return exitCodes.ok;
}

/** `trainyard token list` */
export async function listTokens(json: boolean): Promise<number> {
  const tokens = await withBackend(({ client }) => client.access.list());
  if (json) printJson(tokens);
  else {
    printTable(
      ['name', 'role', 'made', 'ends', 'last used'],
      tokens.map((token) => [
        token.name,
        token.role,
        ago(token.createdAt, Date.now()),
        ending(token, Date.now()),
        ago(token.usedAt, Date.now()),
      ]),
    );
  }
  return exitCodes.ok;
}

/** `trainyard token revoke NAME`: whoever signed in with it is out at once. */
export async function revokeToken(given: string, json: boolean): Promise<number> {
  const revoked = await withBackend(async ({ client }) => {
    const tokens = await client.access.list();
    const token = tokens.find(
      ({ id, name }) => id === given || name.toLowerCase() === given.trim().toLowerCase(),
    );
    if (!token) {
      throw new TrainyardError('TOKEN_UNKNOWN', `There is no token "${given}".`, {
        params: { tokenId: given },
      });
    }
    await client.access.revoke({ tokenId: token.id });
    return token;
  });
  if (json) printJson(revoked);
  else printLine(`Revoked ${revoked.name}.`);
  return exitCodes.ok;
}

function ending({ expiresAt }: AccessToken, now: number): string {
  if (expiresAt === null) return 'never';
  return expiresAt > now ? `in ${duration(expiresAt - now)}` : 'ended';
}

const unitSeconds: Record<string, number> = { m: 60, h: 3600, d: 86_400, w: 7 * 86_400 };

/** "30d" as seconds. Throws USAGE. */
export function secondsOf(text: string): number {
  const [, count, unit] = /^(\d{1,6})\s*([mhdw])$/.exec(text.trim()) ?? [];
  const seconds = Number(count) * (unitSeconds[unit ?? ''] ?? Number.NaN);
  if (!(seconds >= 60 && seconds <= 10 * 366 * 86_400)) {
    throw new TrainyardError(
      'USAGE',
      `--expires takes a time such as 12h, 30d or 8w, up to ten years, not "${text}".`,
    );
  }
  return seconds;
}
