import type Database from 'better-sqlite3';
import { applicationId, type Migration } from './schema.ts';

export const schemaVersionOf = (database: Database.Database): number =>
  Number(database.pragma('user_version', { simple: true }));

/**
 * Brings the database to the newest form, one transaction per step: killed in the middle, the next start finds the form
 * before the step and does it again. `backUp` is called before each step of a database that already holds something.
 */
export function migrate(
  database: Database.Database,
  migrations: readonly Migration[],
  backUp: (fromVersion: number) => void,
): { from: number; to: number } {
  const from = schemaVersionOf(database);
  let version = from;
  for (const migration of migrations) {
    if (migration.version <= version) continue;
    // A new database goes through the same steps and has nothing to lose.
    if (from > 0) backUp(version);
    apply(database, migration);
    version = migration.version;
  }
  return { from, to: version };
}

function apply(database: Database.Database, migration: Migration): void {
  // A step may rebuild a table that others refer to; SQLite wants foreign keys off for that, and outside the transaction.
  database.pragma('foreign_keys = OFF');
  try {
    database
      .transaction(() => {
        database.exec(migration.sql);
        database
          .prepare('INSERT INTO schemaHistory (version, name) VALUES (?, ?)')
          .run(migration.version, migration.name);
        const broken = database.pragma('foreign_key_check');
        if (Array.isArray(broken) && broken.length > 0) {
          throw new Error(`migration ${migration.version} (${migration.name}) leaves broken references`);
        }
        database.pragma(`application_id = ${applicationId}`);
        database.pragma(`user_version = ${migration.version}`);
      })
      .immediate();
  } finally {
    database.pragma('foreign_keys = ON');
  }
}
