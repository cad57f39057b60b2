import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import pino from 'pino';
import { expect, it } from 'vitest';
import { Activity } from '#backend/activity/index.ts';
import { activityRouter } from '#backend/api/activity.ts';
import { appRouter } from '#backend/api/app.ts';
import { createRouter } from '#backend/api/index.ts';
import { storeRouter } from '#backend/api/store.ts';
import { systemClock } from '#backend/clock.ts';
import { EventBus } from '#backend/events.ts';
import { Housekeeping } from '#backend/housekeeping.ts';
import { Jobs } from '#backend/jobs.ts';
import { SettingsFile } from '#backend/settings-file/index.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import type { Role } from '#shared/domain/role.ts';
import { tempStore } from '#test/temp-store.ts';

async function made(role: Role = 'owner') {
  const store = await tempStore();
  const dataDirectory = path.dirname(store.sql.connection.name);
  const events = new EventBus();
  const heard: AppEvent[] = [];
  events.subscribe((event) => heard.push(event));
  const activity = new Activity(store, systemClock, path.join(dataDirectory, 'activity.key'));
  const housekeeping = new Housekeeping(store, activity, events);
  const info = () => ({
    version: '1',
    host: 'headless' as const,
    platform: 'linux',
    dataDirectory,
    startedAt: 1,
  });
  const router = createRouter({
    app: appRouter({
      housekeeping,
      settingsFile: new SettingsFile({
        dataDirectory,
        store,
        housekeeping,
        events,
        log: pino({ level: 'silent' }),
      }),
      events,
      info,
      jobs: new Jobs(events, systemClock),
      shutDown: () => undefined,
    }),
    store: storeRouter(housekeeping),
    activity: activityRouter(activity),
  });
  const client = createRouterClient(router, {
    context: { actor: { name: 'test', role }, log: pino({ level: 'silent' }) },
  });
  return { store, client, heard, activity };
}

it('changes settings, records who did, and tells the pages once it is saved', async () => {
  const { client, heard } = await made();
  await client.app.updateSettings({ theme: 'dark' });
  await client.app.updateSettings({ language: 'zh-CN' });
  expect(await client.app.settings()).toMatchObject({ theme: 'dark', language: 'zh-CN', backupsKept: 7 });
  expect(heard).toMatchObject([
    { type: 'settings.changed', settings: { theme: 'dark' } },
    { type: 'settings.changed', settings: { theme: 'dark', language: 'zh-CN' } },
  ]);
  const entries = await client.activity.list({ action: 'settings' });
  expect(entries[0]).toMatchObject({
    actor: 'test',
    action: 'settings.update',
    details: { language: 'zh-CN' },
  });
  expect(await client.activity.verify()).toEqual({
    ok: true,
    entries: 2,
    firstBad: null,
    reason: null,
    why: '',
  });
});

it('refuses a bad setting without a trace', async () => {
  const { client, heard, store } = await made();
  await expect(client.app.updateSettings({ backupsKept: 0 })).rejects.toMatchObject({
    data: { code: 'INPUT_INVALID' },
  });
  expect(heard).toEqual([]);
  expect(store.settings.get().backupsKept).toBe(7);
});

it('backs up and restores by name; the stream of events ends, so that pages load again; the restore is on record', async () => {
  const { client, store } = await made();
  await client.app.updateSettings({ theme: 'dark' });
  const backup = await client.store.backUp();
  await client.app.updateSettings({ theme: 'light' });
  const events = await client.app.events();
  const following = (async () => {
    const seen: string[] = [];
    for await (const event of events) seen.push(event.type);
    return seen;
  })();
  const { keptAs } = await client.store.restore({ file: path.basename(backup.file) });
  await following;
  expect((await client.app.settings()).theme).toBe('dark');
  expect((await client.app.notices()).notices[0]).toMatchObject({ code: 'STORE_RESTORED' });
  expect((await client.activity.list({}))[0]).toMatchObject({ action: 'store.restore', details: { keptAs } });
  expect((await client.activity.verify()).ok).toBe(true);
  await client.app.dismissNotice({ id: store.notices.list()[0]?.id ?? '' });
  expect((await client.app.notices()).notices).toEqual([]);
  await expect(client.store.restore({ file: 'nothing.db' })).rejects.toMatchObject({
    data: { code: 'BACKUP_UNKNOWN' },
  });
});

it('exports the activity log as a stream', async () => {
  const { client, activity } = await made('viewer');
  activity.record({ actor: { name: 'test', role: 'owner' }, action: 'a.b', target: '=1+1' });
  let text = '';
  for await (const piece of await client.activity.export({ format: 'csv' })) text += piece;
  expect(text).toContain(`"'=1+1"`);
});
