import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { type App, startApp } from './app.ts';
import { main } from './steps.ts';

/** What one does all day: find and do by name, by keys, arrange the window, change settings, drop files. */
describe.skipIf(!needs('chromium', 'linux'))('an app for the whole day', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app?.stop());

  const heading = (page: Page, name: string) =>
    page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const chosen = (page: Page) => page.locator('[cmdk-item][data-selected="true"]');

  test('anything is found and done by a few letters', async () => {
    const { page, complaints } = await app.open('/');
    await main(page).getByRole('heading', { name: 'The yard' }).waitFor();
    await page.keyboard.press('Control+Shift+P');
    const field = page.getByRole('combobox');
    await field.fill('go act');
    await chosen(page).filter({ hasText: 'Go to Activity' }).waitFor();
    await page.keyboard.press('Enter');
    await heading(page, 'Activity');
    // A setting in place: the line says how it stands, and the palette stays.
    await page.keyboard.press('Control+k');
    await field.fill('run has ended');
    await chosen(page).filter({ hasText: 'When a run has ended' }).filter({ hasText: 'on' }).waitFor();
    await page.keyboard.press('Enter');
    await chosen(page).filter({ hasText: 'When a run has ended' }).filter({ hasText: 'off' }).waitFor();
    await page.keyboard.press('Enter');
    await chosen(page).filter({ hasText: 'When a run has ended' }).filter({ hasText: 'on' }).waitFor();
    await field.fill('theme light');
    await page.keyboard.press('Enter');
    await page.locator('html[data-theme="light"]').waitFor();
    // What was done last comes first the next time.
    await page.keyboard.press('Control+k');
    await page.getByRole('option').first().filter({ hasText: 'Theme: Light' }).waitFor();
    await field.fill('xyzzy nothing');
    await page.getByText('Nothing found for “xyzzy nothing”.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('combobox').waitFor({ state: 'detached' });
    // A path of a machine, as far as it is typed; what begins so is found there.
    await page.keyboard.press('Control+k');
    writeFileSync(path.join(app.home, 'losses-of-today.txt'), 'found by its path');
    await field.fill(`this computer:${app.home}/loss`);
    await page.getByRole('option', { name: /losses-of-today\.txt/ }).click();
    await main(page).getByText('found by its path').waitFor();
    expect(complaints).toEqual([]);
  });

  test('what can be done with a machine is found on its page', async () => {
    const { page } = await app.open('/machines');
    await page.getByRole('grid').getByText('This computer').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await heading(page, 'This computer');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('files');
    await page.getByRole('option').filter({ hasText: 'Open its files' }).click();
    await page.waitForURL(/\/files\//);
  });

  test('the keys that the map shows work; it comes by its own key', async () => {
    const { page, complaints } = await app.open('/runs');
    await heading(page, 'Runs');
    await page.keyboard.press('?');
    const map = page.getByRole('dialog', { name: 'Keyboard' });
    await map.getByText('Go to Machines').waitFor();
    await map.getByText('Follow the end').waitFor();
    await page.keyboard.press('Escape');
    await map.waitFor({ state: 'hidden' });
    for (const [keys, name] of [
      ['gm', 'Machines'],
      ['gs', 'Sites'],
      ['gc', 'Credentials'],
      ['gd', 'Data'],
      ['ga', 'Activity'],
      ['g,', 'Settings'],
      ['n', 'New run'],
    ] as const) {
      for (const key of keys) await page.keyboard.press(key);
      await heading(page, name);
      // A field that has the focus would take the next key for itself.
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    }
    expect(complaints).toEqual([]);
  });

  test('the window stays as it was arranged, after a reload and in another window', async () => {
    const { page } = await app.open('/runs');
    await heading(page, 'Runs');
    const width = (one: Page) =>
      one.locator('.nav').evaluate((element) => Math.round(element.getBoundingClientRect().width));
    const splitter = page.getByRole('separator', { name: 'Width of the navigation' });
    await splitter.focus();
    await page.keyboard.press('Home');
    for (let turn = 0; turn < 3; turn += 1) await page.keyboard.press('ArrowRight');
    await until('the navigation is as wide as asked', async () => (await width(page)) === 168);
    const second = await app.open('/machines');
    await until('the other window is too', async () => (await width(second.page)) === 168);
    await page.keyboard.press('Control+b');
    await page.locator('.nav').waitFor({ state: 'hidden' });
    await second.page.locator('.nav').waitFor({ state: 'hidden' });
    await page.reload();
    await heading(page, 'Runs');
    expect(await page.locator('.nav').isVisible()).toBe(false);
    await page.getByRole('button', { name: /Show or hide the navigation/ }).click();
    await page.locator('.nav').waitFor();
  });

  test('the settings are a file too: edits of it are taken, bad ones told, and the page writes it', async () => {
    const { page, complaints } = await app.open('/settings?json=1');
    const file = path.join(app.dataDirectory, 'settings.json');
    const editor = page.getByRole('textbox', { name: 'Settings as JSON' });
    await editor.waitFor();
    writeFileSync(file, '{\n  "theme": "high-contrast",\n  "backupsKept": 500\n}\n');
    await page.locator('html[data-theme="high-contrast"]').waitFor();
    await page
      .getByText(/settings\.json, line 3: “backupsKept” was not taken/)
      .first()
      .waitFor();
    await page.getByText(/^Line 3: “backupsKept”:/).waitFor();
    const write = async (text: string) => {
      await editor.click();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.insertText(text);
      await page.getByRole('button', { name: 'Save', exact: true }).click();
    };
    await write('{\n  "theme": "dark",\n  "nonsense": 1\n}');
    await page.getByText('Line 3: “nonsense”: there is no such setting').waitFor();
    await page.locator('html[data-theme="high-contrast"]').waitFor();
    await write('{ "theme": "dark", "density": "comfortable" }');
    await page.locator('html[data-theme="dark"][data-density="comfortable"]').waitFor();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ theme: 'dark', density: 'comfortable' });
    // As a page: what differs says what it would be, and goes back.
    await page.getByRole('button', { name: 'Page', exact: true }).click();
    await page.getByRole('searchbox', { name: 'Find a setting' }).fill('rows of');
    await page
      .getByRole('button', { name: 'Reset “Rows of tables”' })
      .or(page.getByRole('button', { name: 'Reset Rows of tables' }))
      .click();
    await page.locator('html[data-density="compact"]').waitFor();
    await until('the file follows', () => !readFileSync(file, 'utf8').includes('density'));
    expect(complaints).toEqual([]);
  });

  test('a task file dropped anywhere is opened as a new run; anything else is said to be none', async () => {
    const { page, complaints } = await app.open('/activity');
    await heading(page, 'Activity');
    const drop = async (files: Record<string, string>) => {
      const data = await page.evaluateHandle((given) => {
        const transfer = new DataTransfer();
        for (const [name, text] of Object.entries(given)) transfer.items.add(new File([text], name));
        return transfer;
      }, files);
      await page.dispatchEvent('main', 'dragover', { dataTransfer: data });
      await page.getByText('Drop a task file to open it as a new run').waitFor();
      await page.dispatchEvent('main', 'drop', { dataTransfer: data });
      await page.getByText('Drop a task file to open it as a new run').waitFor({ state: 'detached' });
    };
    await drop({ 'notes.txt': 'run: x' });
    await page.getByText('“notes.txt” is no task file').waitFor();
    await heading(page, 'Activity');
    await drop({ 'train.yaml': 'name: dropped\nrun: echo here\n', 'other.yaml': 'run: x\n' });
    await heading(page, 'New run');
    await page.getByText('2 files were dropped; “train.yaml” is opened.').waitFor();
    await page.getByText('echo here').waitFor();
    expect(complaints).toEqual([]);
  });

  test('a new window is another one on the same app', async () => {
    const { page } = await app.open('/sites');
    await heading(page, 'Sites');
    const opened = page.context().waitForEvent('page');
    await page.keyboard.press('g');
    await page.keyboard.press('w');
    const other = await opened;
    await heading(other, 'Sites');
    await other.close();
  });
});
