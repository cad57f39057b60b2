import { createHash, createHmac, randomBytes } from 'node:crypto';
import { matchesHostList } from '../config/patterns.ts';

/** One line of a known_hosts file that says something. */
export interface KnownHost {
  line: number;
  marker: 'none' | 'cert-authority' | 'revoked';
  /** The names as written: a list of patterns, or `|1|salt|hash`. */
  names: string;
  type: string;
  /** The public key in SSH's binary form. */
  key: Buffer;
}

/** Lines that cannot be read are passed over, as OpenSSH does. Never throws. */
export function parseKnownHosts(text: string): KnownHost[] {
  const entries: KnownHost[] = [];
  let number = 0;
  for (const raw of text.split('\n')) {
    number++;
    const entry = parseLine(raw, number);
    if (entry) entries.push(entry);
  }
  return entries;
}

const markers = { '@cert-authority': 'cert-authority', '@revoked': 'revoked' } as const;

function parseLine(raw: string, line: number): KnownHost | null {
  const words = raw.trim().split(/[ \t]+/);
  if (!words[0] || words[0].startsWith('#')) return null;
  let marker: KnownHost['marker'] = 'none';
  if (words[0].startsWith('@')) {
    const known = markers[words.shift() as keyof typeof markers];
    if (!known) return null;
    marker = known;
  }
  const [names, type, encoded] = words;
  if (!names || !type || !encoded) return null;
  const key = Buffer.from(encoded, 'base64');
  if (keyType(key) !== type) return null;
  return { line, marker, names, type, key };
}

/** The type that a public key itself names, or null when it is none. */
export function keyType(key: Buffer): string | null {
  if (key.length < 8) return null;
  const length = key.readUInt32BE(0);
  if (length === 0 || length > 64 || 4 + length > key.length) return null;
  return key.toString('latin1', 4, 4 + length);
}

/** `SHA256:…`, as OpenSSH prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** How known_hosts writes a host: with the port where it is not 22. */
export const hostName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;

export function matchesNames(names: string, host: string): boolean {
  if (!names.startsWith('|')) return matchesHostList(host, names);
  const [, version, salt, hash] = names.split('|');
  if (version !== '1' || !salt || !hash) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(host).digest('base64') === hash;
}

/** The line to be added for a key. */
export function knownHostLine(host: string, key: Buffer, hashed: boolean): string {
  const type = keyType(key) ?? '';
  if (!hashed) return `${host} ${type} ${key.toString('base64')}\n`;
  const salt = randomBytes(20);
  const hash = createHmac('sha1', salt).update(host).digest('base64');
  return `|1|${salt.toString('base64')}|${hash} ${type} ${key.toString('base64')}\n`;
}

/** `text` without the plain entries of `type` for `host`; a line that names other hosts too keeps them. Null: a pattern stands in the way. */
export function withoutHost(text: string, host: string, type: string): string | null {
  const kept: string[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const entry = parseLine(raw, index + 1);
    if (entry?.marker !== 'none' || entry.type !== type || !matchesNames(entry.names, host)) {
      kept.push(raw);
      continue;
    }
    if (entry.names.startsWith('|')) continue;
    const others = entry.names.split(',').filter((name) => name.toLowerCase() !== host);
    if (others.some((name) => !name.startsWith('!')) && matchesHostList(host, others.join(','))) return null;
    if (others.length > 0) kept.push(raw.replace(entry.names, () => others.join(',')));
  }
  return kept.join('\n');
}
