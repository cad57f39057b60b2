import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId, thisComputerId } from '#shared/domain/id.ts';
import { hasEnded } from '#shared/domain/run.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { type App, startApp } from './app.ts';
import { main } from './steps.ts';

describe.skipIf(!needs('chromium', 'linux'))('what runs cost', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app?.stop());

  test('a machine gets its price, its run a project, and a budget says that it is spent', async () => {
    const { page, complaints } = await app.open('/costs?tab=machines');
    const row = main(page).getByRole('row').filter({ hasText: 'This computer' });
    await row.getByText('not priced').waitFor();
    await row.getByRole('button', { name: 'What This computer costs' }).click();
    const dialog = page.getByRole('dialog');
    // 35,040,000 $ over four years are 1,000 $ an hour: something to see within seconds.
    await dialog.getByLabel('Purchase, $', { exact: true }).fill('35040000');
    await dialog.getByLabel('On top of the purchase, %').fill('0');
    await dialog.getByLabel('Price of a kWh, $').fill('0');
    await dialog.getByText('$1,000 an hour, used or not').waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row.getByText('$1,000', { exact: true }).waitFor();

    const run = await app.rpc().runs.launch({
      requestId: newId(),
      yaml: 'name: dear\nrun: sleep 2\n',
      baseDirectory: null,
      machineId: thisComputerId,
      envs: {},
      secrets: {},
      priority: 0,
    });
    await until('it has ended', async () => hasEnded((await app.rpc().runs.get({ runId: run.id })).state), {
      deadlineMs: 60_000,
    });
    await page.goto(`${app.url}/runs/${run.id}`);
    await page.getByText('Cost so far').waitFor();
    await page.getByRole('button', { name: 'Set its project…' }).click();
    await dialog.getByLabel('Project').fill('llm');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'project llm' }).waitFor();

    await page.goto(`${app.url}/costs?tab=budgets`);
    await main(page).getByRole('button', { name: 'Add a budget…' }).click();
    await dialog.getByLabel('Name').fill('Tiny');
    await dialog.getByLabel('Amount, $').fill('0.01');
    await dialog.getByLabel('Project').fill('llm');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const budget = main(page).getByRole('row').filter({ hasText: 'Tiny' });
    await budget.getByText('spent', { exact: true }).waitFor();
    await page.getByText('The budget “Tiny” is spent for this period.').first().waitFor();

    await page.goto(`${app.url}/costs`);
    await main(page).getByRole('rowheader', { name: 'llm' }).waitFor();
    await main(page).getByRole('button', { name: 'As a table' }).click();
    await main(page).getByRole('columnheader', { name: 'Day (UTC)' }).waitFor();
    const download = page.waitForEvent('download');
    await main(page).getByRole('button', { name: 'Export as CSV' }).click();
    await page.getByRole('menuitem', { name: 'Projects' }).click();
    const csv = await readFile(await (await download).path(), 'utf8');
    expect(csv).toMatch(/^"project","runs","GPU hours","USD"\r\n"llm",1,0,\d+(?:\.\d{1,6})?\r\n$/);
    expect(complaints).toEqual([]);
  });
});
