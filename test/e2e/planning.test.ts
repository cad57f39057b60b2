import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { type App, startApp } from './app.ts';
import { main } from './steps.ts';

/** Against the real planner and the shipped prices, with no network. */
describe.skipIf(!needs('chromium', 'linux'))('planning', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app?.stop());

  test('an offer leads to a plan; a task is judged; saved and opened again it answers the same', async () => {
    const { page, complaints } = await app.open('/plan?accelerator=H100&gpus=8&provider=lambda');
    const choice = main(page).getByRole('region', { name: 'The place that is looked at' });
    await choice.getByText('Recommended').waitFor();
    expect(await page.getByRole('textbox', { name: 'Only these providers' }).inputValue()).toBe('lambda');
    expect(new URL(page.url()).search).toBe('');

    await page
      .getByRole('textbox', { name: 'Task file' })
      .fill('name: sft\nresources:\n  accelerators: A100:8\nrun: python train.py\n');
    await main(page).getByText('8 × A100').first().waitFor();
    await page.getByText('Known time').click();
    await page.getByLabel('Hours').fill('10');
    await page.getByLabel('On GPUs').fill('8');
    await page.getByLabel('Accelerator', { exact: true }).fill('A100');
    const cost = async () => (await choice.textContent()) ?? '';
    await until('ten hours are planned', async () => /1\d h/.test(await cost()), { deadlineMs: 45_000 });
    const before = await cost();
    await page.getByRole('button', { name: 'Save…' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('December');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('“December”, as it was saved').waitFor();

    await page.goto(`${app.url}/plan/saved`);
    await main(page).getByRole('link', { name: 'December' }).click();
    await page.getByText('“December”, as it was saved').waitFor();
    await until('the answer is the same', async () => (await cost()) === before, { deadlineMs: 45_000 });
    expect(complaints).toEqual([]);
  });

  test('many runs are placed; a deadline that cannot be kept is said', async () => {
    const { page, complaints } = await app.open('/plan/many');
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({
        name: 'runs.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(
          `name,accelerators,hours,priority,deadline\none,H100:8,4,0,\ntwo,H100:8,6,1,\nthree,A100:8,5,0,\nhasty,A100:8,6,0,${soon}\n`,
        ),
      });
    await main(page).getByRole('heading', { name: 'What is in the way' }).waitFor();
    await main(page)
      .getByText(/“hasty”/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Compare all' }).click();
    await main(page).getByRole('row').filter({ hasText: 'Cheapest' }).first().waitFor();
    const others = main(page).getByRole('region', { name: 'Cheaper or sooner' });
    await others.getByRole('button', { name: /^Trade-off 1:/ }).waitFor();
    await until('all is computed', async () => (await others.getAttribute('aria-busy')) === 'false', {
      deadlineMs: 45_000,
    });
    // The keyboard goes through the points; the one that it stops at is the plan on the page.
    await others.getByRole('button', { name: /^Trade-off 1:/ }).focus();
    await page.keyboard.press('End');
    const last = (await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))) ?? '';
    const [, cost = ''] = /: (.*), all done in/.exec(last) ?? [];
    expect(cost).not.toBe('');
    const outcome = main(page).getByRole('region', { name: 'Outcome' });
    await until('the plan costs that', async () => ((await outcome.textContent()) ?? '').includes(cost), {
      deadlineMs: 45_000,
    });
    await outcome.getByText('Picked among the trade-offs.').waitFor();
    await outcome.getByRole('button', { name: 'Plan by strategy' }).click();
    await outcome.getByText('Picked among the trade-offs.').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });
});
