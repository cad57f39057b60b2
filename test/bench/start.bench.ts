import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { chromiumPath, needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { type Bench, type BenchRow, median, within } from './row.ts';

const root = path.join(import.meta.dirname, '..', '..');
const pageDirectory = path.join(root, 'dist', 'page');
const turns = 7;
const pages = [
  '/',
  '/runs',
  '/machines',
  '/sites',
  '/new',
  '/files',
  '/terminals',
  '/ports',
  '/offers',
  '/fit',
  '/plan',
  '/costs',
  '/credentials',
  '/data',
  '/activity',
  '/settings',
];

interface Served {
  child: ChildProcess;
  url: string;
  startedAt: number;
  stop(): Promise<void>;
}

/** The command, from the moment in which it is given. */
async function serve(data: string, home: string): Promise<Served> {
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [path.join(root, 'dist', 'headless', 'main.js'), '--data', data, '--json'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, HOME: home, TRAINYARD_DATA: data },
    },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const line = text.split('\n').find((one) => one.startsWith('{') && one.endsWith('}'));
      if (line) resolve((JSON.parse(line) as { url: string }).url);
    });
    child.once('exit', (code) => reject(new Error(`the app ended with ${code} before it was there`)));
  });
  return {
    child,
    url,
    startedAt,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Until the overview shows this computer as the backend knows it: from then on everything can be done. */
async function usable(page: Page, { url, startedAt }: Served): Promise<number> {
  await page.goto(url, { waitUntil: 'commit' });
  // Looked for with each frame: a locator looks ever more seldom, at last every half second.
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll('h1, h2')].some(({ textContent }) => textContent === 'The yard') &&
      document.querySelector('#content')?.textContent?.includes('This computer') === true,
    undefined,
    { polling: 'raf' },
  );
  return (performance.now() - startedAt) / 1000;
}

/** A tab of a browser that is open: made while the app starts, as the desktop's window is. */
async function openTab(browser: Browser): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  return { context, page: await context.newPage() };
}

/** First contentful paint of each page, opened by its address as by a reload; the page that takes longest counts, ms. */
async function slowestPaint(context: BrowserContext, origin: string): Promise<{ path: string; ms: number }> {
  const page = await context.newPage();
  let slowest = { path: '', ms: 0 };
  for (const place of pages) {
    const samples: number[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      await page.goto(`${origin}${place}`);
      const painted = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
      await page.waitForFunction(painted);
      samples.push((await page.evaluate(painted)) ?? Number.NaN);
    }
    const ms = median(samples);
    if (ms > slowest.ms) slowest = { path: place, ms };
  }
  await page.close();
  return slowest;
}

/** What the first page makes a browser load before anything works, as it goes over the wire: gzip, KB. */
export function bundleKilobytes(directory = pageDirectory): number {
  const html = readFileSync(path.join(directory, 'index.html'), 'utf8');
  const files = [...html.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map((match) => match[1] ?? '');
  const bytes = [...new Set(files)].reduce(
    (sum, file) => sum + gzipSync(readFileSync(path.join(directory, file))).length,
    0,
  );
  return bytes / 1000;
}

export const bench: Bench = {
  name: 'start',
  about: 'command → usable window, first paint of any page, and what the first page loads',
  missing: () => (needs('chromium') ? null : 'Chromium'),
  async run() {
    const data = await makeTempDirectory('bench-start');
    const home = await makeTempDirectory('bench-home');
    const browser = await chromium.launch({
      executablePath: chromiumPath() ?? '',
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    });
    try {
      const starts: number[] = [];
      let slowest = { path: '', ms: 0 };
      for (let turn = 0; turn <= turns; turn += 1) {
        const [served, { context, page }] = await Promise.all([serve(data, home), openTab(browser)]);
        try {
          const seconds = await usable(page, served);
          await page.close();
          // The first one makes the database: it is not warm.
          if (turn > 0) starts.push(seconds);
          if (turn === turns) slowest = await slowestPaint(context, new URL(served.url).origin);
          await context.close();
        } finally {
          await served.stop();
        }
      }
      const limit = (measure: string, unit: string, reach: number, samples: number[]): BenchRow =>
        within({ name: 'start', measure, unit, reach, lowerIsBetter: true }, samples);
      return [
        limit('command → usable window, warm', 's', 1.5, starts),
        limit(`first paint of the slowest page (${slowest.path})`, 'ms', 150, [slowest.ms]),
        limit('main bundle, gzip', 'KB', 400, [bundleKilobytes()]),
      ];
    } finally {
      await browser.close();
      await rm(data, { recursive: true, force: true, maxRetries: 5 });
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};
