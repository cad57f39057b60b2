import path from 'node:path';
import { spawn } from '@lydell/node-pty';
import { expect, onTestFinished, test } from 'vitest';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { serve, trainyard, userEnvironment } from './trainyard.ts';

const program = path.join(import.meta.dirname, '..', '..', '..', 'electron', 'cli', 'main.ts');

/** `trainyard …` in a terminal of its own, as a user has it. */
function inTerminal(env: NodeJS.ProcessEnv, args: readonly string[]) {
  const pty = spawn(process.execPath, [program, ...args], {
    name: 'xterm-256color',
    cols: 91,
    rows: 33,
    env,
  });
  let shown = '';
  let code: number | null = null;
  pty.onData((text) => {
    shown += text;
  });
  pty.onExit(({ exitCode }) => {
    code = exitCode;
  });
  onTestFinished(() => {
    if (code === null) pty.kill('SIGKILL');
  });
  return {
    type: (text: string) => pty.write(text),
    resize: (cols: number, rows: number) => pty.resize(cols, rows),
    shown: () => shown,
    sees: (text: string) => until(`it shows ${text}`, () => shown.includes(text)),
    ended: async () => {
      await until('it has ended', () => code !== null);
      return code;
    },
  };
}

test.skipIf(!needs('linux'))(
  'a shell on this computer, through the running app and without it: keys, size, exit code, ~d and ~.',
  async () => {
    const env = userEnvironment(await tempDirectory('shell'), { SHELL: '/bin/sh', PS1: '$ ' });
    const alone = inTerminal(env, ['shell', 'local']);
    alone.type('stty size; echo sum-$((40+2))\r');
    await alone.sees('33 91\r\nsum-42');
    alone.type('exit 7\r');
    expect(await alone.ended()).toBe(7);

    const app = serve(env);
    await until('the app is up', () => app.urls.length > 0);
    const joined = inTerminal(env, ['shell', 'local']);
    joined.type('echo first-$((1+1))\r');
    await joined.sees('first-2');
    joined.resize(120, 40);
    await until('the shell has the new size', async () => {
      joined.type('stty size\r');
      return until('an answer', () => joined.shown().includes('40 120'), { deadlineMs: 2_000 });
    });
    joined.type('\r~d');
    expect(await joined.ended()).toBe(0);
    const closed = inTerminal(env, ['shell', 'local']);
    closed.type('echo second-$((1+1))\r');
    await closed.sees('second-2');
    closed.type('\r~.');
    expect(await closed.ended()).toBe(0);

    expect(await trainyard(env, ['shell', 'local'])).toMatchObject({ code: 2 });
    const { out } = await trainyard(env, ['activity', 'list', '--action', 'terminal']);
    expect(out.match(/terminal\.open/g)).toHaveLength(3);
    expect(out.match(/terminal\.close/g)).toHaveLength(2);
  },
  240_000,
);
