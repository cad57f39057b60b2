import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trainer } from '#test/lab/trainers/index.ts';
import { startYard, type Yard } from '#test/lab/yard.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { type App, besidesAbsence, startApp } from './app.ts';
import { downloadLog, launch, logView, main, pickFromMenu, writeTask } from './steps.ts';

const withTorch = needs('torch');

/** Prints what terminals know, then trains until it is told to stop. */
const training = (project: string) => `name: training
resources:
  accelerators: H100:2
workdir: ${project}
envs:
  GREETING: hello
run: |
  printf '\\033[31mred words\\033[0m %s\\n' "$GREETING"
  printf 'loading 10%%\\rloading 100%%\\n'
  echo "<b>not bold</b>"
  exec /usr/bin/python3 -u train.py --steps 100000 --pace 0.05
`;

/** Where PyTorch is missing: the same lines, without it. */
const plainTrainer = `import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
print("ready", flush=True)
for step in range(1, 100001):
    print(f"step {step}/100000 loss={1 / step:.6f}", flush=True)
    time.sleep(0.05)
`;

describe.skipIf(!needs('chromium', 'sshd', 'python3'))('runs on a GPU box', () => {
  let app: App;
  let yard: Yard;
  let project: string;
  beforeAll(async () => {
    project = await makeTempDirectory('e2e-project');
    if (withTorch) await copyFile(trainer, path.join(project, 'train.py'));
    else await writeFile(path.join(project, 'train.py'), plainTrainer);
    [app, yard] = await Promise.all([startApp(), startYard({ count: 1 })]);
    await app.rpc().sites.add({ ssh: { host: 'heron', configFile: yard.configFile }, connect: true });
    await until(
      'the box is connected and known',
      async () =>
        (await app.rpc().machines.list({ limit: 10 })).rows.find(
          ({ name, inventory, connectionState }) =>
            name === 'heron' && inventory && connectionState === 'connected',
        ),
      { deadlineMs: 60_000, everyMs: 100 },
    );
  });
  afterAll(async () => {
    await app?.stop();
    await yard?.stop();
    await rm(project, { recursive: true, force: true });
  });

  const open = (place: string) => app.open(place);
  /** Ends what a failed test left, so that it is not in the way of the next. */
  async function endAll(): Promise<void> {
    const { rows } = await app
      .rpc()
      .runs.list({ states: ['queued', 'preparing', 'starting', 'running', 'stopping'] });
    for (const { id } of rows) await app.rpc().runs.kill({ runId: id });
    await until(
      'nothing runs any more',
      async () =>
        (await app.rpc().runs.list({ states: ['queued', 'preparing', 'starting', 'running', 'stopping'] }))
          .total === 0,
      { deadlineMs: 60_000, everyMs: 100 },
    );
  }
  const isState = (page: Page, state: string) =>
    main(page).locator('.run__sentence b').filter({ hasText: state }).waitFor({ timeout: 90_000 });
  const stopHere = async (page: Page) => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: /^Stop / });
    await dialog.getByText('The program gets TERM and 30 s to save its state').waitFor();
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await isState(page, 'Stopped');
  };

  test('a training goes its whole way: mistakes, launch, log, metrics, files, stop, restart, archive, delete', async () => {
    const { page, complaints } = await open('/new');
    const name = `training-${Date.now()}`;
    await writeTask(page, 'name: training\nresources:\n  acelerators: H100:2\nrun: 3\nservice:\n  port: 1\n');
    await page.getByText(/things? to mend before it can be launched/).waitFor();
    await page.getByRole('button', { name: 'Line 3' }).first().waitFor();
    await page
      .getByText(/accelerators/)
      .first()
      .waitFor();
    await page.getByText('Right, but Trainyard cannot do it yet.').first().waitFor();
    expect(await page.getByRole('button', { name: 'Launch' }).isDisabled()).toBe(true);

    await launch(page, app.url, { yaml: training(project), machine: 'heron', name });
    await isState(page, 'Running');
    await main(page)
      .getByText(/Heartbeat .*step \d+/)
      .first()
      .waitFor();
    const log = logView(page);
    await log
      .getByText(/^step \d+\/100000 loss=/)
      .last()
      .waitFor();
    // It is drawn as it is printed.
    await page
      .getByRole('figure', { name: /^loss, \d+ points/ })
      .locator('canvas')
      .waitFor();
    await log.press('Home');
    const red = log.getByText('red words');
    await red.waitFor();
    expect(await red.evaluate((element) => getComputedStyle(element).color)).not.toBe(
      await log.evaluate((element) => getComputedStyle(element).color),
    );
    await log.getByText('loading 100%', { exact: true }).waitFor();
    expect(await log.getByText('loading 10%', { exact: true }).count()).toBe(0);
    await log.getByText('<b>not bold</b>').waitFor();

    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByLabel('Search for').fill('^step 1[01]/');
    await page.getByText('2 lines', { exact: true }).waitFor();
    await page.getByLabel('Search for').press('Enter');
    await log.getByText(/^step 10\/100000/).waitFor();
    await page.getByLabel('Search for').press('Escape');

    await page.getByRole('tab', { name: 'Specification' }).click();
    await page.getByText('accelerators: H100:2').waitFor();
    await page.getByRole('tab', { name: 'Files' }).click();
    await page.getByRole('button', { name: 'Run directory' }).waitFor();
    await page.locator('.files tbody tr').first().waitFor();
    await page.getByRole('tab', { name: 'Log and metrics' }).click();

    await stopHere(page);
    await main(page)
      .getByText(/after it was asked to stop, recorded on the box/)
      .first()
      .waitFor();
    const text = await downloadLog(page);
    expect(text).toContain('\u001b[31mred words\u001b[0m hello');
    const steps = text.match(/(?<=^step )\d+(?=\/100000)/gm) ?? [];
    expect(steps).toEqual(steps.map((_, index) => String(index + 1)));

    await page.getByRole('button', { name: 'Restart' }).click();
    await page
      .getByRole('dialog', { name: `Restart ${name}?` })
      .getByRole('button', { name: 'Restart' })
      .click();
    await isState(page, 'Running');
    // One click, and there is a terminal in its directory, with its environment.
    await page.getByRole('button', { name: 'Terminal', exact: true }).click();
    await page.locator('.term .xterm-helper-textarea').focus();
    await page.keyboard.type('echo "in $PWD with $CUDA_VISIBLE_DEVICES;"');
    await page.keyboard.press('Enter');
    const runId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await until('its shell is where the run is', async () => {
      const opened = (await app.rpc().terminals.list()).at(-1);
      if (opened === undefined) return false;
      const { text } = await app.rpc().terminals.text({ terminalId: opened.id });
      return text.replaceAll('\n', '').includes(`${runId}/code with GPU-5ca1ab1e`);
    });
    for (const { id } of await app.rpc().terminals.list())
      await app.rpc().terminals.close({ terminalId: id });
    await page.getByRole('tab', { name: 'Attempts' }).click();
    await page.locator('.attempts tbody tr').nth(1).waitFor();
    await stopHere(page);

    await pickFromMenu(page, 'More', 'Archive');
    await page.getByRole('dialog').getByText('Nothing is removed.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await pickFromMenu(page, 'More', 'Delete');
    const dialog = page.getByRole('dialog', { name: `Delete ${name}?` });
    await dialog.getByText(/^Frees .+ on the box and .+ here\.$/).waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    expect(await page.getByText(name).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('a task is written as a form, taken from a template, and taken from an earlier run', async () => {
    const { page, complaints } = await open('/new');
    await page.getByRole('button', { name: 'As a form' }).click();
    await page.locator('.taskform').getByLabel('Name').fill('from-a-form');
    await page.getByLabel('Command', { exact: true }).fill('echo "form says $WORD"');
    await page.getByLabel('Variables', { exact: true }).fill('WORD=yes');
    await page.getByRole('button', { name: 'As YAML' }).click();
    await page.getByRole('textbox', { name: 'Task file, YAML' }).getByText('from-a-form').waitFor();
    await page.getByText('No mistakes.').waitFor();
    await page.getByRole('button', { name: 'Launch' }).click();
    await isState(page, 'Succeeded');
    await logView(page).getByText('form says yes').waitFor();

    await page.getByRole('button', { name: 'Duplicate' }).click();
    await page.getByRole('textbox', { name: 'Task file, YAML' }).getByText('from-a-form').waitFor();
    await page.getByText('No mistakes.').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('from-a-form');

    await page.getByLabel('Start from').selectOption({ label: 'Plain Python' });
    await page.getByRole('textbox', { name: 'Task file, YAML' }).getByText('plain-python').waitFor();
    await page.getByText('No mistakes.').waitFor();
    await page.getByRole('button', { name: 'Launch' }).click();
    await page.getByRole('heading', { name: 'plain-python', exact: true }).waitFor();
    await isState(page, 'Succeeded');
    expect(complaints).toEqual([]);
  });

  test('two runs that want every GPU: the second waits and says why; a higher priority goes first', async () => {
    await endAll();
    const { page, complaints } = await open('/runs');
    const tag = Date.now() % 1_000_000;
    const all = (name: string, run: string) => ({
      yaml: `name: ${name}\nresources:\n  accelerators: H100:8\nrun: ${run}\n`,
      machine: 'heron',
      name: `${name}-${tag}`,
    });
    await launch(page, app.url, all('holder', 'sleep 100000'));
    await isState(page, 'Running');
    await launch(page, app.url, all('first', 'sleep 100000'));
    await isState(page, 'Queued');
    await main(page)
      .getByText(new RegExp(`held by run "holder-${tag}"`))
      .first()
      .waitFor();
    await launch(page, app.url, all('second', 'sleep 100000'));
    await isState(page, 'Queued');
    await main(page)
      .getByText(/Place 2 in the queue/)
      .first()
      .waitFor();
    await pickFromMenu(page, 'More', 'Change its priority');
    await page.getByRole('dialog').getByLabel('Priority').fill('5');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await main(page)
      .getByText(/Place 1 in the queue/)
      .first()
      .waitFor();

    await page.goto(`${app.url}/runs`);
    await page.getByRole('link', { name: `holder-${tag}` }).click();
    await stopHere(page);
    await page.goto(`${app.url}/runs`);
    const row = (name: string) => page.getByRole('row').filter({ hasText: `${name}-${tag}` });
    await row('second').getByText('Running').waitFor();
    await row('first').getByText('Queued').waitFor();
    expect(complaints).toEqual([]);
    await endAll();
  });

  test('a killed backend is said, comes back by itself, and has lost nothing; a second window sees the same', async () => {
    await endAll();
    const { page, complaints } = await open('/new');
    const name = `kept-${Date.now()}`;
    await launch(page, app.url, { yaml: training(project), machine: 'heron', name });
    await isState(page, 'Running');
    await logView(page)
      .getByText(/^step \d+\/100000 loss=/)
      .last()
      .waitFor();
    const second = await open('/runs');
    await second.page.getByRole('row').filter({ hasText: name }).getByText('Running').waitFor();

    // Seen in one look however short it is there.
    await page.evaluate(() => {
      const see = () => {
        if (document.body.textContent.includes('The backend is starting again'))
          document.body.dataset.saidAway = 'yes';
        else requestAnimationFrame(see);
      };
      see();
    });
    const before = app.workerPid();
    process.kill(before, 'SIGKILL');
    await until('another worker is there', () => app.workerPid() !== before && app.workerPid() !== 0, {
      deadlineMs: 60_000,
      everyMs: 50,
    });
    await page.locator('body[data-said-away="yes"]').waitFor({ state: 'attached' });
    await page.getByText('The backend is starting again').waitFor({ state: 'hidden' });
    await isState(page, 'Running');
    await page.getByRole('button', { name: 'Follow' }).waitFor();
    await logView(page)
      .getByText(/^step \d+\/100000 loss=/)
      .last()
      .waitFor();
    await second.page.getByRole('row').filter({ hasText: name }).getByText('Running').waitFor();
    await stopHere(page);
    await second.page.getByRole('row').filter({ hasText: name }).getByText('Stopped').waitFor();
    const steps = (await downloadLog(page)).match(/(?<=^step )\d+(?=\/100000)/gm) ?? [];
    expect(steps.length).toBeGreaterThan(1);
    expect(steps).toEqual(steps.map((_, index) => String(index + 1)));
    await page.reload();
    await isState(page, 'Stopped');
    expect(besidesAbsence([...complaints, ...second.complaints])).toEqual([]);
  });

  test('hostile names of runs and files are text and nothing else', async () => {
    const odd = `<img src=x onerror="document.title='owned'"> "quoted" $(touch /tmp/owned)`;
    const folder = path.join(project, 'odd');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, '<script>alert(1)</script>'.replace('/', '∕')), 'x');
    await writeFile(path.join(folder, 'line\nbreak; \u001b[2J.txt'), 'inside the odd file');
    const { page, complaints } = await open('/new');
    const yaml = `name: odd\nworkdir: ${folder}\nrun: printf '\\033]0;owned\\007\\033[2J<script>alert(2)</script> still here\\n'\n`;
    await launch(page, app.url, { yaml, machine: 'heron', name: odd });
    await isState(page, 'Succeeded');
    await logView(page).getByText('<script>alert(2)</script> still here').waitFor();
    expect(await page.title()).toContain('<img src=x');
    expect(await page.locator('main img').count()).toBe(0);
    await page.getByRole('tab', { name: 'Files' }).click();
    const code = page
      .locator('.files tbody')
      .getByRole('button')
      .filter({ hasText: /^(code|work|workdir)\/?$/ });
    await code.first().click();
    await page.getByRole('button', { name: /line.*break/ }).click();
    await page.getByText('inside the odd file').waitFor();
    await page.goto(`${app.url}/runs`);
    await page.getByRole('row').filter({ hasText: odd }).waitFor();
    await page.getByRole('row').filter({ hasText: odd }).getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(odd).waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('row').filter({ hasText: odd }).waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
  });
});
