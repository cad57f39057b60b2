import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#backend/clock.ts';
import { keepBackups, openStore, type Store } from '#backend/store/index.ts';
import { migrations } from '#backend/store/schema.ts';
import { seededRandom, seedRuns } from '#test/lab/seed.ts';
import { tempDirectory } from '#test/temp.ts';
import { ManualClock, openForTest, silentLog, tempStore } from '#test/temp-store.ts';
import { until } from '#test/until.ts';

const newest = migrations.at(-1)?.version ?? 0;
const codes = (store: Store) => store.notices.list().map((notice) => notice.code);
const hash = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
const listRuns = (store: Store, limit = 1000) =>
  store.runs.list({
    search: '',
    states: [],
    archived: false,
    sort: 'created',
    descending: true,
    offset: 0,
    limit,
  });

async function emptyPlace(): Promise<string> {
  return path.join(await tempDirectory('store'), 'data with ünï', 'trainyard.db');
}

/** A database with runs, a backup with fewer of them, both closed. */
async function withBackup(runs = 30) {
  const file = await emptyPlace();
  const store = openStore({ file, clock: systemClock, log: silentLog });
  seedRuns(store, runs, { machines: 3 });
  const backup = await store.backUp('asked');
  store.settings.update({ theme: 'dark' });
  store.close();
  return { file, backup, directory: path.dirname(file) };
}

describe('opening', () => {
  it('makes a new database that only its owner can read, durable and checked', async () => {
    const file = await emptyPlace();
    const store = openForTest({ file });
    expect(store.sql.connection.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(store.sql.connection.pragma('synchronous', { simple: true })).toBe(2);
    expect(store.sql.connection.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(store.sql.connection.pragma('user_version', { simple: true })).toBe(newest);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(codes(store)).toEqual([]);
  });

  it('lets one writer in, and the next once it is closed', async () => {
    const file = await emptyPlace();
    const first = openStore({ file, clock: systemClock, log: silentLog });
    expect(() => openStore({ file, clock: systemClock, log: silentLog })).toThrowError(
      expect.objectContaining({
        code: 'DATA_IN_USE',
        params: expect.objectContaining({ holder: process.pid }),
      }),
    );
    first.settings.update({ theme: 'dark' });
    first.close();
    first.close();
    expect(openForTest({ file }).settings.get().theme).toBe('dark');
  });

  it('refuses a newer database and leaves every byte of it, also when the news is still in the write-ahead log', async () => {
    const { file, directory } = await withBackup();
    const raw = new Database(file);
    raw.pragma('journal_mode = WAL');
    raw.exec(`CREATE TABLE future (x); INSERT INTO schemaHistory VALUES (${newest + 1}, 'future')`);
    raw.pragma(`user_version = ${newest + 1}`);
    // As a killed process leaves it: copied while the log has not been written back.
    const pending = path.join(directory, 'pending', 'trainyard.db');
    mkdirSync(path.dirname(pending));
    for (const ending of ['', '-wal']) copyFileSync(file + ending, pending + ending);
    raw.close();
    for (const each of [file, pending]) {
      const names = readdirSync(path.dirname(each)).filter((name) => !name.includes('lock'));
      const before = names
        .filter((name) => statSync(path.join(path.dirname(each), name)).isFile())
        .map((name) => [name, hash(path.join(path.dirname(each), name))]);
      expect(() => openStore({ file: each, clock: systemClock, log: silentLog })).toThrowError(
        expect.objectContaining({ code: 'STORE_NEWER', params: { version: newest + 1, known: newest } }),
      );
      const after = readdirSync(path.dirname(each)).filter(
        (name) => !name.includes('lock') && statSync(path.join(path.dirname(each), name)).isFile(),
      );
      expect(after.map((name) => [name, hash(path.join(path.dirname(each), name))])).toEqual(before);
    }
  });
});

describe('a damaged database', () => {
  const garbage = Buffer.from(Array.from({ length: 20_000 }, seededRandom(5)).map((x) => x * 256));
  const damages: [string, (file: string) => void][] = [
    ['garbage', (file) => writeFileSync(file, garbage)],
    ['a text file', (file) => writeFileSync(file, 'hello')],
    ['cut in half', (file) => truncateSync(file, Math.floor(statSync(file).size / 2))],
    ['cut inside the header', (file) => truncateSync(file, 60)],
    ['emptied', (file) => truncateSync(file, 0)],
    [
      'zeros in the middle',
      (file) => overwrite(file, Math.floor(statSync(file).size / 2 / 4096) * 4096, Buffer.alloc(8192)),
    ],
    ['zeros at the start', (file) => overwrite(file, 0, Buffer.alloc(4096))],
    ['another program’s database', (file) => foreign(file)],
    ['its version number changed', (file) => overwrite(file, 60, Buffer.from([0, 0, 0, 0]))],
    [
      'its version number changed to one from the future',
      (file) => overwrite(file, 60, Buffer.from([0, 0, 4, 0])),
    ],
    ['a trigger missing', (file) => withRaw(file, 'DROP TRIGGER activityIsNeverAltered')],
    ['a table missing', (file) => withRaw(file, 'DROP TABLE logs')],
  ];

  it.each(damages)('%s: is kept as it was, the backup opened, and the user told', async (_what, damage) => {
    const { file, directory } = await withBackup();
    damage(file);
    const damaged = hash(file);
    const store = openForTest({ file });
    expect(listRuns(store).total).toBe(30);
    expect(store.settings.get().theme).toBe('system');
    const kept = readdirSync(directory).filter((name) => name.includes('.damaged-'));
    expect(kept.map((name) => hash(path.join(directory, name)))).toEqual([damaged]);
    expect(codes(store)).toEqual(['STORE_RECOVERED']);
    expect(store.notices.list()[0]?.params.keptAs).toBe(kept[0]);
  });

  it('without a good backup: a new one is begun, and the user told', async () => {
    const { file, backup, directory } = await withBackup();
    writeFileSync(file, garbage);
    writeFileSync(backup.file, garbage);
    const store = openForTest({ file });
    expect(listRuns(store).total).toBe(0);
    expect(codes(store)).toEqual(['STORE_BEGUN_ANEW']);
    expect(readdirSync(directory).filter((name) => name.includes('.damaged-'))).toHaveLength(1);
    expect(readFileSync(backup.file).equals(garbage)).toBe(true);
  });

  it('takes the next older backup when the newest is damaged too; a lost file counts as damage', async () => {
    const { file } = await withBackup();
    const store = openStore({ file, clock: systemClock, log: silentLog });
    const second = await store.backUp('asked');
    store.close();
    truncateSync(second.file, 10_000);
    for (const ending of ['', '-wal', '-shm'])
      if (existsSync(file + ending)) writeFileSync(file + ending, '');
    const opened = openForTest({ file });
    expect(codes(opened)).toEqual(['STORE_RECOVERED']);
    expect(opened.settings.get().theme).toBe('system');
  });

  it('keeps the write-ahead log of a damaged file beside it, and never mixes it into the backup', async () => {
    const { file, directory } = await withBackup();
    const store = openStore({ file, clock: systemClock, log: silentLog });
    store.settings.update({ theme: 'light' });
    const copy = path.join(directory, 'crashed', 'trainyard.db');
    mkdirSync(path.dirname(copy));
    for (const ending of ['', '-wal']) copyFileSync(file + ending, copy + ending);
    store.close();
    const wal = hash(`${copy}-wal`);
    overwrite(copy, 0, Buffer.alloc(4096));
    const opened = openForTest({ file: copy, backupDirectory: path.join(directory, 'backups') });
    expect(opened.settings.get().theme).toBe('system');
    const kept = readdirSync(path.dirname(copy)).filter((name) => /\.damaged-.*-wal$/.test(name));
    expect(kept.map((name) => hash(path.join(path.dirname(copy), name)))).toEqual([wal]);
  });

  it('300 flipped bits: each is found and the backup opened, or does no harm', {
    timeout: 240_000,
  }, async () => {
    const { file, directory, backup } = await withBackup(12);
    const good = readFileSync(file);
    const random = seededRandom(20261128);
    let found = 0;
    for (let n = 0; n < 300; n += 1) {
      const bytes = Buffer.from(good);
      // Every third one in the header, where it matters most.
      const at = Math.floor(random() * (n % 3 === 0 ? 100 : bytes.length));
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      const place = path.join(directory, `flip${n}`, 'trainyard.db');
      mkdirSync(path.dirname(place));
      writeFileSync(place, bytes);
      const store = openStore({
        file: place,
        clock: systemClock,
        log: silentLog,
        backupDirectory: path.join(directory, 'backups'),
      });
      try {
        if (codes(store).includes('STORE_RECOVERED')) found += 1;
        const list = listRuns(store);
        expect(list.rows.length, `bit flip ${n} at ${at}`).toBe(list.total);
        expect(list.total).toBeGreaterThanOrEqual(11);
        for (const run of list.rows) store.runs.get(run.id);
        store.machines.list({ search: '', offset: 0, limit: 100, sort: 'name', descending: false });
        store.sites.list();
        store.settings.get();
        store.settings.update({ theme: 'light' });
      } finally {
        store.close();
      }
    }
    expect(found).toBeGreaterThan(30);
    expect(existsSync(backup.file)).toBe(true);
  });
});

describe('a damaged write-ahead log', () => {
  it('100 flipped bits: what can be trusted is kept, and the database stays sound', {
    timeout: 240_000,
  }, async () => {
    const { file, directory } = await withBackup(12);
    const store = openStore({ file, clock: systemClock, log: silentLog });
    for (let n = 2; n < 40; n += 1) store.settings.update({ refreshSeconds: n });
    const good = readFileSync(file);
    const log = readFileSync(`${file}-wal`);
    store.close();
    const random = seededRandom(77);
    for (let n = 0; n < 100; n += 1) {
      const bytes = Buffer.from(log);
      const at = Math.floor(random() * (n % 3 === 0 ? 56 : bytes.length));
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      const place = path.join(directory, `wal${n}`, 'trainyard.db');
      mkdirSync(path.dirname(place));
      writeFileSync(place, good);
      writeFileSync(`${place}-wal`, bytes);
      const opened = openStore({
        file: place,
        clock: systemClock,
        log: silentLog,
        backupDirectory: path.join(directory, 'backups'),
      });
      try {
        const { refreshSeconds } = opened.settings.get();
        expect(refreshSeconds === 30 || refreshSeconds < 40, `bit flip ${n} at ${at}`).toBe(true);
        expect(listRuns(opened).total).toBe(12);
        opened.settings.update({ theme: 'light' });
      } finally {
        opened.close();
      }
    }
  });
});

describe('backups and restoring', () => {
  it('backs up into one file while writing goes on, and restores it with what was there kept', async () => {
    const store = await tempStore();
    seedRuns(store, 50, { machines: 2 });
    const making = store.backUp('asked');
    store.settings.update({ theme: 'dark' });
    const backup = await making;
    expect(store.backups.list()).toEqual([backup]);
    expect(backup).toMatchObject({
      schemaVersion: newest,
      reason: 'asked',
      bytes: statSync(backup.file).size,
    });
    expect(readdirSync(store.backups.directory)).toHaveLength(1);
    store.runs.remove(listRuns(store).rows[0]?.id ?? '');
    store.machines.setConnection('x', 'connected');
    let told = 0;
    store.onRestored(() => {
      told += 1;
    });
    const { keptAs } = store.restore(backup.file);
    expect(told).toBe(1);
    expect(listRuns(store).total).toBe(50);
    expect(codes(store)).toEqual(['STORE_RESTORED']);
    // And back again: what was kept is a database like any other.
    store.restore(keptAs);
    expect(listRuns(store).total).toBe(49);
    expect(store.settings.update({ refreshSeconds: 5 }).refreshSeconds).toBe(5);
  });

  it('refuses what is no backup, and changes nothing', async () => {
    const store = await tempStore();
    const { file, backup } = await withBackup();
    store.settings.update({ theme: 'dark' });
    const newer = path.join(path.dirname(file), 'newer.db');
    copyFileSync(backup.file, newer);
    withRaw(
      newer,
      `INSERT INTO schemaHistory VALUES (${newest + 1}, 'x'); PRAGMA user_version = ${newest + 1}`,
    );
    truncateSync(backup.file, 9_000);
    const text = path.join(path.dirname(file), 'text');
    writeFileSync(text, 'hello');
    for (const [given, code] of [
      [newer, 'BACKUP_NEWER'],
      [backup.file, 'BACKUP_DAMAGED'],
      [text, 'BACKUP_DAMAGED'],
      [path.dirname(file), 'BACKUP_UNKNOWN'],
      ['/nowhere', 'BACKUP_UNKNOWN'],
    ]) {
      expect(() => store.restore(given ?? ''), given).toThrowError(expect.objectContaining({ code }));
      expect(store.settings.get().theme).toBe('dark');
    }
    const beside = readdirSync(path.dirname(store.sql.connection.name));
    expect(beside.filter((name) => name.includes('incoming') || name.includes('before-restore'))).toEqual([]);
  });

  it('keeps as many as the settings say, and the last one made before a migration', async () => {
    const clock = new ManualClock();
    const store = await tempStore({ clock });
    store.settings.update({ backupsKept: 3 });
    const before = await store.backUp('before-migration');
    for (let i = 0; i < 6; i += 1) {
      clock.advance(1_000);
      await store.backUp('scheduled');
    }
    const list = store.backups.list();
    expect(list.map((backup) => backup.reason)).toEqual([
      'scheduled',
      'scheduled',
      'scheduled',
      'before-migration',
    ]);
    expect(list.at(-1)?.file).toBe(before.file);
    expect(list[0]?.takenAt).toBe(clock.now());
  });

  it('backs up on schedule, goes on after a failure, says it once, and ends when told', async () => {
    const clock = new ManualClock();
    const store = await tempStore({ clock });
    store.settings.update({ backupEveryHours: 2 });
    const stop = new AbortController();
    const kept = keepBackups(store, clock, silentLog, stop.signal);
    const count = () => store.backups.list().length;
    const tick = async (ms: number) => {
      await until('it sleeps', () => clock.sleeping === 1);
      clock.advance(ms);
      await until('it sleeps again', () => clock.sleeping === 1);
    };
    await until('the first backup is there', () => count() === 1 && clock.sleeping === 1);
    await tick(3_600_000);
    expect(count()).toBe(1);
    await tick(3_600_000);
    expect(count()).toBe(2);
    // A file where the directory should be: every backup fails now.
    rmSync(store.backups.directory, { recursive: true });
    writeFileSync(store.backups.directory, '');
    const broken = store.backups.list.bind(store.backups);
    store.backups.list = () => [];
    await tick(3_600_000);
    await tick(3_600_000);
    expect(codes(store)).toEqual(['BACKUP_FAILED']);
    rmSync(store.backups.directory);
    store.backups.list = broken;
    await tick(3_600_000);
    expect(count()).toBe(1);
    stop.abort();
    await kept;
  });
});

describe('migrations', () => {
  const more = [
    ...migrations,
    { version: newest + 1, name: 'one more', sql: 'ALTER TABLE sites ADD COLUMN note TEXT' },
    { version: newest + 2, name: 'and another', sql: 'CREATE TABLE extra (x INTEGER) STRICT' },
  ];

  it('go forward step by step, with a backup before each', async () => {
    const { file } = await withBackup();
    const store = openForTest({ file, migrations: more });
    expect(store.sql.connection.pragma('user_version', { simple: true })).toBe(newest + 2);
    const made = store.backups.list().filter((backup) => backup.reason === 'before-migration');
    expect(made.map((backup) => backup.schemaVersion)).toEqual([newest + 1, newest]);
    expect(listRuns(store).total).toBe(30);
    // An older backup is brought forward when it is restored.
    store.restore(made[1]?.file ?? '');
    expect(store.sql.connection.pragma('user_version', { simple: true })).toBe(newest + 2);
    expect(store.settings.get().theme).toBe('dark');
  });

  it('that fail leave everything as it was, with a sentence', async () => {
    const { file } = await withBackup();
    const bad = [
      ...more,
      { version: newest + 3, name: 'bad', sql: 'CREATE TABLE a (x); INSERT INTO nowhere VALUES (1)' },
    ];
    expect(() => openStore({ file, clock: systemClock, log: silentLog, migrations: bad })).toThrowError(
      expect.objectContaining({ code: 'STORE_MIGRATION_FAILED' }),
    );
    const store = openForTest({ file, migrations: more });
    expect(store.sql.get("SELECT 1 FROM sqlite_schema WHERE name = 'a'")).toBeUndefined();
    expect(store.settings.get().theme).toBe('dark');
  });

  it('that would break references are refused', async () => {
    const { file } = await withBackup();
    const bad = [...migrations, { version: newest + 1, name: 'bad', sql: 'DELETE FROM sites' }];
    expect(() => openStore({ file, clock: systemClock, log: silentLog, migrations: bad })).toThrowError(
      expect.objectContaining({ code: 'STORE_MIGRATION_FAILED' }),
    );
    expect(openForTest({ file }).sites.list()).toHaveLength(3);
  });
});

function overwrite(file: string, at: number, bytes: Buffer): void {
  const whole = readFileSync(file);
  bytes.copy(whole, at);
  writeFileSync(file, whole);
}

function withRaw(file: string, sql: string): void {
  const raw = new Database(file);
  raw.exec(sql);
  raw.close();
}

function foreign(file: string): void {
  writeFileSync(file, '');
  withRaw(file, 'CREATE TABLE other (x); PRAGMA user_version = 7');
}
