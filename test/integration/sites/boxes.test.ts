import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '#backend/clock.ts';
import { EventBus } from '#backend/events.ts';
import { Jobs } from '#backend/jobs.ts';
import { localPrograms } from '#backend/processes/index.ts';
import { Prompts, Sites } from '#backend/sites/index.ts';
import { createSshPool, previewHosts } from '#backend/ssh/index.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import type { Actor } from '#shared/domain/role.ts';
import { startProxy } from '#test/lab/proxy.ts';
import { testBox } from '#test/lab/ssh-pool.ts';
import { type Box, type BoxShell, writeSshConfig } from '#test/lab/sshd.ts';
import { needs, type Thing } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { tempStore } from '#test/temp-store.ts';
import { until } from '#test/until.ts';

const me: Actor = { name: 'desktop', role: 'owner' };
const standIn = await readFile('test/lab/nvidia-smi/nvidia-smi', 'utf8');

/** Sites on a real store, a real pool and real time. */
async function realSites() {
  const store = await tempStore();
  const events = new EventBus();
  const told: AppEvent[] = [];
  events.subscribe((event) => told.push(event));
  const programs = localPrograms();
  const prompts = new Prompts(events, systemClock);
  const ssh = createSshPool({ prompter: prompts });
  const jobs = new Jobs(events, systemClock);
  const sites = new Sites({
    store,
    events,
    jobs,
    activity: { record: () => undefined },
    clock: systemClock,
    log: pino({ level: 'silent' }),
    programs,
    ssh,
    prompts,
    previewHosts,
    probeScript: await readFile('resources/remote/probe.sh', 'utf8'),
  });
  onTestFinished(async () => {
    await jobs.close();
    await sites.close();
    await ssh.close();
    await programs.close();
  });
  const inventoryOf = (id: string) =>
    until('its inventory is saved', () => store.machines.get(id)?.inventory ?? null);
  return { store, sites, prompts, told, inventoryOf };
}

const gpuBox = (name: string, gpus: string, more: Parameters<typeof testBox>[0] = {}) =>
  testBox({
    name,
    files: { 'bin/nvidia-smi': standIn, 'bin/nvidia-smi.conf': `${gpus}\n`, ...more.files },
    env: { PATH: '%h/bin:/usr/bin:/bin' },
    ...(more.shell && { shell: more.shell }),
    ...(more.known !== undefined && { known: more.known }),
  });

/** An ssh_config of the box behind another port. */
async function behind(box: Box, port: number): Promise<string> {
  const file = path.join(await tempDirectory('config'), 'config');
  const known = (await readFile(box.knownHostsFile, 'utf8')).replaceAll(`:${box.port} `, `:${port} `);
  await writeFile(`${file}.known`, known);
  await writeFile(
    file,
    box.configSnippet
      .replace(`Port ${box.port}`, `Port ${port}`)
      .replace(/UserKnownHostsFile .*/, `UserKnownHostsFile ${file}.known`),
  );
  return file;
}

const shells: [BoxShell, Thing[]][] = [
  ['bash', []],
  ['dash', ['dash', 'root']],
  ['ash', ['busybox', 'root']],
  ['zsh', ['zsh', 'root']],
  ['fish', ['fish', 'root']],
  ['tcsh', ['tcsh', 'root']],
];
const noise = 'echo "Welcome $USER"; printf "\\033[31mnoise\\033[0m"; echo more >&2\n';

describe.each(shells)('a box whose login shell is %s', (shell, things) => {
  test.skipIf(!needs('linux', 'sshd', ...things))(
    'is known after one round trip, however noisy',
    async () => {
      const box = await gpuBox('heron', "GPUS=8 MODEL='NVIDIA H100 80GB HBM3' UTILISATION='97 3'", {
        shell,
        files: {
          '.bashrc': noise,
          '.zshenv': noise,
          '.cshrc': noise,
          '.config/fish/config.fish': 'echo noise\n',
        },
      });
      const configFile = await writeSshConfig(box.directory, [box]);
      const { sites, inventoryOf } = await realSites();
      const { id, connection } = await sites.add({ ssh: { host: 'heron', configFile }, connect: true }, me);
      expect(connection).toMatchObject({ state: 'connected', transport: 'ssh2' });
      const found = await inventoryOf(id);
      expect(found).toMatchObject({ user: box.user, driverVersion: '550.54.15', warnings: [] });
      expect(found.accelerators.map(({ utilisation }) => utilisation)).toEqual([97, 3, 0, 0, 0, 0, 0, 0]);
      expect(found.memoryBytes).toBeGreaterThan(1e8);
    },
  );
});

describe.skipIf(!needs('linux', 'sshd'))('with a real box', () => {
  test('an imported ssh_config connects, asks for a new host key first, and refreshes on demand', async () => {
    const box = await gpuBox('ibis', 'GPUS=2', { known: false });
    const configFile = path.join(await tempDirectory('config'), 'config');
    const people = `# my machines\nHost *\n  ServerAliveInterval 20\n\nHost bastion.corp\n  User gate\n\nInclude ${configFile}.d/*\n`;
    await writeFile(configFile, `${box.configSnippet}\n${people}`);
    const { sites, store, inventoryOf } = await realSites();
    const preview = await sites.preview(configFile);
    expect(preview.map(({ host, siteId }) => [host, siteId])).toEqual([
      ['ibis', null],
      ['bastion.corp', null],
    ]);
    const [site] = await sites.importHosts({ configFile, hosts: ['ibis'] }, me);
    const id = site?.id ?? '';
    const prompt = await until('the host key is asked about', () => sites.prompts()[0] ?? null);
    expect(prompt).toMatchObject({
      kind: 'host-key-first-use',
      siteId: id,
      hostKey: { fingerprint: box.hostKeyFingerprint },
    });
    expect(sites.get(id).connection.state).toBe('waiting-for-user');
    await sites.answerPrompt(prompt.id, { accept: true, answers: [], remember: false }, me);
    expect((await inventoryOf(id)).accelerators).toHaveLength(2);
    await writeFile(path.join(box.home, 'bin/nvidia-smi.conf'), 'GPUS=3\n');
    await sites.refresh([id], me).finished;
    expect(store.machines.get(id)?.inventory?.accelerators).toHaveLength(3);
    expect((await sites.preview(configFile))[0]?.siteId).toBe(id);
  });

  test('cut and back again: the site connects by itself and is probed anew', async () => {
    const box = await gpuBox('kite', 'GPUS=1');
    const proxy = await startProxy({ to: { port: box.port } });
    onTestFinished(() => proxy.stop());
    const configFile = await behind(box, proxy.port);
    const { sites, inventoryOf } = await realSites();
    const { id } = await sites.add({ ssh: { host: 'kite', configFile }, connect: true }, me);
    await inventoryOf(id);
    const told: string[] = [];
    sites.machines.onDisconnected(() => told.push('lost'));
    sites.machines.onConnected(() => told.push('back'));
    proxy.cut();
    await until('the loss is seen', () => sites.get(id).connection.state === 'unreachable');
    expect(sites.get(id).connection.nextTryAt).toBeDefined();
    await expect(sites.machines.programs(id, { background: true })).rejects.toMatchObject({
      code: 'MACHINE_UNREACHABLE',
    });
    await proxy.restore();
    await until('it is back', () => sites.machines.isConnected(id), { deadlineMs: 90_000 });
    expect(told).toEqual(['lost', 'back']);
    const programs = await sites.machines.programs(id);
    expect((await programs.exec({ script: 'echo hello' })).stdout.toString()).toBe('hello\n');
  });

  test('a changed host key blocks; accepted, it connects again', async () => {
    const box = await gpuBox('wren', 'GPUS=1');
    const configFile = await writeSshConfig(box.directory, [box]);
    const { sites } = await realSites();
    const { id } = await sites.add({ ssh: { host: 'wren', configFile }, connect: true }, me);
    await sites.disconnect(id, me);
    const fingerprint = await box.changeHostKey();
    expect((await sites.connect(id, me)).connection).toMatchObject({
      state: 'blocked',
      error: { code: 'SSH_HOST_KEY_CHANGED' },
    });
    await sites.acceptChangedHostKey(id, fingerprint, me);
    await until('it is connected', () => sites.machines.isConnected(id));
  });

  test('a box that prints 100 MB is connected all the same and says what is wrong', async () => {
    const box = await gpuBox('crow', 'STATE=flood');
    const configFile = await writeSshConfig(box.directory, [box]);
    const { sites, inventoryOf } = await realSites();
    const { id } = await sites.add({ ssh: { host: 'crow', configFile }, connect: true }, me);
    const found = await inventoryOf(id);
    expect(found.warnings.map(({ code }) => code)).toEqual(['GPU_TOOL_ENDED']);
    expect(sites.get(id).connection.state).toBe('connected');
  });
});
