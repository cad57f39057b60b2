import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Fixture, startFixture } from '#test/lab/fixture-backend.ts';
import { dist, openBrowser, type WatchedPage, watchedPage } from './app.ts';

/** What a test of a page finds; filled before each one. */
export interface MadeUpYard {
  fixture: Fixture;
  context: BrowserContext;
  watched: WatchedPage;
  /** The page at an address of the app. */
  open(address: string): Promise<Page>;
}

/** A browser for the tests around it, and for each test a yard of its own: what one does to it the next does not see. */
export function madeUpYard(): MadeUpYard {
  let browser: Browser | undefined;
  const yard = {
    async open(address: string) {
      await yard.watched.page.goto(`${yard.fixture.host.url}${address}`);
      return yard.watched.page;
    },
  } as MadeUpYard;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    yard.fixture = await startFixture({ pageDirectory: path.join(dist, 'page') });
    if (!browser) throw new Error('the browser did not start');
    yard.context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      colorScheme: 'dark',
      reducedMotion: 'reduce',
    });
    yard.watched = await watchedPage(yard.context);
    await yard.watched.page.goto(yard.fixture.host.loginUrl());
    await yard.watched.page.locator('main h1').first().waitFor({ state: 'attached' });
  });
  afterEach(async () => {
    await yard.context?.close();
    await yard.fixture?.close();
  });
  return yard;
}
