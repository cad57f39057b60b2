import { rm } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { Shelf } from '#backend/catalog/shelf.ts';
import { systemClock } from '#backend/clock.ts';
import { openStore, type Store } from '#backend/store/index.ts';
import { chromiumPath, needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { manyOffers } from '#test/unit/shared/planner/offers.ts';
import { startApp } from './app.ts';
import { type Bench, median, within } from './row.ts';

const offers = 100_000;
const turns = 15;

/** As if somebody had taken in a price file of that size. */
function seedOffers(store: Store): void {
  const at = Date.now();
  const source = {
    id: 'bench',
    kind: 'imported' as const,
    title: 'prices.csv',
    provider: null,
    region: null,
    url: null,
    rows: offers,
    pricedAt: at,
    takenAt: at,
  };
  const rows = manyOffers(offers).map((offer) => ({ ...offer, sourceId: source.id, pricedAt: at }));
  new Shelf(store, { warn: () => undefined }).put(source, rows);
}

/** What the page has measured by itself under this name, ms, and forgets. */
const measured = (page: Page, name: string): Promise<number[]> =>
  page.evaluate((which) => {
    const all = performance.getEntriesByName(which).map(({ duration }) => duration);
    performance.clearMeasures(which);
    return all;
  }, name);

/** Does it, and waits until its rows are on the screen; the milliseconds between. */
async function shown(page: Page, act: () => Promise<void>): Promise<number> {
  await measured(page, 'offers.shown');
  await act();
  await page.waitForFunction(() => performance.getEntriesByName('offers.shown').length > 0);
  const [took = Number.NaN] = await measured(page, 'offers.shown');
  return took;
}

export const bench: Bench = {
  name: 'table',
  about: '100,000 offers filtered and sorted in Chromium',
  missing: () => (needs('chromium') ? null : 'Chromium'),
  async run() {
    const dataDirectory = await makeTempDirectory('bench-table');
    const store = openStore({
      file: path.join(dataDirectory, 'trainyard.db'),
      clock: systemClock,
      log: { info: () => undefined, warn: () => undefined },
    });
    seedOffers(store);
    store.close();
    const app = await startApp({ dataDirectory });
    const browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(app.loginUrl);
      await page.goto(new URL('/offers', app.runtime.url).href);
      await page.locator('.table__row').first().waitFor();
      const head = (name: string) => page.getByRole('button', { name, exact: true });
      const search = page.getByRole('searchbox', { name: 'Search offers' });
      const sorts = ['Per GPU', 'Type', 'Per hour', 'VRAM'];
      const sorting: number[] = [];
      const filtering: number[] = [];
      await measured(page, 'offers.filter');
      for (let turn = 0; turn <= turns; turn += 1) {
        const sort = await shown(page, () => head(sorts[turn % sorts.length] ?? 'Type').click());
        const filter = await shown(page, () => search.fill(turn % 2 === 0 ? 'h100 aws' : ''));
        // The first is with code that has not run before.
        if (turn === 0) continue;
        sorting.push(sort);
        filtering.push(filter);
      }
      const inside = await measured(page, 'offers.filter');
      console.log(`table: of these, filtering and sorting itself takes ${median(inside).toFixed(1)} ms`);
      const row = (measure: string, values: readonly number[]) =>
        within({ name: 'table', measure, unit: 'ms', reach: 100, lowerIsBetter: true }, values);
      return [
        row(`sort ${offers.toLocaleString('en')} offers, until they are on the screen`, sorting),
        row(`filter ${offers.toLocaleString('en')} offers, until they are on the screen`, filtering),
      ];
    } finally {
      await browser.close();
      await app.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    }
  },
};
