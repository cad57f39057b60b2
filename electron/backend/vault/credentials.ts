import {
  type Credential,
  type CredentialKind,
  type CredentialUse,
  credentialKind,
} from '#shared/domain/credential.ts';
import { newId } from '#shared/domain/id.ts';
import type { Actor } from '#shared/domain/role.ts';
import { credentialDamaged, credentialUnknown, kindFixed, nameTaken, vaultMissing } from './errors.ts';
import type { PlainRecord } from './export.ts';
import { factsOf, type Line, openRecord, type RecordFacts, sealRecord, type VaultRecord } from './format.ts';
import type { Deed, ExpectedRecord } from './ledger.ts';
import { deed, type Room } from './room.ts';
import { keptLines } from './shelf.ts';

export interface NewCredential {
  id?: string | undefined;
  name: string;
  kind: CredentialKind;
  scope?: string;
  value: string;
  passphrase?: string | undefined;
}

/** The secrets in the vault: what is said about each, and their values for those who use them. */
export class Credentials {
  readonly #room: Room;

  constructor(room: Room) {
    this.#room = room;
  }

  list(): Credential[] {
    this.#room.look();
    const { findings, problems, ledger } = this.#room.shelf;
    const wrong = new Map(problems.map((problem) => [problem.id, problem.problem]));
    const uses = Map.groupBy(ledger.uses(), ({ credentialId }) => credentialId);
    return this.#allExpected()
      .map((record): Credential => {
        const facts = findings?.good.get(record.id)?.record;
        const usedBy = uses.get(record.id) ?? [];
        return {
          id: record.id,
          name: facts?.name ?? record.name,
          kind: facts?.kind ?? credentialKind.catch('token').parse(record.kind),
          scope: facts?.scope ?? '',
          createdAt: facts?.createdAt ?? 0,
          changedAt: facts?.changedAt ?? 0,
          usedAt: usedBy[0]?.at ?? null,
          usedBy: usedBy.slice(0, 50).map(({ credentialId: _, ...use }) => use),
          problem: facts ? null : (wrong.get(record.id) ?? 'altered'),
        };
      })
      .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  }

  set(given: NewCredential, actor: Actor): Credential {
    this.#room.key();
    this.#room.look();
    const { id } = given;
    const before = id === undefined ? undefined : this.#expected(id);
    const facts = id === undefined ? undefined : this.#room.shelf.findings?.good.get(id)?.record;
    if (before && before.kind !== given.kind) throw kindFixed();
    this.#checkName(given.name, before?.id);
    const now = this.#room.options.clock.now();
    const next: RecordFacts = {
      id: before?.id ?? newId(),
      version: (before?.version ?? 0) + 1,
      name: given.name,
      kind: given.kind,
      scope: given.scope ?? facts?.scope ?? '',
      createdAt: facts?.createdAt ?? now,
      changedAt: now,
    };
    const action = before ? 'credential.rotate' : 'credential.add';
    this.#put([{ facts: next, value: asValue(given) }], actor, action);
    return this.#listed(next.id);
  }

  rename(id: string, name: string, actor: Actor): Credential {
    this.#room.look();
    const value = this.value(id);
    const record = this.record(id);
    this.#checkName(name, id);
    const next = { ...factsOf(record), name, version: record.version + 1 };
    this.#put([{ facts: next, value }], actor, 'credential.rename', { before: record.name });
    return this.#listed(id);
  }

  delete(id: string, actor: Actor): void {
    this.#room.key();
    this.#room.look();
    const { name, kind } = this.#expected(id);
    this.#write(new Set([id]), [], deed(actor, 'credential.delete', id, { name, kind }));
    this.#room.shelf.ledger.forgetUses(id);
  }

  reveal(ids: readonly string[], use: Omit<CredentialUse, 'at'>): string[] {
    const { store, clock } = this.#room.options;
    this.#room.look();
    const values = ids.map((id) => this.value(id));
    store.transaction(() => {
      for (const id of ids) this.#room.shelf.ledger.noteUse(id, { ...use, at: clock.now() });
    });
    this.#room.changed();
    return values;
  }

  find(kind: CredentialKind, scopes: readonly string[]): { id: string; name: string } | null {
    if (this.#room.locked) return null;
    this.#room.look();
    const good = [...(this.#room.shelf.findings?.good.values() ?? [])].map(({ record }) => record);
    for (const scope of scopes) {
      const found = good.find((record) => record.kind === kind && record.scope === scope);
      if (found) return { id: found.id, name: found.name };
    }
    return null;
  }

  /** Everything that can be read. */
  readable(): PlainRecord[] {
    this.#room.key();
    this.#room.look();
    const good = [...(this.#room.shelf.findings?.good.values() ?? [])];
    return good.map(({ record }) => ({ facts: factsOf(record), value: this.value(record.id) }));
  }

  /** All in one write, each under a new identifier; a name that is taken gets a number. */
  addAll(found: readonly PlainRecord[], actor: Actor): Credential[] {
    this.#room.key();
    this.#room.look();
    const taken = new Set(this.#allExpected().map(({ name }) => name));
    const records = found.map(({ facts, value }) => {
      const name = freeName(facts.name, taken);
      taken.add(name);
      return { facts: { ...facts, id: newId(), version: 1, name }, value };
    });
    if (records.length === 0) return [];
    this.#put(records, actor, 'vault.import', { count: records.length });
    const ids = new Set(records.map(({ facts }) => facts.id));
    return this.list().filter(({ id }) => ids.has(id));
  }

  value(id: string): string {
    const key = this.#room.key();
    const record = this.record(id);
    const value = openRecord(this.#room.header().vaultId, key, record);
    if (value === null) throw credentialDamaged(record.name, 'altered');
    return value;
  }

  /** Throws CREDENTIAL_UNKNOWN, CREDENTIAL_DAMAGED. */
  record(id: string): VaultRecord {
    const found = this.#room.shelf.findings?.good.get(id)?.record;
    if (found) return found;
    const { name } = this.#expected(id);
    const problem = this.#room.shelf.problems.find((each) => each.id === id)?.problem ?? 'altered';
    throw credentialDamaged(name, problem);
  }

  #put(records: PlainRecord[], actor: Actor, action: string, more: Record<string, unknown> = {}): void {
    const key = this.#room.key();
    const { vaultId } = this.#room.header();
    const [first] = records;
    const added = records.map(({ facts, value }) => sealRecord(vaultId, key, facts, value));
    const single = records.length === 1 && first !== undefined;
    const details = single ? { name: first.facts.name, kind: first.facts.kind, ...more } : more;
    const target = single ? first.facts.id : 'vault';
    this.#write(new Set(records.map(({ facts }) => facts.id)), added, deed(actor, action, target, details));
  }

  /** Takes out `without`, adds `added`, leaves every other line as its bytes are. */
  #write(without: ReadonlySet<string>, added: readonly Line[], what: Deed): void {
    const key = this.#room.key();
    const head = this.#room.header();
    const { shelf } = this.#room;
    const { file, findings, problems } = shelf;
    if (!file || !findings) throw vaultMissing();
    // What is damaged and now replaced by the user's wish is kept all the same.
    if (!findings.headIsOff && problems.some(({ id }) => id !== null && without.has(id))) shelf.setAside();
    shelf.write(
      key,
      {
        vaultId: head.vaultId,
        wraps: head.wraps,
        records: [
          ...findings.expected.filter(({ id }) => !without.has(id)),
          ...added.flatMap(({ record, digest }) => (record ? [expectedOf(record, digest)] : [])),
        ],
        lines: [...keptLines(file, without), ...added].map(({ bytes }) => bytes),
      },
      what,
    );
    this.#room.changed();
  }

  #allExpected(): readonly ExpectedRecord[] {
    const { findings, ledger } = this.#room.shelf;
    return findings?.expected ?? ledger.expected();
  }

  #expected(id: string): ExpectedRecord {
    const found = this.#allExpected().find((each) => each.id === id);
    if (!found) throw credentialUnknown(id);
    return found;
  }

  #listed(id: string): Credential {
    const found = this.list().find((each) => each.id === id);
    if (!found) throw credentialUnknown(id);
    return found;
  }

  #checkName(name: string, except: string | undefined): void {
    if (this.#allExpected().some((each) => each.id !== except && each.name === name)) throw nameTaken(name);
  }
}

export const expectedOf = ({ id, version, name, kind }: RecordFacts, digest: string): ExpectedRecord => ({
  id,
  version,
  digest,
  name,
  kind,
});

/** A private key carries its passphrase with it. */
const asValue = ({ kind, value, passphrase }: NewCredential): string =>
  kind === 'private-key' ? JSON.stringify({ key: value, passphrase: passphrase ?? '' }) : value;

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name} (${number})`;
  return free;
}
