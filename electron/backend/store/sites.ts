import { z } from 'zod';
import { TrainyardError } from '#shared/domain/error.ts';
import { type Site, siteKind, sshAddress } from '#shared/domain/site.ts';
import { type Damage, readJson, writeJson } from './damage.ts';
import type { Sql } from './sql.ts';

/** A site as it is saved: how its connection stands is known only while the app runs. */
export type StoredSite = Omit<Site, 'connection'>;

const named = z.string().min(1).max(200);

interface SiteRow {
  id: string;
  kind: string;
  name: string;
  ssh: string | null;
  autoConnect: number;
  createdAt: number;
}

export class SitesRepository {
  readonly #sql: Sql;
  readonly #damage: Damage;

  constructor(sql: Sql, damage: Damage) {
    this.#sql = sql;
    this.#damage = damage;
  }

  /** All sites by name; one that cannot be read is left out and told by a notice. */
  list(): StoredSite[] {
    const rows = this.#sql.all<SiteRow>('SELECT * FROM sites ORDER BY lower(name), id');
    return rows.flatMap((row) => this.#read(row) ?? []);
  }

  get(id: string): StoredSite | undefined {
    const row = this.#sql.get<SiteRow>('SELECT * FROM sites WHERE id = ?', id);
    return row && this.#read(row);
  }

  /** Adds the site. Throws SITE_EXISTS when the id is taken. */
  insert(site: StoredSite): void {
    const added = this.#sql.run(
      `INSERT INTO sites (id, kind, name, ssh, autoConnect, createdAt) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING`,
      site.id,
      site.kind,
      named.parse(site.name),
      site.ssh ? writeJson(sshAddress, site.ssh) : null,
      site.autoConnect ? 1 : 0,
      site.createdAt,
    );
    if (added.changes === 0) {
      throw new TrainyardError('SITE_EXISTS', `There is already a site with the identifier ${site.id}.`, {
        params: { siteId: site.id },
      });
    }
  }

  /** Changes what is given. Throws SITE_UNKNOWN. */
  update(id: string, changes: Partial<Pick<StoredSite, 'name' | 'ssh' | 'autoConnect'>>): StoredSite {
    return this.#sql.transaction(() => {
      const before = this.get(id);
      if (!before) throw siteUnknown(id);
      const after: StoredSite = { ...before, ...changes };
      this.#sql.run(
        'UPDATE sites SET name = ?, ssh = ?, autoConnect = ? WHERE id = ?',
        named.parse(after.name),
        after.ssh ? writeJson(sshAddress, after.ssh) : null,
        after.autoConnect ? 1 : 0,
        id,
      );
      return after;
    });
  }

  /** Removes the site and its machines; its runs stay in the list. No error when it is gone already. */
  remove(id: string): void {
    this.#sql.run('DELETE FROM sites WHERE id = ?', id);
  }

  #read(row: SiteRow): StoredSite | undefined {
    const kind = siteKind.safeParse(row.kind);
    const ssh = row.ssh === null ? undefined : readJson(sshAddress, row.ssh);
    if (!kind.success || ssh?.ok === false) {
      this.#damage.report('sites', row.id, row.name, ssh?.ok === false ? ssh.why : 'unknown kind', row);
      return undefined;
    }
    return {
      id: row.id,
      kind: kind.data,
      name: row.name,
      ...(ssh ? { ssh: ssh.value } : {}),
      autoConnect: row.autoConnect === 1,
      createdAt: row.createdAt,
    };
  }
}

export const siteUnknown = (siteId: string): TrainyardError =>
  new TrainyardError('SITE_UNKNOWN', 'This site is not there any more; it was removed.', {
    params: { siteId },
  });
