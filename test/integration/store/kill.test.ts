import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Activity } from '#backend/activity/index.ts';
import { systemClock } from '#backend/clock.ts';
import { openStore } from '#backend/store/index.ts';
import { seededRandom, seedRuns } from '#test/lab/seed.ts';
import { tempDirectory } from '#test/temp.ts';
import { openForTest, silentLog } from '#test/temp-store.ts';
import { until } from '#test/until.ts';

const child = path.join(import.meta.dirname, 'child.ts');

interface Running {
  process: ChildProcess;
  lines: string[];
  /** Resolves with the signal that ended it, when all it said has arrived. */
  ended: Promise<string | null>;
}

function start(...args: string[]): Running {
  const running = spawn(process.execPath, [child, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface({ input: running.stdout }).on('line', (line) => lines.push(line));
  const ended = once(running, 'close').then(([, signal]) => signal as string | null);
  onTestFinished(async () => {
    running.kill('SIGKILL');
    await ended;
  });
  return { process: running, lines, ended };
}

async function seeded() {
  const directory = await tempDirectory('store');
  const file = path.join(directory, 'trainyard.db');
  const store = openStore({ file, clock: systemClock, log: silentLog });
  seedRuns(store, 20, { machines: 2 });
  store.settings.update({ theme: 'dark' });
  const backup = await store.backUp('asked');
  store.settings.update({ theme: 'high-contrast' });
  store.close();
  return { directory, file, backup };
}

describe('kill -9', () => {
  it('of a process that writes loses nothing it had acknowledged, and leaves nothing half done', async () => {
    const directory = await tempDirectory('store');
    const file = path.join(directory, 'trainyard.db');
    const random = seededRandom(99);
    let next = 1;
    for (let round = 0; round < 8; round += 1) {
      const writer = start('write', file, String(next));
      const enough = 1 + Math.floor(random() * 120);
      await until('it has written', () => writer.lines.length >= enough, { deadlineMs: 60_000, everyMs: 1 });
      writer.process.kill('SIGKILL');
      expect(await writer.ended).toBe('SIGKILL');
      const acknowledged = Number(writer.lines.at(-1));
      const store = openStore({ file, clock: systemClock, log: silentLog });
      try {
        const activity = new Activity(store, systemClock, path.join(directory, 'activity.key'));
        const last = Number(activity.list({ search: '', action: 'test.write', limit: 1 })[0]?.target);
        expect(last).toBeGreaterThanOrEqual(acknowledged);
        expect(last).toBeLessThanOrEqual(acknowledged + 1);
        expect(store.settings.get().refreshSeconds).toBe(2 + (last % 3_000));
        expect(store.notices.list()[0]?.params.n).toBe(last);
        expect(await activity.verify()).toMatchObject({ ok: true, entries: last });
        next = last + 1;
      } finally {
        store.close();
      }
    }
    expect(readdirSync(directory).filter((name) => name.includes('damaged'))).toEqual([]);
  });

  it('frees the data for the next process, which was refused until then', async () => {
    const directory = await tempDirectory('store');
    const file = path.join(directory, 'trainyard.db');
    const holder = start('hold', file);
    await until('it is open', () => holder.lines.includes('open'), { deadlineMs: 60_000 });
    const refused = start('try', file);
    await refused.ended;
    expect(refused.lines).toEqual(['DATA_IN_USE']);
    expect(() => openStore({ file, clock: systemClock, log: silentLog })).toThrowError(
      expect.objectContaining({ params: expect.objectContaining({ holder: holder.process.pid }) }),
    );
    holder.process.kill('SIGKILL');
    await holder.ended;
    openForTest({ file });
  });

  it('in the middle of a migration leaves the form before it', async () => {
    const { file } = await seeded();
    const migrating = start('migrate', file);
    const wal = () => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    await until('the migration is under way', () => wal() > 1_000_000, { deadlineMs: 60_000, everyMs: 1 });
    migrating.process.kill('SIGKILL');
    await migrating.ended;
    expect(migrating.lines).toEqual([]);
    const store = openForTest({ file });
    expect(store.settings.get().theme).toBe('high-contrast');
    expect(store.sql.get("SELECT 1 FROM sqlite_schema WHERE name = 'big'")).toBeUndefined();
    expect(store.backups.list().map((backup) => backup.reason)).toContain('before-migration');
    expect(store.notices.list()).toEqual([]);
  });

  it.each([
    ['note', 'high-contrast'],
    ['aside-wal', 'dark'],
    ['aside-shm', 'dark'],
    ['aside', 'dark'],
    ['swap', 'dark'],
    ['done', 'dark'],
  ])('of a restore at the step "%s" leaves the old or the new, whole', async (step, theme) => {
    const { directory, file, backup } = await seeded();
    const restoring = start('restore', file, `${backup.file}|${step}`);
    expect(await restoring.ended).toBe('SIGKILL');
    const store = openForTest({ file });
    expect(store.settings.get().theme).toBe(theme);
    expect(store.machines.ids()).toHaveLength(2);
    const names = readdirSync(directory);
    expect(names.filter((name) => /incoming|replacing/.test(name))).toEqual([]);
    const kept = names.filter((name) => name.includes('before-restore'));
    expect(kept).toHaveLength(theme === 'dark' ? 1 : 0);
    if (kept[0]) {
      store.restore(path.join(directory, kept[0]));
      expect(store.settings.get().theme).toBe('high-contrast');
    }
  });
});
