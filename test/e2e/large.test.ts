import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#backend/clock.ts';
import { openStore } from '#backend/store/index.ts';
import { seedRuns } from '#test/lab/seed.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { type App, startApp } from './app.ts';

describe.skipIf(!needs('chromium'))('10,000 runs on 1,000 machines', () => {
  let app: App;
  let directory: string;
  let named: string;
  beforeAll(async () => {
    directory = await makeTempDirectory('e2e-large');
    const store = openStore({
      file: path.join(directory, 'trainyard.db'),
      clock: systemClock,
      log: { info: () => undefined, warn: () => undefined },
    });
    const { runIds } = seedRuns(store, 10_000, { machines: 1000, now: Date.now() });
    named = store.runs.get(runIds[4321] ?? '')?.name ?? '';
    // Nothing answers at the seeded names: the app is not to spend the test trying.
    for (const site of store.sites.list()) store.sites.update(site.id, { autoConnect: false });
    store.close();
    app = await startApp({ dataDirectory: directory });
  });
  afterAll(async () => {
    await app?.stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  test('the list scrolls to its end, sorts, and filters by text, state and machine', async () => {
    const { page, complaints } = await app.open('/runs');
    await page.getByText('10,000 runs').waitFor();
    const table = page.locator('.table__scroll');
    await table.focus();
    await page.keyboard.press('End');
    await page.waitForFunction(() => {
      const element = document.querySelector('.table__scroll');
      return element !== null && element.scrollTop > 200_000;
    });
    // The last rows are rows, not places where rows will be.
    await page.waitForFunction(() => {
      const rows = [...document.querySelectorAll('.table__row')].filter(
        (row) => row.getBoundingClientRect().top < innerHeight,
      );
      return rows.length > 10 && rows.every((row) => row.querySelector('a[href^="/runs/"]'));
    });
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: /^Name/ }).click();
    await page
      .locator('.table__row')
      .first()
      .getByText(/^bert-/)
      .waitFor();

    await page.getByRole('button', { name: /^Failed/ }).click();
    const failed = page.getByText(/^[\d,]+ runs$/);
    await failed.waitFor();
    await page.waitForFunction(() => !document.querySelector('main')?.textContent?.includes('10,000 runs'));
    await page.getByRole('button', { name: /^Failed/ }).click();
    await page.getByText('10,000 runs').waitFor();
    await page.getByRole('searchbox', { name: 'Filter runs' }).fill(named);
    await page.getByRole('link', { name: named, exact: true }).first().waitFor();
    await page.getByRole('searchbox', { name: 'Filter runs' }).fill('nothing is called this');
    await page.getByRole('heading', { name: 'No run matches' }).waitFor();
    await page.getByRole('button', { name: 'Show all runs' }).click();
    await page.getByText('10,000 runs').waitFor();
    expect(complaints).toEqual([]);
  });

  test('the palette finds one run among them, and one machine', async () => {
    const { page, complaints } = await app.open('/machines');
    await page.getByRole('heading', { level: 1, name: 'Machines' }).waitFor();
    await page.locator('.table__row').first().waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox').fill(named);
    await page
      .getByRole('option', { name: new RegExp(named) })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: named }).waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox').fill('gpu-0777');
    // Runs on it are found by its name too: the machine itself is under its own heading.
    const machine = page.getByRole('group', { name: 'Machines' }).getByRole('option', { name: /gpu-0777/ });
    await machine.waitFor();
    await machine.click();
    await page.getByRole('heading', { level: 1, name: /gpu-0777/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('machines are filtered and sorted; the overview folds away what is idle', async () => {
    const { page, complaints } = await app.open('/machines');
    await page.getByLabel('Filter machines').fill('gpu-0042');
    await page.locator('.table__row').filter({ hasText: 'gpu-0042' }).waitFor();
    await page.waitForFunction(() => document.querySelectorAll('.table__row').length === 1);
    await page.getByLabel('Filter machines').fill('no such machine');
    await page.getByRole('heading', { name: 'No machine fits this filter.' }).waitFor();
    await page.goto(app.url);
    await page.getByRole('button', { name: /^Show \d+ idle machines$/ }).waitFor();
    expect(complaints).toEqual([]);
  });
});
