import { readFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { type App, besidesAbsence, startApp } from './app.ts';
import { crowding } from './crowding.ts';
import { logView, main } from './steps.ts';

describe.skipIf(!needs('chromium', 'linux'))('a new user', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app?.stop());

  const open = (place: string) => app.open(place);

  test('is led from the welcome to a real training on this computer, and sees it succeed', async () => {
    const { page, complaints } = await open('/');
    // Tried again after a failure, the welcome may have gone: a run is there already.
    await main(page).getByRole('heading', { name: 'The yard' }).waitFor();
    const steps = main(page).getByRole('region', { name: 'Start with a machine or with a sample' });
    const sample = steps.getByRole('link', { name: 'Run the sample here' });
    if ((await sample.count()) > 0) {
      // Its sentences have the room that is there.
      const sentence = await steps.getByText('The sample trains a small network').boundingBox();
      expect(sentence?.width).toBeGreaterThan(300);
      expect(await page.evaluate(crowding)).toEqual([]);
      await sample.click();
    } else await page.goto(`${app.url}/new?template=sample`);
    await page.getByText('No mistakes.').waitFor();
    expect(
      await page.getByLabel('Machine', { exact: true }).locator('option:checked').textContent(),
    ).toContain('This computer');
    await page.getByRole('button', { name: 'Launch' }).click();

    await page.getByRole('heading', { name: 'digits', exact: true }).waitFor();
    await main(page)
      .getByText(/^Running/)
      .first()
      .waitFor();
    // The log comes while it trains: the page says that it grows.
    await logView(page).getByText(/loss/).first().waitFor();
    await page.getByText(/growing/).waitFor();
    await page.getByRole('figure', { name: /loss/ }).or(page.locator('.chart').first()).first().waitFor();
    await main(page).getByText('Exit code 0, recorded on the box').first().waitFor({ timeout: 120_000 });
    await main(page).getByText('Succeeded').first().waitFor();
    await page
      .getByText(/complete/)
      .first()
      .waitFor();
    // The list of first steps has been walked, and is gone.
    await page.goto(app.url);
    await main(page).getByRole('heading', { name: 'The yard' }).waitFor();
    await steps.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('signs in once: the same address again is refused to another browser', async () => {
    const stranger = await app.browser.newContext();
    onTestFinished(() => stranger.close());
    const page = await stranger.newPage();
    const answer = await page.goto(app.loginUrl);
    expect(answer?.status()).toBe(403);
    await page.getByText('has been used already').waitFor();
    await page.goto(`${app.url}/runs`);
    await page.getByText('not logged in any more').or(page.getByText('not signed in')).first().waitFor();
    expect(await page.getByText('digits').count()).toBe(0);
  });

  test('keeps theme and language over a reload and in a second window', async () => {
    const { page, complaints } = await open('/settings');
    const choose = (group: string | RegExp, name: string) =>
      main(page).getByRole('group', { name: group }).getByRole('button', { name, exact: true }).click();
    await choose(/^(Theme|主题)$/, 'Light');
    await page.locator('html[data-theme="light"]').waitFor();
    await choose('Language', '简体中文');
    await main(page).getByRole('heading', { level: 1, name: '设置' }).waitFor();
    await page.reload();
    await main(page).getByRole('heading', { level: 1, name: '设置' }).waitFor();
    await page.locator('html[data-theme="light"][lang="zh-CN"]').waitFor();
    const second = await open('/runs');
    await second.page.getByRole('heading', { level: 1, name: '运行' }).waitFor();
    await choose('语言', 'English');
    await choose('Theme', 'As the system');
    // The other window follows without being touched.
    await second.page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    await second.page.locator('html[data-theme="dark"]').waitFor();
    expect([...complaints, ...second.complaints]).toEqual([]);
  });

  test('a setting out of its range is said to be, and not kept', async () => {
    const { page } = await open('/settings');
    const field = page.getByLabel('Grace when stopping, s', { exact: true });
    await field.fill('0');
    await page.getByText('A whole number from 1 to 3600.').waitFor();
    await field.blur();
    await page.reload();
    expect(await page.getByLabel('Grace when stopping, s', { exact: true }).inputValue()).toBe('30');
  });

  test('can verify and export what was done', async () => {
    const { page, complaints } = await open('/activity');
    await main(page)
      .getByRole('cell', { name: 'settings.update' })
      .or(main(page).locator('td.mono'))
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Verify the log' }).click();
    await page.getByText(/The log is whole: \d+ entries/).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'Export as JSON lines' }).click();
    const file = await (await download).path();
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('action');
    expect(complaints).toEqual([]);
  });

  test('backs up and restores; what was changed since is as it was', async () => {
    const { page, complaints } = await open('/settings');
    const size = page.getByLabel('Size of log text, px', { exact: true });
    await size.fill('13');
    await size.press('Enter');
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByText('Backed up.').waitFor();
    await size.fill('17');
    await size.press('Enter');
    await page
      .getByRole('row')
      .filter({ has: page.getByRole('button', { name: 'Restore' }) })
      .first()
      .getByRole('button', { name: 'Restore' })
      .click();
    const before = app.workerPid();
    const dialog = page.getByRole('dialog', { name: /^Restore the backup/ });
    await dialog.getByText('What is there now is kept beside it').waitFor();
    await dialog.getByRole('button', { name: 'Restore' }).click();
    await page.getByText(/^Restored\./).waitFor();
    // Its process is another one afterwards: nothing that it remembers is of the old database.
    await until('the app has started anew', () => ![0, before].includes(app.workerPid()), {
      deadlineMs: 60_000,
    });
    await page.reload();
    await page.waitForFunction(() => {
      const field = [...document.querySelectorAll('label')].find(
        (label) => label.textContent === 'Size of log text, px',
      );
      return (document.getElementById(field?.htmlFor ?? '') as HTMLInputElement | null)?.value === '13';
    });
    expect(besidesAbsence(complaints)).toEqual([]);
  });

  test('finds credentials and data pages that axe and the content policy have nothing against', async () => {
    const { page, complaints } = await open('/credentials');
    const found: string[] = [];
    for (const [place, title] of [
      ['/credentials', 'Credentials'],
      ['/data', 'Data'],
    ] as const) {
      await page.goto(`${app.url}${place}`);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await page.waitForFunction(() => document.querySelector('.skeletons') === null);
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      for (const { id, impact, nodes } of violations)
        if (impact === 'serious' || impact === 'critical')
          found.push(`${place}: ${id}: ${nodes[0]?.target.join(' ')}`);
      for (const what of await page.evaluate(crowding)) found.push(`${place}: ${what}`);
    }
    expect([...found, ...complaints]).toEqual([]);
  });

  test('goes everywhere by keyboard', async () => {
    const { page, complaints } = await open('/');
    await main(page).getByRole('heading', { name: 'The yard' }).waitFor();
    const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await heading('Runs');
    await page.locator('.table__row').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await heading('digits');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor({ state: 'hidden' });
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox').fill('machi');
    await page.getByRole('option', { name: /Go to Machines/ }).hover();
    await page.keyboard.press('Enter');
    await heading('Machines');
    await page.keyboard.press('n');
    await heading('New run');
    expect(complaints).toEqual([]);
  });
});
