import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '#test/needs.ts';
import { type App, startApp } from './app.ts';

/** A price sheet with one row that makes no sense. */
const sheet = [
  'provider,region,instance_type,accelerator,accelerator_count,on_demand',
  'northlight,oslo-1,one-h100,H100,1,2.10',
  'northlight,oslo-1,free-lunch,H100,8,0',
  'northlight,oslo-1,eight-h100,H100,8,16.40',
  '',
].join('\n');

describe.skipIf(!needs('chromium'))('what can be rented, and what fits on it', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app?.stop());

  test('offers are filtered, sorted and opened by the keyboard; the address says what is shown', async () => {
    const { page, complaints } = await app.open('/offers');
    const rows = page.getByRole('grid', { name: 'Offers' }).getByRole('row');
    await page.getByRole('grid', { name: 'Offers' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('h100');
    await page.waitForURL(/text=h100/);
    await page.getByRole('button', { name: 'Per GPU', exact: true }).press('Enter');
    await page.waitForURL(/sort=pricePerGpu/);
    await page.getByRole('columnheader', { name: /^Per GPU/, includeHidden: false }).waitFor();
    expect(await page.locator('[aria-sort="ascending"]').textContent()).toContain('Per GPU');
    await page.getByRole('searchbox', { name: 'Search offers' }).press('ArrowDown');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const detail = page.getByRole('complementary', { name: /^Offer / });
    await detail.waitFor();
    await detail.getByText('H100', { exact: false }).first().waitFor();
    // A number says how it came about, and Escape leads back to it.
    const price = detail.getByRole('button', { name: /^Price of a GPU hour/ }).first();
    await price.press('Enter');
    const account = page.getByRole('dialog', { name: /^How Price of a GPU hour/ });
    await account.getByText('p ÷ n').waitFor();
    await page.keyboard.press('Escape');
    await account.waitFor({ state: 'detached' });
    await expect.poll(() => price.evaluate((button) => button === document.activeElement)).toBe(true);
    // Whoever is sent the address sees the same.
    await page.waitForURL(/offer=/);
    const seen = await rows.nth(2).textContent();
    await page.reload();
    await detail.waitFor();
    expect(await rows.nth(2).textContent()).toBe(seen);
    expect(complaints).toEqual([]);
  });

  test('a price sheet is looked at before it is taken: the bad row says why, the good ones come in, and go again', async () => {
    const { page } = await app.open('/offers?text=northlight&sources=1');
    await page.getByRole('button', { name: 'Take in a price file…' }).click();
    await page
      .getByLabel('File', { exact: true })
      .first()
      .setInputFiles({ name: 'prices.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) });
    const preview = page.getByRole('region', { name: 'What it would change' });
    await preview.getByText('line 3').waitFor();
    await preview.getByText('it must be more than zero').waitFor();
    await page.getByRole('button', { name: 'Take in the 2 good ones' }).click();
    const remove = page.getByRole('button', { name: /^Remove .*prices/ });
    await remove.waitFor();
    await page.keyboard.press('Escape');
    const grid = page.getByRole('grid', { name: 'Offers' });
    await grid.getByText('eight-h100').waitFor();
    expect(await grid.getByText('free-lunch').count()).toBe(0);
    await page.getByRole('button', { name: /^Sources/ }).click();
    await remove.click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await remove.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.getByText('No offer matches').waitFor();
  });

  test('a quota is taken in from what a command line printed, changed, removed and put back', async () => {
    const { page } = await app.open('/offers?quotas=1');
    const printed = {
      Quotas: [
        {
          QuotaArn: 'arn:aws:servicequotas:us-east-1:123456789012:ec2/L-417A185B',
          QuotaName: 'Running On-Demand P instances',
          Value: 192,
        },
        {
          QuotaArn: 'arn:aws:servicequotas:us-east-1:1:ec2/L-1',
          QuotaName: 'All P5 Spot Instance Requests',
          Value: -1,
        },
      ],
    };
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.locator('.dialog input[type=file]').setInputFiles({
      name: 'quotas.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(printed)),
    });
    await page.getByText('it must be a number from 0 up').waitFor();
    await page.getByRole('button', { name: 'Take the good ones' }).click();
    const row = page.getByRole('row', { name: /Running On-Demand P instances/ });
    await row.getByText('192 vCPUs').waitFor();
    await row.getByRole('button', { name: /^Change/ }).click();
    await page.getByLabel('Limit').fill('96');
    await page.getByRole('button', { name: 'Save' }).click();
    await row.getByText('96 vCPUs').waitFor();
    await row.getByRole('button', { name: /^Remove/ }).click();
    await page.getByText('No quotas are known').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Quotas' }).click();
    await row.getByText('96 vCPUs').waitFor();
  });

  test('a model that does not fit is made to by a remedy, which can be taken back', async () => {
    const { page, complaints } = await app.open('/fit?model=Llama-3.1-8B&gpus=1');
    await page.getByRole('heading', { name: 'Does not fit on 1 × H100' }).waitFor();
    await page.getByRole('button', { name: 'Apply: Use 8 GPUs instead of 1.' }).click();
    await page.getByRole('heading', { name: 'Fits on 8 × H100' }).waitFor();
    await page.waitForURL((url) => !url.search.includes('gpus=1'));
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: 'Does not fit on 1 × H100' }).waitFor();
    // A preset by typing, and a number that opens down to what went in.
    await page.getByRole('button', { name: /^Model: / }).click();
    await page.keyboard.type('qwen2.5 0.5');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Fits on 1 × H100' }).waitFor();
    await page.getByRole('button', { name: /^Memory of the fullest GPU/ }).press('Enter');
    const account = page.getByRole('dialog', { name: /^How Memory of the fullest GPU/ });
    await account.getByRole('button', { name: /^Weights/ }).press('Enter');
    await account.getByText('Parameters on this GPU').waitFor();
    await account.getByRole('button', { name: 'Copy all as text' }).click();
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toContain('Memory of the fullest GPU');
    expect(complaints).toEqual([]);
  });
});
