import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type ElectronApplication, _electron as electron, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findElectron, hasDisplay } from '#scripts/electron-runtime.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { dist } from './app.ts';

const root = path.dirname(path.dirname(import.meta.dirname));
/** The sandbox of Chromium does not start as root, and the shell asks for it. */
const mayOpen = process.platform !== 'linux' || (hasDisplay() && process.getuid?.() !== 0);

describe.skipIf(!needs('electron') || !mayOpen)('the desktop app', () => {
  let app: ElectronApplication;
  let page: Page;
  let data: string;
  const complaints: string[] = [];
  beforeAll(async () => {
    data = await makeTempDirectory('e2e-desktop');
    app = await electron.launch({
      executablePath: findElectron() ?? '',
      args: [path.join(dist, 'main', 'main.js'), `--user-data-dir=${path.join(data, 'electron')}`],
      cwd: root,
      env: { ...(process.env as Record<string, string>), TRAINYARD_DATA: data, HOME: data },
      timeout: 90_000,
    });
    page = await app.firstWindow({ timeout: 90_000 });
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await app?.close();
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  });

  test('opens its window over app:// and is answered over its message port', async () => {
    await page
      .getByRole('heading', { name: 'The yard' })
      .or(page.getByRole('heading', { name: '车场' }))
      .waitFor();
    expect(new URL(page.url()).protocol).toBe('app:');
    // What the backend alone knows: this computer as the first machine.
    await page.getByText('This computer').first().waitFor();
    expect(complaints).toEqual([]);
  });

  test('gives the page no Node, no Electron, and one window', async () => {
    expect(
      await page.evaluate(() =>
        ['require', 'process', 'module', 'ipcRenderer'].filter((name) => name in globalThis),
      ),
    ).toEqual([]);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  test('goes nowhere else and opens no window', async () => {
    const before = page.url();
    const opened = await page.evaluate(() => window.open('app://elsewhere/') === null);
    expect(opened).toBe(true);
    await page.evaluate(() => {
      location.href = 'https://example.invalid/';
    });
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    expect(page.url()).toBe(before);
    expect(app.windows().length).toBe(1);
    const answer = await page.evaluate(() =>
      fetch('https://example.invalid/').then(
        () => 'went',
        () => 'refused',
      ),
    );
    expect(answer).toBe('refused');
  });

  test('has a content policy that lets nothing in from outside', async () => {
    const policy = await page.evaluate(async () =>
      (await fetch('app://trainyard/')).headers.get('content-security-policy'),
    );
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe-(inline|eval)|https?:/);
  });
});
