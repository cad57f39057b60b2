import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { needs } from '#test/needs.ts';
import type { Flow } from './bare-terminal.ts';
import { against, type Bench, type BenchRow, within } from './row.ts';
import { startTerminalLab } from './terminal-lab.ts';

const flowBytes = 50_000_000;
const turns = 5;
const longBytes = 1_000_000_000;

const rate = ({ bytes, ms }: Flow) => bytes / 1_000_000 / (ms / 1000);

/** The memory of the page's process that it shares with nobody, or its part of what it shares: MB. */
async function pageMemory(browser: Browser, page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const whole = await browser.newBrowserCDPSession();
  const { processInfo } = await whole.send('SystemInfo.getProcessInfo');
  const pages = processInfo.filter(({ type }) => type === 'renderer');
  const sizes = await Promise.all(
    pages.map(async ({ id }) => {
      const text = await readFile(`/proc/${id}/smaps_rollup`, 'utf8');
      return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1000;
    }),
  );
  return Math.max(...sizes);
}

export const bench: Bench = {
  name: 'terminal',
  about: '50 MB through box, backend and page, parsed, against an xterm fed from memory in the same page',
  missing: () => (needs('chromium', 'sshd', 'ssh') ? null : 'Chromium, sshd or ssh'),
  async run(): Promise<BenchRow[]> {
    const lab = await startTerminalLab();
    try {
      const { page } = lab;
      const text = await page.evaluate((bytes) => {
        const decoder = new TextDecoder();
        return decoder.decode(window.benchTerminals.someText(bytes));
      }, flowBytes);
      // The terminal over there makes CR LF of each LF.
      writeFileSync(path.join(lab.home, 'big'), text.replaceAll('\r\n', '\n'), { mode: 0o644 });
      const fromBox = (end: number, command: string, bytes: number) =>
        page.evaluate(([line, said, size]) => window.benchTerminals.flowFromBox(line, said, size), [
          `${command}; echo; echo end-$((${end}+0))`,
          `end-${end}`,
          bytes,
        ] as const);
      const fromMemory = () =>
        page.evaluate((bytes) => window.benchTerminals.flowFromMemory(bytes), flowBytes);
      const ours: Flow[] = [];
      const peer: Flow[] = [];
      for (let turn = 0; turn <= turns; turn += 1) {
        const mine = await fromBox(turn, 'cat big', flowBytes);
        const theirs = await fromMemory();
        if (turn === 0) continue;
        ours.push(mine);
        peer.push(theirs);
      }
      const copies = longBytes / flowBytes;
      await fromBox(turns + 1, `for i in $(seq ${copies}); do cat big; done`, longBytes);
      const memory = await pageMemory(lab.browser, page);
      return [
        against(
          { name: 'terminal', measure: '50 MB, parsed', unit: 'MB/s', reach: 0.7, lowerIsBetter: false },
          ours.map(rate),
          peer.map(rate),
        ),
        against(
          {
            name: 'terminal',
            measure: 'longest time between frames',
            unit: 'ms',
            reach: 0.6667,
            lowerIsBetter: true,
          },
          ours.map(({ longestFrameMs }) => longestFrameMs),
          peer.map(({ longestFrameMs }) => longestFrameMs),
        ),
        within(
          {
            name: 'terminal',
            measure: 'memory of the page after 1 GB',
            unit: 'MB',
            reach: 300,
            lowerIsBetter: true,
          },
          [memory],
        ),
      ];
    } finally {
      await lab.stop();
    }
  },
};
