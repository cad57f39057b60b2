import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenShell } from '#backend/processes/index.ts';
import type { SshPool, SshTarget } from '#backend/ssh/index.ts';
import { createSshPool } from '#backend/ssh/index.ts';
import { connectedBox, scriptedPrompter, testBox, testPool } from '#test/lab/ssh-pool.ts';
import { type Box, type BoxShell, startBox, writeSshConfig } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';

const size = { cols: 91, rows: 33 };

/** What a terminal has printed so far. */
function screen(shell: OpenShell): () => string {
  let text = '';
  shell.output.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
  });
  return () => text;
}

const shells: BoxShell[] = ['bash', 'dash', ...optional('zsh'), ...optional('fish'), ...optional('tcsh')];
function optional(name: 'zsh' | 'fish' | 'tcsh'): BoxShell[] {
  return needs('root', name) ? [name] : [];
}

describe.skipIf(!needs('sshd'))('terminals over SSH', () => {
  let box: Box;
  let pool: SshPool;
  let target: SshTarget;
  beforeAll(async () => {
    box = await startBox();
    pool = createSshPool({ prompter: scriptedPrompter() });
    target = { host: box.name, configFile: await writeSshConfig(box.directory, [box]) };
    await pool.connection(target);
  });
  afterAll(async () => {
    await pool?.close();
    await box?.stop();
  });

  test.each(shells.filter((name) => needs('root') || name === 'bash'))(
    '%s as login shell: it sees the size, its change, and tells its exit code',
    async (name) => {
      const files = { '.zshrc': '' }; // without one, zsh greets with questions
      const { pool, target } = await connectedBox({ shell: name, files });
      const shell = await pool.openShell(target, { ...size, command: null });
      const shown = screen(shell);
      shell.input.write('stty size\n');
      await until('the size is seen', () => shown().includes('33 91'));
      shell.resize({ cols: 120, rows: 40 });
      await until('the new size is seen', () => {
        shell.input.write('stty size\n');
        return until('an answer', () => shown().includes('40 120'), { deadlineMs: 2_000 });
      });
      shell.input.write('exit 7\n');
      expect(await shell.exited).toEqual({ exitCode: 7, signal: null });
    },
  );

  test('a command of ours gets past the login shell, in a terminal, and can be hung up', async () => {
    const shell = await pool.openShell(target, {
      ...size,
      command: { script: 'echo "$TERM $1"; stty size; tty; exec sleep 1000', args: ["it's"] },
    });
    const shown = screen(shell);
    await until('it has begun', () => /\/dev\/pts/.test(shown()));
    expect(shown()).toContain("xterm-256color it's\r\n33 91\r\n");
    shell.kill();
    shell.kill();
    const { exitCode } = await shell.exited;
    expect(exitCode === null || exitCode > 0).toBe(true);
  });

  test('twenty terminals leave the sessions of the shared connection to programs', async () => {
    const connection = await pool.connection(target);
    const open = await Promise.all(
      Array.from({ length: 20 }, () => pool.openShell(target, { ...size, command: null })),
    );
    const shown = open.map(screen);
    const staying = await connection.spawn({ script: 'exec cat' });
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => connection.exec({ script: 'echo still here' })),
    );
    expect(answers.map(({ stdout }) => stdout.toString())).toEqual(Array(6).fill('still here\n'));
    for (const [at, shell] of open.entries()) shell.input.write(`echo terminal-$((${at}+1000))\n`);
    await until('all of them answer', () =>
      shown.every((text, at) => text().includes(`terminal-${at + 1000}`)),
    );
    staying.kill();
    for (const shell of open) shell.kill();
    await Promise.all(open.map((shell) => shell.exited));
  });

  test('a flood that nobody reads holds up neither programs nor other terminals, and stops over there', async () => {
    const connection = await pool.connection(target);
    const flood = await pool.openShell(target, { ...size, command: { script: 'exec yes flood' } });
    const other = await pool.openShell(target, { ...size, command: null });
    const shown = screen(other);
    other.input.write('echo a$((1+1))b\n');
    await until('the other answers', () => shown().includes('a2b'));
    const { stdout } = await connection.exec({ script: 'echo here' });
    expect(stdout.toString()).toBe('here\n');
    const read = screen(flood);
    await until('the flood flows once it is read', () => read().length > 5_000_000);
    flood.input.write('\u0003');
    expect(await flood.exited).toMatchObject({
      exitCode: expect.toSatisfy((code) => code === null || code > 0),
    });
    other.kill();
  });

  test('a lost connection is told to the terminals on it', async () => {
    const { box, pool, target } = await connectedBox();
    const open = await Promise.all([1, 2, 3].map(() => pool.openShell(target, { ...size, command: null })));
    box.dropConnections();
    for (const { exited } of open)
      await expect(exited).rejects.toMatchObject({ code: 'SSH_CONNECTION_LOST' });
  });

  test('a server that gives no terminals says so, and programs go on', async () => {
    const { pool, target, connection } = await connectedBox({ config: ['PermitTTY no'] });
    const opening = pool.openShell(target, { ...size, command: null });
    await expect(opening).rejects.toMatchObject({ code: 'PTY_REFUSED' });
    expect((await connection.exec({ script: 'echo on' })).stdout.toString()).toBe('on\n');
  });

  test.each([1, 2])(
    'with MaxSessions %i each terminal finds a session, and so do programs',
    async (maxSessions) => {
      const { pool, target, connection } = await connectedBox({ maxSessions });
      const open = await Promise.all([1, 2, 3].map(() => pool.openShell(target, { ...size, command: null })));
      expect((await connection.exec({ script: 'echo on' })).stdout.toString()).toBe('on\n');
      for (const shell of open) shell.kill();
      await Promise.all(open.map((shell) => shell.exited));
    },
  );

  test.skipIf(!needs('root'))('a password that was given once is enough for further terminals', async () => {
    const box = await testBox({ password: 'right horse', config: ['PubkeyAuthentication no'] });
    const prompter = scriptedPrompter(() => ['right horse']);
    const pool = testPool({ prompter, knownHostsFile: box.knownHostsFile });
    const target = { host: '127.0.0.1', port: box.port, user: box.user };
    await pool.connection(target);
    const open = await Promise.all([1, 2, 3].map(() => pool.openShell(target, { ...size, command: null })));
    expect(prompter.asked).toHaveLength(1);
    for (const shell of open) shell.kill();
  });
});
