/**
 * What an SSH server can limit a key in authorized_keys to. A line with an option that it does not know is no key to it at all.
 * `expiring`: `restrict` (OpenSSH 7.2) and `expiry-time` (7.7). `lasting`: without the latter. `none`: it cannot be limited
 * well enough, as `from` and `restrict` are missing. `unknown`: tried.
 */
export type KeyLimits = 'expiring' | 'lasting' | 'none' | 'unknown';

const restrictSince = [7, 2] as const;
const expirySince = [7, 7] as const;

/** By its software version, as it is in its banner ("OpenSSH_9.2p1 Debian-2+deb12u2"). */
export function limitsOf(software: string | null): KeyLimits {
  if (software === null) return 'unknown';
  if (/^dropbear(_|$)/i.test(software)) return 'none';
  const [, major, minor] = /^OpenSSH_(?:for_Windows_)?(\d{1,3})\.(\d{1,3})/.exec(software) ?? [];
  if (major === undefined || minor === undefined) return 'unknown';
  const isSince = ([wanted, least]: readonly [number, number]) =>
    Number(major) > wanted || (Number(major) === wanted && Number(minor) >= least);
  if (isSince(expirySince)) return 'expiring';
  return isSince(restrictSince) ? 'lasting' : 'none';
}

/** What `ssh -v` heard of the server's banner; null: it did not get so far. */
export function softwareIn(said: string): string | null {
  const [, software] = /^debug1: .*remote software version (\S.{0,200}?)\r?$/m.exec(said) ?? [];
  return software ?? null;
}

/** What `ssh -v` said apart from its trace. */
export const withoutTrace = (said: string): string =>
  said
    .split('\n')
    .filter((line) => !/^(debug\d: |OpenSSH_|Authenticated to |Transferred: |Bytes per second: )/.test(line))
    .join('\n');
