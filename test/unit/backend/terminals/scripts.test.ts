import { chmodSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { localPrograms, quote } from '#backend/processes/index.ts';
import { remoteScript } from '#backend/resources.ts';
import { startCommand } from '#backend/terminals/start.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

const scripts = { terminal: remoteScript('terminal.sh'), gpuView: remoteScript('gpu-view.sh') };
const shellTerminal = { id: 'aaaaaaaaaaaa', kind: 'shell', keptBy: 'app' } as const;

async function world(programs: Record<string, string>) {
  const directory = realpathSync(await tempDirectory('terminal-scripts'));
  const bin = path.join(directory, 'bin');
  mkdirSync(bin);
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(path.join(bin, name), 0o755);
  }
  const env = { HOME: directory, PATH: `${bin}:/usr/bin:/bin`, SHELL: path.join(bin, 'shell') };
  const local = localPrograms({ env, cwd: directory });
  onTestFinished(() => local.close());
  return { directory, local };
}
const tells = `printf '%s\\n' "args $*" "in $PWD" "A=$A"`;

describe.skipIf(!needs('linux'))('what runs in terminals', () => {
  test.each([
    ['~/a place', 'a place'],
    ['/', '/'],
  ])('%s: the login shell, there', async (asked, there) => {
    const { directory, local } = await world({ shell: tells });
    mkdirSync(path.join(directory, 'a place'));
    const how = { directory: asked, shell: '', place: null, scrollback: 5000 };
    const command = startCommand(shellTerminal, how, scripts);
    const { stdout } = await local.exec(command ?? { script: 'exit 9' });
    expect(stdout.toString()).toBe(`args -l\nin ${there === '/' ? '/' : `${directory}/${there}`}\nA=\n`);
  });

  test('a directory that is not there is said, and hostile names run nothing', async () => {
    const { directory, local } = await world({ shell: tells });
    const how = { directory: "/none/$(touch x)'; touch y; '", shell: '', place: null, scrollback: 5000 };
    const { stdout } = await local.exec(startCommand(shellTerminal, how, scripts) ?? { script: '' });
    expect(stdout.toString()).toContain(`cannot be entered; this is ${directory}.`);
    expect((await local.exec({ script: 'ls' })).stdout.toString()).toBe('bin\n');
  });

  test('of a run: its variables after the login files, then the shell the user knows', async () => {
    const { directory, local } = await world({ shell: tells });
    writeFileSync(path.join(directory, '.bash_profile'), 'export A=from-the-profile\n');
    const environment = `export A=${quote("it's $HOME")}`;
    const place = { machineId: 'm', directory, environment, pid: null };
    const how = { directory, shell: '', place, scrollback: 5000 };
    const { stdout } = await local.exec(startCommand(shellTerminal, how, scripts) ?? { script: '' });
    expect(stdout.toString()).toBe(`args -i\nin ${directory}\nA=it's $HOME\n`);
  });

  test("the GPU view shows the machine's accelerators, and of a run only its own processes", async () => {
    const { local } = await world({
      'nvidia-smi': `case $1 in
  --query-gpu=*) echo '0, NVIDIA H100, 97, 1024, 81559, 61, 650.00' ;;
  *) printf '%s\\n' "$PPID, 111" "1, 222" ;;
esac`,
    });
    const view = async (pid: number | null) => {
      const place = { machineId: 'm', directory: '/', environment: '', pid };
      const how = { directory: null, shell: '', place, scrollback: 5000 };
      const command = startCommand({ ...shellTerminal, kind: 'gpu' }, how, scripts);
      const running = await local.spawn(command ?? { script: '' });
      let shown = '';
      running.stdout.on('data', (bytes) => {
        shown += bytes;
      });
      await until('it has drawn once', () => shown.includes('Ctrl-C ends it'));
      running.kill();
      await running.exited;
      return shown;
    };
    const all = await view(null);
    expect(all).toMatch(/0 +NVIDIA H100 +97% +1024 \/ +81559 MiB +61 C +650\.00 W/);
    expect(all).toMatch(/\n +1 +222 MiB/);
    const own = await view(process.pid);
    expect(own).toContain('Processes of this run');
    expect(own).toMatch(/ 111 MiB/);
    expect(own).not.toMatch(/ 222 MiB/);
  });

  test('where nothing shows accelerators, it says so', async () => {
    const { local } = await world({});
    const how = { directory: null, shell: '', place: null, scrollback: 5000 };
    const command = startCommand({ ...shellTerminal, kind: 'gpu' }, how, scripts);
    const { stdout, exitCode } = await local.exec({
      ...command,
      script: `PATH=$HOME/none\n${command?.script}`,
    });
    expect(stdout.toString()).toContain('are all missing on this machine');
    expect(exitCode).toBe(1);
  });
});
