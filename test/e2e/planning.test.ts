import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#shared/domain/id.ts';
import { hasEnded } from '#shared/domain/run.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { type App, startApp } from './app.ts';
import { main, pickFromMenu } from './steps.ts';

/** As it lies beside the weights of a small Llama. */
const smallLlama = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 2048,
  intermediate_size: 5632,
  num_hidden_layers: 22,
  num_attention_heads: 32,
  num_key_value_heads: 4,
  vocab_size: 32000,
  max_position_embeddings: 2048,
  torch_dtype: 'bfloat16',
};

const dollarsIn = (text: string): number =>
  Number(/\$([\d,]+(?:\.\d+)?)/.exec(text)?.[1]?.replaceAll(',', ''));

/** What is wrong with a plan's page to print: as it is laid out for paper, and as a PDF. */
async function faultsOnPaper(page: Page): Promise<string[]> {
  await page.locator('.paper tbody tr').first().waitFor();
  await page.setViewportSize({ width: 700, height: 990 });
  await page.emulateMedia({ media: 'print' });
  const faults = await page.evaluate(() => {
    const found: string[] = [];
    const paper = document.querySelector('.paper');
    if (!paper) return ['there is no paper'];
    for (const element of document.querySelectorAll(
      '.titlebar, .nav, .statusbar, .printed__bar, .skip, .toasts',
    ))
      if (element.getClientRects().length > 0) found.push(`${element.className} is printed`);
    for (let box = paper.parentElement; box; box = box.parentElement)
      if (getComputedStyle(box).overflowY !== 'visible')
        found.push(`${box.tagName}.${box.className} scrolls`);
    for (const element of paper.querySelectorAll('*')) {
      const { right, width } = element.getBoundingClientRect();
      if (width > 0 && right > innerWidth + 1) found.push(`${element.className} is too wide: ${right}`);
      const { overflowX, overflowY } = getComputedStyle(element);
      const cut =
        (overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1) ||
        (overflowY !== 'visible' && element.scrollHeight > element.clientHeight + 1);
      // A long name in a narrow bar ends in dots; the table has all of it.
      if (cut && !element.closest('.gantt__bar, .scatter__name'))
        found.push(`${element.className} is cut off`);
    }
    const { backgroundColor } = getComputedStyle(document.body);
    if (backgroundColor !== 'rgb(255, 255, 255)') found.push(`it is ${backgroundColor}`);
    return found;
  });
  const pdf = await page.pdf({ format: 'A4' });
  const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  if (pages === 0) faults.push('the PDF has no pages');
  await page.emulateMedia({ media: 'screen' });
  await page.setViewportSize({ width: 1440, height: 900 });
  return faults;
}

/** Against the real planner and the shipped prices, with no network. */
describe.skipIf(!needs('chromium', 'linux'))('planning', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app?.stop());

  test('an offer leads to a plan; a task is judged; saved it answers the same; dearer beside it; all on paper', async () => {
    const [december, ifDearer] = [`December ${newId()}`, `If dearer ${newId()}`];
    const { page, complaints } = await app.open('/plan?accelerator=H100&gpus=8&provider=lambda');
    const choice = main(page).getByRole('region', { name: 'The place that is looked at' });
    await choice.getByText('Recommended').waitFor();
    expect(await page.getByRole('textbox', { name: 'Only these providers' }).inputValue()).toBe('lambda');
    expect(new URL(page.url()).search).toBe('');

    await page
      .getByRole('textbox', { name: 'Task file' })
      .fill('name: sft\nresources:\n  accelerators: A100:8\nrun: python train.py\n');
    await main(page).getByText('8 × A100').first().waitFor();
    // The same chooser of models as on the page of fit: a config.json, or typed numbers.
    const work = main(page).getByRole('region', { name: 'Work', exact: true });
    await work.getByRole('button', { name: 'Model', exact: true }).click();
    await work.locator('input[type=file]').setInputFiles({
      name: 'config.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(smallLlama)),
    });
    await work.getByText('22 layers of 2,048', { exact: false }).first().waitFor();
    await choice.getByText('Memory per GPU').waitFor();
    await page.getByText('Known time').click();
    await page.getByLabel('Hours').fill('10');
    await page.getByLabel('On GPUs').fill('8');
    await page.getByLabel('Accelerator', { exact: true }).fill('A100');
    const cost = async () => (await choice.textContent()) ?? '';
    await until('ten hours are planned', async () => /1\d h/.test(await cost()), { deadlineMs: 45_000 });
    const before = await cost();
    await page.getByRole('button', { name: 'Save…' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill(december);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText(`“${december}”, as it was saved`).waitFor();

    await page.goto(`${app.url}/plan/saved`);
    await main(page).getByRole('link', { name: december }).click();
    await page.getByText(`“${december}”, as it was saved`).waitFor();
    await until('the answer is the same', async () => (await cost()) === before, { deadlineMs: 45_000 });

    // Side by side with the plan as it stands, dearer.
    await main(page).getByRole('link', { name: 'What if' }).click();
    await pickFromMenu(page, 'Add a scenario', 'Prices +20 %');
    const costs = main(page)
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name: 'Cost', exact: true }) });
    await costs.getByText(/^\+(1\d|20) %$/).waitFor();
    const [asItStands = 0, dearer = 0] = (await costs.getByRole('cell').allTextContents()).map(dollarsIn);
    expect(asItStands).toBeGreaterThan(0);
    expect(dearer / asItStands).toBeGreaterThan(1.1);
    expect(dearer / asItStands).toBeLessThan(1.21);
    expect(before).toContain(`$${asItStands.toFixed(2)}`);
    for (const [label, value] of [
      ['Runs that come', '1'],
      ['One run takes', '1'],
      ['Places', '2'],
    ] as const)
      await main(page).getByRole('textbox', { name: label, exact: true }).fill(value);
    await main(page).getByRole('rowheader', { name: 'Mean wait' }).waitFor();
    const download = page.waitForEvent('download');
    await pickFromMenu(page, 'Export', 'Scenarios as CSV');
    const csv = (await readFile(await (await download).path(), 'utf8')).trimEnd().split('\r\n');
    expect(csv.map((line) => line.split(',')[0])).toEqual(['"scenario"', '"as it stands"', '"Prices +20 %"']);
    await page.getByRole('button', { name: 'Save…' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill(ifDearer);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText(`“${ifDearer}”, as it was saved`).waitFor();

    const saved = (await app.rpc().plan.list()).filter(({ name }) => [december, ifDearer].includes(name));
    const found: string[] = [];
    for (const { id, name, summary, priceChanges } of saved) {
      expect([name, priceChanges?.changed === 0, summary.prices !== null]).toEqual([name, true, true]);
      await page.goto(`${app.url}/plan/saved/${id}?print=1`);
      found.push(...(await faultsOnPaper(page)).map((what) => `${name}: ${what}`));
    }
    expect(found).toEqual([]);
    expect(saved).toHaveLength(2);
    expect(complaints).toEqual([]);
  });

  test('part of a plan is accepted: those runs are queued, once', async () => {
    const { page, complaints } = await app.open('/plan/many');
    const names = ['alpha', 'beta', 'gamma'];
    const earlier = new Set((await app.rpc().runs.list({})).rows.map(({ id }) => id));
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles(
        names.map((name) => ({
          name: `${name}.yaml`,
          mimeType: 'text/yaml',
          buffer: Buffer.from(`name: ${name}\nrun: 'true'\n`),
        })),
      );
    const rows = main(page).getByRole('row').filter({ hasText: 'This computer' });
    await until('all have a place', async () => (await rows.count()) === 3, { deadlineMs: 45_000 });
    for (const name of ['alpha', 'gamma']) await rows.filter({ hasText: name }).getByRole('checkbox').check();
    const accept = async () => {
      await page.getByRole('button', { name: 'Accept 2 runs…' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Queue them' }).click();
      await page.getByRole('dialog', { name: '2 runs are queued' }).waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
      const { rows: runs } = await app.rpc().runs.list({});
      return runs.flatMap(({ id, name }) => (earlier.has(id) ? [] : `${name} ${id}`)).sort();
    };
    const queued = await accept();
    expect(queued.map((line) => line.split(' ')[0])).toEqual(['alpha', 'gamma']);
    expect(await accept()).toEqual(queued);
    const ids = queued.map((line) => line.split(' ')[1] ?? '');
    const plan = (await app.rpc().plan.list()).find(({ runIds }) => runIds.includes(ids[0] ?? ''));
    expect(plan?.runIds.toSorted()).toEqual(ids.toSorted());
    await page.goto(`${app.url}/plan/saved/${plan?.id}?print=1`);
    expect(await faultsOnPaper(page)).toEqual([]);
    await until(
      'they have ended',
      async () => (await app.rpc().runs.list({})).rows.every(({ state }) => hasEnded(state)),
      { deadlineMs: 60_000 },
    );
    expect(complaints).toEqual([]);
  });

  test('a fit is saved, and its page to print is whole', async () => {
    const { page, complaints } = await app.open('/fit?gpus=2&microBatch=4');
    await page.getByRole('button', { name: 'Save…' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('on two');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Open it' }).click();
    await page.locator('.fitplan .membar').waitFor();
    const plan = (await app.rpc().plan.list()).find(({ name }) => name === 'on two');
    expect(plan?.kind).toBe('fit');
    await page.goto(`${app.url}/plan/saved/${plan?.id}?print=1`);
    expect(await faultsOnPaper(page)).toEqual([]);
    const said = (await page.locator('.paper').textContent()) ?? '';
    for (const word of ['Llama-3.1-8B', 'Weights', 'Optimiser', 'Activations', 'How it was computed'])
      expect(said.toLowerCase()).toContain(word.toLowerCase());
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
