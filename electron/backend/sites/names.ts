import type { StoredSite } from '#backend/store/index.ts';
import type { SshAddress } from '#shared/domain/site.ts';
import { nameEmpty, nameTaken } from './errors.ts';
import { clean } from './probe/text.ts';

/** The name as it is kept. Throws SITE_NAME_EMPTY, SITE_NAME_TAKEN: names are told apart without case. */
export function checkedName(wanted: string, sites: readonly StoredSite[], ownId?: string): string {
  const name = clean(wanted);
  if (name === '') throw nameEmpty();
  if (isTaken(name, sites, ownId)) throw nameTaken(name);
  return name;
}

/** A free name for a host: its own, or with a number behind it. */
export function freeName(host: string, sites: readonly StoredSite[]): string {
  const base = clean(host, 180) || 'host';
  if (!isTaken(base, sites)) return base;
  let number = 2;
  while (isTaken(`${base} (${number})`, sites)) number++;
  return `${base} (${number})`;
}

const isTaken = (name: string, sites: readonly StoredSite[], ownId?: string): boolean =>
  sites.some((site) => site.id !== ownId && site.name.toLowerCase() === name.toLowerCase());

/** Two addresses that lead to the same place in the same way. */
export const sameAddress = (a: SshAddress, b: SshAddress): boolean =>
  a.host === b.host &&
  (['hostName', 'user', 'port', 'configFile'] as const).every((key) => (a[key] ?? '') === (b[key] ?? ''));
