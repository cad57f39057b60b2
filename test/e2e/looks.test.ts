import { appendFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from '#test/lab/fixture-backend.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { dist, openBrowser, type WatchedPage, watchedPage } from './app.ts';
import { findColours, type WithColours } from './colours.ts';
import { crowding } from './crowding.ts';
import type { Screen } from './screen.ts';
import { screens } from './screens.ts';

const usual = { width: 1440, height: 900 };
const sizes = [usual, { width: 1024, height: 700 }];
const large = { width: 3840, height: 2160 };
/** Drawing eight million points costs a second: those whose layout depends on the room. */
const largeToo = new Set(['overview', 'runs', 'machines', 'machine', 'run, log and metrics', 'settings']);
/** More would take the focus from each other, and with it their menus. */
const pagesAtOnce = 1;
/** For whoever looks at them: TRAINYARD_E2E_SCREENS names a folder for a picture of every screen, and for what is found. */
const pictures = process.env.TRAINYARD_E2E_SCREENS;

/** For whoever draws one: TRAINYARD_E2E_ONLY is a pattern of the names of screens. */
const only = new RegExp(process.env.TRAINYARD_E2E_ONLY ?? '');

const axeSource = readFileSync(
  createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright')).resolve(
    'axe-core/axe.min.js',
  ),
  'utf8',
);

interface Violation {
  id: string;
  impact: string | null;
  nodes: { target: string[]; failureSummary?: string }[];
}

/** What axe has against the page as it is now. It is brought once per load of the page. */
async function complaintsOfAxe(page: Page, of: 'all' | 'colours'): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  const violations = await page.evaluate(async (what) => {
    const { axe, colours } = globalThis as unknown as WithColours & {
      axe: { run(context: unknown, options: object): Promise<{ violations: unknown[] }> };
    };
    const resultTypes = ['violations'];
    const runOnly = { type: 'rule', values: ['color-contrast'] };
    const { violations: found } =
      what === 'all'
        ? await axe.run(document, { resultTypes })
        : await axe.run({ include: colours }, { resultTypes, runOnly });
    return found as never[];
  }, of);
  return (violations as Violation[])
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

/** Looks of text that axe has nothing against. The same text on the same ground looks the same on every screen. */
const goodColours = new Set<string>();

async function complaintsOfColours(page: Page): Promise<string[]> {
  const { count, settled } = await page.evaluate(findColours, [...goodColours]);
  const complaints = count === 0 ? [] : await complaintsOfAxe(page, 'colours');
  if (complaints.length === 0) for (const look of settled) goodColours.add(look);
  return complaints;
}

/** A page that is still loading (settings, a check) changes its colours while axe looks: only what stays is a fault. */
async function complaintsThatStay(
  page: Page,
  theme: string,
  find: (page: Page) => Promise<string[]>,
): Promise<string[]> {
  let complaints: string[] = [];
  const look = async () => {
    // Its colours are there when they have been drawn, not before.
    await page.evaluate(async (name) => {
      document.documentElement.dataset.theme = name;
      for (let frame = 0; frame < 2; frame += 1)
        await new Promise((resolve) => requestAnimationFrame(resolve));
    }, theme);
    complaints = await find(page);
    return complaints.length === 0;
  };
  await until('axe has nothing against it', look, { deadlineMs: 40_000, everyMs: 250 }).catch(
    () => undefined,
  );
  return complaints.map((what) => `${theme}: ${what}`);
}

/** Everything in one theme; in the others what depends on it, the colours. */
async function axeInEachTheme(page: Page): Promise<string[]> {
  return [
    ...(await complaintsThatStay(page, 'light', complaintsOfColours)),
    ...(await complaintsThatStay(page, 'high-contrast', complaintsOfColours)),
    ...(await complaintsThatStay(page, 'dark', (each) => complaintsOfAxe(each, 'all'))),
  ];
}

async function crowdedAt(page: Page, size: { width: number; height: number }): Promise<string[]> {
  await page.setViewportSize(size);
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  return (await page.evaluate(crowding)).map((what) => `at ${size.width}: ${what}`);
}

async function focusAndMotion(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (let turn = 0; turn < 14; turn += 1) {
    await page.keyboard.press('Tab');
    const hidden = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      const after = getComputedStyle(element, '::after');
      const shown =
        (outlineStyle !== 'none' && outlineWidth !== '0px') ||
        boxShadow !== 'none' ||
        (after.outlineStyle !== 'none' && after.outlineWidth !== '0px');
      // A list marks its row instead.
      return shown || element.matches('.table__scroll') ? null : element.outerHTML.slice(0, 90);
    });
    if (hidden) found.push(`no sign of the focus on ${hidden}`);
  }
  const moving = await page.evaluate(
    () =>
      document.getAnimations().filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 1)
        .length,
  );
  if (moving > 0) found.push(`${moving} animations`);
  return found;
}

describe.skipIf(!needs('chromium'))('every screen', () => {
  let fixture: Fixture;
  let browser: Browser;
  const watched: WatchedPage[] = [];
  beforeAll(async () => {
    fixture = await startFixture({ pageDirectory: path.join(dist, 'page') });
    browser = await openBrowser();
    // Still pictures: nothing is looked at half-way through a transition.
    const context = await browser.newContext({
      locale: 'en-GB',
      colorScheme: 'dark',
      reducedMotion: 'reduce',
    });
    for (let index = 0; index < pagesAtOnce; index += 1) {
      const one = await watchedPage(context);
      watched.push(one);
      await one.page.goto(index === 0 ? fixture.host.loginUrl() : fixture.host.url);
      await one.page.locator('main h1').first().waitFor({ state: 'attached' });
    }
  });
  afterAll(async () => {
    await browser?.close();
    await fixture?.close();
  });

  /** Goes there within the page, by way of a page with nothing on it, so that nothing of the last screen is left. */
  async function show(page: Page, screen: Screen, language: 0 | 1, anew: boolean): Promise<void> {
    await page.setViewportSize(usual);
    const panel = page.locator('.dock');
    if (anew || (await panel.count()) > 0) {
      // The panel of terminals is of the window: it would be below every page that follows.
      await page.evaluate(() => localStorage.removeItem('terminals.dock'));
      await page.goto(`${fixture.host.url}${screen.path}`);
    } else {
      const over = page.locator('[role=dialog], [role=menu]');
      while ((await over.count()) > 0) {
        await page.keyboard.press('Escape');
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
      }
      const go = (place: string) =>
        page.evaluate((to) => {
          history.pushState(null, '', to);
          dispatchEvent(new PopStateEvent('popstate'));
        }, place);
      await go('/nothing-here');
      const nothing = await page.locator('main > .empty').textContent();
      await go(screen.path);
      // A screen may be empty itself: what counts is that it says something else.
      if (screen.path !== '/nothing-here')
        await page.waitForFunction(
          (said) => document.querySelector('main > .empty')?.textContent !== said,
          nothing,
        );
    }
    await page.locator('main h1, main h2').first().waitFor({ state: 'attached' });
    await page.waitForFunction(() => document.querySelector('.skeletons') === null);
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    if ((await panel.count()) > 0) throw new Error(`${screen.name} begins with the panel of terminals open`);
    await screen.prepare?.(page, language);
  }
  async function choose(language: 0 | 1): Promise<void> {
    const [{ page } = { page: undefined }] = watched;
    await page?.goto(`${fixture.host.url}/settings`);
    const name = language === 0 ? 'English' : '简体中文';
    await page?.locator('main').getByRole('button', { name, exact: true }).click();
    for (const one of watched)
      await one.page.locator(`html[lang="${language === 0 ? 'en' : 'zh-CN'}"]`).waitFor();
  }
  /** Looks at all screens with all pages; what was found, by screen. */
  async function lookAtAll(language: 0 | 1, look: (page: Page, screen: Screen) => Promise<string[]>) {
    const rest = screens.filter(({ name }) => only.test(name));
    const found: string[] = [];
    const work = async ({ page }: WatchedPage) => {
      let anew = true;
      for (let screen = rest.shift(); screen; screen = rest.shift()) {
        await show(page, screen, language, anew);
        if (pictures)
          await page.screenshot({
            path: path.join(pictures, `${screen.name.replace(/\W+/g, '-')}-${language}.png`),
          });
        for (const what of await look(page, screen)) {
          found.push(`${screen.name}: ${what}`);
          if (pictures) appendFileSync(path.join(pictures, 'found.txt'), `${screen.name}: ${what}\n`);
        }
        anew = screen.leaves ?? false;
      }
    };
    await Promise.all(watched.map(work));
    return [...new Set(found)];
  }

  test('English: axe has nothing serious against it in any theme, nothing is clipped or covered, the focus shows, nothing moves', {
    timeout: 1_800_000,
  }, async () => {
    await choose(0);
    const found = await lookAtAll(0, async (page, screen) => [
      ...(await axeInEachTheme(page)),
      ...(await crowdedAt(page, usual)),
      ...(await crowdedAt(page, { width: 1024, height: 700 })),
      ...(largeToo.has(screen.name) ? await crowdedAt(page, large) : []),
      ...(screen.prepare ? [] : await focusAndMotion(page)),
    ]);
    expect(found).toEqual([]);
  });

  test('简体中文: nothing is clipped or covered', { timeout: 1_200_000 }, async () => {
    await choose(1);
    const found = await lookAtAll(1, async (page) => {
      const all: string[] = [];
      for (const size of sizes) all.push(...(await crowdedAt(page, size)));
      return all;
    });
    expect(found).toEqual([]);
  });

  test('has asked for nothing that its content policy forbids, and has thrown nothing', () => {
    expect(watched.flatMap(({ complaints }) => complaints)).toEqual([]);
  });
});
