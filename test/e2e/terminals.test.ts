import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#shared/domain/new-id.ts';
import { type FaultProxy, startProxy } from '#test/lab/proxy.ts';
import { type Box, startBox } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { type App, besidesAbsence, startApp } from './app.ts';
import {
  ask,
  asksUntil,
  count,
  cursorLine,
  linesKept,
  makeLargeText,
  panes,
  pictureOfCell,
  placeOf,
  says,
  topLine,
  typeLine,
  watchFlood,
} from './terminal-steps.ts';

describe.skipIf(!needs('chromium', 'sshd', 'root'))('terminals', () => {
  let app: App;
  let box: Box;
  let proxy: FaultProxy;
  let machineId: string;

  beforeAll(async () => {
    [app, box] = await Promise.all([startApp(), startBox({ name: 'heron', env: { TMUX_TMPDIR: '%h' } })]);
    proxy = await startProxy({ to: { port: box.port } });
    const config = path.join(app.home, 'heron_config');
    const through = box.configSnippet.replace(`Port ${box.port}`, `Port ${proxy.port}`);
    // The key is known under the box's own port, not the proxy's.
    await writeFile(config, `${through}  HostKeyAlias [127.0.0.1]:${box.port}\n`);
    // What a screen reader is told is what can be read here too, whatever draws the terminal.
    await app.context.addInitScript(() => localStorage.setItem('terminals.reader', '1'));
    const site = await app.rpc().sites.add({ ssh: { host: 'heron', configFile: config }, connect: true });
    machineId = await until(
      'the box is connected',
      async () => {
        const { rows } = await app.rpc().machines.list({ limit: 100 });
        return rows.find((row) => row.siteId === site.id && row.connectionState === 'connected')?.id ?? null;
      },
      { deadlineMs: 60_000 },
    );
  });
  afterAll(async () => {
    await app?.stop();
    await proxy?.stop();
    await box?.stop();
  });

  const closeAll = async () => {
    for (const { id } of await app.rpc().terminals.list())
      await app.rpc().terminals.close({ terminalId: id });
  };
  /** The page of terminals with one that waits at its prompt. */
  async function withOne(on = machineId): Promise<{ page: Page; pane: Locator; complaints: string[] }> {
    await closeAll();
    const { id } = await app.rpc().terminals.open({
      requestId: crypto
        .randomUUID()
        .replaceAll(/[^0-9a-f]/g, '')
        .slice(0, 12),
      machineId: on,
    });
    const { page, complaints } = await app.open('/terminals');
    const pane = page.locator(`[data-terminal="${id}"]`);
    await typeLine(pane, 'PS1="ready> "; echo at-$((40+2))');
    await says(pane, 'at-42');
    return { page, pane, complaints };
  }

  test('one click on a machine opens one; a reload and a second window show the same screen', async () => {
    await closeAll();
    const { page, complaints } = await app.open(`/machines/${machineId}`);
    await page.getByRole('button', { name: 'Terminal', exact: true }).click();
    const pane = panes(page).first();
    await typeLine(pane, 'echo one-$((40+2))');
    await says(pane, 'one-42');
    await page.reload();
    await says(panes(page).first(), 'one-42');

    const other = await app.open('/terminals');
    await says(panes(other.page).first(), 'one-42');
    await typeLine(panes(other.page).first(), 'echo two-$((40+2))');
    await says(panes(page).first(), 'two-42');
    // One size for both: the last who looked has it, the other is told and can take it.
    await panes(page)
      .first()
      .getByText(/as another window shows it/)
      .waitFor();
    await panes(page).first().getByRole('button', { name: 'Fit to this window' }).click();
    await panes(page)
      .first()
      .getByText(/as another window shows it/)
      .waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
    expect(other.complaints).toEqual([]);
  });

  test('text is found, several lines are asked about, Chinese is typed as it is composed', async () => {
    const { page, pane, complaints } = await withOne();
    await typeLine(pane, 'for i in 1 2 3; do echo needle-$i; done');
    await says(pane, 'needle-3');
    await page.keyboard.press('Control+Shift+F');
    await pane.getByRole('searchbox').fill('needle-\\d');
    await pane.getByText('nothing found').waitFor();
    await pane.getByRole('checkbox', { name: 'Regular expression' }).check();
    await pane.getByText('3 of 3').waitFor();
    await pane.getByRole('button', { name: 'Previous' }).click();
    await pane.getByText('2 of 3').waitFor();
    await pane.getByRole('searchbox').press('Escape');

    await page.evaluate(() => navigator.clipboard.writeText('echo first-$((1+1))\necho second-$((1+1))\n'));
    await pane.locator('.xterm-helper-textarea').focus();
    await page.keyboard.press('Control+Shift+V');
    const asks = page.getByRole('dialog', { name: 'Paste 2 lines into heron?' });
    await asks.getByText('echo second-$((1+1))').waitFor();
    await asks.getByRole('button', { name: 'Paste' }).click();
    // A shell that knows of pasting holds it back until Enter.
    await says(pane, /echo second-/);
    await page.keyboard.press('Enter');
    await says(pane, 'first-2');
    await says(pane, 'second-2');

    const session = await page.context().newCDPSession(page);
    // Not to the shell: it would ask its locale what to make of the bytes.
    await typeLine(pane, "echo re'ads'; cat");
    // By then the shell has given the terminal away: what comes too early it would still take for itself.
    await says(pane, /^reads/);
    await session.send('Input.imeSetComposition', { text: 'ni hao', selectionStart: 6, selectionEnd: 6 });
    await session.send('Input.insertText', { text: '你好' });
    await page.keyboard.press('Enter');
    await says(pane, '你好');
    await until('the backend has it twice: as typed, and as cat has read it', async () => {
      const terminalId = (await pane.getAttribute('data-terminal')) ?? '';
      const { text } = await app.rpc().terminals.text({ terminalId });
      return text.match(/^你好$/gm)?.length === 2;
    });
    expect(complaints).toEqual([]);
  });

  test('panes are split, dragged and put back, and a second window follows', async () => {
    const { page, pane, complaints } = await withOne();
    await pane.locator('.xterm-helper-textarea').focus();
    await page.keyboard.press('Control+Shift+D');
    await count(panes(page), 2);
    const tabs = page.getByRole('list', { name: 'Terminals' }).getByRole('listitem');
    expect(await tabs.count()).toBe(1);
    // By its head onto the tabs: a tab of its own.
    await panes(page)
      .nth(1)
      .locator('.term__head')
      .dragTo(page.locator('.terms__tabs'), { targetPosition: { x: 300, y: 14 } });
    await count(tabs, 2);
    const other = await app.open('/terminals');
    await count(other.page.getByRole('list', { name: 'Terminals' }).getByRole('listitem'), 2);
    // And by the tab below the other terminal.
    await tabs.nth(0).getByRole('button').first().click();
    const target = panes(page).first();
    const size = (await target.boundingBox()) ?? { width: 0, height: 0 };
    await tabs
      .nth(1)
      .getByRole('button')
      .first()
      .dragTo(target, { targetPosition: { x: size.width / 2, y: size.height - 20 } });
    await count(panes(page), 2);
    await count(panes(other.page), 2);
    // With the keyboard: above, and out of the terminal.
    const below = panes(page).nth(1);
    await below.locator('.xterm-helper-textarea').focus();
    await page.keyboard.press('Control+Shift+ArrowUp');
    await until('the keyboard is above', () =>
      panes(page)
        .nth(0)
        .locator('.xterm-helper-textarea')
        .evaluate((field) => field === document.activeElement),
    );
    await page.keyboard.press('Control+Shift+M');
    await until('the keyboard is out', () =>
      page.evaluate(() => document.activeElement?.classList.contains('terms__tab') ?? false),
    );
    expect(complaints).toEqual([]);
  });

  test('what is typed in one of several goes to all of them while that is on, and each says so', async () => {
    const { page, pane, complaints } = await withOne();
    await pane.locator('.xterm-helper-textarea').focus();
    await page.keyboard.press('Control+Shift+E');
    await count(panes(page), 2);
    await typeLine(panes(page).nth(1), 'echo here-$((40+2))');
    await says(panes(page).nth(1), 'here-42');
    await pane.locator('.term__screen').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Type in several…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Type in several terminals at once' });
    for (const check of await dialog.getByRole('checkbox').all()) await check.check();
    await dialog.getByRole('button', { name: 'Type in all of these' }).click();
    await count(page.locator('.term--among'), 2);
    await typeLine(pane, 'echo all-$((40+2))');
    await says(panes(page).nth(0), 'all-42');
    await says(panes(page).nth(1), 'all-42');
    await pane.getByRole('button', { name: 'Stop' }).click();
    await count(page.locator('.term--among'), 0);
    await typeLine(pane, 'echo alone-$((40+2))');
    await says(panes(page).nth(0), 'alone-42');
    expect(await panes(page).nth(1).getByText('alone-42').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  const yes = { name: 'yes', line: async () => 'yes the flood of a program that nobody reads' };
  const cat = {
    name: 'cat',
    line: async () => `cat ${await makeLargeText(path.join(box.home, 'large.txt'))}`,
  };
  // Again and again: where there are few files it would be through too soon.
  const find = { name: 'find', line: async () => `find${' /'.repeat(20)}` };
  const places = [
    { where: 'on a box', floods: [yes, cat, find], machine: async () => machineId },
    {
      where: 'on this computer',
      floods: [cat],
      machine: async () => {
        const { rows } = await app.rpc().machines.list({ limit: 100 });
        return rows.find(({ siteKind }) => siteKind === 'local')?.id ?? '';
      },
    },
  ];

  test.for(places)(
    'Ctrl-C leaves out what a flood still has on its way, in a second window too: $where',
    async ({ machine, floods }) => {
      const { page, pane, complaints } = await withOne(await machine());
      const other = await app.open('/terminals');
      await says(panes(other.page).first(), 'at-42');
      await page.bringToFront();
      for (const { name, line } of floods) {
        const flood = await watchFlood(pane);
        await typeLine(pane, await line());
        await until(`${name} floods`, async () => (await flood()).flooded > 600_000);
        await page.keyboard.press('Control+C');
        await until('the prompt is back', async () => (await cursorLine(pane)) === 'ready>');
        expect((await flood()).after, name).toBeLessThan(256 * 1024);
        await typeLine(pane, `echo after-${name}-$((40+2))`);
        await says(pane, `after-${name}-42`);
        await says(panes(other.page).first(), `after-${name}-42`);
        // A moment later it can be scrolled back as far as ever.
        await until('the lines above it are there again', async () => (await linesKept(pane)) > 4_000);
      }
      expect(complaints).toEqual([]);
      expect(other.complaints).toEqual([]);
    },
  );

  /** With the command key, once the pointer has found it. */
  const follow = async (page: Page, pane: Locator, text: string, shown: string) => {
    await until(
      'the link is found',
      async () => {
        const { x, y } = await placeOf(pane, text);
        await page.mouse.move(x - 4, y);
        await page.mouse.move(x, y);
        return pane.getByText(shown).last().isVisible();
      },
      { everyMs: 200 },
    );
    const { x, y } = await placeOf(pane, text);
    await page.keyboard.down('Control');
    await page.mouse.click(x, y);
    await page.keyboard.up('Control');
  };

  test('what programs ask for is asked about, links lead where they say, commands are marked, settings act at once', async () => {
    await app
      .rpc()
      .app.updateSettings({ terminalClipboard: 'ask', terminalTitles: 'ask', terminalScrollback: 3000 });
    const { page, pane, complaints } = await withOne();
    await typeLine(pane, "printf '\\033]52;c;aGVsbG8=\\007'");
    await pane.getByText('wants to copy 5 characters: hello').waitFor();
    await pane.getByRole('button', { name: 'Allow once' }).click();
    await until(
      'it is copied',
      async () => (await page.evaluate(() => navigator.clipboard.readText())) === 'hello',
    );
    await typeLine(pane, "printf '\\033]0;training\\007'");
    await pane.getByText('wants to name this terminal').waitFor();
    await pane.getByRole('button', { name: 'Always allow' }).click();
    await page.getByRole('list', { name: 'Terminals' }).getByText('training').first().waitFor();

    await app
      .rpc()
      .app.updateSettings({ terminalCopyOnSelect: true, terminalScrollback: 1000, terminalTheme: 'light' });
    await until('settings are taken', () => ask(pane, ({ options }) => options.scrollback === 1000));
    await typeLine(
      pane,
      "printf '\\033]133;A\\007p \\033]133;B\\007\\033]633;E;make\\007\\n\\033]133;C\\007chosen-word\\n\\033]133;D;3\\007'",
    );
    await pane.locator('.xterm-decoration').getByText('✗').first().waitFor();
    const word = await placeOf(pane, 'chosen-word');
    await page.mouse.dblclick(word.x, word.y);
    await until('what is selected is copied', async () =>
      /chosen/.test(await page.evaluate(() => navigator.clipboard.readText())),
    );

    await typeLine(
      pane,
      "clear; for i in 1 2 3; do printf '\\033]133;A\\007prompt-%s \\033]133;B\\007\\n\\033]133;C\\007' $i; seq 90; printf '\\033]133;D;0\\007'; done; echo all-$((40+2))",
    );
    await says(pane, 'all-42');
    for (const [key, prompt] of [
      ['ArrowUp', 'prompt-3'],
      ['ArrowUp', 'prompt-2'],
      ['ArrowDown', 'prompt-3'],
    ] as const) {
      await page.keyboard.press(`Control+${key}`);
      await until(`${prompt} is at the top`, async () => (await topLine(pane)).startsWith(prompt));
    }

    await page.evaluate(() =>
      Object.assign(window, { open: (url: string) => Object.assign(window, { opened: url }) }),
    );
    await typeLine(
      pane,
      "clear; printf '\\033]8;;https://example.org/paper\\033\\\\the-link\\033]8;;\\033\\\\\\n'; echo /etc/hostname:1",
    );
    await says(pane, '/etc/hostname:1');
    await follow(page, pane, 'the-link', 'https://example.org/paper');
    await until('it is opened', () =>
      page.evaluate(() => (window as unknown as { opened?: string }).opened === 'https://example.org/paper'),
    );
    await follow(page, pane, '/etc/hostname:1', '/etc/hostname:1');
    await page.waitForURL(/\/files/);
    await page.getByText('hostname').first().waitFor();
    await page.goBack();

    await app.rpc().app.updateSettings({
      terminalCopyOnSelect: false,
      terminalScrollback: 5000,
      terminalTheme: 'app',
      terminalTitles: 'ask',
    });
    expect(complaints).toEqual([]);
  });

  test('each cell is drawn by itself, with the graphics card and, when that is lost, without it', async () => {
    const { pane, complaints } = await withOne();
    const pairs = ['->', '!=', '=>', 'fi'];
    const apart = (pair: string) => [...pair].join(' ');
    const lines = pairs.flatMap((pair) => [pair, apart(pair)]);
    await typeLine(
      pane,
      `clear; printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')}; echo all-$((40+2))`,
    );
    await says(pane, 'all-42');
    for (const pair of pairs)
      await until(`${pair} looks as its signs do alone`, async () => {
        const [joined, alone, none] = [
          await pictureOfCell(pane, pair, 1),
          await pictureOfCell(pane, apart(pair), 2),
          await pictureOfCell(pane, pair, 5),
        ];
        return joined.equals(alone) && !joined.equals(none);
      });

    await pane.locator('.term__emulator').evaluate((element) => {
      for (const canvas of element.querySelectorAll('canvas'))
        canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
    });
    await typeLine(pane, 'echo still-$((40+2))');
    await pane.locator('.xterm-rows').getByText('still-42').first().waitFor();
    // Cells of one style are one text there, which the font would join.
    const joined = pane.locator('.xterm-rows').getByText('->', { exact: true });
    const look = await joined.evaluate((element) => {
      const { fontVariantLigatures, fontFeatureSettings } = getComputedStyle(element);
      return { fontVariantLigatures, fontFeatureSettings };
    });
    expect(look).toEqual({ fontVariantLigatures: 'none', fontFeatureSettings: '"calt" 0, "liga" 0' });
    expect(complaints).toEqual([]);
  });

  test('closing what may run is asked about; axe has nothing against it', async () => {
    const { page, pane, complaints } = await withOne();
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(
      serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`),
    ).toEqual([]);

    await typeLine(pane, 'sleep 1000');
    await page.getByRole('button', { name: 'Close heron' }).click();
    const asks = page.getByRole('dialog', { name: 'Close heron?' });
    await asks.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByText('No terminal is open.').waitFor();
    expect(await app.rpc().terminals.list()).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test.skipIf(!needs('tmux'))(
    'what tmux keeps is left on its machine, taken back, found in the list, and ended',
    async () => {
      await closeAll();
      const { page, complaints } = await app.open('/terminals');
      const { id } = await app.rpc().terminals.open({ requestId: newId(), machineId, keptBy: 'tmux' });
      const pane = page.locator(`[data-terminal="${id}"]`);
      // tmux throws away what is typed before it has drawn.
      await until('its prompt is there', async () =>
        /\S/.test((await app.rpc().terminals.text({ terminalId: id })).text),
      );
      await asksUntil(pane, 'kept=still; echo at-$((40+2))', 'at-42');
      const leave = async () => {
        const entry = page.getByRole('menuitem', { name: 'Leave on the machine' });
        // What the page still loads may close a menu.
        await until('it is left', async () => {
          if ((await entry.count()) === 0) await pane.locator('.term__screen').click({ button: 'right' });
          return entry.click({ timeout: 3_000 }).then(
            () => true,
            () => false,
          );
        });
        await page.getByText('No terminal is open.').waitFor();
      };
      await leave();
      await page.getByRole('button', { name: 'Undo' }).click();
      await says(pane, 'at-42');
      await asksUntil(pane, 'echo $kept-$((40+2))', 'still-42');

      await leave();
      const list = async () => {
        await page.getByRole('button', { name: 'New terminal' }).first().click();
        await page.getByRole('option', { name: 'Sessions kept by tmux…' }).click();
        return page.getByRole('dialog', { name: 'Sessions kept by tmux' });
      };
      const sessions = await list();
      await sessions.getByRole('button', { name: 'Show bash' }).click();
      await says(pane, 'still-42');
      await asksUntil(pane, 'echo $kept-$((40+3))', 'still-43');

      await leave();
      await (await list()).getByRole('button', { name: 'End bash…' }).click();
      await page.getByRole('button', { name: 'End the session' }).click();
      await page.getByText('No session is kept there that is not shown here already.').waitFor();
      expect((await app.rpc().terminals.kept({ machineId })).sessions).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );

  test('a connection that is cut is said, and the terminal comes back', async () => {
    const { pane, complaints } = await withOne();
    proxy.cut();
    await pane.getByText(/^Connection lost/).waitFor({ timeout: 90_000 });
    await proxy.restore();
    await app.rpc().machines.refresh({ machineIds: [machineId] });
    await pane.getByText(/^Connection lost/).waitFor({ state: 'hidden', timeout: 90_000 });
    await typeLine(pane, 'echo again-$((40+2))');
    await says(pane, 'again-42');
    await says(pane, 'at-42');
    expect(besidesAbsence(complaints)).toEqual([]);
  });
});
