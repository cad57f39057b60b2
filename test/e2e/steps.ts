import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';

/** What a user does again and again, by role and label. */

export const main = (page: Page) => page.locator('main');

/** Replaces what is in the editor of New run, as by "select all" and paste. */
export async function writeTask(page: Page, yaml: string): Promise<void> {
  const editor = page.getByRole('textbox', { name: 'Task file, YAML' });
  await editor.click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(yaml);
}

/** Opens New run, writes the task, chooses the machine whose name the choice starts with, launches; ends on the run's page. */
export async function launch(
  page: Page,
  origin: string,
  task: { yaml: string; machine: string; name: string; priority?: number },
): Promise<void> {
  await page.goto(`${origin}/new`);
  await writeTask(page, task.yaml);
  await chooseMachine(page, task.machine);
  await page.getByLabel('Name', { exact: true }).fill(task.name);
  if (task.priority !== undefined) await page.getByLabel('Priority').fill(String(task.priority));
  await page.getByText('No mistakes.').waitFor();
  await page.getByRole('button', { name: 'Launch' }).click();
  await page.getByRole('heading', { name: task.name, exact: true }).waitFor();
}

/** Chooses by the beginning of what the list says: "heron: 8×H100, 8 free". */
export async function chooseMachine(page: Page, name: string): Promise<void> {
  const field = page.getByLabel('Machine', { exact: true });
  const option = field.locator('option', { hasText: new RegExp(`^${name}:`) });
  await option.waitFor({ state: 'attached' });
  await field.selectOption({ label: (await option.textContent()) ?? '' });
}

/** The log as it is on the screen. */
export const logView = (page: Page) => page.getByRole('region', { name: /^Log of / });

/** Picks an entry of the menu that a button opens. */
export async function pickFromMenu(page: Page, button: string | RegExp, entry: string): Promise<void> {
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('menuitem', { name: entry, exact: true }).click();
}

/** The whole log, as the button gives it. */
export async function downloadLog(page: Page): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  return readFile(await (await download).path(), 'utf8');
}
