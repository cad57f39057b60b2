import type { Page } from 'playwright-core';
import { fixtureId } from '#test/lab/fixture-data.ts';
import { planningScreens } from './planning-screens.ts';
import { menu, press, type Screen } from './screen.ts';

/** Every screen of the app, on the pretended yard. A new screen adds itself here; looks.test.ts looks at each. */

const run = fixtureId('r', 0);

const filesOf = (directory: string, file?: string): string => {
  const query = new URLSearchParams({ path: directory, ...(file ? { file: `${directory}/${file}` } : {}) });
  return `/files/${fixtureId('s', 1)}?${query}`;
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
  {
    name: 'run, moves',
    path: `/runs/${run}?tab=moves`,
    prepare: async (page, language) => {
      await page.getByRole('button', { name: ['Look for it', '查找'][language] ?? '', exact: true }).click();
      await page.locator('.leftbehind__list li').nth(2).waitFor();
    },
  },
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
    name: 'copies, an upload cut off',
    path: '/runs',
    leaves: true,
    prepare: async (page) => {
      // As a page leaves it that is loaded anew while it uploads.
      const unfinished = {
        ...{ id: fixtureId('u', 0), machineId: fixtureId('s', 1), machineName: 'heron' },
        ...{ directory: '/home/mei/llama/data', name: 'corpus', tops: [['corpus', 'corpus']], folders: true },
        ...{ startedAt: Date.now(), doneBytes: 18_400_000_000, totalBytes: 61_200_000_000 },
        ...{ doneFiles: 212, totalFiles: 1840 },
      };
      const atItsEnd = (kept: string | null) =>
        page.evaluate((value) => {
          addEventListener('pagehide', () => {
            if (value === null) sessionStorage.removeItem('uploads.unfinished');
            else sessionStorage.setItem('uploads.unfinished', value);
          });
        }, kept);
      await atItsEnd(JSON.stringify([unfinished]));
      await page.reload();
      await page.getByRole('button', { name: /1 upload cut off|1 个上传已中断/ }).click();
      await page.locator('.copies li').filter({ hasText: 'corpus' }).waitFor();
      await atItsEnd(null);
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
    name: 'terminals, kept sessions',
    path: `/machines/${fixtureId('s', 1)}`,
    prepare: async (page, language) => {
      await menu(['More', '更多'], ['Sessions kept by tmux…', '由 tmux 保留的会话……'])(page, language);
      await page.locator('.term__keptlist').waitFor();
    },
  },
  {
    name: 'panel of terminals',
    path: `/machines/${fixtureId('s', 2)}`,
    prepare: async (page) => {
      await page.keyboard.press('Control+`');
      await terminalsDrawn(page);
    },
  },
  ...planningScreens,
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
