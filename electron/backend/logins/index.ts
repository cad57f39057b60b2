import { homedir } from 'node:os';
import path from 'node:path';
import type { FoundLogin } from '#shared/domain/login.ts';
import { awsLogins, azureLogins, gcloudLogins } from './clouds.ts';
import { dockerLogins, huggingFaceLogins, kubernetesLogins, wandbLogins } from './services.ts';
import type { Surroundings } from './sources.ts';
import { sshLogins } from './ssh.ts';

export type { Surroundings } from './sources.ts';

const finders = [
  sshLogins,
  awsLogins,
  azureLogins,
  gcloudLogins,
  kubernetesLogins,
  huggingFaceLogins,
  wandbLogins,
  dockerLogins,
];

/**
 * The user's own logins on this computer: only their names, places and ways, never a value. Files are read; no program is
 * run and no network is used. What cannot be read is not there.
 */
export async function findLogins(
  surroundings: Surroundings = { home: homedir(), env: process.env },
  signal?: AbortSignal,
): Promise<FoundLogin[]> {
  const found: FoundLogin[] = [];
  for (const find of finders) {
    signal?.throwIfAborted();
    found.push(...(await find(surroundings)));
  }
  return found.map((login) => ({ ...login, where: fromHome(login.where, surroundings.home) }));
}

const fromHome = (where: string, home: string): string =>
  where.startsWith(home + path.sep) ? `~${where.slice(home.length)}` : where;
