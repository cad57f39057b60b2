import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmod, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Box, startBox, writeSshConfig } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { type App, besidesAbsence, startApp } from './app.ts';
import { pickFromMenu } from './steps.ts';

const idOf = (which: '-u' | '-g', user: string): number =>
  Number(execFileSync('id', [which, user], { encoding: 'utf8' }));

/** A real web server; every port of this computer is also one of the box. */
async function serve(directory: string, user: string): Promise<{ server: ChildProcess; port: number }> {
  await chmod(directory, 0o755);
  await writeFile(path.join(directory, 'index.html'), '<h1>losses of today</h1>');
  const server = spawn('python3', ['-u', '-m', 'http.server', '0', '--bind', '127.0.0.1', '-d', directory], {
    cwd: directory,
    // By the account of the box: what others run is not to be seen there.
    ...(process.getuid?.() === 0 ? { uid: idOf('-u', user), gid: idOf('-g', user) } : {}),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  server.stdout?.on('data', (bytes: Buffer) => {
    said += bytes;
  });
  return { server, port: Number(await until('it listens', () => /port (\d+)/.exec(said)?.[1])) };
}

describe.skipIf(!needs('chromium', 'sshd', 'python3', 'linux'))('ports of a machine', () => {
  let app: App;
  let box: Box;
  let server: ChildProcess;
  let port = 0;
  let directory = '';
  let machineId = '';
  beforeAll(async () => {
    directory = await makeTempDirectory('served');
    [app, box] = await Promise.all([startApp(), startBox()]);
    ({ server, port } = await serve(directory, box.user));
    const configFile = await writeSshConfig(box.directory, [box]);
    const site = await app.rpc().sites.add({ name: 'box', ssh: { host: box.name, configFile } });
    machineId = site.id;
  });
  afterAll(async () => {
    server?.kill('SIGKILL');
    await app?.stop();
    await box?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  test('found, forwarded by one click, seen in the browser, kept over a cut, renamed, closed and taken back', async () => {
    // What an earlier try of this test has left.
    for (const { id } of await app.rpc().ports.list()) await app.rpc().ports.close({ forwardId: id });
    const { page, complaints } = await app.open(`/ports/${machineId}`);
    await page.getByText('No port is forwarded').waitFor();
    const found = page.getByRole('listitem').filter({ hasText: String(port) });
    await found.getByText('web server').waitFor();
    await page.getByRole('button', { name: `Forward port ${port}` }).click();
    const row = page.getByRole('row').filter({ hasText: `:${port}` });
    await row.getByRole('link', { name: /^Open .* in the browser$/ }).waitFor();
    const localPort = (await app.rpc().ports.list())[0]?.localPort ?? 0;
    expect(localPort).not.toBe(port);
    await found.getByText(`forwarded to ${localPort}`).waitFor();

    const opened = page.context().waitForEvent('page');
    await row.getByRole('link', { name: /^Open/ }).click();
    const other = await opened;
    await other.getByRole('heading', { name: 'losses of today' }).waitFor();
    await row.getByText(/[1-9]\d* B here|KiB here/).waitFor();

    await box.stopServer();
    await row.getByText('machine out of sight').waitFor();
    await box.startServer();
    await app.rpc().sites.connect({ siteId: machineId });
    await row.getByText('open', { exact: true }).waitFor();
    await until('it leads there again', async () => (await fetch(`http://127.0.0.1:${localPort}/`)).ok);
    await other.reload();
    await other.getByRole('heading', { name: 'losses of today' }).waitFor();
    await other.close();

    await pickFromMenu(page, /^More for/, 'Rename…');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('board of today');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row').filter({ hasText: 'board of today' }).waitFor();

    await pickFromMenu(page, 'More for board of today', 'Close');
    await page.getByText('No port is forwarded').waitFor();
    await page.getByRole('button', { name: 'Forward it again' }).click();
    const again = page.getByRole('row').filter({ hasText: 'board of today' });
    await again.getByText(`localhost:${localPort}`).waitFor();
    expect(besidesAbsence(complaints)).toEqual([]);
  });
});
