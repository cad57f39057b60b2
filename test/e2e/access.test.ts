import { rm } from 'node:fs/promises';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import pino from 'pino';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Backend, startBackend } from '#backend/main.ts';
import { type BrowserHost, openBrowserHost } from '#headless/browser-host.ts';
import { buildAll } from '#scripts/build.ts';
import type { Client } from '#shared/contract/index.ts';
import { newId } from '#shared/domain/id.ts';
import { chromiumPath, needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';

const root = path.dirname(path.dirname(import.meta.dirname));
const hostile = '<img src=x onerror="complain(\'run by a name\')"><script>complain(1)</script>';

describe.skipIf(!needs('chromium'))('named tokens in a browser', () => {
  let directory: string;
  let backend: Backend;
  let host: BrowserHost;
  let browser: Browser;
  // A second try must not meet what the first has left.
  let tries = 0;

  beforeAll(async () => {
    // Nothing to do where `npm test` has built already, or another build is given.
    const dist = process.env.TRAINYARD_E2E_DIST;
    if (!dist) await buildAll();
    directory = await makeTempDirectory('e2e-access');
    backend = await startBackend({
      dataDirectory: directory,
      host: 'headless',
      version: '0.0.0',
      connect: false,
      log: pino({ level: 'silent' }),
    });
    host = await openBrowserHost({
      backend,
      pageDirectory: path.join(dist ?? path.join(root, 'dist'), 'page'),
    });
    browser = await chromium.launch({
      executablePath: chromiumPath() ?? '',
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await host?.close();
    await backend?.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  /** A page of a browser of its own, and what it complains of. */
  async function open(): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => {
      complaints.push(dialog.message());
      void dialog.dismiss();
    });
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

  test('an owner makes a token, shown once; a viewer signs in with it, sees all, is offered nothing, and is out when it is revoked', async () => {
    const name = `Ann ${++tries}`;
    const { page: own } = await open();
    await own.goto(host.loginUrl());
    await own.goto(`${host.url}/settings`);
    await own.getByRole('button', { name: 'New token' }).click();
    await own.getByLabel('Name').fill(name);
    await own.getByRole('button', { name: 'Make the token' }).click();
    const secret = (await own.locator('.settings__token').textContent()) ?? '';
    expect(secret).toMatch(/^trainyard_[\w-]{43}$/);
    await own.getByRole('button', { name: 'I have kept it' }).click();
    await own.getByRole('cell', { name, exact: true }).waitFor();
    expect(await own.content()).not.toContain(secret);

    const { page, complaints } = await open();
    await page.goto(host.url);
    await page.waitForURL(`${host.url}/sign-in`);
    await page.getByLabel('Your token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Your token').fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${host.url}/`);
    await page.locator('main').getByText('Overview').first().waitFor();

    await page.goto(`${host.url}/settings`);
    await page.getByText('Your role is viewer').first().waitFor();
    expect(await page.getByRole('button', { name: 'New token' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Back up now' }).count()).toBe(0);
    expect(await page.locator('.settings__all :is(input, button, select):enabled').count()).toBe(0);
    await page.goto(`${host.url}/new`);
    await page.getByText('Your role is viewer').first().waitFor();
    expect(await page.getByRole('button', { name: 'Launch', exact: true }).isDisabled()).toBe(true);
    await page.goto(`${host.url}/sites`);
    await page.getByText('This computer').first().waitFor();
    expect(
      await page
        .locator('main')
        .getByRole('button', { name: /add|import|connect|remove/i })
        .count(),
    ).toBe(0);

    await own.getByRole('row', { name }).getByRole('button', { name: 'Revoke' }).click();
    await own.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('link', { name: 'Sign in with a token' }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
    await own.context().close();
  });

  test('HTML in the names of sites, machines and runs is text on every page', async () => {
    const client = createRouterClient(backend.router, {
      context: { actor: { name: 'cli', role: 'owner' }, log: backend.log },
    }) as unknown as Client;
    const site = await client.sites.add({
      name: hostile,
      ssh: { host: `nobody${++tries}`, hostName: '127.0.0.1', port: 1 },
      connect: false,
    });
    const run = await client.runs.launch({
      requestId: newId(),
      yaml: 'run: sleep 1\n',
      baseDirectory: null,
      machineId: site.id,
      name: hostile,
      envs: {},
      secrets: {},
      priority: 0,
    });
    const { page, complaints } = await open();
    await page.goto(host.loginUrl());
    for (const place of [
      '/',
      '/sites',
      '/machines',
      `/machines/${site.id}`,
      '/runs',
      `/runs/${run.id}`,
      '/activity',
    ]) {
      await page.goto(`${host.url}${place}`);
      await page.getByText('<img src=x').first().waitFor({ state: 'attached' });
      expect(await page.locator('img[src="x"]').count(), place).toBe(0);
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
