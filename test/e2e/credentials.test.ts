import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { needs } from '#test/needs.ts';
import { startApp } from './app.ts';
import { main, pickFromMenu, writeTask } from './steps.ts';

const passphrase = 'correct horse battery';
const pictures = process.env.TRAINYARD_E2E_PICTURES;

/** Both themes, both languages, both sizes, where pictures are wanted; accessibility always. */
async function look(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
    name,
  ).toEqual([]);
  if (!pictures) return;
  for (const [width, height] of [
    [1440, 900],
    [1024, 700],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: path.join(pictures, `${name}-${width}.png`) });
  }
}

describe.skipIf(!needs('chromium'))('the credentials page', () => {
  it('makes a vault, keeps a token, locks and unlocks, and never shows a value', async () => {
    const app = await startApp();
    onTestFinished(app.stop);
    const { page, complaints } = await app.open('/credentials');
    const frames: string[] = [];
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => frames.push(payload.toString())),
    );
    await page.reload();
    await main(page).getByRole('heading', { name: 'Create the vault' }).waitFor();
    await look(page, 'create');
    await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await page.getByLabel('Once more').fill(passphrase);
    await page.getByRole('button', { name: 'Create the vault' }).click();
    const shown = page.getByRole('dialog', { name: 'Your recovery passphrase' });
    await shown.waitFor();
    const recovery = (await shown.locator('.vault__recovery').textContent()) ?? '';
    expect(recovery).toMatch(/^(\w{4}-){6}\w{4}$/);
    await look(page, 'recovery');
    await shown.getByRole('button', { name: 'I have written it down' }).click();

    await page.getByRole('button', { name: 'Add credential' }).click();
    const adding = page.getByRole('dialog', { name: 'Add a credential' });
    await adding.getByLabel('Name').fill('HF_TOKEN');
    await adding.getByLabel('Value').fill('canary-value');
    await look(page, 'add');
    await adding.getByRole('button', { name: 'Save' }).click();
    await main(page).getByRole('cell', { name: 'HF_TOKEN', exact: true }).waitFor();
    await look(page, 'open');
    await pickFromMenu(page, 'Actions: HF_TOKEN', 'Rename');
    const renaming = page.getByRole('dialog', { name: 'Rename' });
    await renaming.getByLabel('Name').fill('HUB_TOKEN');
    await renaming.getByRole('button', { name: 'Save' }).click();
    await main(page).getByRole('cell', { name: 'HUB_TOKEN', exact: true }).waitFor();

    await page.getByRole('button', { name: 'Lock', exact: true }).click();
    await page.getByRole('heading', { name: 'The vault is locked' }).waitFor();
    await look(page, 'locked');
    const field = page.getByLabel('Passphrase or recovery passphrase');
    await field.fill('not the passphrase');
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByText('This passphrase does not open it').waitFor();
    await field.fill(recovery.toLowerCase());
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByRole('button', { name: 'Lock', exact: true }).waitFor();

    // New run offers it for a secret that the task asks for.
    await page.goto(`${app.url}/new`);
    await writeTask(page, 'secrets:\n  HUB_TOKEN: null\nrun: test -n "$HUB_TOKEN"\n');
    const source = page.getByLabel('Where HUB_TOKEN comes from');
    await source.waitFor();
    expect(await source.locator('option:checked').textContent()).toBe('HUB_TOKEN, from the vault');
    await look(page, 'new-run');
    await page.getByRole('button', { name: 'Launch' }).click();
    await page.getByText('Succeeded').first().waitFor();
    expect(frames.join('\n')).not.toMatch(/canary-value|correct horse/);
    expect(await page.evaluate(() => document.documentElement.outerHTML)).not.toContain('canary-value');
    expect(complaints).toEqual([]);

    if (pictures) {
      await app.rpc().app.updateSettings({ theme: 'light', language: 'zh-CN' });
      await page.goto(`${app.url}/credentials`);
      await page.locator('.credentials__table').waitFor();
      await look(page, 'open-zh-light');
    }
  }, 600_000);
});
