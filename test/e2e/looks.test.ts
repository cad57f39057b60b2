import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from '#test/lab/fixture-backend.ts';
import { fixtureId } from '#test/lab/fixture-data.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { dist, openBrowser, type WatchedPage, watchedPage } from './app.ts';
import { crowding } from './crowding.ts';

const run = fixtureId('r', 0);
const themes = ['dark', 'light', 'high-contrast'] as const;
const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
];

/** A page of the app, and what is opened on it before it is looked at. */
interface Screen {
  name: string;
  path: string;
  /** Names are in the language of the page: [English, 简体中文]. */
  prepare?: (page: Page, language: 0 | 1) => Promise<void>;
}

const press =
  (...names: [string, string]) =>
  async (page: Page, language: 0 | 1) => {
    await page.getByRole('button', { name: names[language], exact: true }).first().click();
    await page.getByRole('dialog').waitFor();
  };
const menu = (opener: [string, string], entry: [string, string]) => async (page: Page, language: 0 | 1) => {
  await page.getByRole('button', { name: opener[language], exact: true }).click();
  await page.getByRole('menuitem', { name: entry[language], exact: true }).click();
  await page.getByRole('dialog').waitFor();
};

/** The dialog that plans a move, its plan for a machine shown to its end. */
const planMove = (machine: string) => async (page: Page, language: 0 | 1) => {
  await press('Move…', '迁移……')(page, language);
  await page.getByRole('radio', { name: machine }).check();
  await page.locator('.move__plan').waitFor();
};

const screens: Screen[] = [
  { name: 'overview', path: '/' },
  { name: 'runs', path: '/runs' },
  {
    name: 'no run matches',
    path: '/runs',
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
      await page.locator('.statusbar').getByRole('button').nth(1).click();
      await page.locator('.copies li').first().waitFor();
    },
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
    name: 'keyboard',
    path: '/',
    prepare: async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
];

describe.skipIf(!needs('chromium'))('every screen', () => {
  let fixture: Fixture;
  let browser: Browser;
  let context: BrowserContext;
  let watched: WatchedPage;
  beforeAll(async () => {
    fixture = await startFixture({ pageDirectory: path.join(dist, 'page') });
    browser = await openBrowser();
    // Still pictures: nothing is looked at half-way through a transition.
    context = await browser.newContext({ locale: 'en-GB', colorScheme: 'dark', reducedMotion: 'reduce' });
    watched = await watchedPage(context);
    await watched.page.goto(fixture.host.loginUrl());
    await watched.page.locator('main h1').first().waitFor({ state: 'attached' });
  });
  afterAll(async () => {
    await browser?.close();
    await fixture?.close();
  });

  async function show(screen: Screen, language: 0 | 1): Promise<Page> {
    const { page } = watched;
    await page.goto(`${fixture.host.url}${screen.path}`);
    await page.locator('main h1, main h2').first().waitFor({ state: 'attached' });
    await page.locator('.skeletons').waitFor({ state: 'detached' });
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    await screen.prepare?.(page, language);
    return page;
  }
  async function choose(language: 0 | 1): Promise<void> {
    const { page } = watched;
    await page.goto(`${fixture.host.url}/settings`);
    const name = language === 0 ? 'English' : '简体中文';
    await page.locator('main').getByRole('button', { name, exact: true }).click();
    await page.locator(`html[lang="${language === 0 ? 'en' : 'zh-CN'}"]`).waitFor();
  }
  /** As axe sees it now. Its colours depend on the theme, everything else does not. */
  async function complaintsOfAxe(page: Page, rules: readonly string[]): Promise<string[]> {
    const axe = new AxeBuilder({ page }).setLegacyMode(true);
    const { violations } = await (rules.length > 0 ? axe.withRules([...rules]) : axe).analyze();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes
          .slice(0, 3)
          .map(
            ({ target, failureSummary }) =>
              `${id}: ${target.join(' ')} ${failureSummary?.split('\n')[1] ?? ''}`,
          ),
      );
  }

  /** A page that is still loading (settings, a check) changes its colours while axe looks: only what stays is a fault. */
  async function complaintsThatStay(page: Page, theme: string, rules: readonly string[]): Promise<string[]> {
    let complaints: string[] = [];
    const look = async () => {
      await page.evaluate((name) => {
        document.documentElement.dataset.theme = name;
      }, theme);
      complaints = await complaintsOfAxe(page, rules);
      return complaints.length === 0;
    };
    await until('axe has nothing against it', look, { deadlineMs: 20_000, everyMs: 250 }).catch(
      () => undefined,
    );
    return complaints;
  }

  test('has nothing serious or critical against it for axe, in any theme', { timeout: 900_000 }, async () => {
    await watched.page.setViewportSize({ width: 1440, height: 900 });
    await choose(0);
    const found: string[] = [];
    for (const screen of screens) {
      const page = await show(screen, 0);
      for (const theme of themes) {
        const rules = theme === 'dark' ? [] : ['color-contrast'];
        for (const what of await complaintsThatStay(page, theme, rules))
          found.push(`${screen.name}, ${theme}: ${what}`);
      }
    }
    expect(found).toEqual([]);
  });

  for (const language of [0, 1] as const) {
    test(`clips no text and lays no control over another: ${language === 0 ? 'English' : '简体中文'}`, async () => {
      await choose(language);
      const found: string[] = [];
      for (const screen of screens) {
        for (const [index, size] of sizes.entries()) {
          await watched.page.setViewportSize(size);
          // The same page is looked at again at the second size; only dialogs that need steps are opened once.
          const page = index === 0 ? await show(screen, language) : watched.page;
          await page.evaluate(
            () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
          );
          for (const what of await page.evaluate(crowding))
            found.push(`${screen.name} at ${size.width}: ${what}`);
        }
      }
      expect(found).toEqual([]);
    });
  }

  test('shows where the focus is, and moves nothing for who wants no motion', async () => {
    await choose(0);
    const found: string[] = [];
    for (const screen of screens.filter(({ prepare }) => !prepare)) {
      const page = await show(screen, 0);
      for (let turn = 0; turn < 14; turn += 1) {
        await page.keyboard.press('Tab');
        const hidden = await page.evaluate(() => {
          const element = document.activeElement;
          if (!element || element === document.body) return null;
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
          const shown = (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
          // A list marks its row instead.
          return shown || element.matches('.table__scroll') ? null : element.outerHTML.slice(0, 90);
        });
        if (hidden) found.push(`${screen.name}: no sign of the focus on ${hidden}`);
      }
      const moving = await page.evaluate(
        () =>
          document.getAnimations().filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 1)
            .length,
      );
      if (moving > 0) found.push(`${screen.name}: ${moving} animations`);
    }
    expect([...new Set(found)]).toEqual([]);
  });

  test('has asked for nothing that its content policy forbids, and has thrown nothing', () => {
    expect(watched.complaints).toEqual([]);
  });
});
