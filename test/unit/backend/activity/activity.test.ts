import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ActivityHead, type ActivityRow, ChainCheck, canonicalJson } from '#backend/activity/chain.ts';
import { csvCell } from '#backend/activity/export.ts';
import { Activity } from '#backend/activity/index.ts';
import { systemClock } from '#backend/clock.ts';
import type { Store } from '#backend/store/index.ts';
import { appItself } from '#shared/domain/role.ts';
import { seededRandom } from '#test/lab/seed.ts';
import { tempDirectory } from '#test/temp.ts';
import { tempStore } from '#test/temp-store.ts';

const desktop = { name: 'desktop', role: 'owner' as const };
const all = { search: '', action: '', limit: 1000 };

async function made(entries = 0) {
  const store = await tempStore();
  const keyFile = path.join(await tempDirectory('key'), 'activity.key');
  const activity = new Activity(store, systemClock, keyFile);
  store.transaction(() => {
    for (let i = 1; i <= entries; i += 1) {
      activity.record({
        actor: desktop,
        action: 'run.launch',
        target: `run ${i}`,
        details: { i, name: 'ünï "x"' },
      });
    }
  });
  return { store, activity, keyFile };
}

/** As somebody with the file and a database tool would: past the triggers. */
function forge(store: Store, text: string, ...values: (string | number)[]): void {
  const triggers = store.sql.all<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'",
  );
  for (const { name } of triggers) store.sql.connection.exec(`DROP TRIGGER ${name}`);
  store.sql.run(text, ...values);
  for (const { sql } of triggers) store.sql.connection.exec(sql);
}

describe('recording', () => {
  it('is part of the transaction around it', async () => {
    const { store, activity } = await made(1);
    expect(() =>
      store.transaction(() => {
        store.settings.update({ theme: 'dark' });
        activity.record({ actor: desktop, action: 'settings.update', target: 'settings' });
        throw new Error('no');
      }),
    ).toThrow();
    expect(activity.list(all)).toHaveLength(1);
    activity.record({ actor: desktop, action: 'site.add', target: 'box', result: 'refused' });
    expect(activity.list(all)[0]).toMatchObject({
      sequence: 2,
      action: 'site.add',
      result: 'refused',
      details: {},
    });
    expect(await activity.verify()).toEqual({ ok: true, entries: 2, firstBad: null, why: '', reason: null });
  });

  it('cannot be altered or removed through SQL', async () => {
    const { store, activity } = await made(3);
    for (const text of [
      "UPDATE activity SET actor = 'x' WHERE sequence = 2",
      'DELETE FROM activity WHERE sequence = 2',
      'DELETE FROM activity',
      'INSERT OR REPLACE INTO activity SELECT * FROM activity WHERE sequence = 1',
    ]) {
      expect(() => store.sql.run(text), text).toThrow();
    }
    expect((await activity.verify()).ok).toBe(true);
  });

  it('leaves out what sounds like a secret and bounds what is long', async () => {
    const { activity } = await made();
    activity.record({
      actor: desktop,
      action: 'vault.set',
      target: 'x',
      details: {
        password: 'hunter2',
        env: [{ API_TOKEN: 'hunter2' }],
        secretNames: ['HF_TOKEN'],
        credentialId: 'c',
      },
    });
    activity.record({
      actor: desktop,
      action: 'a.b',
      target: 't'.repeat(9_000),
      details: { long: 'x'.repeat(50_000) },
    });
    const text = JSON.stringify(activity.list(all));
    expect(text).not.toContain('hunter2');
    expect(text).toContain('HF_TOKEN');
    expect(text.length).toBeLessThan(10_000);
    expect((await activity.verify()).ok).toBe(true);
  });

  it('filters by capability, action and words, newest first, in pages', async () => {
    const { activity } = await made(5);
    activity.record({ actor: { name: 'ci', role: 'operator' }, action: 'runs.other', target: 'X' });
    const sequences = (query: Partial<typeof all & { before: number }>) =>
      activity.list({ ...all, ...query }).map((entry) => entry.sequence);
    expect(sequences({ action: 'run' })).toEqual([5, 4, 3, 2, 1]);
    expect(sequences({ action: 'run.launch', limit: 2, before: 4 })).toEqual([3, 2]);
    expect(sequences({ search: 'DESKTOP "run 3"'.replaceAll('"', '') })).toEqual([3]);
    expect(sequences({ search: 'ci' })).toEqual([6]);
    expect(sequences({ search: '%' })).toEqual([]);
  });
});

describe('verifying', () => {
  it.each([
    ['an altered entry', "UPDATE activity SET target = 'run 9' WHERE sequence = 4", 4],
    ['a missing entry', 'DELETE FROM activity WHERE sequence = 4', 4],
    ['a missing first entry', 'DELETE FROM activity WHERE sequence = 1', 1],
    ['the end cut off', 'DELETE FROM activity WHERE sequence > 7', 8],
    ['all of it gone', 'DELETE FROM activity', 1],
    [
      'two entries exchanged',
      'UPDATE activity SET target = (SELECT target FROM activity a WHERE a.sequence = 9 - activity.sequence) WHERE sequence IN (4, 5)',
      4,
    ],
    ['a number changed', 'UPDATE activity SET sequence = 99 WHERE sequence = 5', 5],
    [
      'a foreign entry at the end',
      'INSERT INTO activity SELECT 11, at, actor, role, action, target, result, details, hash FROM activity WHERE sequence = 10',
      11,
    ],
  ])('finds %s', async (_what, text, firstBad) => {
    const { store, activity } = await made(10);
    forge(store, text);
    expect(await activity.verify()).toMatchObject({ ok: false, firstBad });
    // What is recorded afterwards must not cover it up.
    activity.record({ actor: desktop, action: 'later.entry', target: 'x' });
    expect(await activity.verify()).toMatchObject({ ok: false, firstBad });
  });

  it('finds a chain that was made anew without the key', async () => {
    const { store, activity } = await made(5);
    const other = await made(5);
    store.sql.run('DELETE FROM activityHead');
    expect(await activity.verify()).toMatchObject({ ok: false });
    const head = other.store.sql.get<ActivityHead>('SELECT * FROM activityHead');
    store.sql.run('INSERT INTO activityHead VALUES (1, ?, ?, ?)', 5, head?.hash ?? '', head?.mac ?? '');
    expect(await activity.verify()).toMatchObject({ ok: false, firstBad: 5 });
    activity.record({ actor: desktop, action: 'later.entry', target: 'x' });
    expect((await activity.verify()).ok).toBe(false);
  });

  it('says so when the key was lost, in the log and to the user, and then goes on', async () => {
    const { store, keyFile } = await made(3);
    for (const lose of [() => rmSync(keyFile), () => writeFileSync(keyFile, 'not a key')]) {
      lose();
      const activity = new Activity(store, systemClock, keyFile);
      expect(activity.list(all)[0]).toMatchObject({ action: 'activity.newKey', actor: appItself.name });
      expect(store.notices.list()[0]?.code).toBe('ACTIVITY_KEY_REPLACED');
      expect((await activity.verify()).ok).toBe(true);
    }
    expect(readdirSync(path.dirname(keyFile)).some((name) => name.includes('damaged'))).toBe(true);
  });

  it('does not let an emptied log look like a first start', async () => {
    const { store, keyFile } = await made(3);
    forge(store, 'DELETE FROM activity');
    store.sql.run('DELETE FROM activityHead');
    expect(new Activity(store, systemClock, keyFile).list(all)[0]?.action).toBe('activity.begunAgain');
  });

  it('keeps its key for its owner alone and uses it again', async () => {
    const { store, activity, keyFile } = await made(2);
    if (process.platform !== 'win32') expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    const key = readFileSync(keyFile, 'utf8');
    chmodSync(keyFile, 0o600);
    const again = new Activity(store, systemClock, keyFile);
    again.record({ actor: desktop, action: 'a.b', target: '' });
    expect(readFileSync(keyFile, 'utf8')).toBe(key);
    expect(existsSync(`${keyFile}.part`)).toBe(false);
    expect(await activity.verify()).toMatchObject({ ok: true, entries: 3 });
  });

  it('detects every one of 10,000 flipped bits', { timeout: 240_000 }, async () => {
    const { store, keyFile } = await made(40);
    const rows = store.sql.all<ActivityRow>('SELECT * FROM activity ORDER BY sequence');
    const head = store.sql.get<ActivityHead>('SELECT sequence, hash, mac FROM activityHead');
    if (!head) throw new Error('there is a head');
    const key = Buffer.from(readFileSync(keyFile, 'utf8').trim(), 'hex');
    const verdict = (someRows: readonly ActivityRow[], someHead: ActivityHead) => {
      const check = new ChainCheck();
      for (const row of someRows) if (!check.add(row)) break;
      return check.end(someHead, key);
    };
    expect(verdict(rows, head).ok).toBe(true);
    const random = seededRandom(4711);
    for (let n = 0; n < 10_000; n += 1) {
      const at = Math.floor(random() * (rows.length + 1));
      const row = rows[at];
      if (row) {
        const changed = flip(row, random);
        const result = verdict(rows.with(at, changed), head);
        expect([result.ok, result.firstBad], JSON.stringify(changed)).toEqual([false, at + 1]);
      } else expect(verdict(rows, flip(head, random)).ok).toBe(false);
    }
  });
});

/** The same with one bit of one of its members turned. */
function flip<T extends object>(original: T, random: () => number): T {
  const members = Object.entries(original);
  for (;;) {
    const [name, value] = members[Math.floor(random() * members.length)] ?? [];
    if (name === undefined || value === '') continue;
    const bytes = typeof value === 'number' ? numberBytes(value) : Buffer.from(String(value));
    const at = Math.floor(random() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    const changed = typeof value === 'number' ? Number(bytes.readBigInt64BE()) : bytes.toString('utf8');
    return { ...original, [name]: changed };
  }
}

function numberBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

describe('canonical JSON', () => {
  it('means the same as JSON and does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([k, v]) => [k, reversed(v)] as const)
      .reverse(),
  );
}

async function collect(pieces: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

describe('exporting', () => {
  it('gives every entry as JSON lines and as CSV', async () => {
    const { activity } = await made(2_500);
    activity.record({ actor: { name: '=cmd|calc', role: 'viewer' }, action: 'a.b', target: '@x,"y"\nz' });
    const text = async (format: 'jsonl' | 'csv') => (await collect(activity.export(format))).join('');
    const lines = (await text('jsonl')).trimEnd().split('\n');
    expect(lines).toHaveLength(2_501);
    expect(JSON.parse(lines[2_500] ?? '')).toMatchObject({ sequence: 2_501, target: '@x,"y"\nz' });
    const csv = await text('csv');
    expect(csv.split('\r\n')).toHaveLength(2_503);
    expect(csv).toContain(`"'=cmd|calc","viewer","a.b","'@x,""y""\nz"`);
  });

  it('stops when it is told to', async () => {
    const { activity } = await made(10);
    await expect(collect(activity.export('csv', AbortSignal.abort()))).rejects.toThrow();
    await expect(activity.verify(AbortSignal.abort())).rejects.toThrow();
  });

  it('never lets a cell begin like a formula, and loses nothing of its text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('=1+1', '+a', '-1', '@x', '\t=x', ' =x')),
        (text) => {
          const cell = csvCell(text);
          const inner = cell.slice(1, -1).replaceAll('""', '"');
          expect(cell).toMatch(/^"[\s\S]*"$/);
          expect(inner.startsWith("'") ? [text, `'${text}`] : [text]).toContain(inner);
          expect(inner).not.toMatch(/^\s*[=+\-@]/);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
