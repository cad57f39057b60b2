import path from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { newId } from '#shared/domain/id.ts';
import { chromiumPath } from '#test/needs.ts';
import { addSite, type BenchApp, connectedMachine, startApp, startBoxes } from './app.ts';

/** The app in Chromium with one terminal on one box, and a bare xterm beside it (`window.benchTerminals`). */
export interface TerminalLab {
  app: BenchApp;
  browser: Browser;
  page: Page;
  configFile: string;
  /** The box's home. */
  home: string;
  stop(): Promise<void>;
}

export async function startTerminalLab(): Promise<TerminalLab> {
  const lab = await startBoxes(1);
  const app = await startApp();
  const browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox'] });
  const stop = async () => {
    await browser.close();
    await app.stop();
    await lab.stop();
  };
  try {
    const site = await addSite(app, 'box0', lab.configFile, true);
    const machineId = await connectedMachine(app, site.id);
    await app.connection.rpc.terminals.open({ requestId: newId(), machineId });
    // The bench's own script is not the app's: its policy would refuse it.
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(app.loginUrl);
    await page.goto(new URL('/terminals', app.runtime.url).href);
    await page.locator('.term__emulator .xterm-screen').waitFor();
    await page.addScriptTag({ content: await bareTerminal() });
    await page.evaluate(() =>
      window.benchTerminals.command('ours', "PS1='> '; stty -echoctl; echo ready-$((1+1))", 'ready-2'),
    );
    return { app, browser, page, configFile: lab.configFile, home: lab.boxes[0]?.home ?? '', stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function bareTerminal(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, 'bare-terminal.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
  });
  return outputFiles[0]?.text ?? '';
}
