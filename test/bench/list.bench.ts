import { rm } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { systemClock } from '#backend/clock.ts';
import { openStore } from '#backend/store/index.ts';
import { seedRuns } from '#test/lab/seed.ts';
import { chromiumPath, needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { startApp } from './app.ts';
import { type Bench, median, within } from './row.ts';

const turns = 9;

declare global {
  interface Window {
    benchRowsAt?: number;
    benchTasks?: number[];
  }
}

/** In the page before anything else: notes when the first row is painted, and every task over 50 ms. */
function watchPage(): void {
  window.benchTasks = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.benchTasks?.push(entry.duration);
  }).observe({ type: 'longtask', buffered: true });
  const look = () => {
    if (window.benchRowsAt !== undefined) return;
    if (document.querySelector('.table__row')?.textContent) {
      // The frame after the one in which the row came is on the screen.
      requestAnimationFrame(() => {
        window.benchRowsAt = performance.now();
      });
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function paint(page: Page, url: string): Promise<{ first: number; rows: number }> {
  await page.goto(url);
  await page.waitForFunction(() => window.benchRowsAt !== undefined);
  return page.evaluate(() => ({
    first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    rows: window.benchRowsAt ?? Number.NaN,
  }));
}

/** How long the browser takes to paint a page that is one small image: what no page can be quicker than. */
async function paintNothing(page: Page, url: string): Promise<number> {
  await page.goto(url);
  const painted = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
  await page.waitForFunction(painted);
  return (await page.evaluate(painted)) ?? Number.NaN;
}

/**
 * Scrolls with 480 px a frame, a thousand rows a second and more than a hand turns a wheel; the longest task meanwhile, 0 where
 * none took over 50 ms.
 */
async function scroll(page: Page): Promise<number> {
  await page.evaluate(() => {
    window.benchTasks = [];
  });
  const table = page.locator('.table__scroll');
  await table.hover();
  for (let turn = 0; turn < 300; turn += 1) {
    await page.mouse.wheel(0, 480);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(null))));
  }
  return page.evaluate(() => Math.max(0, ...(window.benchTasks ?? [])));
}

export const bench: Bench = {
  name: 'list',
  about: '10,000 runs on 1,000 machines in Chromium',
  missing: () => (needs('chromium') ? null : 'Chromium'),
  async run() {
    const dataDirectory = await makeTempDirectory('bench-list');
    const store = openStore({
      file: path.join(dataDirectory, 'trainyard.db'),
      clock: systemClock,
      log: { info: () => undefined, warn: () => undefined },
    });
    seedRuns(store, 10_000, { machines: 1000 });
    store.close();
    const app = await startApp({ dataDirectory });
    const browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox'] });
    try {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      await context.addInitScript(watchPage);
      const page = await context.newPage();
      await page.goto(app.loginUrl);
      const runsUrl = new URL('/runs', app.runtime.url).href;
      const first: number[] = [];
      const rows: number[] = [];
      const longest: number[] = [];
      const empty: number[] = [];
      for (let turn = 0; turn <= turns; turn += 1) {
        const painted = await paint(page, runsUrl);
        if (turn === 0) continue;
        first.push(painted.first);
        rows.push(painted.rows);
        if (turn % 3 === 0) longest.push(await scroll(page));
        empty.push(await paintNothing(page, new URL('/icon.svg', app.runtime.url).href));
      }
      console.log(
        `list: an image alone is painted after ${Math.round(median(empty))} ms in the same browser`,
      );
      return [
        within({ name: 'list', measure: 'first paint', unit: 'ms', reach: 150, lowerIsBetter: true }, first),
        within(
          { name: 'list', measure: 'first rows on the screen', unit: 'ms', reach: 150, lowerIsBetter: true },
          rows,
        ),
        within(
          {
            name: 'list',
            measure: 'longest task while scrolling',
            unit: 'ms',
            reach: 50,
            lowerIsBetter: true,
          },
          longest,
        ),
      ];
    } finally {
      await browser.close();
      await app.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    }
  },
};
