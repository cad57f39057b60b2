import { appendFile, chmod, mkdir, open, readFile, realpath, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ResolvedHost } from '../config/resolve.ts';
import {
  fingerprint,
  hostName,
  type KnownHost,
  keyType,
  knownHostLine,
  matchesNames,
  parseKnownHosts,
  withoutHost,
} from './known-hosts.ts';

export type Verdict =
  | { kind: 'known' }
  /** `otherTypes`: keys of other types are known for it. */
  | { kind: 'new'; otherTypes: string[] }
  | { kind: 'changed'; known: string; place: string }
  | { kind: 'revoked'; place: string };

type Placed = KnownHost & { file: string };

const largestFileBytes = 64 * 1024 * 1024;

/** What the known_hosts files of one host say; read anew for each connection. */
export class HostKeyStore {
  readonly #host: ResolvedHost;
  /** The name under which its keys stand. */
  readonly name: string;
  readonly #entries: Placed[];
  readonly #withoutPort: Placed[];

  private constructor(host: ResolvedHost, entries: Placed[]) {
    this.#host = host;
    this.name = host.hostKeyAlias?.toLowerCase() ?? hostName(host.hostName, host.port);
    this.#entries = entries.filter((entry) => matchesNames(entry.names, this.name));
    // As OpenSSH does: a key that is known for the host at the usual port is good at any other one.
    const plain = host.hostKeyAlias === null && host.port !== 22 ? host.hostName.toLowerCase() : null;
    this.#withoutPort = plain === null ? [] : entries.filter((entry) => matchesNames(entry.names, plain));
  }

  static async read(host: ResolvedHost): Promise<HostKeyStore> {
    const files = [...host.userKnownHostsFiles, ...host.globalKnownHostsFiles];
    const entries = await Promise.all(files.map(readEntries));
    return new HostKeyStore(host, entries.flat());
  }

  /** Whether a certificate authority vouches for this host: only the system's OpenSSH can check that. */
  get hasAuthority(): boolean {
    return [...this.#entries, ...this.#withoutPort].some((entry) => entry.marker === 'cert-authority');
  }

  /** Types of the keys that are known, so that the server is asked for one of these first. */
  get knownTypes(): string[] {
    const plain = [...this.#entries, ...this.#withoutPort].filter((entry) => entry.marker === 'none');
    return [...new Set(plain.map((entry) => entry.type))];
  }

  /** The keys that are known and not revoked, in base64. */
  get keys(): { type: string; key: string }[] {
    const all = [...this.#entries, ...this.#withoutPort];
    const revoked = all.filter((entry) => entry.marker === 'revoked');
    const good = all.filter(
      ({ marker, key }) => marker === 'none' && !revoked.some((entry) => entry.key.equals(key)),
    );
    const found = new Map(good.map(({ type, key }) => [key.toString('base64'), type]));
    return [...found].map(([key, type]) => ({ type, key }));
  }

  check(key: Buffer): Verdict {
    const revoked = [...this.#entries, ...this.#withoutPort].find(
      (entry) => entry.marker === 'revoked' && entry.key.equals(key),
    );
    if (revoked) return { kind: 'revoked', place: placeOf(revoked) };
    const plain = this.#entries.filter((entry) => entry.marker === 'none');
    if (plain.some((entry) => entry.key.equals(key))) return { kind: 'known' };
    const type = keyType(key);
    const other = plain.find((entry) => entry.type === type);
    if (other) return { kind: 'changed', known: fingerprint(other.key), place: placeOf(other) };
    if (this.#withoutPort.some((entry) => entry.marker === 'none' && entry.key.equals(key)))
      return { kind: 'known' };
    return { kind: 'new', otherTypes: [...new Set(plain.map((entry) => entry.type))] };
  }

  /** Adds a key to the first file of the user's; where that is /dev/null or none, it is forgotten as OpenSSH would. */
  async add(key: Buffer): Promise<void> {
    const file = this.#host.userKnownHostsFiles[0];
    if (file === undefined || file === '/dev/null') return;
    await inTurn(file, () => append(file, knownHostLine(this.name, key, this.#host.hashKnownHosts)));
  }

  /** Removes what is known of this host in the key's type, in the user's files. Returns the place that could not be changed, or null. */
  async forget(type: string): Promise<string | null> {
    for (const file of this.#host.userKnownHostsFiles) {
      const left = await inTurn(file, () => removeFrom(file, this.name, type));
      if (!left) return file;
    }
    const global = this.#entries.find(
      (entry) =>
        entry.marker === 'none' &&
        entry.type === type &&
        this.#host.globalKnownHostsFiles.includes(entry.file),
    );
    return global ? placeOf(global) : null;
  }
}

const placeOf = (entry: Placed): string => `${entry.file}:${entry.line}`;

async function readEntries(file: string): Promise<Placed[]> {
  const text = await readText(file);
  return text === null ? [] : parseKnownHosts(text).map((entry) => ({ ...entry, file }));
}

async function readText(file: string): Promise<string | null> {
  try {
    const found = await stat(file);
    if (!found.isFile()) return null; // /dev/null, most often
    if (found.size > largestFileBytes) throw new Error(`${file} has ${found.size} bytes, which is too many`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

const turns = new Map<string, Promise<unknown>>();

/** One change of a file at a time. */
function inTurn<T>(file: string, change: () => Promise<T>): Promise<T> {
  const before = turns.get(file) ?? Promise.resolve();
  const mine = before.then(change, change);
  const settled = mine.catch(() => undefined); // the one who asked hears of it; the next one only waits
  turns.set(file, settled);
  void settled.then(() => turns.get(file) === settled && turns.delete(file));
  return mine;
}

/** One write at the end of the file, which the system does not mix with other programs' (O_APPEND). */
async function append(file: string, line: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const text = await readText(file);
  const separator = text === null || text === '' || text.endsWith('\n') ? '' : '\n';
  await appendFile(file, separator + line, { mode: 0o600, flush: true });
}

/** False when a pattern keeps it known. */
async function removeFrom(file: string, host: string, type: string): Promise<boolean> {
  const text = await readText(file);
  if (text === null) return true;
  const left = withoutHost(text, host, type);
  if (left === null) return false;
  if (left === text) return true;
  const real = await realpath(file);
  const temporary = `${real}.trainyard-${process.pid}`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(left);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(temporary, (await stat(real)).mode & 0o777);
  await rename(temporary, real);
  return true;
}
