import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { TrainyardError } from '#shared/domain/error.ts';
import { schemaVersionOf } from './migrate.ts';
import { applicationId, type Migration } from './schema.ts';

/** The database cannot be used as it is; never leaves this room. */
export class DamagedDatabase extends Error {
  override readonly name = 'DamagedDatabase';
}

const magic = Buffer.from('SQLite format 3\0', 'latin1');
/** Up to here the full check costs about a third of a second; it also compares indexes with their tables. */
const fullCheckBytes = 64 * 1024 * 1024;

/**
 * Throws STORE_NEWER for a database that a later version of the app wrote. Reads the file's bytes only: opening it as a
 * database, even to read, could change it or the files beside it.
 */
export function refuseNewer(file: string, newestKnown: number): void {
  const header = readHeader(file);
  if (!header) return;
  const inWal = newestVersionInWal(`${file}-wal`);
  const version = Math.max(versionIn(header), inWal ?? 0);
  if (version <= newestKnown) return;
  // The number might itself be what is damaged; with nothing pending beside it, the file's own history tells.
  if (inWal === undefined && historyVersion(file) !== version) return;
  throw new TrainyardError(
    'STORE_NEWER',
    `The data of Trainyard was written by a newer version (form ${version}; this version knows forms up to ${newestKnown}). Nothing was changed. Install the newer version again, or restore a backup made by this one.`,
    { params: { version, known: newestKnown } },
  );
}

/** Throws DamagedDatabase unless this is a sound SQLite file of ours (or an empty one), as far as can be seen without its content. */
export function checkHeader(file: string): void {
  if (statSync(file).size === 0) throw new DamagedDatabase('the file is empty');
  const header = readHeader(file);
  if (!header) throw new DamagedDatabase('not an SQLite database');
  const application = header.readUInt32BE(68);
  if (application !== applicationId && (application !== 0 || versionIn(header) !== 0)) {
    throw new DamagedDatabase('not a database of Trainyard');
  }
}

/** SQLite's own check, and the version against the history kept inside. Throws DamagedDatabase. */
export function checkContent(database: Database.Database): void {
  const bytes =
    Number(database.pragma('page_count', { simple: true })) *
    Number(database.pragma('page_size', { simple: true }));
  const check = bytes <= fullCheckBytes ? 'integrity_check(3)' : 'quick_check(3)';
  const found = database.pragma(check, { simple: false }) as Record<string, unknown>[];
  const complaints = found.map((row) => String(Object.values(row)[0]));
  if (complaints.length !== 1 || complaints[0] !== 'ok') throw new DamagedDatabase(complaints.join('; '));
  const version = schemaVersionOf(database);
  const history = recordedVersion(database);
  if (version !== history) {
    throw new DamagedDatabase(`its form is called ${version}, but its history ends with ${history}`);
  }
}

/** Every table, index and trigger must be exactly what the migrations make. Throws DamagedDatabase. */
export function checkSchema(database: Database.Database, migrations: readonly Migration[]): void {
  const expected = new Database(':memory:');
  try {
    for (const migration of migrations) expected.exec(migration.sql);
    const [want, have] = [schemaOf(expected), schemaOf(database)];
    if (want !== have) throw new DamagedDatabase('its tables are not those of Trainyard');
  } finally {
    expected.close();
  }
}

/** Whether an error thrown while opening means that the file, not its surroundings, is at fault. */
export function meansDamage(error: unknown): boolean {
  if (error instanceof DamagedDatabase) return true;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_IOERR_SHORT_READ';
}

const versionIn = (header: Buffer): number => header.readInt32BE(60);

function readHeader(file: string): Buffer | undefined {
  if (!existsSync(file)) return undefined;
  const header = Buffer.alloc(100);
  const descriptor = openSync(file, 'r');
  try {
    if (readSync(descriptor, header, 0, 100, 0) < 100) return undefined;
  } finally {
    closeSync(descriptor);
  }
  return header.subarray(0, 16).equals(magic) ? header : undefined;
}

/**
 * The highest version in any first page that waits in the write-ahead log, undefined where nothing waits. Checksums are
 * not looked at: a page that SQLite would not take makes us refuse at worst, never touch.
 */
function newestVersionInWal(wal: string): number | undefined {
  if (!existsSync(wal)) return undefined;
  const bytes = readFileSync(wal);
  if (bytes.length < 32) return undefined;
  const pageSize = bytes.readUInt32BE(8);
  if (pageSize < 512 || pageSize > 65_536) return undefined;
  const salts = bytes.subarray(16, 24);
  let newest = 0;
  for (let at = 32; at + 24 + pageSize <= bytes.length; at += 24 + pageSize) {
    if (bytes.readUInt32BE(at) !== 1 || !bytes.subarray(at + 8, at + 16).equals(salts)) continue;
    newest = Math.max(newest, versionIn(bytes.subarray(at + 24)));
  }
  return newest;
}

/** The last entry of `schemaHistory` in a copy held in memory; undefined where it cannot be read. */
function historyVersion(file: string): number | undefined {
  const bytes = readFileSync(file);
  // The copy must not look for a write-ahead log.
  bytes.writeUInt8(1, 18);
  bytes.writeUInt8(1, 19);
  let database: Database.Database | undefined;
  try {
    database = new Database(bytes);
    return recordedVersion(database);
  } catch {
    return undefined;
  } finally {
    database?.close();
  }
}

function recordedVersion(database: Database.Database): number {
  const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schemaHistory'").get();
  if (!known) return 0;
  const newest = database.prepare('SELECT max(version) FROM schemaHistory').pluck().get();
  return typeof newest === 'number' ? newest : 0;
}

const schemaOf = (database: Database.Database): string =>
  JSON.stringify(
    database
      .prepare(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
      )
      .raw()
      .all(),
  );
