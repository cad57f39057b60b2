import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { thisComputerId } from '#shared/domain/id.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { type App, startApp } from './app.ts';
import { main, writeTask } from './steps.ts';

describe.skipIf(!needs('chromium', 'linux'))('data that must not go everywhere', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app?.stop());

  test('is labelled, keeps a launch back, goes with an owner’s reason, and is in the report', async () => {
    const patients = await tempDirectory('patients');
    await app.rpc().data.setPolicy({ siteId: thisComputerId, maxLabel: 'internal' });
    const { page, complaints } = await app.open('/data');
    await main(page).getByRole('button', { name: 'Label data' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Path on this computer').fill(patients);
    await dialog.getByLabel('Label', { exact: true }).selectOption('restricted');
    await dialog.getByLabel('Name', { exact: true }).fill('=Patients');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await main(page).getByRole('rowheader', { name: '=Patients' }).first().waitFor();

    await page.goto(`${app.url}/new`);
    await writeTask(page, `name: survival\nworkdir: ${JSON.stringify(patients)}\nrun: echo done`);
    const launch = page.getByRole('button', { name: 'Launch' });
    await page
      .getByText('“=Patients” is restricted; This computer may hold internal data at most.')
      .first()
      .waitFor();
    expect(await launch.isDisabled()).toBe(true);
    await page.getByLabel('Reason to let it go all the same').fill('agreed with the DPO');
    await launch.click();
    await page.getByRole('heading', { name: 'survival', exact: true }).waitFor();

    await page.goto(`${app.url}/data`);
    const row = main(page).getByRole('row').filter({ hasText: 'survival' }).first();
    await row.getByText('agreed with the DPO').waitFor();
    await row.getByText('sent', { exact: true }).waitFor();
    const download = page.waitForEvent('download');
    await main(page).getByRole('button', { name: 'Export as CSV' }).click();
    const csv = await readFile(await (await download).path(), 'utf8');
    expect(csv).toContain(`"'=Patients (restricted) ${patients}"`);

    // A label that was taken away comes back whole, by one click.
    const labelled = main(page).locator('.data__sets').getByRole('row').filter({ hasText: patients });
    await labelled.getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await labelled.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await labelled.waitFor();
    expect(await app.rpc().data.list()).toContainEqual(
      expect.objectContaining({ path: patients, name: '=Patients', label: 'restricted' }),
    );
    expect(complaints).toEqual([]);
  });
});
