import { readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CredentialKind, credentialKinds } from '#shared/domain/credential.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { startApp } from './app.ts';
import { chooseMachine, main, writeTask } from './steps.ts';

/** Canaries typed into the page, looked for where test/integration/vault/canary cannot: in the page and in crash reports. */
const canary = 'cAnArY5e1d';
const secretOf = (kind: CredentialKind | 'passphrase'): string => `${canary}-${kind}`;
const nameOf = (kind: CredentialKind): string => `KEPT_${kind.toUpperCase().replaceAll('-', '_')}`;
/** As it is, and as it would look in base64 at each of the three offsets. */
const looks = [
  canary,
  ...[0, 1, 2].map((offset) =>
    Buffer.from(`${'x'.repeat(offset)}${canary}`)
      .toString('base64')
      .slice(2, -4),
  ),
];

/** What is around each canary, to see who holds it. */
const canariesIn = (text: string): string[] =>
  looks.flatMap((look) =>
    [...text.matchAll(new RegExp(look.replaceAll('+', '\\+'), 'g'))].map(({ index }) =>
      text.slice(Math.max(0, index - 80), index + 40),
    ),
  );

/** All that JavaScript can still reach in the page. */
async function heapOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return chunks.join('');
}

/** Calls that have just been answered may hold what they sent for a moment. */
const forgotten = (page: Page, when: string, { known, recovery }: { known: string; recovery: string }) =>
  until(`the page has no canary in its memory, ${when}`, async () => {
    const heap = await heapOf(page);
    expect(heap.includes(known)).toBe(true);
    expect(canariesIn(heap)).toEqual([]);
    expect(heap.includes(recovery)).toBe(false);
    return true;
  });

/** Returns the recovery passphrase: no canary, but as secret. */
async function createVault(page: Page): Promise<string> {
  await page.getByLabel('Passphrase', { exact: true }).fill(secretOf('passphrase'));
  await page.getByLabel('Once more').fill(secretOf('passphrase'));
  await page.getByRole('button', { name: 'Create the vault' }).click();
  const recovery = (await page.locator('.vault__recovery').textContent()) ?? '';
  await page.getByRole('button', { name: 'I have written it down' }).click();
  return recovery;
}

async function addCredential(
  page: Page,
  kind: CredentialKind,
  beforeSaving: () => Promise<void>,
): Promise<void> {
  await page.getByRole('button', { name: 'Add credential' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a credential' });
  await dialog.getByLabel('Kind').selectOption(kind);
  await dialog.getByLabel('Name').fill(nameOf(kind));
  await dialog.getByLabel('Value').fill(secretOf(kind));
  await beforeSaving();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await main(page)
    .getByRole('cell', { name: nameOf(kind), exact: true })
    .waitFor();
}

const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(directory, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());

describe.skipIf(!needs('chromium', 'linux'))('canary secrets of every kind, typed into the page', () => {
  it('are neither in its memory, nor in what it receives, nor in a crash report', async () => {
    const reports = await tempDirectory('canary-reports');
    const app = await startApp({
      env: {
        NODE_OPTIONS: `--report-on-signal --report-signal=SIGUSR2 --report-directory=${reports}`,
        CANARY_CONTROL: 'in the environment',
      },
    });
    onTestFinished(app.stop);
    const { page, complaints } = await app.open('/');
    const received: string[] = [];
    const sent: string[] = [];
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => received.push(Buffer.from(payload).toString('latin1')));
      socket.on('framesent', ({ payload }) => sent.push(Buffer.from(payload).toString('latin1')));
    });
    await page.goto(`${app.url}/credentials`);
    const recovery = await createVault(page);
    expect(recovery).toMatch(/^(\w{4}-){6}\w{4}$/);
    let typed = '';
    for (const kind of credentialKinds) {
      const isLast = kind === credentialKinds.at(-1);
      await addCredential(page, kind, async () => {
        if (isLast) typed = await heapOf(page);
      });
    }
    // The searches find what is there: the one that lay in the form, and all of them on their way out.
    expect(canariesIn(typed)).not.toEqual([]);
    for (const kind of credentialKinds)
      expect(sent.some((frame) => frame.includes(secretOf(kind)))).toBe(true);
    await forgotten(page, 'once they are saved', { known: nameOf('token'), recovery });

    await page.goto(`${app.url}/new`);
    await writeTask(
      page,
      `secrets:\n  ${nameOf('token')}: null\nrun: printf %s "$${nameOf('token')}" | wc -c; until [ -e "$HOME/go" ]; do sleep 0.2; done\n`,
    );
    await chooseMachine(page, 'This computer');
    await page.getByLabel(`Where ${nameOf('token')} comes from`).waitFor();
    await page.getByRole('button', { name: 'Launch' }).click();
    await page
      .getByText(String(secretOf('token').length), { exact: true })
      .first()
      .waitFor();
    process.kill(app.workerPid(), 'SIGUSR2');
    const report = await until('the report is written', () => {
      const [file] = filesBelow(reports);
      const text = file ? readFileSync(file, 'utf8') : '';
      return text.trimEnd().endsWith('}') ? text : null;
    });
    expect(report).toContain('"CANARY_CONTROL": "in the environment"');
    expect(report).not.toContain('TRAINYARD_SESSION_KEY');
    expect(canariesIn(report), 'crash report of the backend').toEqual([]);
    await writeFile(path.join(app.home, 'go'), '');
    await page.getByText('Succeeded').first().waitFor();

    await page.goto(`${app.url}/credentials`);
    await page.reload();
    await main(page)
      .getByRole('cell', { name: nameOf('token'), exact: true })
      .waitFor();
    await forgotten(page, 'after reloading', { known: nameOf('token'), recovery });
    expect(received.some((frame) => frame.includes(nameOf('token')))).toBe(true);
    expect(canariesIn(received.join('\n')), 'received by the page').toEqual([]);
    expect(received.some((frame) => frame.includes(recovery))).toBe(false);
    // Again where a file went away while it was about to be read.
    await until('all files are read, and none holds a canary', () => {
      const files = [...filesBelow(app.dataDirectory), ...filesBelow(app.home)];
      for (const file of files) expect(canariesIn(readFileSync(file, 'latin1')), file).toEqual([]);
      return files.length > 3;
    });
    expect(complaints).toEqual([]);
  });
});
