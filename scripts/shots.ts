/**
 * `npm run shots`: the README's pictures. Starts the lab's boxes and the built app, runs real trainings on them, and takes
 * the pictures as a browser shows them, into docs/screenshots/.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { newId } from '#shared/domain/id.ts';
import { type App, startApp, watchedPage } from '#test/e2e/app.ts';
import { showcaseTrainer } from '#test/lab/trainers/index.ts';
import { startYard, type Yard } from '#test/lab/yard.ts';
import { chromiumPath, needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { buildAll } from './build.ts';
import { root } from './tools.ts';

const folder = path.join(root, 'docs', 'screenshots');
const deadline = { deadlineMs: 180_000, everyMs: 200 };

interface Shown {
  name: string;
  machine: string;
  gpus: string;
  options?: string;
}
const runs: Shown[] = [
  { name: 'spirals-wide', machine: 'heron', gpus: 'H100:4' },
  { name: 'spirals-lr-4e-3', machine: 'heron', gpus: '[H100:2, A100:2]', options: '--seed 3' },
  { name: 'spirals-seed-7', machine: 'ibis', gpus: 'A100:1', options: '--seed 7' },
  { name: 'spirals-fp16', machine: 'kite', gpus: 'RTX4090:2', options: '--seed 5' },
  { name: 'spirals-ablation', machine: 'kite', gpus: 'RTX4090:2' },
  { name: 'spirals-lr-1', machine: 'ibis', gpus: 'A100:1', options: '--lr 1 --fail-at 40' },
  { name: 'spirals-short', machine: 'wren', gpus: 'A100:1', options: '--steps 60 --pace 0.005' },
];

const taskOf = ({ name, gpus, options = '' }: Shown): string =>
  `name: ${name}
resources:
  accelerators: ${gpus}
workdir: ${path.dirname(showcaseTrainer)}
run: /usr/bin/python3 -u showcase.py ${options}
checkpoint:
  path: checkpoints
  framework: torch
  every: 500 steps
  request: {signal: USR1}
  resume: {env: SPIRALS_FROM}
`;

const draft = `name: spirals-ddp

resources:
  acelerators: H100:2

workdir: ~/spirals

envs:
  STEPS: "4000"

# Once per environment.
setup: |
  python3 -m pip install -r requirements.txt

run: |
  torchrun --standalone --nproc_per_node=2 train.py --steps "$STEPS"

checkpoint:
  path: checkpoints
  framework: torch
  every: 200 steps
`;

if (!chromiumPath() || !needs('sshd', 'torch')) {
  console.error('trainyard: pictures need Chromium, an OpenSSH server and PyTorch for /usr/bin/python3.');
  process.exit(2);
}
await buildAll();
let yard: Yard | undefined;
let app: App | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void tidyUp().then(() => process.exit(130)));
try {
  yard = await startYard();
  app = await startApp();
  await connect(app, yard);
  const ids = await start(app);
  // What was said in passing has been said.
  for (const { id } of (await app.rpc().app.notices()).notices) await app.rpc().app.dismissNotice({ id });
  await mkdir(folder, { recursive: true });
  await takeAll(app, ids);
  for (const { id } of (await app.rpc().runs.list({ states: ['queued', 'running'] })).rows)
    await app.rpc().runs.kill({ runId: id });
} finally {
  await tidyUp();
}

async function tidyUp(): Promise<void> {
  await app?.stop();
  await yard?.stop();
}

async function connect({ rpc }: App, { boxes, configFile }: Yard): Promise<void> {
  await rpc().sites.importHosts({ hosts: boxes.map(({ name }) => name), configFile });
  await until(
    'every box is connected and known',
    async () => {
      const { rows } = await rpc().machines.list({ limit: 100 });
      return (
        rows.length > boxes.length &&
        rows.every(({ connectionState, inventory }) => connectionState === 'connected' && inventory)
      );
    },
    deadline,
  );
}

async function start({ rpc }: App): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const { rows } = await rpc().machines.list({ limit: 100 });
  for (const run of runs) {
    const machineId = rows.find(({ name }) => name === run.machine)?.id ?? '';
    const made = await rpc().runs.launch({
      requestId: newId(),
      yaml: taskOf(run),
      baseDirectory: null,
      machineId,
      envs: {},
      secrets: {},
      priority: 0,
    });
    ids.set(run.name, made.id);
  }
  await until(
    'the trainings have gone far enough to be looked at',
    async () => {
      const { rows: now } = await rpc().runs.list({ limit: 50 });
      const of = (name: string) => now.find((each) => each.name === name);
      return (
        (of('spirals-wide')?.step ?? 0) > 900 &&
        of('spirals-short')?.state === 'succeeded' &&
        of('spirals-lr-1')?.state === 'failed' &&
        of('spirals-ablation')?.state === 'queued'
      );
    },
    deadline,
  );
  // The inventory is to show who holds which GPU now.
  await rpc().machines.refresh({ machineIds: [] });
  await until(
    'the boxes were asked again',
    async () =>
      (await rpc().machines.list({ limit: 100 })).rows.some(({ inventory }) =>
        inventory?.accelerators.some(({ processes }) => processes.some(({ runId }) => runId !== null)),
      ),
    deadline,
  );
  return ids;
}

async function takeAll(of: App, ids: ReadonlyMap<string, string>): Promise<void> {
  const { page } = await watchedPage(of.context);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await page.goto(of.url);
  await page.getByText('spirals-wide').first().waitFor();
  await take(page, 'overview');
  await page.goto(`${of.url}/runs/${ids.get('spirals-wide')}`);
  await page.locator('.chart canvas').nth(3).waitFor();
  await page
    .getByText(/step \d+\/\d+ loss/)
    .first()
    .waitFor();
  await take(page, 'run');
  await takeMove(page, of, `${of.url}/runs/${ids.get('spirals-lr-4e-3')}`);
  await page.goto(`${of.url}/new`);
  await page.getByRole('textbox', { name: 'Task file, YAML' }).click();
  await page.keyboard.insertText(draft);
  await page.getByRole('button', { name: 'Line 4' }).waitFor();
  await page.locator('h1').click();
  await take(page, 'new-run');
  await of.rpc().app.updateSettings({ theme: 'light', language: 'zh-CN' });
  await page.goto(of.url);
  await page.locator('html[lang="zh-CN"][data-theme="light"]').waitFor();
  await page.getByText('spirals-wide').first().waitFor();
  await take(page, 'overview-light-zh');
  await page.close();
}

/** The plan of a move from heron to ibis, and the move itself when it has been made. */
async function takeMove(page: Page, of: App, address: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('button', { name: 'Move…' }).click();
  await page.getByRole('radio', { name: 'ibis' }).check();
  await page.locator('.move__plan[aria-busy="false"]').waitFor({ timeout: deadline.deadlineMs });
  await take(page, 'move');
  await page.getByRole('button', { name: 'Move now' }).click();
  await page.locator('.movepanel').waitFor();
  await until(
    'the move is over',
    async () => (await of.rpc().migrations.list({ active: true })).length === 0,
    deadline,
  );
  await page.locator('.result--done').waitFor();
  // What was said in passing has been said.
  for (const { id } of (await of.rpc().app.notices()).notices) await of.rpc().app.dismissNotice({ id });
  await page.reload();
  await page.locator('.result--done').waitFor();
  await take(page, 'moved');
}

async function take(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  const file = path.join(folder, `${name}.png`);
  await rm(file, { force: true });
  await page.screenshot({ path: file, animations: 'disabled' });
  console.log(path.relative(root, file));
}
