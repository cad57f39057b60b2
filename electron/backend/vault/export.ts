import { newId } from '#shared/domain/id.ts';
import { canDerive, type KdfCost } from './derive.ts';
import { importUnreadable, wrongPassphrase } from './errors.ts';
import {
  factsOf,
  formatVault,
  headIsOurs,
  openRecord,
  parseVault,
  type RecordFacts,
  sealRecord,
} from './format.ts';
import { newKey } from './sealing.ts';
import { openByPassphrase, wrapByPassphrase } from './wraps.ts';

export interface PlainRecord {
  facts: RecordFacts;
  value: string;
}

/** A vault of its own, with a key of its own, as the text of a file. */
export async function exportVault(
  records: readonly PlainRecord[],
  passphrase: string,
  cost: KdfCost,
): Promise<string> {
  const vaultId = newId();
  const vaultKey = newKey();
  const wraps = await wrapByPassphrase('passphrase', { vaultId, vaultKey, passphrase, cost });
  const lines = records.map(({ facts, value }) => sealRecord(vaultId, vaultKey, facts, value));
  const entries = lines.flatMap(({ record, digest }) =>
    record ? [{ id: record.id, version: record.version, digest }] : [],
  );
  const content = formatVault(
    vaultKey,
    { vaultId, generation: 1, wraps, records: entries },
    lines.map(({ bytes }) => bytes),
  );
  vaultKey.fill(0);
  return content.toString('utf8');
}

/** All of it or nothing. Throws VAULT_IMPORT_UNREADABLE, VAULT_WRONG_PASSPHRASE. A vault.jsonl is read as well. */
export async function openExport(text: string, passphrase: string): Promise<PlainRecord[]> {
  const { header, lines } = parseVault(Buffer.from(text, 'utf8'));
  if (!header?.wraps.some((wrap) => wrap.kind !== 'keychain' && canDerive(wrap.derivation)))
    throw importUnreadable();
  const vaultKey = await openByPassphrase(header.wraps, header.vaultId, passphrase);
  if (!vaultKey) throw wrongPassphrase();
  if (!headIsOurs(vaultKey, header) || lines.length !== header.records.length) throw importUnreadable();
  return header.records.map((entry, index) => {
    const line = lines[index];
    const value =
      line?.record && line.digest === entry.digest ? openRecord(header.vaultId, vaultKey, line.record) : null;
    if (!line?.record || value === null) throw importUnreadable();
    return { facts: factsOf(line.record), value };
  });
}
