import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { readRuntimeFile } from '#backend/door/runtime-file.ts';
import { connectToApp } from '#cli/connect.ts';
import type { BackendConnection } from '#renderer/rpc/index.ts';
import { chromiumPath } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

const root = path.dirname(path.dirname(import.meta.dirname));
/** What is tried: the build of this tree, or another one. */
export const dist = process.env.TRAINYARD_E2E_DIST ?? path.join(root, 'dist');

/** A page, and what it complained of: errors, refused requests, broken content policy. */
export interface WatchedPage {
  page: Page;
  complaints: string[];
}

/** The built app in headless mode on directories of its own, with one signed-in browser. */
export interface App {
  browser: Browser;
  context: BrowserContext;
  /** Where it serves, without a slash at the end. */
  url: string;
  /** The address that signs in one browser, once. It has been used when the app is handed over. */
  loginUrl: string;
  dataDirectory: string;
  home: string;
  /** Another client of the same backend: for setting the stage, never for what is tested. */
  rpc(): BackendConnection['rpc'];
  /** The process that does the work; another one after it was killed. */
  workerPid(): number;
  /** A new tab of the same browser, closed when the running test is finished. */
  open(path: string): Promise<WatchedPage>;
  stop(): Promise<void>;
}

/** What a page may say while its backend is away. */
const awayWords = [/WebSocket connection to/, /net::ERR_/, /Failed to load resource/];

/** Starts the app and signs a browser in. `dataDirectory`: one that is there already, which then stays. */
export async function startApp({
  dataDirectory,
  env = {},
}: {
  dataDirectory?: string;
  env?: Record<string, string>;
} = {}): Promise<App> {
  const data = dataDirectory ?? (await makeTempDirectory('e2e-data'));
  const home = await makeTempDirectory('e2e-home');
  await mkdir(path.join(home, '.ssh'), { mode: 0o700 });
  const child = spawn(process.execPath, [path.join(dist, 'headless', 'main.js'), '--data', data, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: home, TRAINYARD_DATA: data, ...env },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let browser: Browser | undefined;
  let connected: { token: string; connection: BackendConnection } | undefined;
  const stop = async () => {
    connected?.connection.close();
    await browser?.close();
    child.kill('SIGTERM');
    await ended;
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
    if (!dataDirectory) await rm(data, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const loginUrl = await firstAddress(child);
    browser = await openBrowser();
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      colorScheme: 'dark',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const first = await context.newPage();
    await first.goto(loginUrl);
    await first.locator('main').waitFor();
    await first.close();
    await until('the app says where it is', () => readRuntimeFile(data));
    return {
      browser,
      context,
      url: new URL(loginUrl).origin,
      loginUrl,
      dataDirectory: data,
      home,
      rpc() {
        const runtime = readRuntimeFile(data);
        if (!runtime) throw new Error('the app does not run');
        // Another process of the app has another token.
        if (connected?.token !== runtime.token) {
          connected?.connection.close();
          connected = { token: runtime.token, connection: connectToApp(runtime) };
        }
        return connected.connection.rpc;
      },
      workerPid: () => readRuntimeFile(data)?.pid ?? 0,
      async open(place) {
        const watched = await watchedPage(context);
        onTestFinished(async ({ task }) => {
          if (task.result?.state === 'fail') await takePicture(watched.page);
          await watched.page.close();
        });
        await watched.page.goto(new URL(place, loginUrl).href);
        return watched;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath() ?? '',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    // As on everybody's desktop: without UTF-8 Chromium cannot read a file of this computer whose name is not ASCII.
    env: process.platform === 'linux' ? { ...process.env, LC_ALL: 'C.UTF-8' } : { ...process.env },
    timeout: 60_000,
  });
}

/** A tab that writes down all that it complains of. */
export async function watchedPage(context: BrowserContext): Promise<WatchedPage> {
  const page = await context.newPage();
  // Everything that a test waits for has this long, also where another test has the machine.
  page.setDefaultTimeout(45_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`content policy: ${violatedDirective} ${blockedURI}`),
    );
  });
  return { page, complaints };
}

/** For whoever looks for a fault: TRAINYARD_E2E_PICTURES names a folder for pictures of pages whose test failed. */
async function takePicture(page: Page): Promise<void> {
  const folder = process.env.TRAINYARD_E2E_PICTURES;
  if (folder) await page.screenshot({ path: path.join(folder, `${Date.now()}.png`) });
}

/** Without what a page says of a backend that a test has taken away. */
export const besidesAbsence = (complaints: readonly string[]): string[] =>
  complaints.filter((complaint) => !awayWords.some((words) => words.test(complaint)));

function firstAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const line = text.split('\n').find((candidate) => candidate.startsWith('{') && candidate.endsWith('}'));
      if (line) resolve((JSON.parse(line) as { url: string }).url);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.on('exit', (code) =>
      reject(new Error(`the app ended with ${code} before it was there (is dist/ built?): ${said}`)),
    );
  });
}
