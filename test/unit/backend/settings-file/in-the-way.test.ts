import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { Activity } from '#backend/activity/index.ts';
import { systemClock } from '#backend/clock.ts';
import { EventBus } from '#backend/events.ts';
import { Housekeeping } from '#backend/housekeeping.ts';
import { SettingsFile } from '#backend/settings-file/index.ts';
import { appItself } from '#shared/domain/role.ts';
import { tempStore } from '#test/temp-store.ts';

it('something else in the place of the file ends nothing: the settings are kept, and written once there is room', async () => {
  const store = await tempStore();
  const dataDirectory = path.dirname(store.sql.connection.name);
  const events = new EventBus();
  const activity = new Activity(store, systemClock, path.join(dataDirectory, 'activity.key'));
  const housekeeping = new Housekeeping(store, activity, events);
  const file = path.join(dataDirectory, 'settings.json');
  mkdirSync(path.join(file, 'not empty'), { recursive: true });
  const settingsFile = new SettingsFile({
    dataDirectory,
    store,
    housekeeping,
    events,
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => settingsFile.close());
  settingsFile.start();
  housekeeping.updateSettings({ theme: 'dark' }, appItself);
  expect(housekeeping.settings().theme).toBe('dark');
  rmSync(file, { recursive: true });
  housekeeping.updateSettings({ backupsKept: 3 }, appItself);
  expect(settingsFile.show().text).toContain('backupsKept');
  expect(settingsFile.show().text).toContain('dark');
});
