import { Terminal as Headless } from '@xterm/headless';
import type { IDecoration, Terminal } from '@xterm/xterm';
import { expect, it } from 'vitest';
import { CommandMarks } from '#renderer/features/terminals/marks.ts';

/** The emulator without a page; decorations are only counted. */
function emulator() {
  const headless = new Headless({ cols: 40, rows: 10, scrollback: 50, allowProposedApi: true });
  const signs: { render(): HTMLElement }[] = [];
  const terminal = Object.assign(headless, {
    registerDecoration: () => {
      const listeners: ((element: HTMLElement) => void)[] = [];
      const element = { dataset: {}, setAttribute: () => undefined } as unknown as HTMLElement;
      signs.push({
        render() {
          for (const listener of listeners) listener(element);
          return element;
        },
      });
      return {
        onRender: (listener: (element: HTMLElement) => void) => listeners.push(listener),
        dispose: () => undefined,
      } as unknown as IDecoration;
    },
  }) as unknown as Terminal;
  const marks = new CommandMarks(
    terminal,
    ({ command, exitCode }) => `${command} ${exitCode}`,
    () => undefined,
  );
  const write = (text: string) => new Promise<void>((written) => headless.write(text, written));
  return { marks, write, signs };
}

const osc = (text: string) => `\u001b]${text}\u0007`;

it('commands are followed from prompt to exit code, and signed with words', async () => {
  const { marks, write, signs } = emulator();
  expect(marks.atPrompt).toBeNull();
  await write(`${osc('133;A')}$ ${osc('133;B')}`);
  expect(marks.atPrompt).toBe(true);
  await write(`false${osc('633;E;false')}\r\n${osc('133;C')}out\r\n`);
  expect(marks.atPrompt).toBe(false);
  expect(marks.running?.command).toBe('false');
  await write(`${osc('133;D;1')}${osc('133;A')}$ `);
  expect(marks.atPrompt).toBe(true);
  const [first, second] = marks.commands;
  expect(first).toMatchObject({ command: 'false', exitCode: 1, ran: true });
  expect(first?.marker.line).toBe(0);
  expect(second).toMatchObject({ ran: false });
  const sign = signs[0]?.render();
  expect([sign?.textContent, sign?.title]).toEqual(['✗', 'false 1']);
});

it('what is no mark, or out of order, changes nothing', async () => {
  const { marks, write } = emulator();
  await write(osc('133;D;0') + osc('133;C') + osc('133;') + osc('633;P;Cwd=/x') + osc('633;E;rm'));
  expect(marks.commands).toEqual([]);
  expect(marks.running).toBeNull();
});

it('after a snapshot the marks of the backend take their places', async () => {
  const { marks, write } = emulator();
  await write('$ ls\r\nfile\r\n$ ');
  const mark = { command: 'ls', startedAt: 1, endedAt: 2, exitCode: 0 };
  marks.replace([
    { ...mark, promptLine: 0, outputLine: 1 },
    { ...mark, promptLine: 2, outputLine: null, command: null, endedAt: null, exitCode: null },
    { ...mark, promptLine: 99, outputLine: 100 },
  ]);
  expect(marks.commands.map(({ marker, ran }) => [marker.line, ran])).toEqual([
    [0, true],
    [2, false],
  ]);
  expect(marks.atPrompt).toBe(true);
});
