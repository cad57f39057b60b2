import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveRpc } from '#backend/api/index.ts';
import { type Backend, startBackend } from '#backend/main.ts';
import { type BackendConnection, connectBackend } from '#renderer/rpc/client.ts';
import { portWire } from '#shared/contract/port-wire.ts';
import { type CredentialKind, credentialKinds, credentialsForRuns } from '#shared/domain/credential.ts';
import { newId } from '#shared/domain/id.ts';
import { testBox } from '#test/lab/ssh-pool.ts';
import type { Box } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

const canary = 'cAnArY7f3a';
const secretOf = (what: CredentialKind | 'passphrase' | 'export'): string => `${canary}-${what}-${canary}`;
/** As it is, and as it would look in base64 at each of the three offsets. */
const looks = [
  canary,
  ...[0, 1, 2].map((offset) =>
    Buffer.from(`${'x'.repeat(offset)}${canary}`)
      .toString('base64')
      .slice(2, -4),
  ),
];
const holds = (content: Buffer | string): boolean => looks.some((look) => content.includes(look));

/** Every file below `directory` in which a canary is seen. */
function filesWithCanary(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(directory, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() && holds(readFileSync(file)));
}

/** Processes of this computer whose `what` holds a canary, by their command lines. */
function processesWithCanary(what: 'cmdline' | 'environ'): string[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const held = holds(readFileSync(`/proc/${entry}/${what}`));
      return held ? [`${entry} ${readFileSync(`/proc/${entry}/cmdline`, 'utf8')}`] : [];
    } catch {
      return []; // gone meanwhile
    }
  });
}

interface Running {
  backend: Backend;
  connection: BackendConnection;
  /** All that the backend has sent. */
  frames: string[];
  stop(): Promise<void>;
}

async function start(dataDirectory: string): Promise<Running> {
  const backend = await startBackend({ dataDirectory, host: 'headless', version: 'test', connect: false });
  const frames: string[] = [];
  const context = { actor: { name: 'cli', role: 'owner' }, log: backend.log } as const;
  const connection = connectBackend({
    async connect() {
      const { port1, port2 } = new MessageChannel();
      const wire = portWire(port1);
      serveRpc(
        backend.router,
        {
          ...wire,
          send(message) {
            frames.push(Buffer.from(message).toString('latin1'));
            return wire.send(message);
          },
        },
        context,
      );
      return portWire(port2);
    },
  });
  const stop = async () => {
    connection.close();
    await backend.close();
  };
  onTestFinished(stop);
  return { backend, connection, frames, stop };
}

/** Reaches the box by its password alone. */
function passwordConfig(box: Box, directory: string): string {
  const file = path.join(directory, 'config');
  const lines = [
    'Host pw',
    `  HostName ${box.host}`,
    `  Port ${box.port}`,
    `  User ${box.user}`,
    '  IdentitiesOnly yes',
    '  IdentityFile none',
    '  IdentityAgent none',
    '  PreferredAuthentications password,keyboard-interactive',
    `  UserKnownHostsFile ${box.knownHostsFile}`,
    '  GlobalKnownHostsFile /dev/null',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

describe.skipIf(!needs('sshd', 'root', 'linux'))('canary secrets of every kind', () => {
  it('planted, used for a login and a run, are nowhere but in the environment of the run', async () => {
    const directory = await tempDirectory('canary');
    const data = path.join(directory, 'data');
    mkdirSync(data);
    const password = secretOf('ssh-password');
    const box = await testBox({ name: 'pw', password });
    const first = await start(data);
    const { rpc } = first.connection;
    await rpc.vault.create({ passphrase: secretOf('passphrase'), keychain: false });
    for (const kind of credentialKinds.filter((each) => each !== 'ssh-password'))
      await rpc.vault.set({ name: kind, kind, value: secretOf(kind) });

    // The password is asked for once, and kept by the user's wish.
    const site = await rpc.sites.add({
      ssh: { host: 'pw', configFile: passwordConfig(box, directory) },
      connect: true,
    });
    const [prompt] = await until('the password is asked for', async () => {
      const open = await rpc.sites.prompts();
      return open.length > 0 ? open : null;
    });
    await rpc.sites.answerPrompt({
      promptId: prompt?.id ?? '',
      accept: true,
      answers: [password],
      remember: true,
    });
    const connected = (running: Running) =>
      until('it is connected', async () =>
        (await running.connection.rpc.sites.list()).find(
          ({ id, connection }) => id === site.id && connection.state === 'connected',
        ),
      );
    await connected(first);
    await until('the vault has it', async () =>
      (await rpc.vault.list()).some(({ kind }) => kind === 'ssh-password'),
    );
    await rpc.store.backUp();
    await first.stop();

    // A new start: the login takes it from the vault, without a question.
    const second = await start(data);
    const again = second.connection.rpc;
    await again.vault.unlock({ passphrase: secretOf('passphrase') });
    await again.sites.connect({ siteId: site.id });
    await connected(second);
    expect(await again.sites.prompts()).toEqual([]);

    const credentials = await again.vault.list();
    const named = credentials.filter(({ kind }) => credentialsForRuns.includes(kind));
    const variables = named.map(
      ({ kind, id }) => [`SECRET_${kind.toUpperCase().replaceAll('-', '_')}`, id] as const,
    );
    const { rows } = await again.machines.list({});
    const machine = rows.find(({ siteId }) => siteId === site.id);
    const run = await again.runs.launch({
      requestId: newId(),
      yaml: [
        'secrets:',
        ...variables.map(([name]) => `  ${name}: null`),
        'run: |',
        ...variables.map(([name]) => `  printf %s "$${name}" | wc -c`),
        '  while [ ! -e "$HOME/go" ]; do sleep 0.2; done',
      ].join('\n'),
      baseDirectory: null,
      machineId: machine?.id ?? '',
      secretCredentials: Object.fromEntries(variables),
    });
    const logText = async () => {
      const { base64 } = await again.logs.read({ runId: run.id, offset: 0, length: 10_000 });
      return Buffer.from(base64, 'base64').toString();
    };
    const lengths = named.map(({ kind }) => `${secretOf(kind).length}\n`).join('');
    await until('the run has what it was given', async () => (await logText()) === lengths, {
      deadlineMs: 60_000,
    });

    // While it runs: in environments of the run's own account, in no command line.
    expect(processesWithCanary('cmdline')).toEqual([]);
    const holders = processesWithCanary('environ');
    expect(holders.length).toBeGreaterThan(0);
    const boxUid = statSync(box.home).uid;
    for (const holder of holders) {
      const pid = holder.split(' ')[0];
      expect(statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid ?? boxUid, holder).toBe(boxUid);
    }
    const login = credentials.find(({ kind }) => kind === 'ssh-password');
    const used = (await again.vault.list()).map(
      ({ kind, usedBy }) => [kind, usedBy.map((use) => use.kind)] as const,
    );
    expect(used.find(([kind]) => kind === 'ssh-password')?.[1]).toEqual(['host']);
    expect(used.find(([kind]) => kind === 'token')?.[1]).toEqual(['run']);
    // A login to hosts is not given to runs, whoever asks.
    await expect(
      again.runs.launch({
        requestId: newId(),
        yaml: 'secrets: {PW: null}\nrun: env\n',
        baseDirectory: null,
        machineId: machine?.id ?? '',
        secretCredentials: { PW: login?.id ?? '' },
      }),
    ).rejects.toThrowError(expect.objectContaining({ code: 'CREDENTIAL_NOT_FOR_RUNS' }));

    const { text } = await again.vault.export({ passphrase: secretOf('export') });
    let activity = '';
    for await (const part of await again.activity.export({ format: 'jsonl' })) activity += part;
    await again.store.backUp();
    expect(second.frames.length).toBeGreaterThan(20);
    const look = (when: string) => {
      expect(filesWithCanary(directory), `files here, ${when}`).toEqual([]);
      expect(filesWithCanary(box.directory), `files of the box, ${when}`).toEqual([]);
      for (const [name, content] of Object.entries({ text, activity }))
        expect(holds(content), `${name}, ${when}`).toBe(false);
      for (const frame of [...first.frames, ...second.frames])
        expect(holds(frame), `sent to the page, ${when}`).toBe(false);
    };
    look('while it runs');
    await again.runs.kill({ runId: run.id });
    await until('it has ended', async () => (await again.runs.get({ runId: run.id })).state === 'stopped');
    // Again without typing anything: the vault has them.
    await again.runs.restart({ runId: run.id });
    await until('it has them again', async () => (await logText()) === lengths, { deadlineMs: 60_000 });
    await again.runs.kill({ runId: run.id });
    await until('it has ended', async () => (await again.runs.get({ runId: run.id })).state === 'stopped');
    await second.stop();
    // After the app was started again, too: memory has forgotten them, the vault has not.
    const third = await start(data);
    const last = third.connection.rpc;
    await expect(last.runs.restart({ runId: run.id })).rejects.toThrowError(
      expect.objectContaining({ code: 'VAULT_LOCKED' }),
    );
    await last.vault.unlock({ passphrase: secretOf('passphrase') });
    await last.runs.restart({ runId: run.id });
    await until(
      'it has them once more',
      async () => {
        const { base64 } = await last.logs.read({ runId: run.id, offset: 0, length: 10_000 });
        return Buffer.from(base64, 'base64').toString() === lengths;
      },
      { deadlineMs: 60_000 },
    );
    await last.runs.kill({ runId: run.id });
    await until('it has ended', async () => (await last.runs.get({ runId: run.id })).state === 'stopped');
    await third.stop();
    second.frames.push(...third.frames);
    look('after the end');
    await until('nothing has them any more', () => processesWithCanary('environ').length === 0);
  }, 600_000);
});
