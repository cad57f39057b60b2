import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Activity } from '#backend/activity/index.ts';
import { systemClock } from '#backend/clock.ts';
import { openStore } from '#backend/store/index.ts';
import { seedRuns } from '#test/lab/seed.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { openForTest, silentLog } from '#test/temp-store.ts';

/** A file system of `mebibytes`; null where mounting is not allowed. Gone when the running test is. */
async function smallDisk(mebibytes: number): Promise<string | null> {
  const place = path.join(await tempDirectory('disk'), 'mnt');
  mkdirSync(place);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'trainyard-test', place]);
  if (mounted.status !== 0) return null;
  onTestFinished(() => {
    spawnSync('umount', ['-l', place]);
  });
  return place;
}

function fill(place: string): string {
  const file = path.join(place, 'filler');
  const { bavail, bsize } = statfsSync(place);
  writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize)));
  return file;
}

describe.skipIf(!needs('root', 'linux'))('a full disk on this computer', () => {
  it('is said clearly; nothing acknowledged is lost, reading goes on, and so does writing once there is room', async (context) => {
    const place = await smallDisk(12);
    if (!place) {
      context.skip('mounting is not allowed here');
      return;
    }
    const file = path.join(place, 'trainyard.db');
    const store = openForTest({ file });
    const activity = new Activity(store, systemClock, path.join(place, 'activity.key'));
    const { runIds } = seedRuns(store, 100, { machines: 5 });
    const filler = fill(place);
    let acknowledged = 0;
    const write = () => {
      for (let n = acknowledged + 1; n <= 20_000; n += 1) {
        store.transaction(() => {
          store.settings.update({ refreshSeconds: 2 + (n % 3_000) });
          activity.record({
            actor: { name: 'test', role: 'owner' },
            action: 'test.write',
            target: String(n),
            details: { filling: 'x'.repeat(2_000) },
          });
        });
        acknowledged = n;
      }
    };
    expect(write).toThrowError(expect.objectContaining({ code: 'DISK_FULL', retryable: true }));
    await expect(store.backUp('asked')).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(() => store.restore(file)).toThrowError(expect.objectContaining({ code: 'DISK_FULL' }));

    const check = async (opened: typeof store, log: Activity) => {
      const last = log.list({ search: '', action: '', limit: 1 })[0];
      expect(Number(last?.target ?? 0)).toBe(acknowledged);
      if (acknowledged > 0) expect(opened.settings.get().refreshSeconds).toBe(2 + (acknowledged % 3_000));
      expect(opened.runs.require(runIds[7] ?? '').attempts).toHaveLength(1);
      expect(await log.verify()).toMatchObject({ ok: true, entries: acknowledged });
      expect(readdirSync(place).filter((name) => /incoming|part|damaged/.test(name))).toEqual([]);
      expect(readdirSync(path.join(place, 'backups'))).toEqual([]);
    };
    await check(store, activity);

    rmSync(filler);
    store.settings.update({ theme: 'dark' });
    await check(store, activity);
    await store.backUp('asked');
    store.close();
    const again = openStore({ file, clock: systemClock, log: silentLog });
    expect(again.settings.get().theme).toBe('dark');
    expect(again.backups.list()).toHaveLength(1);
    again.close();
  });

  it('does not keep the app from opening to show what is there, or says why; nothing is lost', async (context) => {
    const place = await smallDisk(12);
    if (!place) {
      context.skip('mounting is not allowed here');
      return;
    }
    const file = path.join(place, 'trainyard.db');
    const store = openStore({ file, clock: systemClock, log: silentLog });
    seedRuns(store, 50, { machines: 5 });
    store.close();
    const filler = fill(place);
    try {
      const opened = openStore({ file, clock: systemClock, log: silentLog });
      try {
        expect(opened.machines.ids()).toHaveLength(5);
      } finally {
        opened.close();
      }
    } catch (error) {
      expect(error).toMatchObject({ code: 'DISK_FULL' });
    }
    rmSync(filler);
    const again = openForTest({ file });
    expect(again.machines.ids()).toHaveLength(5);
    expect(again.notices.list()).toEqual([]);
  });
});
