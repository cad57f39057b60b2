import { createServer } from 'node:net';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { localPrograms, type OpenShell } from '#backend/processes/index.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';

const size = { cols: 91, rows: 33 };
const programs = localPrograms({ userShell: () => '/bin/sh' });
afterAll(() => programs.close());

function screen(shell: OpenShell): () => string {
  let text = '';
  shell.output.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
  });
  return () => text;
}
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe.skipIf(!needs('linux'))('terminals on this computer', () => {
  test('the chosen shell, without the app’s own environment, sees its size and its change', async () => {
    const own = localPrograms({
      env: { ...process.env, TRAINYARD_SECRET: 'x', TMUX: 'y' },
      userShell: () => '/bin/sh',
    });
    onTestFinished(() => own.close());
    const shell = await own.openShell({ ...size, command: null });
    const shown = screen(shell);
    shell.input.write('stty size; echo "<$TRAINYARD_SECRET$TMUX>$TERM"\n');
    await until('it answers', () => shown().includes('33 91') && shown().includes('<>xterm-256color'));
    shell.resize({ cols: 120, rows: 40 });
    shell.input.write('stty size; exit 9\n');
    expect(await shell.exited).toEqual({ exitCode: 9, signal: null });
    await until('all was shown', () => shown().includes('40 120'));
    shell.resize({ cols: 10, rows: 10 });
    shell.kill();
  });

  test('a slow reader gets every byte, also those printed last', async () => {
    const shell = await programs.openShell({
      ...size,
      command: { script: 'stty -opost; head -c 3000000 /dev/zero | tr "\\0" a; printf END' },
    });
    let bytes = 0;
    let last = '';
    for await (const chunk of shell.output) {
      bytes += chunk.length;
      last = (last + chunk.toString('latin1')).slice(-3);
      if (bytes > 2_900_000) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect([bytes, last]).toEqual([3_000_003, 'END']);
    expect(await shell.exited).toEqual({ exitCode: 0, signal: null });
  });

  test('what nobody reads is not written: the program waits', async () => {
    const shell = await programs.openShell({
      ...size,
      command: { script: 'printf go; head -c 20000000 /dev/zero; exit 5' },
    });
    await until('something came', () => shell.output.readableLength > 60_000);
    expect(shell.output.readableLength).toBeLessThan(1_000_000);
    shell.output.resume();
    expect(await shell.exited).toEqual({ exitCode: 5, signal: null });
  });

  test('hung up and killed: the shell, and what holds out in its foreground', async () => {
    const shell = await programs.openShell({ ...size, command: null });
    const shown = screen(shell);
    shell.input.write('sh -c \'trap "" HUP TERM; echo pid-$$-; while :; do sleep 0.1; done\'\n');
    const pid = Number(await until('it runs', () => /pid-(\d+)-/.exec(shown())?.[1]));
    shell.kill();
    await shell.exited;
    await until('it is gone', () => !alive(pid));
  });

  test('closing ends every terminal, and none is opened afterwards', async () => {
    const own = localPrograms({ userShell: () => '/bin/sh' });
    const open = await Promise.all([1, 2, 3].map(() => own.openShell({ ...size, command: null })));
    // One has shown its prompt, the others may not have run their first instruction: a hang-up is for them too.
    const shown = screen(open[0] as OpenShell);
    await until('it prompts', () => shown() !== '');
    await own.close();
    for (const { exited } of open) expect((await exited).signal).toBe('SIGHUP');
    await expect(own.openShell({ ...size, command: null })).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test('a shell that is not there is said', async () => {
    const own = localPrograms({ userShell: () => '/nonexistent/zsh' });
    await expect(own.openShell({ ...size, command: null })).rejects.toMatchObject({
      code: 'SHELL_MISSING',
      params: { shell: '/nonexistent/zsh' },
    });
  });

  test('ports of this computer', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const stream = await programs.connectTo('127.0.0.1', port);
    stream.end('echo');
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(text).toBe('echo');
    server.close();
    await expect(programs.connectTo('127.0.0.1', 1)).rejects.toMatchObject({ code: 'PORT_REFUSED' });
  });
});
