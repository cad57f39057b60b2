import type { Page } from 'playwright-core';
import { fixtureId } from '#test/lab/fixture-data.ts';
import { until } from '#test/until.ts';

/** Every screen of the app, on the pretended yard. A new screen adds itself here; looks.test.ts looks at each. */

const run = fixtureId('r', 0);

const filesOf = (directory: string, file?: string): string => {
  const query = new URLSearchParams({ path: directory, ...(file ? { file: `${directory}/${file}` } : {}) });
  return `/files/${fixtureId('s', 1)}?${query}`;
};

/** A page of the app, and what is opened on it before it is looked at. */
export interface Screen {
  name: string;
  path: string;
  /** Names are in the language of the page: [English, 简体中文]. */
  prepare?: (page: Page, language: 0 | 1) => Promise<void>;
  /** It leaves something behind that the next screen must not find: the page is loaded anew after it. */
  leaves?: true;
}

const press =
  (...names: [string, string]) =>
  async (page: Page, language: 0 | 1) => {
    await page.getByRole('button', { name: names[language], exact: true }).first().click();
    await page.getByRole('dialog').waitFor();
  };
/** A page that still loads parts of itself may close a menu: it is opened until its entry could be chosen. */
const menu = (opener: [string, string], entry: [string, string]) => async (page: Page, language: 0 | 1) => {
  const item = page.getByRole('menuitem', { name: entry[language], exact: true });
  const choose = async () => {
    if ((await item.count()) === 0)
      await page.getByRole('button', { name: opener[language], exact: true }).click();
    await item.click({ timeout: 3_000 });
    return true;
  };
  await until(`${entry[language]} is chosen`, () => choose().catch(() => false), { deadlineMs: 60_000 });
  await page.getByRole('dialog').waitFor();
};

/** An entry of a menu that changes the page without a dialog. */
const menuOnPage = async (page: Page, opener: string, entry: string) => {
  await page.getByRole('button', { name: opener, exact: true }).click();
  await page.getByRole('menuitem', { name: entry, exact: true }).click();
  await page.getByRole('menu').waitFor({ state: 'detached' });
};

/** The dialog that plans a move, its plan for a machine shown to its end. */
const planMove = (machine: string) => async (page: Page, language: 0 | 1) => {
  await press('Move…', '迁移……')(page, language);
  await page.getByRole('radio', { name: machine }).check();
  await page.locator('.move__plan').waitFor();
};

/** The terminals in front have got what they show. */
const terminalsDrawn = async (page: Page) => page.locator('.term .xterm-screen').first().waitFor();

export const screens: readonly Screen[] = [
  { name: 'overview', path: '/' },
  { name: 'runs', path: '/runs' },
  {
    name: 'no run matches',
    path: '/runs',
    leaves: true,
    prepare: async (page) => {
      await page.getByRole('searchbox').fill('nothing is called this');
      await page.locator('.empty').waitFor();
    },
  },
  {
    name: 'run, log and metrics',
    path: `/runs/${run}`,
    prepare: async (page) => {
      await page.locator('.chart canvas').first().waitFor();
    },
  },
  {
    name: 'run, search',
    path: `/runs/${run}`,
    prepare: async (page, language) => {
      await page.getByRole('button', { name: ['Search', '搜索'][language] ?? '', exact: true }).click();
      await page.getByRole('searchbox').fill('loading');
      await page.locator('.log__hits li').first().waitFor();
    },
  },
  { name: 'run, stop', path: `/runs/${run}`, prepare: press('Stop', '停止') },
  { name: 'run, rename', path: `/runs/${run}`, prepare: menu(['More', '更多'], ['Rename', '重命名']) },
  { name: 'run, files', path: `/runs/${run}?tab=files` },
  {
    name: 'run, code',
    path: `/runs/${run}?tab=code`,
    prepare: async (page) => page.locator('.files__diff .cm-changedLine').first().waitFor(),
  },
  { name: 'run, specification', path: `/runs/${run}?tab=spec` },
  { name: 'run, attempts', path: `/runs/${run}?tab=attempts` },
  { name: 'run, checkpoints', path: `/runs/${run}?tab=checkpoints` },
  { name: 'run, moves', path: `/runs/${run}?tab=moves` },
  { name: 'run, moving', path: `/runs/${fixtureId('r', 1)}?tab=files` },
  { name: 'run, a move that waits', path: `/runs/${fixtureId('r', 2)}?tab=moves` },
  { name: 'run, recovery', path: `/runs/${run}?tab=recovery` },
  {
    name: 'run, recovery policy',
    path: `/runs/${run}?tab=recovery`,
    prepare: press('Change…', '更改……'),
  },
  { name: 'run, ports', path: `/runs/${run}?tab=ports` },
  { name: 'ports', path: '/ports' },
  {
    name: 'ports, rename',
    path: '/ports',
    prepare: async (page, language) => {
      await page.locator('.ports__acts .button--quiet').first().click();
      await page.getByRole('menuitem', { name: ['Rename…', '重命名……'][language] ?? '' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'run, backups', path: `/runs/${run}?tab=backups` },
  {
    name: 'run, backup policy',
    path: `/runs/${run}?tab=backups`,
    prepare: press('Change policy…', '更改策略……'),
  },
  { name: 'run, restore', path: `/runs/${run}?tab=backups`, prepare: press('Restore…', '恢复……') },
  { name: 'run, move', path: `/runs/${run}`, prepare: planMove('kite') },
  { name: 'run, move refused', path: `/runs/${run}`, prepare: planMove('cluster') },
  { name: 'a run that is gone', path: '/runs/nonesuch0000' },
  { name: 'machines', path: '/machines' },
  { name: 'machine', path: `/machines/${fixtureId('s', 2)}` },
  {
    name: 'evacuate',
    path: `/machines/${fixtureId('s', 2)}`,
    prepare: async (page, language) => {
      await press('Evacuate…', '清空……')(page, language);
      await page.locator('.places__plan').waitFor();
    },
  },
  { name: 'rules of the yard', path: '/machines', prepare: press('Rules of the yard…', '车场规则……') },
  {
    name: 'copies',
    path: '/runs',
    prepare: async (page) => {
      await page
        .locator('.statusbar')
        .getByRole('button', { name: /cop(y|ies)|复制/ })
        .click();
      await page.locator('.copies li').first().waitFor();
    },
  },
  {
    name: 'files',
    path: filesOf('/home/mei/llama'),
    leaves: true,
    prepare: async (page) => {
      await page.locator('.table__row .checkbox').nth(2).click();
      await page.locator('.files__chosen-bar').waitFor();
    },
  },
  {
    name: 'files, code',
    path: filesOf('/home/mei/llama', 'train.py'),
    prepare: async (page) => page.locator('.cm-content').waitFor(),
  },
  {
    name: 'files, tensors',
    path: filesOf('/home/mei/llama', 'model.safetensors'),
    prepare: async (page) => page.getByText('BF16').first().waitFor(),
  },
  {
    name: 'files, remove',
    path: filesOf('/home/mei'),
    leaves: true,
    prepare: async (page, language) => {
      await page.locator('.table__row .checkbox').nth(2).click();
      await press('Remove…', '删除……')(page, language);
      await page.getByText('10,000').waitFor();
    },
  },
  { name: 'terminals', path: '/terminals', prepare: terminalsDrawn },
  {
    name: 'terminals, search',
    path: '/terminals',
    prepare: async (page) => {
      await terminalsDrawn(page);
      await page.locator('.term .xterm-helper-textarea').first().focus();
      await page.keyboard.press('Control+Shift+F');
      await page.getByRole('searchbox').fill('step');
      await page.locator('.term__hits').getByText('2').first().waitFor();
    },
  },
  {
    name: 'terminals, paste',
    path: '/terminals',
    prepare: async (page) => {
      await terminalsDrawn(page);
      await page
        .locator('.term .xterm-helper-textarea')
        .first()
        .evaluate((field) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData('text/plain', 'cd runs\npython train.py --epochs 3\n');
          field.dispatchEvent(
            new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
          );
        });
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'terminals, lost',
    path: `/terminals?terminal=${fixtureId('t', 2)}`,
    prepare: async (page) => {
      await page.locator('.term__bar').waitFor();
      await terminalsDrawn(page);
    },
  },
  {
    name: 'panel of terminals',
    path: `/machines/${fixtureId('s', 2)}`,
    prepare: async (page) => {
      await page.keyboard.press('Control+`');
      await terminalsDrawn(page);
      // Not on the next screen.
      await page.evaluate(() => localStorage.removeItem('terminals.dock'));
    },
  },
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
    name: 'plan many, in conflict',
    path: '/plan/many',
    leaves: true,
    prepare: async (page, language) => {
      const lines = Array.from(
        { length: 1000 },
        (_, index) => `run-${index + 1},H100:${1 + (index % 8)},${2 + (index % 20)},${index % 3}`,
      );
      await page
        .locator('input[type=file][multiple]')
        .first()
        .setInputFiles({
          name: 'runs.csv',
          mimeType: 'text/csv',
          buffer: Buffer.from(`name,accelerators,hours,priority\n${lines.join('\n')}\n`),
        });
      await page.locator('.gantt__bar').first().waitFor();
      await page.getByRole('button', { name: ['Compare all', '全部比较'][language] ?? '' }).click();
      await page.locator('.compared').waitFor();
      await page.locator('.gantt__bands').press('End');
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
  { name: 'sites', path: '/sites' },
  { name: 'add a host', path: '/sites?add=1', prepare: async (page) => page.getByRole('dialog').waitFor() },
  {
    name: 'import hosts',
    path: '/sites?import=1',
    prepare: async (page) => page.getByRole('dialog').waitFor(),
  },
  {
    name: 'new run',
    path: '/new?template=hello',
    prepare: async (page) => {
      await page.locator('.cm-content').waitFor();
      // Launch is enabled by then, and not on its way to it.
      await page.locator('.issues--fine').waitFor();
    },
  },
  {
    name: 'new run as a form',
    path: '/new',
    prepare: async (page, language) => {
      await page.getByRole('button', { name: ['As a form', '表单'][language] ?? '' }).click();
      await page.locator('.taskform').waitFor();
      // Launch is enabled by then, and not on its way to it.
      await page.locator('.issues--fine').waitFor();
    },
  },
  {
    name: 'activity',
    path: '/activity',
    prepare: async (page) => page.locator('tbody tr').first().waitFor(),
  },
  { name: 'settings', path: '/settings' },
  { name: 'settings, found', path: '/settings?find=vault' },
  {
    name: 'settings as JSON',
    path: '/settings?json=1',
    prepare: async (page) => page.locator('.cm-content').waitFor(),
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
  { name: 'no such page', path: '/nothing-here' },
  {
    name: 'palette',
    path: '/',
    prepare: async (page) => {
      await page.keyboard.press('ControlOrMeta+k');
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'palette, typed',
    path: `/runs/${run}`,
    prepare: async (page) => {
      await page.keyboard.press('ControlOrMeta+Shift+p');
      await page.getByRole('combobox').fill('te');
      await page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'keyboard',
    path: '/',
    prepare: async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
];
