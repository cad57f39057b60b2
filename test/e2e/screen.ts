import type { Page } from 'playwright-core';
import { until } from '#test/until.ts';

/** A page of the app, and what is opened on it before it is looked at. */
export interface Screen {
  name: string;
  path: string;
  /** Names are in the language of the page: [English, 简体中文]. */
  prepare?: (page: Page, language: 0 | 1) => Promise<void>;
  /** It leaves something behind that the next screen must not find: the page is loaded anew after it. */
  leaves?: true;
}

export const press =
  (...names: [string, string]) =>
  async (page: Page, language: 0 | 1) => {
    await page.getByRole('button', { name: names[language], exact: true }).first().click();
    await page.getByRole('dialog').waitFor();
  };
/** A page that still loads parts of itself may close a menu: it is opened until its entry could be chosen. */
export const menu =
  (opener: [string, string], entry: [string, string]) => async (page: Page, language: 0 | 1) => {
    const item = page.getByRole('menuitem', { name: entry[language], exact: true });
    const choose = async () => {
      if ((await item.count()) === 0)
        await page.getByRole('button', { name: opener[language], exact: true }).click();
      await item.click({ timeout: 3_000 });
      return true;
    };
    await until(`${entry[language]} is chosen`, () => choose().catch(() => false), { deadlineMs: 60_000 });
    await page.getByRole('dialog').waitFor();
  };

/** An entry of a menu that changes the page without a dialog. */
export const menuOnPage = async (page: Page, opener: string, entry: string) => {
  await page.getByRole('button', { name: opener, exact: true }).click();
  await page.getByRole('menuitem', { name: entry, exact: true }).click();
  await page.getByRole('menu').waitFor({ state: 'detached' });
};
