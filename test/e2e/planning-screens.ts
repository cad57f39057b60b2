import type { Page } from 'playwright-core';
import { fixtureId } from '#test/lab/fixture-data.ts';
import { menuOnPage, press, type Screen } from './screen.ts';

const thousandRuns = Buffer.from(
  `name,accelerators,hours,priority\n${Array.from(
    { length: 1000 },
    (_, index) => `run-${index + 1},H100:${1 + (index % 8)},${2 + (index % 20)},${index % 3}`,
  ).join('\n')}\n`,
);

/** More than there is time for, whoever rents whatever. */
const impossibleRuns = Buffer.from(
  'name,accelerators,hours,deadline\nlate,H100:8,500,2020-01-01\nlater,H100:8,500,2020-01-02\n',
);

/** As somebody chooses a table of runs. */
const bringRuns = (page: Page, buffer: Buffer): Promise<void> =>
  page
    .locator('input[type=file][multiple]')
    .first()
    .setInputFiles({ name: 'runs.csv', mimeType: 'text/csv', buffer });

/** Offers, Fit, Plan and Costs, on the pretended yard. */
export const planningScreens: readonly Screen[] = [
  {
    name: 'offers',
    path: '/offers',
    prepare: async (page) => page.locator('.table__row').first().waitFor(),
  },
  {
    name: 'offers, filtered and opened',
    path: `/offers?accelerators=H100&minGpus=8&sort=pricePerGpu&offer=${encodeURIComponent('northlight/oslo-1/-/8xh100')}`,
    prepare: async (page) => page.locator('.offers__detail').waitFor(),
  },
  {
    name: 'offers, GPUs to choose',
    path: '/offers',
    leaves: true,
    prepare: async (page, language) => {
      await page.locator('.table__row').first().waitFor();
      await page
        .getByRole('button', { name: ['GPUs', '加速卡'][language] ?? '', exact: true })
        .first()
        .click();
      await page.getByRole('checkbox', { name: /^H100 / }).waitFor();
    },
  },
  {
    name: 'offers, none matches',
    path: '/offers?text=nothing+is+called+this',
    prepare: async (page) => page.locator('.empty').waitFor(),
  },
  {
    name: 'quotas',
    path: '/offers?quotas=1',
    prepare: async (page) => page.getByRole('dialog').getByRole('table').waitFor(),
  },
  {
    name: 'a quota is changed',
    path: '/offers?quotas=1',
    leaves: true,
    prepare: async (page, language) => {
      await page
        .getByRole('button', {
          name: ['Change Running On-Demand P', '修改 Running On-Demand P'][language] ?? '',
        })
        .click();
      await page
        .getByRole('alertdialog')
        .or(page.getByRole('dialog'))
        .getByRole('combobox')
        .first()
        .waitFor();
    },
  },
  {
    name: 'quotas from a file',
    path: '/offers?quotas=1',
    leaves: true,
    prepare: async (page, language) => {
      await page.getByRole('button', { name: ['Import', '导入'][language] ?? '', exact: true }).click();
      await page
        .locator('.dialog input[type=file]')
        .setInputFiles({ name: 'quotas.json', mimeType: 'application/json', buffer: Buffer.from('[]') });
      await page.locator('.import__refused li').first().waitFor();
    },
  },
  {
    name: 'sources of prices',
    path: '/offers?sources=1',
    prepare: async (page) => page.getByRole('dialog').getByRole('table').waitFor(),
  },
  {
    name: 'price file',
    path: '/offers?sources=1',
    leaves: true,
    prepare: async (page, language) => {
      await page
        .getByRole('button', { name: ['Take in a price file…', '导入价格文件……'][language] ?? '' })
        .click();
      await page
        .locator('.dialog input[type=file]')
        .setInputFiles({ name: 'team-prices.csv', mimeType: 'text/csv', buffer: Buffer.from('price') });
      await page.locator('.import__refused li').first().waitFor();
    },
  },
  {
    name: 'fit, training',
    path: '/fit',
    prepare: async (page) => page.locator('.fit__offers tbody tr').first().waitFor(),
  },
  {
    name: 'fit, does not fit',
    path: '/fit?gpus=1&microBatch=8&sequence=8192',
    prepare: async (page) => page.locator('.fit__remedies li').first().waitFor(),
  },
  {
    name: 'fit, serving',
    path: '/fit?kind=inference&model=Llama-3.1-70B&gpus=2&tensorParallel=2',
    prepare: async (page) => page.locator('.fit__offers tbody tr').first().waitFor(),
  },
  {
    name: 'fit, all of the set-up',
    path: '/fit?method=qlora&gpus=1',
    leaves: true,
    prepare: async (page, language) => {
      await page.getByRole('button', { name: ['More…', '更多……'][language] ?? '', exact: true }).click();
      await page.getByRole('button', { name: ['Numbers', '手动填写'][language] ?? '', exact: true }).click();
      await page.locator('.fit__typed').waitFor();
    },
  },
  {
    name: 'fit, a number opened',
    path: '/fit',
    leaves: true,
    prepare: async (page) => {
      await page.locator('.membar__total .fig').click();
      await page.locator('.fig__line').first().click();
      await page.locator('.fig__more').waitFor();
    },
  },
  {
    name: 'fit, an unknown model',
    path: '/fit?model=nothing-is-called-this',
    prepare: async (page) => page.locator('.fit .empty').waitFor(),
  },
  { name: 'plan, nothing asked', path: '/plan', prepare: async (page) => page.locator('.empty').waitFor() },
  {
    name: 'plan, one run',
    path: '/plan',
    leaves: true,
    prepare: async (page) => {
      await page.locator('.plan__yaml').fill('name: llama-sft\nrun: python train.py\n');
      await page.locator('.pick').waitFor();
      await page.locator('.table__row').first().waitFor();
    },
  },
  {
    name: 'plan, by a model',
    path: '/plan',
    leaves: true,
    prepare: async (page, language) => {
      await page.locator('.plan__yaml').fill('name: llama-sft\nrun: python train.py\n');
      await page.locator('.pick').waitFor();
      await page.getByRole('button', { name: ['Model', '模型'][language] ?? '', exact: true }).click();
      await page.locator('.asks__model .fit__section .picklist').first().click();
      await page.getByRole('option', { name: /^Llama-3\.1-8B / }).click();
      await page.locator('.asks__model .amount').first().waitFor();
      await page.locator('.pick').waitFor();
    },
  },
  {
    name: 'plan, none may be taken',
    path: '/plan',
    leaves: true,
    prepare: async (page) => {
      await page.locator('.plan__yaml').fill('name: llama-sft\nrun: python train.py\n');
      await page.locator('.pick').waitFor();
      await page.getByRole('textbox', { name: /^(Budget|预算)$/ }).fill('1');
      await page.locator('.placed .empty').waitFor();
    },
  },
  {
    name: 'plan many, nothing asked',
    path: '/plan/many',
    prepare: async (page) => page.locator('.empty').waitFor(),
  },
  {
    name: 'plan many, saved',
    path: `/plan/saved/${fixtureId('p', 1)}`,
    leaves: true,
    prepare: async (page) => page.locator('.gantt__bar').first().waitFor(),
  },
  {
    name: 'plan many, every strategy compared',
    path: '/plan/many',
    leaves: true,
    prepare: async (page, language) => {
      await bringRuns(page, thousandRuns);
      await page.locator('.gantt__load').first().waitFor();
      await page.getByRole('button', { name: ['Compare all', '全部比较'][language] ?? '' }).click();
      await page.locator('.choices[aria-busy=false] .compared').waitFor();
      await page.locator('.gantt__bands').press('End');
    },
  },
  {
    name: 'plan many, in conflict',
    path: '/plan/many',
    leaves: true,
    prepare: async (page) => {
      await bringRuns(page, impossibleRuns);
      await page.locator('.conflict li').first().waitFor();
    },
  },
  {
    name: 'plan many, a thousand runs',
    path: '/plan/many',
    leaves: true,
    prepare: async (page) => {
      await bringRuns(page, thousandRuns);
      // Pressed, a stretch is near enough to tell its runs apart; so is a run that the keyboard goes to; then all of it again.
      const [column, bars] = [page.locator('.gantt__load').first(), page.locator('.gantt__bar')];
      const list = page.locator('.gantt__bands');
      await column.click();
      await bars.nth(2).waitFor();
      await list.press('0');
      await column.waitFor();
      await list.press('End');
      await list.press('Enter');
      await bars.nth(2).waitFor();
      await list.press('0');
      await column.waitFor();
    },
  },
  {
    name: 'plan many, cheaper or sooner',
    path: `/plan/saved/${fixtureId('p', 1)}`,
    leaves: true,
    prepare: async (page, language) => {
      await page.locator('.gantt__bar').first().waitFor();
      await page.getByRole('button', { name: ['Compare all', '全部比较'][language] ?? '' }).click();
      await page.locator('.choices[aria-busy=false] .scatter__point').first().waitFor();
      await page.locator('.compared__choose').nth(1).click();
    },
  },
  {
    name: 'plan many, accept',
    path: `/plan/saved/${fixtureId('p', 1)}`,
    leaves: true,
    prepare: press('Accept all…', '全部采纳……'),
  },
  {
    name: 'what if',
    path: `/plan/saved/${fixtureId('p', 0)}`,
    leaves: true,
    prepare: async (page, language) => {
      await page.locator('.pick').waitFor();
      await page.getByRole('link', { name: ['What if', '假设分析'][language] ?? '' }).click();
      await menuOnPage(
        page,
        ['Add a scenario', '添加情景'][language] ?? '',
        ['Prices +20 %', '价格 +20 %'][language] ?? '',
      );
      await menuOnPage(
        page,
        ['Add a scenario', '添加情景'][language] ?? '',
        ['Spot off', '不用竞价'][language] ?? '',
      );
      await page.locator('.whatif tbody .fig').nth(5).waitFor();
      await page.locator('.cash').waitFor();
      await page.locator('.waits').waitFor();
    },
  },
  {
    name: 'what if, no plan',
    path: '/plan/what-if',
    leaves: true,
    prepare: async (page) => page.locator('.cash').waitFor(),
  },
  {
    name: 'plans, saved',
    path: '/plan/saved',
    prepare: async (page) => page.locator('.saved tbody tr').first().waitFor(),
  },
  {
    name: 'plan, to print',
    path: `/plan/saved/${fixtureId('p', 0)}?print=1`,
    leaves: true,
    prepare: async (page) => page.locator('.paper tbody tr').first().waitFor(),
  },
  {
    name: 'a fit, saved',
    path: `/plan/saved/${fixtureId('p', 3)}`,
    prepare: async (page) => page.locator('.fitplan .membar').waitFor(),
  },
  {
    name: 'a fit, to print',
    path: `/plan/saved/${fixtureId('p', 3)}?print=1`,
    leaves: true,
    prepare: async (page) => page.locator('.paper tbody tr').first().waitFor(),
  },
  { name: 'costs', path: '/costs', prepare: async (page) => page.locator('.costs__totals').waitFor() },
  {
    name: 'costs, nothing yet',
    path: '/costs?period=custom&from=2090-01-01&to=2090-01-31',
    prepare: async (page) => page.locator('.empty').waitFor(),
  },
  {
    name: 'costs, runs',
    path: '/costs?tab=runs',
    prepare: async (page) => page.locator('.costs__runs [role=row]').nth(3).waitFor(),
  },
  {
    name: 'costs, a budget',
    path: '/costs?tab=budgets',
    prepare: press('Add a budget…', '添加预算……'),
  },
  {
    name: 'costs, own machine',
    path: '/costs?tab=machines',
    prepare: async (page, language) => {
      const name = [/^What .* costs$/, / 的费用$/][language];
      await page
        .getByRole('button', { ...(name && { name }) })
        .first()
        .click();
      await page.getByRole('dialog').waitFor();
    },
  },
];
