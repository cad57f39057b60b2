import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { startTerminalLab, type TerminalLab } from './lab.ts';

describe.skipIf(!needs('sshd', 'linux'))('terminals on a real box', () => {
  let lab: TerminalLab;
  beforeAll(async () => {
    lab = await startTerminalLab();
  });
  afterAll(() => lab?.stop());

  const state = (id: string, wanted: string) =>
    until(`it is ${wanted}`, async () => (await lab.terminal(id))?.state === wanted);
  const text = async (terminalId: string) => (await lab.client.terminals.text({ terminalId })).text;
  /** Shells of terminals; what the app itself asks the box comes and goes. */
  const shells = () => lab.processes().filter((command) => /sleep 98765|bash|tmux|yes/.test(command));

  test('it opens where it is asked to, shows what the shell prints, takes its size, and ends with its code', async () => {
    const window = await lab.open({ directory: '/tmp', size: { cols: 91, rows: 33 } });
    window.type('pwd; stty size; echo "$TERM"\r');
    await window.sees('/tmp\r\n33 91\r\nxterm-256color');
    await lab.client.terminals.resize({ terminalId: window.id, size: { cols: 120, rows: 40 } });
    window.type('stty size\r');
    await window.sees('40 120');
    window.type('exit 7\r');
    await state(window.id, 'ended');
    expect(await lab.terminal(window.id)).toMatchObject({ exitCode: 7, signal: null, error: null });
    await lab.client.terminals.restart({ terminalId: window.id });
    await state(window.id, 'open');
    expect(await text(window.id)).toMatch(/40 120[\s\S]*a new shell, started at/);
    await lab.client.terminals.close({ terminalId: window.id });
    expect(await lab.terminal(window.id)).toBeUndefined();
  });

  test('closed, it leaves nothing on the box: neither shell nor what ran in it', async () => {
    const window = await lab.open();
    window.type('sleep 98765 & sleep 98765\r');
    await until('they run', () => shells().filter((each) => each.startsWith('sleep')).length === 2);
    await lab.client.terminals.close({ terminalId: window.id });
    await until('nothing is left', () => shells().length === 0);
  });

  test('a cut: the screen stays, and a new shell opens in the last directory and says what happened', async () => {
    const window = await lab.open();
    window.type(`cd /usr/lib; printf '\\033]7;file://box%s\\033\\\\' "$PWD"; echo before-the-cut\r`);
    await window.sees('before-the-cut\r\n');
    await until(
      'the directory is known',
      async () => (await lab.terminal(window.id))?.directory === '/usr/lib',
    );
    lab.proxy.cut();
    await state(window.id, 'lost');
    expect((await lab.terminal(window.id))?.error?.code).toMatch(/^SSH_|^MACHINE_/);
    expect(await text(window.id)).toContain('before-the-cut');
    window.type('echo typed-while-lost\r');
    await lab.proxy.restore();
    await lab.client.sites.connect({ siteId: lab.machineId });
    await state(window.id, 'open');
    await window.sees('This is a new shell');
    window.type('pwd; echo and-on\r');
    await window.sees('/usr/lib\r\nand-on');
    expect(await text(window.id)).not.toContain('typed-while-lost\n');
    await lab.client.terminals.close({ terminalId: window.id });
  });

  test('a link that says nothing any more is lost too, and comes back', async () => {
    const window = await lab.open();
    lab.proxy.halfOpen();
    await state(window.id, 'lost');
    await lab.proxy.restore();
    await lab.client.sites.connect({ siteId: lab.machineId });
    await state(window.id, 'open');
    window.type('echo back-$((40+2))\r');
    await window.sees('back-42');
    await lab.client.terminals.close({ terminalId: window.id });
  });

  test('over a slow link Ctrl-C ends a flood, and the prompt is there', async () => {
    lab.proxy.bandwidth(2_000_000);
    const window = await lab.open();
    window.type('yes flood-of-lines\r');
    await until('it floods', () => window.shown().length > 150_000);
    window.type('\x03');
    window.type('echo over-$((20+1))\r');
    await window.sees('over-21');
    lab.proxy.bandwidth(0);
    await lab.client.terminals.close({ terminalId: window.id });
    await until('nothing is left', () => shells().length === 0);
  });

  test.skipIf(!needs('tmux'))(
    'kept by tmux it goes on after a cut and after the app, and is gone once closed',
    async () => {
      const window = await lab.open({ keptBy: 'tmux' });
      await window.sees('ready> ');
      window.type('kept=still-here; echo first-line\r');
      await window.sees('first-line\r\n');
      lab.proxy.cut();
      await state(window.id, 'lost');
      await lab.proxy.restore();
      await lab.client.sites.connect({ siteId: lab.machineId });
      await state(window.id, 'open');
      window.type('echo "($kept)"\r');
      await window.sees('(still-here)');
      const other = await lab.open();

      await lab.restartApp();
      expect(await lab.terminal(other.id)).toMatchObject({
        state: 'ended',
        error: { code: 'TERMINAL_APP_RESTARTED' },
      });
      await lab.client.sites.connect({ siteId: lab.machineId });
      await state(window.id, 'open');
      await until('tmux has drawn it', async () => (await text(window.id)).includes('(still-here)'));
      const { machineId } = lab;
      const kept = () => lab.client.terminals.kept({ machineId });
      expect(await kept()).toEqual({ tmux: true, sessions: [] });

      // Left there, it is listed, also by an app that never knew of it; and shown again as it was.
      await lab.client.terminals.close({ terminalId: window.id, keepSession: true });
      await lab.restartApp();
      await lab.client.sites.connect({ siteId: machineId });
      const { sessions } = await kept();
      expect(sessions).toMatchObject([
        { session: `trainyard-${window.id}`, attached: false, command: 'bash', directory: lab.box.home },
      ]);
      const again = await lab.open({ session: `trainyard-${window.id}` });
      expect(again.id).toBe(window.id);
      again.type('echo "($kept-again)"\r');
      await again.sees('(still-here-again)');
      expect((await kept()).sessions).toEqual([]);
      await lab.client.terminals.close({ terminalId: again.id, keepSession: true });
      expect((await kept()).sessions).toHaveLength(1);
      await lab.client.terminals.endKept({ machineId, session: `trainyard-${window.id}` });
      expect((await kept()).sessions).toEqual([]);
      await until('nothing is left', () => shells().length === 0);
    },
  );
});
