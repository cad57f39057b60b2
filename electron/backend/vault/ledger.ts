import type { Sql } from '#backend/store/index.ts';
import type { CredentialUse } from '#shared/domain/credential.ts';
import type { Role } from '#shared/domain/role.ts';

export interface ExpectedRecord {
  id: string;
  version: number;
  digest: string;
  name: string;
  kind: string;
}
export interface Seal {
  vaultId: string;
  generation: number;
  headerDigest: string;
}
/** What a write of the file is for: it becomes the entry in the activity log. */
export interface Deed {
  actor: string;
  role: Role;
  action: string;
  target: string;
  details: Record<string, unknown>;
}

/** What the database knows of the vault's file: what it must be, what is being written, who used what. */
export class Ledger {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  seal(): Seal | null {
    return this.#sql.get<Seal>('SELECT vaultId, generation, headerDigest FROM vaultSeal') ?? null;
  }

  expected(): ExpectedRecord[] {
    return this.#sql.all<ExpectedRecord>(
      'SELECT id, version, digest, name, kind FROM vaultRecords ORDER BY position',
    );
  }

  /** Call inside a transaction. */
  setSeal(seal: Seal, records: readonly ExpectedRecord[]): void {
    this.#sql.run(
      `INSERT INTO vaultSeal (one, vaultId, generation, headerDigest) VALUES (1, ?, ?, ?)
       ON CONFLICT (one) DO UPDATE SET vaultId = excluded.vaultId, generation = excluded.generation, headerDigest = excluded.headerDigest`,
      seal.vaultId,
      seal.generation,
      seal.headerDigest,
    );
    this.#sql.run('DELETE FROM vaultRecords');
    records.forEach(({ id, version, digest, name, kind }, position) => {
      this.#sql.run(
        'INSERT INTO vaultRecords (id, position, version, digest, name, kind) VALUES (?, ?, ?, ?, ?, ?)',
        id,
        position,
        version,
        digest,
        name,
        kind,
      );
    });
  }

  forget(): void {
    this.#sql.run('DELETE FROM vaultSeal');
    this.#sql.run('DELETE FROM vaultRecords');
    this.#sql.run('DELETE FROM vaultIntent');
  }

  intent(): ({ digest: string } & Deed) | null {
    const row = this.#sql.get<{
      digest: string;
      actor: string;
      role: Role;
      action: string;
      target: string;
      details: string;
    }>('SELECT digest, actor, role, action, target, details FROM vaultIntent');
    return row ? { ...row, details: JSON.parse(row.details) as Record<string, unknown> } : null;
  }

  setIntent(digest: string, deed: Deed): void {
    this.#sql.run(
      `INSERT INTO vaultIntent (one, digest, actor, role, action, target, details) VALUES (1, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (one) DO UPDATE SET digest = excluded.digest, actor = excluded.actor, role = excluded.role,
         action = excluded.action, target = excluded.target, details = excluded.details`,
      digest,
      deed.actor,
      deed.role,
      deed.action,
      deed.target,
      JSON.stringify(deed.details),
    );
  }

  dropIntent(): void {
    this.#sql.run('DELETE FROM vaultIntent');
  }

  noteUse(credentialId: string, { kind, place, name, at }: CredentialUse): void {
    this.#sql.run(
      `INSERT INTO vaultUses (credentialId, kind, place, name, at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (credentialId, kind, place) DO UPDATE SET name = excluded.name, at = excluded.at`,
      credentialId,
      kind,
      place,
      name,
      at,
    );
  }

  /** Newest first. */
  uses(): (CredentialUse & { credentialId: string })[] {
    return this.#sql.all('SELECT credentialId, kind, place, name, at FROM vaultUses ORDER BY at DESC, place');
  }

  forgetUses(credentialId: string): void {
    this.#sql.run('DELETE FROM vaultUses WHERE credentialId = ?', credentialId);
  }
}
