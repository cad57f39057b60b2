import { open } from 'node:fs/promises';
import type { Terminal } from '@xterm/xterm';
import type { Locator, Page } from 'playwright-core';
import { until } from '#test/until.ts';

/** What a user does in a terminal and sees of it; and what the emulator under it knows. */

type WithScreen = Element & { terminalScreen: { terminal: Terminal } };

export const panes = (page: Page) => page.locator('.term');
/** The pane says this on one of its lines. */
export const says = (pane: Locator, text: string | RegExp) =>
  pane.locator('.xterm-accessibility-tree').getByText(text).first().waitFor();
export const typeLine = async (pane: Locator, text: string) => {
  await pane.locator('.xterm-helper-textarea').focus();
  await pane.page().keyboard.type(text);
  await pane.page().keyboard.press('Enter');
};
/** Types a line until it is answered: tmux throws away what comes before it has drawn. */
export const asksUntil = (pane: Locator, line: string, answer: string) =>
  until(`it says ${answer}`, async () => {
    await typeLine(pane, line);
    const said = pane.locator('.xterm-accessibility-tree').getByText(answer).first();
    return said.waitFor({ timeout: 5_000 }).then(
      () => true,
      () => false,
    );
  });
export const count = (all: Locator, wanted: number) =>
  until(`there are ${wanted}`, async () => (await all.count()) === wanted, { everyMs: 100 });

/** Asks the emulator of a pane. */
export const ask = <T>(pane: Locator, question: (terminal: Terminal) => T): Promise<T> =>
  pane
    .locator('.term__emulator')
    .evaluateHandle((element) => (element as WithScreen).terminalScreen.terminal)
    .then((terminal) => terminal.evaluate(question as (terminal: unknown) => T));
export const linesKept = (pane: Locator) => ask(pane, ({ buffer }) => buffer.active.length);
export const topLine = (pane: Locator) =>
  ask(pane, ({ buffer: { active } }) => active.getLine(active.viewportY)?.translateToString(true) ?? '');
export const cursorLine = (pane: Locator) =>
  ask(pane, ({ buffer: { active } }) =>
    (active.getLine(active.baseY + active.cursorY)?.translateToString(true) ?? '').trimEnd(),
  );

/** Where text stands on the page. */
export const placeOf = async (pane: Locator, text: string) => {
  const at = await pane.locator('.term__emulator').evaluate((element, wanted) => {
    const { terminal } = (element as WithScreen).terminalScreen;
    const { active } = terminal.buffer;
    for (let row = terminal.rows - 1; row >= 0; row -= 1) {
      const column =
        active
          .getLine(active.viewportY + row)
          ?.translateToString()
          .indexOf(wanted) ?? -1;
      if (column >= 0) return { x: (column + 1.5) / terminal.cols, y: (row + 0.5) / terminal.rows };
    }
    return null;
  }, text);
  const box = await pane.locator('.xterm-screen').boundingBox();
  if (!at || !box) throw new Error(`${text} is nowhere`);
  return { x: box.x + at.x * box.width, y: box.y + at.y * box.height };
};

/** How one cell looks of the line that says just this. */
export const pictureOfCell = async (pane: Locator, line: string, column: number): Promise<Buffer> => {
  const [row, rows, cols] = await pane.locator('.term__emulator').evaluate((element, wanted) => {
    const { terminal } = (element as WithScreen).terminalScreen;
    const { active } = terminal.buffer;
    const said = (at: number) =>
      active
        .getLine(active.viewportY + at)
        ?.translateToString(true)
        .trimEnd();
    const lines = Array.from({ length: terminal.rows }, (_, at) => said(at));
    return [lines.indexOf(wanted), terminal.rows, terminal.cols] as const;
  }, line);
  const box = await pane.locator('.xterm-screen').boundingBox();
  if (row < 0 || !box) throw new Error(`no line says ${line}`);
  const [width, height] = [box.width / cols, box.height / rows];
  return pane
    .page()
    .screenshot({ clip: { x: box.x + column * width, y: box.y + row * height, width, height } });
};

/** Counts what the emulator is given of a flood before Ctrl-C, and after it until the screen is drawn anew. */
export async function watchFlood(pane: Locator): Promise<() => Promise<{ flooded: number; after: number }>> {
  const handle = await pane.locator('.term__emulator').evaluateHandle((element) => {
    const { terminal } = (element as WithScreen).terminalScreen;
    const seen = { flooded: 0, after: 0, typed: false, anew: false };
    const write = terminal.write.bind(terminal);
    terminal.write = (bytes, done) => {
      if (!seen.typed) seen.flooded += bytes.length;
      else if (!seen.anew) seen.after += bytes.length;
      write(bytes, done);
    };
    const reset = terminal.reset.bind(terminal);
    terminal.reset = () => {
      seen.anew = seen.typed;
      reset();
    };
    terminal.onData((text) => {
      seen.typed ||= text.includes('\u0003');
    });
    return seen;
  });
  return () => handle.evaluate(({ flooded, after }) => ({ flooded, after }));
}

/** Makes a file of 1 GiB that takes 16 MiB of the disk: text for longer than anybody lets it run, then a hole. */
export async function makeLargeText(file: string): Promise<string> {
  const line = 'step 1200 loss 1.8342 grad_norm 0.412 lr 8.2e-5 tokens 12,582,912\n';
  const handle = await open(file, 'w', 0o644);
  await handle.writeFile(line.repeat((16 * 1024 ** 2) / line.length));
  await handle.truncate(1024 ** 3);
  await handle.close();
  return file;
}
