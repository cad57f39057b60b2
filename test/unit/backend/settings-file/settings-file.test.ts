import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
import { until } from '#test/until.ts';

const log = pino({ level: 'silent' });

async function made() {
  const store = await tempStore();
  const dataDirectory = path.dirname(store.sql.connection.name);
  const events = new EventBus();
  const activity = new Activity(store, systemClock, path.join(dataDirectory, 'activity.key'));
  const housekeeping = new Housekeeping(store, activity, events);
  const opened: SettingsFile[] = [];
  const open = () => {
    const file = new SettingsFile({ dataDirectory, store, housekeeping, events, log });
    opened.push(file);
    file.start();
    return file;
  };
  onTestFinished(() => {
    for (const one of opened) one.close();
  });
  const settingsFile = open();
  const { file } = settingsFile;
  const onDisk = () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const becomes = (what: string, holds: () => boolean) =>
    until(what, holds, { deadlineMs: 30_000, everyMs: 20 });
  return { store, activity, housekeeping, settingsFile, file, onDisk, becomes, open };
}

it('is there from the start, for the user only, and follows each change', async () => {
  const { file, housekeeping, onDisk } = await made();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(Object.keys(onDisk())).toEqual(['$schema']);
  housekeeping.updateSettings({ theme: 'dark', backupsKept: 9 }, appItself);
  expect(onDisk()).toMatchObject({ theme: 'dark', backupsKept: 9 });
  housekeeping.updateSettings({ backupsKept: 7 }, appItself);
  expect(Object.keys(onDisk())).toEqual(['$schema', 'theme']);
});

it('takes an edit in place, and one by an editor that puts another file there', async () => {
  const { file, housekeeping, activity, becomes } = await made();
  writeFileSync(file, '{ "theme": "light", "logFontSize": 15 }');
  await becomes('the edit is taken', () => housekeeping.settings().logFontSize === 15);
  expect(housekeeping.settings().theme).toBe('light');
  writeFileSync(`${file}.swp`, '{\n  "theme": "high-contrast"\n}\n');
  renameSync(`${file}.swp`, file);
  await becomes('the other file is taken', () => housekeeping.settings().theme === 'high-contrast');
  // What is not named any more is as it comes.
  expect(housekeeping.settings().logFontSize).toBe(12);
  expect(activity.list({ search: '', action: 'settings', limit: 5 })[0]).toMatchObject({
    actor: 'settings.json',
  });
  // It is left as the user wrote it.
  expect(readFileSync(file, 'utf8')).toBe('{\n  "theme": "high-contrast"\n}\n');
});

it('says what it cannot take, keeps that setting as it was, and loses nothing of the text', async () => {
  const { file, housekeeping, store, becomes, onDisk, settingsFile } = await made();
  housekeeping.updateSettings({ logFontSize: 14 }, appItself);
  writeFileSync(file, '{\n  "theme": "dark",\n  "logFontSize": 99,\n  "wish": true\n}\n');
  await becomes('the good part is taken', () => housekeeping.settings().theme === 'dark');
  expect(housekeeping.settings().logFontSize).toBe(14);
  expect(store.notices.list().map(({ code, params }) => [code, params.key, params.line])).toEqual([
    ['SETTINGS_FILE_KEY', 'wish', 4],
    ['SETTINGS_FILE_KEY', 'logFontSize', 3],
  ]);
  expect(settingsFile.show().problems.length).toBe(2);
  // The next change elsewhere keeps what was not understood.
  housekeeping.updateSettings({ theme: 'light' }, appItself);
  expect(onDisk()).toMatchObject({ theme: 'light', wish: true });
});

it('leaves a text that is no JSON alone, and keeps it aside when the file must be written', async () => {
  const { file, housekeeping, store, becomes, onDisk } = await made();
  housekeeping.updateSettings({ theme: 'dark' }, appItself);
  const broken = '{\n  "theme": "light",\n';
  writeFileSync(file, broken);
  await becomes('it is told', () => store.notices.list().length > 0);
  expect(store.notices.list()[0]).toMatchObject({ code: 'SETTINGS_FILE_UNREADABLE' });
  expect(housekeeping.settings().theme).toBe('dark');
  expect(readFileSync(file, 'utf8')).toBe(broken);
  housekeeping.updateSettings({ backupsKept: 4 }, appItself);
  expect(onDisk()).toMatchObject({ theme: 'dark', backupsKept: 4 });
  expect(readFileSync(`${file}.unreadable`, 'utf8')).toBe(broken);
});

it('comes back when it is taken away, with the settings as they were', async () => {
  const { file, housekeeping, becomes } = await made();
  housekeeping.updateSettings({ theme: 'dark' }, appItself);
  rmSync(file);
  await becomes('the file is back', () => existsSync(file) && readFileSync(file, 'utf8').includes('dark'));
  expect(housekeeping.settings().theme).toBe('dark');
});

it('takes what was edited while the app was closed, and only that', async () => {
  const { file, housekeeping, settingsFile, open } = await made();
  housekeeping.updateSettings({ theme: 'dark' }, appItself);
  settingsFile.close();
  // A change that the file missed: the database is right.
  housekeeping.updateSettings({ backupsKept: 3 }, appItself);
  open().close();
  expect(housekeeping.settings()).toMatchObject({ theme: 'dark', backupsKept: 3 });
  expect(readFileSync(file, 'utf8')).toContain('backupsKept');
  writeFileSync(file, '{"logFontSize": 20}');
  open().close();
  expect(housekeeping.settings()).toMatchObject({ theme: 'system', backupsKept: 7, logFontSize: 20 });
});

it('is written by a page whole or not at all, and never over what it has not seen', async () => {
  const { housekeeping, settingsFile, file } = await made();
  const before = settingsFile.show().text;
  expect(() => settingsFile.write('{"theme": "dark", "x": 1}', before, appItself)).toThrow(
    expect.objectContaining({
      code: 'SETTINGS_FILE_BAD',
      params: expect.objectContaining({ key: 'x', line: 1 }),
    }),
  );
  expect(housekeeping.settings().theme).toBe('system');
  const text = '{"theme": "dark"}';
  expect(settingsFile.write(text, before, appItself)).toMatchObject({ text, settings: { theme: 'dark' } });
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(() => settingsFile.write('{}', before, appItself)).toThrow(
    expect.objectContaining({ code: 'SETTINGS_FILE_CHANGED' }),
  );
});
