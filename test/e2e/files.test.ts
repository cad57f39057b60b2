import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId, thisComputerId } from '#shared/domain/new-id.ts';
import { type FaultProxy, startProxy } from '#test/lab/proxy.ts';
import { type Box, startBox } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { type App, besidesAbsence, startApp } from './app.ts';
import { dragOut, dropFromOutside } from './drags.ts';
import { main } from './steps.ts';

const training = 'import torch\n\nlr = 8.2e-5\nprint("training")\n';

describe.skipIf(!needs('chromium', 'sshd', 'root'))('files of a machine', () => {
  let app: App;
  let box: Box;
  let proxy: FaultProxy;
  let machineId: string;
  beforeAll(async () => {
    [app, box] = await Promise.all([startApp(), startBox({ name: 'heron' })]);
    proxy = await startProxy({ to: { port: box.port } });
    const config = path.join(app.home, 'heron_config');
    const through = box.configSnippet.replace(`Port ${box.port}`, `Port ${proxy.port}`);
    // The key is known under the box's own port, not the proxy's.
    await writeFile(config, `${through}  HostKeyAlias [127.0.0.1]:${box.port}\n`);
    await app.rpc().sites.add({ ssh: { host: 'heron', configFile: config }, connect: true });
    machineId = await until('the box is connected', async () => {
      const { rows } = await app.rpc().machines.list({ limit: 10 });
      return rows.find(({ name, connectionState }) => name === 'heron' && connectionState === 'connected')
        ?.id;
    });
  });
  // Each test, and each try of one, finds the same.
  beforeEach(async () => {
    proxy.bandwidth(0);
    const work = path.join(box.home, 'work');
    await rm(work, { recursive: true, force: true });
    await rm(path.join(app.home, 'Downloads'), { recursive: true, force: true });
    await mkdir(path.join(work, 'many'), { recursive: true });
    await mkdir(path.join(work, 'old'));
    await Promise.all([
      writeFile(path.join(work, 'train.py'), training),
      writeFile(path.join(work, 'notes.txt'), 'first\r\nsecond\r\n'),
      writeFile(path.join(work, 'scores.csv'), 'name,score\nheron,0.91\nibis,0.87\n'),
      writeFile(path.join(work, '.hidden'), 'x'),
      writeFile(path.join(work, 'two\nlines \u001b[31m.txt'), 'x'),
      writeFile(path.join(work, 'old', 'a.txt'), 'a'),
      symlink('nothing-there', path.join(work, 'broken')),
      ...Array.from({ length: 1200 }, (_, index) =>
        writeFile(path.join(work, 'many', `step-${index}.log`), ''),
      ),
    ]);
    // The box's account owns what is in its home.
    const { uid, gid } = await stat(box.home);
    await promisify(execFile)('chown', ['-R', `${uid}:${gid}`, work]);
  });
  afterAll(async () => {
    await app?.stop();
    await proxy?.stop();
    await box?.stop();
  });

  const at = (name: string) => path.join(box.home, 'work', name);
  const show = (name = '', file?: string) => {
    const query = new URLSearchParams({
      path: path.join(box.home, 'work', name),
      ...(file ? { file: at(file) } : {}),
    });
    return app.open(`/files/${machineId}?${query}`);
  };
  const row = (page: Page, name: string) =>
    main(page)
      .getByRole('row')
      .filter({ has: page.getByRole('checkbox', { name: `Select row: ${name}`, exact: true }) });
  const cell = (page: Page, name: string) => row(page, name).getByRole('gridcell').nth(1);
  const dialog = (page: Page) => page.getByRole('dialog');
  const tableOf = (page: Page) => main(page).getByRole('grid', { name: /^Entries of/ });

  test('are browsed by pointer and keys, filtered, sorted, and shown by what they are', async () => {
    const { page, complaints } = await show();
    await row(page, 'train.py').waitFor();
    // A name is text on one line, whatever is in it; hidden ones are shown when asked for.
    await row(page, 'two\\nlines \\x1b[31m.txt').waitFor();
    await cell(page, 'broken').click();
    await main(page)
      .getByText(/^There is no .*broken on heron\.$/)
      .waitFor();
    await row(page, 'broken').getByText('broken link').waitFor();
    expect(await row(page, '.hidden').count()).toBe(0);
    await main(page).getByRole('checkbox', { name: 'Hidden files' }).check();
    await row(page, '.hidden').waitFor();

    await cell(page, 'scores.csv').click();
    await main(page).getByRole('region', { name: 'Inside scores.csv' }).getByText('0.91').waitFor();
    await cell(page, 'train.py').click();
    const code = main(page).getByRole('textbox', { name: 'Content of train.py' });
    await code.getByText('8.2e-5').waitFor();
    await main(page)
      .getByRole('region', { name: 'Inside train.py' })
      .getByRole('button', { name: 'Close' })
      .click();

    // By keys: into the folder of many, to its end, and up again.
    await row(page, 'many').waitFor();
    await tableOf(page).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await main(page).getByText('1,200 entries', { exact: true }).waitFor();
    // The keyboard is in the new table by itself.
    await until('its end is shown', async () => {
      await page.keyboard.press('End');
      return (await row(page, 'step-1199.log').count()) > 0;
    });
    await main(page).getByRole('searchbox', { name: 'Filter by name' }).fill('step-77');
    await main(page).getByText('11 of 1,200 entries').waitFor();
    await tableOf(page).focus();
    await page.keyboard.press('Backspace');
    await row(page, 'train.py').waitFor();

    // The path can be typed, and Tab completes it.
    await main(page).getByRole('button', { name: 'Type a path' }).click();
    const typed = main(page).getByRole('textbox', { name: 'Path' });
    await typed.fill(at('ol'));
    await typed.press('Tab');
    await until('it is completed', async () => (await typed.inputValue()) === `${at('old')}/`);
    await typed.press('Enter');
    await row(page, 'a.txt').waitFor();
    await page.goto(`${app.url}/files/${machineId}?path=${encodeURIComponent(at('gone'))}`);
    await main(page).getByRole('heading', { name: 'There is nothing there' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('in a folder of 100,000 are found, and the keyboard goes to its end', async () => {
    const crowd = path.join(box.home, 'crowd');
    await mkdir(crowd, { recursive: true });
    const make = 'cd "$1" && seq -f "sample-%06g.npy" 1 100000 | xargs touch && chown --reference=.. .';
    await promisify(execFile)('sh', ['-c', make, 'sh', crowd]);
    const { page, complaints } = await app.open(
      `/files/${machineId}?${new URLSearchParams({ path: crowd })}`,
    );
    await main(page).getByText('100,000 entries', { exact: true }).waitFor({ timeout: 60_000 });
    await row(page, 'sample-000001.npy').waitFor();
    await tableOf(page).focus();
    await until('its end is shown', async () => {
      await page.keyboard.press('End');
      return (await row(page, 'sample-100000.npy').count()) > 0;
    });
    await main(page).getByRole('searchbox', { name: 'Filter by name' }).fill('04242');
    await main(page).getByText('11 of 100,000 entries').waitFor();
    await cell(page, 'sample-042425.npy').click();
    await main(page).getByRole('region', { name: 'Inside sample-042425.npy' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('are edited; what somebody else has written meanwhile is not lost, and newlines stay as they are', async () => {
    const { page, complaints } = await show('', 'notes.txt');
    await main(page).getByRole('button', { name: 'Edit', exact: true }).click();
    const text = main(page).getByRole('textbox', { name: 'Content of notes.txt' });
    await text.click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.type('third');
    await main(page).getByText('Unsaved changes').waitFor();
    await page.keyboard.press('ControlOrMeta+s');
    await until(
      'it is saved',
      async () => (await readFile(at('notes.txt'), 'utf8')) === 'first\r\nsecond\r\nthird',
    );
    await main(page).getByText('No changes').waitFor();

    await text.click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.type(' line');
    // Leaving asks.
    await page.getByRole('link', { name: /^Machines/ }).click();
    await dialog(page).getByText('notes.txt has unsaved changes').waitFor();
    await dialog(page).getByRole('button', { name: 'Back to the editor' }).click();
    await writeFile(at('notes.txt'), 'first, by another\r\nsecond\r\nthird');
    await main(page).getByRole('button', { name: 'Save', exact: true }).click();
    await dialog(page).getByText('notes.txt was changed by somebody else').waitFor();
    await dialog(page).getByText('first, by another').waitFor();
    expect(await readFile(at('notes.txt'), 'utf8')).toBe('first, by another\r\nsecond\r\nthird');
    await dialog(page).getByRole('button', { name: 'Keep mine' }).click();
    await until(
      'mine is there',
      async () => (await readFile(at('notes.txt'), 'utf8')) === 'first\r\nsecond\r\nthird line',
    );
    await main(page).getByRole('button', { name: 'End editing' }).click();
    expect(complaints).toEqual([]);
  });

  test('are uploaded by a drop and from a folder, verified; a name that is taken is asked about', async () => {
    const folder = path.join(app.home, 'brought');
    const odd = "it's \n🚂";
    await mkdir(path.join(folder, odd, 'empty'), { recursive: true });
    await writeFile(path.join(folder, odd, 'data.bin'), Buffer.alloc(16_000_000, 7));
    await writeFile(path.join(folder, 'config.yaml'), 'lr: 1\n');
    await symlink('config.yaml', path.join(folder, 'current.yaml'));
    const { page, complaints } = await show('old');
    await row(page, 'a.txt').waitFor();
    proxy.bandwidth(1_000_000);
    await dropFromOutside(page, tableOf(page), folder);
    // It is seen before it is whole; cancelled, it leaves no half of a file.
    await row(page, 'brought').waitFor();
    await page.getByRole('button', { name: /^1 upload/ }).click();
    await dialog(page).getByText('brought/, 2 files').waitFor();
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await dialog(page)
      .getByText(/^cancelled/)
      .waitFor();
    proxy.bandwidth(0);
    const inIt = async () => (await readdir(path.join(at('old'), 'brought', odd))).join();
    await until('nothing but folders is there', async () => (await inIt()) === 'empty');
    await dialog(page).getByRole('button', { name: 'Go on' }).click();
    await dialog(page).getByText('the hashes of 2 files are those of what was sent').waitFor();
    await dialog(page)
      .getByText(/^Symbolic links in a folder were not sent: a browser leaves them out/)
      .waitFor();
    await dialog(page).getByRole('button', { name: 'Close' }).click();
    const there = path.join(at('old'), 'brought', odd, 'data.bin');
    expect((await readFile(there)).equals(Buffer.alloc(16_000_000, 7))).toBe(true);
    expect(await readFile(path.join(at('old'), 'brought', 'config.yaml'), 'utf8')).toBe('lr: 1\n');
    expect(await readdir(path.join(at('old'), 'brought'))).toEqual(['config.yaml', odd]);

    const dropped = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      data.items.add(new File(['dropped'], 'a.txt'));
      return data;
    });
    await tableOf(page).dispatchEvent('drop', { dataTransfer: dropped });
    await dialog(page).getByText('a.txt is there already').waitFor();
    await dialog(page).getByRole('button', { name: 'Keep both' }).click();
    await row(page, 'a (2).txt').waitFor();
    expect(await readFile(path.join(at('old'), 'a (2).txt'), 'utf8')).toBe('dropped');
    expect(await readFile(path.join(at('old'), 'a.txt'), 'utf8')).toBe('a');

    await page.getByRole('button', { name: 'Transfers', exact: true }).click();
    await dialog(page)
      .getByText(/^Verified: SHA-256 [0-9a-f]{64}$/)
      .waitFor();
    await dialog(page).getByRole('button', { name: 'Close' }).click();
    expect(complaints).toEqual([]);
  });

  test('whose upload is cut off by a new load of the page go on where they were, once chosen again', async () => {
    const name = 'weights.bin';
    const content = randomBytes(24_000_000);
    const source = path.join(app.home, name);
    await writeFile(source, content);
    const { page, complaints } = await show('old');
    page.on('dialog', (asked) => void asked.accept());
    await row(page, 'a.txt').waitFor();
    proxy.bandwidth(6_000_000);
    await main(page).locator('input[data-choose="files"]').setInputFiles(source);
    const begun = async () => {
      const names = await readdir(at('old'));
      const rest = names.find((each) => each.startsWith('.trainyard-upload-'));
      return rest === undefined ? null : stat(path.join(at('old'), rest)).catch(() => null);
    };
    await until('much of it has arrived', async () => ((await begun())?.size ?? 0) > 9_000_000);
    await page.reload();
    await page.getByRole('button', { name: '1 upload cut off' }).click();
    await dialog(page).getByText('only you have the files').waitFor();
    const before = await begun();
    const asks = page.waitForEvent('filechooser');
    await dialog(page).getByRole('button', { name: 'Choose again…' }).click();
    await (await asks).setFiles(source);
    proxy.bandwidth(0);
    await dialog(page)
      .getByText(/^Verified: SHA-256 [0-9a-f]{64}$/)
      .waitFor();
    const there = path.join(at('old'), name);
    expect((await readFile(there)).equals(content)).toBe(true);
    // It is what was begun before, not a new one.
    expect((await stat(there)).ino).toBe(before?.ino);
    await dialog(page).getByRole('button', { name: 'Close' }).click();
    expect(besidesAbsence(complaints)).toEqual([]);
  });

  test('whose upload loses its backend go on where they were, by themselves, once there is another', async () => {
    const content = randomBytes(24_000_000);
    const source = path.join(app.home, 'shards.bin');
    await writeFile(source, content);
    const { page, complaints } = await show('old');
    await row(page, 'a.txt').waitFor();
    // What the page says and hears of where its upload goes on.
    const begun: number[] = [];
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        const [, from] = /"kind":"upload","offset":(\d+),"done":null/.exec(payload.toString()) ?? [];
        if (from !== undefined) begun.push(Number(from));
      }),
    );
    await page.reload();
    await row(page, 'a.txt').waitFor();
    proxy.bandwidth(3_000_000);
    await main(page).locator('input[data-choose="files"]').setInputFiles(source);
    const arrived = async () => {
      const rest = (await readdir(at('old'))).find((name) => name.startsWith('.trainyard-upload-'));
      return rest === undefined ? 0 : ((await stat(path.join(at('old'), rest)).catch(() => null))?.size ?? 0);
    };
    await until('much of it has arrived', async () => (await arrived()) > 9_000_000);
    const before = app.workerPid();
    process.kill(before, 'SIGKILL');
    await until('another backend is there', () => ![0, before].includes(app.workerPid()), {
      deadlineMs: 60_000,
    });
    proxy.bandwidth(0);
    await until(
      'it is whole',
      async () => (await readFile(at('old/shards.bin')).catch(() => null))?.equals(content),
      { deadlineMs: 60_000 },
    );
    expect(begun[0]).toBe(0);
    expect(begun.at(-1)).toBeGreaterThanOrEqual(8 * 1024 * 1024);
    await page.getByRole('button', { name: 'Transfers', exact: true }).click();
    await dialog(page)
      .getByText(/^Verified: SHA-256 [0-9a-f]{64}$/)
      .waitFor();
    expect(await readdir(at('old'))).toEqual(['a.txt', 'shards.bin']);
    expect(besidesAbsence(complaints)).toEqual([]);
  });

  test('that change while they are sent are not taken for whole, and go when chosen again', async () => {
    const source = path.join(app.home, 'growing.log');
    await writeFile(source, randomBytes(24_000_000));
    await utimes(source, 1_700_000_000, 1_700_000_000);
    const { page, complaints } = await show('old');
    await row(page, 'a.txt').waitFor();
    proxy.bandwidth(2_000_000);
    await main(page).locator('input[data-choose="files"]').setInputFiles(source);
    await until('some of it is on its way', async () => (await readdir(at('old'))).length > 1);
    const content = randomBytes(1_000_000);
    await writeFile(source, content);
    await page
      .getByText(/^growing\.log could not be uploaded\. growing\.log cannot be read any more/)
      .waitFor();
    proxy.bandwidth(0);
    expect(await readdir(at('old'))).not.toContain('growing.log');
    await main(page).locator('input[data-choose="files"]').setInputFiles(source);
    await until('what it is now is there', async () =>
      (await readFile(at('old/growing.log')).catch(() => null))?.equals(content),
    );
    expect(complaints).toEqual([]);
  });

  test('are moved by a drag, which can be taken back, and a folder is dragged to this computer', async () => {
    const { page, complaints } = await show();
    await cell(page, 'train.py').dragTo(cell(page, 'old'));
    await until('it is in the folder', async () => (await readdir(at('old'))).includes('train.py'));
    await page.getByRole('button', { name: 'Undo' }).click();
    await until('it is back', async () => (await readdir(at('old'))).length === 1);
    await row(page, 'train.py').waitFor();

    // The other machines show while something is dragged.
    await cell(page, 'old').hover();
    await page.mouse.down();
    await cell(page, 'notes.txt').hover();
    const here = page.getByLabel('Drop here to copy to another machine').getByText('This computer');
    await here.hover();
    await page.mouse.up();
    await dialog(page).getByRole('button', { name: /^Copy/ }).click();
    await until(
      'it is on this computer',
      async () => (await readFile(path.join(app.home, 'old', 'a.txt'), 'utf8')) === 'a',
    );
    await rm(path.join(app.home, 'old'), { recursive: true });
    expect(complaints).toEqual([]);
  });

  test('are dragged out of the window one at a time; of what the browser cannot take it is said', async () => {
    const odd = 'it\'s "🚂" 火: a.bin';
    const content = randomBytes(300_000);
    await writeFile(at(odd), content);
    const { page, complaints } = await show();
    await row(page, odd).waitFor();
    const offered = await dragOut(page, cell(page, odd));
    const [mime, name, ...address] = (offered.get('downloadurl') ?? '').split(':');
    expect([mime, name]).toEqual(['application/octet-stream', odd.replace(':', '_')]);
    // It leads to this file and says no more than the page does: without the session's cookie it is nothing.
    const url = new URL(address.join(':'));
    expect([url.origin, [...url.searchParams]]).toEqual([app.url, [['path', at(odd)]]]);
    const served = await page.context().request.get(url.href);
    expect((await served.body()).equals(content)).toBe(true);
    expect((await fetch(url)).status).toBe(401);

    expect((await dragOut(page, cell(page, 'old'))).has('downloadurl')).toBe(false);
    await page.getByText('A browser takes one file at a time out of its window, and no folder').waitFor();
    await page.locator('.toasts').getByRole('button', { name: 'Download' }).click();
    await until(
      'the folder is on this computer',
      async () =>
        (await readFile(path.join(app.home, 'Downloads', 'old', 'a.txt'), 'utf8').catch(() => '')) === 'a',
    );
    expect(complaints).toEqual([]);
  });

  test('are downloaded, renamed with a way back, made, and removed after it was said what goes', async () => {
    const { page, complaints } = await show();
    await cell(page, 'train.py').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Download' }).click();
    await until(
      'it is on this computer',
      async () => (await readFile(path.join(app.home, 'Downloads', 'train.py'), 'utf8')) === training,
    );

    const saved = page.waitForEvent('download');
    await cell(page, 'train.py').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Save with the browser' }).click();
    expect(await readFile(await (await saved).path(), 'utf8')).toBe(training);

    await cell(page, 'scores.csv').click({ button: 'right' });
    await page.getByRole('menuitem', { name: /^Rename/ }).click();
    await dialog(page).getByLabel('New name').fill('results.csv');
    await dialog(page).getByRole('button', { name: 'Rename' }).click();
    await row(page, 'results.csv').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await row(page, 'scores.csv').waitFor();

    await tableOf(page).focus();
    await page.keyboard.press('F7');
    await dialog(page).getByLabel('Name').fill("it's new");
    await dialog(page).getByRole('button', { name: 'Make it' }).click();
    await row(page, "it's new").waitFor();

    // A folder with so many files wants its name typed.
    await cell(page, 'many').click({ button: 'right' });
    await page.getByRole('menuitem', { name: /^Remove/ }).click();
    await dialog(page)
      .getByText(/^Files: 1,200\./)
      .waitFor();
    const remove = dialog(page).getByRole('button', { name: 'Remove for good' });
    expect(await remove.isDisabled()).toBe(true);
    await dialog(page)
      .getByLabel(/type many to go on/)
      .fill('many');
    await remove.click();
    await until('it is gone', async () => (await stat(at('many')).catch(() => null)) === null);
    await dialog(page).waitFor({ state: 'detached' });
    await row(page, 'many').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('of a run’s code are compared with its directory as it is now', async () => {
    const code = path.join(app.home, 'code');
    await rm(code, { recursive: true, force: true });
    await mkdir(code);
    await writeFile(path.join(code, 'train.py'), training);
    const { id } = await app.rpc().runs.launch({
      requestId: newId(),
      yaml: 'workdir: .\nrun: cat train.py\n',
      baseDirectory: code,
      machineId: thisComputerId,
      name: 'compared',
      envs: {},
      secrets: {},
    });
    await until('it has ended', async () => (await app.rpc().runs.get({ runId: id })).state === 'succeeded');
    const { page, complaints } = await app.open(`/runs/${id}?tab=code`);
    await main(page).getByRole('heading', { name: 'Nothing has changed since the launch' }).waitFor();
    await writeFile(path.join(code, 'train.py'), training.replace('8.2e-5', '1e-4'));
    await writeFile(path.join(code, 'new.py'), 'print("new")\n');
    await main(page).getByRole('button', { name: 'Compare again' }).click();
    await main(page).getByText('2 files differ from what was launched').waitFor();
    await main(page).getByRole('list', { name: 'Files that differ' }).getByText('train.py').click();
    await main(page).getByRole('textbox', { name: 'As launched, attempt 1' }).getByText('8.2e-5').waitFor();
    await main(page).getByRole('textbox', { name: 'In the directory now' }).getByText('1e-4').waitFor();
    expect(complaints).toEqual([]);
  });
});
