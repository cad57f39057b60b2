import { rm } from 'node:fs/promises';
import path from 'node:path';
import pino from 'pino';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Backend, startBackend } from '#backend/main.ts';
import { type BrowserHost, openBrowserHost } from '#headless/browser-host.ts';
import { buildAll } from '#scripts/build.ts';
import { chromiumPath, needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';

const root = path.dirname(path.dirname(import.meta.dirname));
const pageDirectory = path.join(root, 'dist', 'page');

describe.skipIf(!needs('chromium'))('the page in a browser', () => {
  let directory: string;
  let backend: Backend;
  let host: BrowserHost;
  let browser: Browser;

  beforeAll(async () => {
    // Nothing to do where `npm test` has built already.
    await buildAll();
    directory = await makeTempDirectory('e2e-host');
    backend = await startBackend({
      dataDirectory: directory,
      host: 'headless',
      version: '0.0.0',
      connect: false,
      log: pino({ level: 'silent' }),
    });
    host = await openBrowserHost({ backend, pageDirectory });
    browser = await chromium.launch({
      executablePath: chromiumPath() ?? '',
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await host?.close();
    await backend?.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** A page of a browser of its own, and what it complains of. */
  async function open(): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext();
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.exposeFunction('complain', (what: string) => complaints.push(what));
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        (window as unknown as { complain(what: string): void }).complain(
          `${violatedDirective}: ${blockedURI}`,
        ),
      );
    });
    return { page, complaints };
  }

  test('signs in by its address, draws every page from the backend, and breaks no rule of its policy', async () => {
    const { page, complaints } = await open();
    await page.goto(host.loginUrl());
    // The token is gone from the address, and so from the history.
    expect(page.url()).toBe(`${host.url}/`);
    await page.locator('main').getByText('Overview').first().waitFor();
    for (const place of ['/runs', '/machines', '/sites', '/activity', '/settings', '/new']) {
      await page.goto(`${host.url}${place}`);
      await page.locator('main h1, main h2').first().waitFor();
    }
    await page.goto(`${host.url}/machines`);
    await page.getByText('This computer').first().waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('a browser that is not signed in is told so and gets nothing', async () => {
    const { page } = await open();
    await page.goto(`${host.url}/machines`);
    await page.getByText('not signed in').first().waitFor();
    expect(await page.getByText('This computer').count()).toBe(0);
    await page.context().close();
  });
});
