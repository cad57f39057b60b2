import { z } from 'zod';
import { credentialKind } from '#shared/domain/credential.ts';
import { derivation } from './derive.ts';
import { digestOf, macOf, newKey, open, sameText, seal } from './sealing.ts';

const wrap = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('passphrase'), derivation, key: z.string().max(500) }),
  z.strictObject({ kind: z.literal('recovery'), derivation, key: z.string().max(500) }),
  z.strictObject({ kind: z.literal('keychain'), backend: z.string().max(100), key: z.string().max(20_000) }),
]);
export type Wrap = z.infer<typeof wrap>;

const entry = z.strictObject({ id: z.string(), version: z.number().int(), digest: z.string() });
export type Entry = z.infer<typeof entry>;

/** The first line. It lists what must follow and is signed with the vault's key, so the file vouches for itself. */
const header = z.strictObject({
  format: z.literal('trainyard-vault'),
  formatVersion: z.literal(1),
  vaultId: z.string().max(64),
  /** Rises with every write. */
  generation: z.number().int().min(1),
  wraps: z.array(wrap).max(20),
  records: z.array(entry).max(100_000),
  mac: z.string().max(200),
});
export type Header = z.infer<typeof header>;

/** One secret: what is said of it in the clear, its own key under the vault's, its value under its own. */
const record = z.strictObject({
  id: z.string().max(64),
  version: z.number().int().min(1),
  name: z.string().max(200),
  kind: credentialKind,
  scope: z.string().max(4096),
  createdAt: z.number(),
  changedAt: z.number(),
  key: z.string().max(500),
  value: z.string().max(1_000_000),
});
export type VaultRecord = z.infer<typeof record>;
export type RecordFacts = Omit<VaultRecord, 'key' | 'value'>;

/** A line of the file as its bytes, which are kept as they are where they are not ours to change. */
export interface Line {
  bytes: Buffer;
  digest: string;
  record: VaultRecord | null;
}
export interface VaultFile {
  /** Null: the first line cannot be read. */
  header: Header | null;
  headerDigest: string;
  lines: Line[];
}

/** Takes any bytes; what cannot be read comes as null. */
export function parseVault(content: Buffer): VaultFile {
  const [first = Buffer.alloc(0), ...rest] = splitLines(content);
  return {
    header: parse(header, first),
    headerDigest: digestOf(first),
    lines: rest.map((bytes) => ({ bytes, digest: digestOf(bytes), record: parse(record, bytes) })),
  };
}

/** The whole file: head, signed, and the lines as they are. */
export function formatVault(
  vaultKey: Uint8Array,
  head: Omit<Header, 'format' | 'formatVersion' | 'mac'>,
  lines: readonly Buffer[],
): Buffer {
  const unsigned = asHeader(head, '');
  const signed = { ...unsigned, mac: macOf(vaultKey, JSON.stringify(unsigned)) };
  const newline = Buffer.from('\n');
  return Buffer.concat([Buffer.from(JSON.stringify(signed)), ...lines].flatMap((bytes) => [bytes, newline]));
}

/** Whether this head was written by who has the vault's key. */
export const headIsOurs = (vaultKey: Uint8Array, head: Header): boolean =>
  sameText(macOf(vaultKey, JSON.stringify(asHeader(head, ''))), head.mac);

export function sealRecord(vaultId: string, vaultKey: Uint8Array, facts: RecordFacts, value: string): Line {
  const about = aboutRecord(vaultId, facts);
  const key = newKey();
  const { id, version, name, kind, scope, createdAt, changedAt } = facts;
  const sealed: VaultRecord = {
    id,
    version,
    name,
    kind,
    scope,
    createdAt,
    changedAt,
    key: seal(vaultKey, key, `key ${about}`),
    value: seal(key, Buffer.from(value, 'utf8'), `value ${about}`),
  };
  key.fill(0);
  const bytes = Buffer.from(JSON.stringify(sealed));
  return { bytes, digest: digestOf(bytes), record: sealed };
}

/** The secret, or null where anything of the record was altered or belongs elsewhere. */
export function openRecord(vaultId: string, vaultKey: Uint8Array, sealed: VaultRecord): string | null {
  const about = aboutRecord(vaultId, sealed);
  const key = open(vaultKey, sealed.key, `key ${about}`);
  if (key?.length !== 32) return null;
  const value = open(key, sealed.value, `value ${about}`);
  key.fill(0);
  return value?.toString('utf8') ?? null;
}

export const factsOf = ({ key: _key, value: _value, ...facts }: VaultRecord): RecordFacts => facts;

const aboutRecord = (vaultId: string, facts: RecordFacts): string =>
  JSON.stringify([
    vaultId,
    facts.id,
    facts.version,
    facts.name,
    facts.kind,
    facts.scope,
    facts.createdAt,
    facts.changedAt,
  ]);

/** Members in one order, whoever made the object: the signature is over the text. */
const asHeader = (
  { vaultId, generation, wraps, records }: Omit<Header, 'format' | 'formatVersion' | 'mac'>,
  mac: string,
): Header => ({ format: 'trainyard-vault', formatVersion: 1, vaultId, generation, wraps, records, mac });

function splitLines(content: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  while (from < content.length) {
    const end = content.indexOf(0x0a, from);
    const to = end < 0 ? content.length : end;
    lines.push(content.subarray(from, to));
    from = to + 1;
  }
  return lines;
}

function parse<T>(schema: z.ZodType<T>, bytes: Buffer): T | null {
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    // Not ours, or not any more; the caller says which.
    return null;
  }
}
