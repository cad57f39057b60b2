import { execFileSync, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import ssh2 from 'ssh2';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Question } from '#backend/ssh/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { scriptedPrompter, testBox, testPool } from '#test/lab/ssh-pool.ts';
import { type Box, fingerprintOf, writeSshConfig } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

const hello = { script: 'echo hello' };

/** An ssh_config of the box's own lines, with some changed or added. */
async function configOf(box: Box, lines: string[], drop: RegExp = /^$/): Promise<string> {
  const kept = box.configSnippet.split('\n').filter((line) => line !== '' && !drop.test(line.trim()));
  const file = path.join(await tempDirectory('config'), 'config');
  await writeFile(file, [kept[0], ...lines, ...kept.slice(1)].join('\n'));
  return file;
}

function makeKey(file: string, type: string, passphrase: string, ...more: string[]): string {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-f', file, ...more]);
  return file;
}

describe.skipIf(!needs('sshd', 'ssh'))('logging in', () => {
  test.each([
    ['ed25519', []],
    ['ecdsa', []],
    ['rsa', ['-b', '2048']],
    ['rsa', ['-b', '2048', '-m', 'PEM']],
  ])(
    'an encrypted %s key asks for its passphrase once, wrong answers are asked again (%s)',
    async (type, more) => {
      const directory = await tempDirectory('keys');
      const key = makeKey(path.join(directory, 'key'), type, 'open sesame', ...more);
      const box = await testBox({ authorizedKeys: [await readFile(`${key}.pub`, 'utf8')] });
      const configFile = await configOf(box, [`  IdentityFile ${key}`], /^IdentityFile/);
      const answers = ['wrong', 'open sesame'];
      const prompter = scriptedPrompter(() => [answers.shift() ?? '']);
      const pool = testPool({ prompter });
      const first = await pool.connection({ host: 'box', configFile });
      expect((await first.exec(hello)).stdout.toString()).toBe('hello\n');
      expect(prompter.asked.map(({ kind, instruction }) => [kind, instruction])).toEqual([
        ['key-passphrase', key],
        ['key-passphrase', key],
      ]);
      await first.close();
      const again = await pool.connection({ host: 'box', configFile }, { background: true });
      expect((await again.exec(hello)).stdout.toString()).toBe('hello\n');
      expect(prompter.asked.length).toBe(2);
    },
  );

  test('in the background nobody is asked: what needs an answer says so', async () => {
    const directory = await tempDirectory('keys');
    const key = makeKey(path.join(directory, 'key'), 'ed25519', 'open sesame');
    const box = await testBox({ authorizedKeys: [await readFile(`${key}.pub`, 'utf8')] });
    const configFile = await configOf(box, [`  IdentityFile ${key}`], /^IdentityFile/);
    const prompter = scriptedPrompter(() => ['open sesame']);
    const pool = testPool({ prompter });
    await expect(pool.connection({ host: 'box', configFile }, { background: true })).rejects.toMatchObject({
      code: 'SSH_NEEDS_USER',
    });
    expect(prompter.asked).toEqual([]);
  });

  test('keys of the vault and passphrases of the vault are used without a question', async () => {
    const directory = await tempDirectory('keys');
    const key = makeKey(path.join(directory, 'key'), 'ed25519', 'from the vault');
    const box = await testBox({ authorizedKeys: [await readFile(`${key}.pub`, 'utf8')] });
    const withFile = await configOf(box, [`  IdentityFile ${key}`], /^IdentityFile/);
    const credentials = {
      find: async ({ kind }: { kind: string }) => (kind === 'key-passphrase' ? 'from the vault' : null),
    };
    await (await testPool({ credentials }).connection({ host: 'box', configFile: withFile })).exec(hello);

    const without = await configOf(box, ['  IdentityFile none'], /^IdentityFile/);
    const pem = await readFile(box.keyFile, 'utf8');
    const stored = { find: async ({ kind }: { kind: string }) => (kind === 'private-key' ? pem : null) };
    await (await testPool({ credentials: stored }).connection({ host: 'box', configFile: without })).exec(
      hello,
    );
  });

  test.skipIf(!needs('root'))(
    'a password: wrong, then right; kept only when it worked and was wished',
    async () => {
      const box = await testBox({ password: 'secret 密码' });
      const configFile = await configOf(box, ['  PubkeyAuthentication no']);
      const answers = ['wrong', 'secret 密码'];
      const kept: string[] = [];
      const prompter = {
        ask: async (question: Question) => {
          expect(question).toMatchObject({ kind: 'password', questions: [{ echo: false }] });
          return { answers: [answers.shift() ?? ''], remember: answers.length === 0 };
        },
      };
      const credentials = {
        find: async () => null,
        remember: async (_wanted: unknown, secret: string) => {
          kept.push(secret);
        },
      };
      const pool = testPool({ prompter, credentials });
      const connection = await pool.connection({ host: 'box', configFile });
      expect((await connection.exec(hello)).stdout.toString()).toBe('hello\n');
      expect(kept).toEqual(['secret 密码']);
    },
  );

  test.skipIf(!needs('root'))(
    'three wrong passwords: refused, with what was tried and without the password',
    async () => {
      const box = await testBox({ password: 'right' });
      const configFile = await configOf(box, ['  PubkeyAuthentication no']);
      const prompter = scriptedPrompter(() => ['guess-guess']);
      const failing = testPool({ prompter }).connection({ host: 'box', configFile });
      const error = await failing.catch((thrown: unknown) => thrown as TrainyardError);
      expect(error).toMatchObject({ code: 'SSH_AUTH_FAILED', params: { tried: 'password' } });
      expect(prompter.asked.length).toBe(3);
      expect(JSON.stringify(error)).not.toContain('guess');
    },
  );

  test('a refused key, and a key that cannot be read, say what to do', async () => {
    const directory = await tempDirectory('keys');
    const stranger = makeKey(path.join(directory, 'stranger'), 'ed25519', '');
    const box = await testBox();
    const configFile = await configOf(box, [`  IdentityFile ${stranger}`], /^IdentityFile/);
    await expect(testPool().connection({ host: 'box', configFile })).rejects.toMatchObject({
      code: 'SSH_AUTH_FAILED',
      params: { tried: stranger },
    });
    await writeFile(path.join(directory, 'broken'), '-----BEGIN OPENSSH PRIVATE KEY-----\nnonsense\n');
    const broken = await configOf(box, [`  IdentityFile ${path.join(directory, 'broken')}`], /^IdentityFile/);
    await expect(testPool().connection({ host: 'box', configFile: broken })).rejects.toMatchObject({
      code: 'SSH_KEY_UNREADABLE',
    });
  });

  test('an agent signs; with IdentitiesOnly only the keys that are named', async () => {
    const directory = await tempDirectory('agent');
    const socket = path.join(directory, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => {
      agent.kill();
    });
    const key = makeKey(path.join(directory, 'key'), 'ed25519', '');
    const env = { ...process.env, SSH_AUTH_SOCK: socket };
    await until(
      'the agent has the key',
      () => execFileSync('ssh-add', ['-q', key], { env, stdio: 'pipe' }) !== null,
    );
    const box = await testBox({ authorizedKeys: [await readFile(`${key}.pub`, 'utf8')] });
    const none = makeKey(path.join(directory, 'other'), 'ed25519', '');
    const lines = [`  IdentityAgent ${socket}`, `  IdentityFile ${none}`];
    const open = await configOf(box, [...lines, '  IdentitiesOnly no'], /^Identity/);
    expect(
      (await (await testPool().connection({ host: 'box', configFile: open })).exec(hello)).exitCode,
    ).toBe(0);
    const named = await configOf(
      box,
      [`  IdentityAgent ${socket}`, `  IdentityFile ${key}.pub`, '  IdentitiesOnly yes'],
      /^Identity/,
    );
    expect(
      (await (await testPool().connection({ host: 'box', configFile: named })).exec(hello)).exitCode,
    ).toBe(0);
    const only = await configOf(box, [...lines, '  IdentitiesOnly yes'], /^Identity/);
    await expect(testPool().connection({ host: 'box', configFile: only })).rejects.toMatchObject({
      code: 'SSH_AUTH_FAILED',
    });
  });

  test('two factors: a key, then one-time codes in several rounds', async () => {
    const { port, fingerprint } = await codeServer(
      [['Password: '], ['Code: ', 'Device: ']],
      ['pw', '123456', 'phone'],
    );
    const prompter = scriptedPrompter((question) => {
      if (question.kind === 'host-key-first-use') return [];
      if (question.kind === 'password') return ['pw'];
      return question.questions.map(({ text }) => ({ 'Code:': '123456', 'Device:': 'phone' })[text] ?? '');
    });
    const directory = await tempDirectory('codes');
    const key = makeKey(path.join(directory, 'key'), 'ed25519', '');
    const pool = testPool({ prompter, knownHostsFile: path.join(directory, 'known') });
    const target = { host: '127.0.0.1', port, user: 'ada', identityFile: key, configFile: '/dev/null' };
    const connection = await pool.connection(target);
    expect(connection.state).toBe('connected');
    expect(prompter.asked.map(({ kind }) => kind)).toEqual([
      'host-key-first-use',
      'password',
      'keyboard-interactive',
    ]);
    expect(prompter.asked[0]?.hostKey?.fingerprint).toBe(fingerprint);
    expect(prompter.asked[1]?.instruction).toContain('Say who you are');
  });

  test('declining ends the attempt, and the connection is shared by all who ask', async () => {
    const box = await testBox({ known: false });
    const configFile = await writeSshConfig(box.directory, [box]);
    const declining = testPool();
    await expect(declining.connection({ host: 'box', configFile })).rejects.toMatchObject({
      code: 'SSH_HOST_KEY_UNKNOWN',
    });
    const prompter = scriptedPrompter(() => []);
    const pool = testPool({ prompter });
    const all = await Promise.all(
      Array.from({ length: 10 }, () => pool.connection({ host: 'box', configFile })),
    );
    expect(new Set(all).size).toBe(1);
    expect(prompter.asked.length).toBe(1);
    expect(pool.existing({ host: 'box', configFile })).toBe(all[0]);
  });

  test('an abort ends the waiting of the one who aborts, and the attempt of the last', async () => {
    const box = await testBox({ known: false });
    const configFile = await writeSshConfig(box.directory, [box]);
    const asked = Promise.withResolvers<AbortSignal>();
    const prompter = {
      ask: (_question: Question, signal: AbortSignal) =>
        new Promise<never>((_resolve, reject) => {
          asked.resolve(signal);
          signal.addEventListener('abort', () => reject(new TrainyardError('CANCELLED', 'Cancelled.')));
        }),
    };
    const pool = testPool({ prompter });
    const [one, two] = [new AbortController(), new AbortController()];
    const first = pool.connection({ host: 'box', configFile }, { signal: one.signal });
    const second = pool.connection({ host: 'box', configFile }, { signal: two.signal });
    const question = await asked.promise;
    await expect(pool.connection({ host: 'box', configFile }, { background: true })).rejects.toMatchObject({
      code: 'SSH_NEEDS_USER',
    });
    one.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(question.aborted).toBe(false);
    two.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(question.aborted).toBe(true);
  });
});

/** A server that wants a key and then answers to rounds of questions; OpenSSH would need PAM for that. */
async function codeServer(rounds: string[][], right: string[]) {
  const directory = await tempDirectory('server');
  const hostKey = makeKey(path.join(directory, 'host'), 'ed25519', '');
  const server = new ssh2.Server({ hostKeys: [await readFile(hostKey, 'utf8')] }, (client) => {
    client.on('error', () => undefined);
    let keyDone = false;
    client.on('authentication', (context) => {
      if (context.method === 'publickey' && !keyDone) {
        if (context.signature) {
          keyDone = true;
          context.reject(['keyboard-interactive'], true);
        } else context.accept();
        return;
      }
      if (context.method !== 'keyboard-interactive' || !keyDone) return context.reject(['publickey']);
      const given: string[] = [];
      const ask = (round: number) => {
        const prompts = rounds[round];
        if (!prompts) {
          if (given.join() === right.join()) context.accept();
          else context.reject(['keyboard-interactive']);
          return;
        }
        const questions = prompts.map((prompt) => ({ prompt, echo: false }));
        // Its types say less than it takes: name and instruction are the second and third argument of the protocol's.
        (
          context.prompt as (q: unknown, name: string, instruction: string, cb: (a: string[]) => void) => void
        )(questions, 'Login', 'Say who you are', (answers) => {
          given.push(...answers);
          ask(round + 1);
        });
      };
      ask(0);
    });
    client.on('ready', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return {
    port: (server.address() as { port: number }).port,
    fingerprint: await fingerprintOf(`${hostKey}.pub`),
  };
}
