import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { scriptedPrompter, testBox, testPool } from '#test/lab/ssh-pool.ts';
import { type Box, writeSshConfig } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

const keygen = (...args: string[]) => execFileSync('ssh-keygen', ['-q', ...args]);

/** A box that lets in only who has a certificate of its authority, and a key with such a certificate beside it. */
async function certified({ passphrase = '', maxSessions = 10, signed = true } = {}) {
  const directory = await tempDirectory('certificates');
  const [authority, key] = [path.join(directory, 'ca'), path.join(directory, 'key')];
  keygen('-t', 'ed25519', '-N', '', '-f', authority);
  keygen('-t', 'ed25519', '-N', passphrase, '-f', key);
  const box = await testBox({
    maxSessions,
    config: ['AuthorizedKeysFile none', `TrustedUserCAKeys ${authority}.pub`],
    files: { '.bashrc': 'echo welcome; echo complaint >&2\n' },
  });
  if (signed) keygen('-s', authority, '-I', 'test', '-n', box.user, `${key}.pub`);
  const configFile = await writeSshConfig(box.directory, [box]);
  await writeFile(configFile, (await readFile(configFile, 'utf8')).replace(box.keyFile, key));
  return { box, authority, key, target: { host: 'box', configFile } };
}

const masters = (box: Box) =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('ControlMaster=yes') && line.includes(box.directory));

describe.skipIf(!needs('sshd', 'ssh', 'linux'))('hosts that only OpenSSH can reach', () => {
  test('a certificate: chosen by itself, same interface, nothing left behind', async () => {
    const { box, target } = await certified();
    const pool = testPool();
    const connection = await pool.connection(target);
    expect(connection.transport).toBe('openssh');
    const script = 'printf "<%s>" "$@"; cat; echo err >&2; exit 7';
    const result = await connection.exec({ script, args: ["it's", '\n!\\', ''] }, { stdin: 'input' });
    expect(result.stdout.toString()).toBe("<it's><\n!\\><>input");
    expect([result.stderr.toString(), result.exitCode]).toEqual(['err\n', 7]);
    expect((await connection.exec({ script: 'exit 255' })).exitCode).toBe(255);
    expect(await connection.ping()).toBeGreaterThan(0);
    expect(masters(box).length).toBe(1);
    const control = path.dirname(/ControlPath=(\S+)/.exec(masters(box)[0] ?? '')?.[1] ?? '');
    expect(existsSync(control)).toBe(true);
    await pool.close();
    await until('the master is gone', () => masters(box).length === 0);
    expect(connection.state).toBe('closed');
    await until('its directory is gone', () => !existsSync(control));
  });

  test('programs are ended over there, output is bounded, bytes flow', async () => {
    const { box, target } = await certified();
    const connection = await testPool().connection(target);
    await expect(connection.exec({ script: 'yes' }, { maxOutputBytes: 100_000 })).rejects.toMatchObject({
      code: 'OUTPUT_TOO_LARGE',
    });
    const abort = new AbortController();
    const waiting = connection.exec(
      { script: 'trap "" TERM; sleep 4811 & sleep 4812; sleep 4813' },
      { signal: abort.signal },
    );
    const processes = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    await until('it runs', () => processes().includes('sleep 4812'));
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    await until('nothing is left', () => !/sleep 481|^yes$/m.test(processes()));
    const { stdout } = await connection.exec({ script: 'head -c 8000000 /dev/zero' });
    expect(stdout.length).toBe(8_000_000);
    box.dropConnections();
    await until('it is lost', () => connection.state === 'lost');
    await expect(connection.exec({ script: ':' })).rejects.toMatchObject({ code: 'SSH_CONNECTION_LOST' });
  });

  test('few sessions are shared, and a lost connection is told to what runs', async () => {
    const { box, target } = await certified({ maxSessions: 3 });
    const connection = await testPool().connection(target);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        connection.exec({ script: 'echo "$1"', args: [String(index)] }),
      ),
    );
    expect(answers.map(({ stdout }) => Number(stdout))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const program = await connection.spawn({ script: 'echo on; exec sleep 600' });
    program.stdout.resume();
    box.dropConnections();
    await expect(program.exited).rejects.toMatchObject({ code: 'SSH_CONNECTION_LOST' });
  });

  test('its questions come to us: passphrase and host key', async () => {
    const { box, target } = await certified({ passphrase: 'open sesame' });
    await rm(box.knownHostsFile);
    const prompter = scriptedPrompter((question) =>
      question.kind === 'key-passphrase' ? ['open sesame'] : [],
    );
    const connection = await testPool({ prompter }).connection(target);
    expect(prompter.asked).toMatchObject([
      { kind: 'host-key-first-use', hostKey: { fingerprint: box.hostKeyFingerprint } },
      { kind: 'key-passphrase' },
    ]);
    expect((await connection.exec({ script: 'echo in' })).stdout.toString()).toBe('in\n');
    await expect(testPool().connection(target, { background: true })).rejects.toMatchObject({
      code: 'SSH_NEEDS_USER',
    });
  });

  test('a host certificate of a known authority is accepted without a question', async () => {
    const directory = await tempDirectory('authority');
    const authority = path.join(directory, 'ca');
    keygen('-t', 'ed25519', '-N', '', '-f', authority);
    const certificate = path.join(directory, 'host-cert.pub');
    const box = await testBox({ known: false, config: [`HostCertificate ${certificate}`] });
    await copyFile(path.join(box.directory, 'host_ed25519.pub'), path.join(directory, 'host.pub'));
    keygen('-s', authority, '-I', 'box', '-h', '-n', '127.0.0.1', path.join(directory, 'host.pub'));
    await box.stopServer();
    await box.startServer();
    await writeFile(
      box.knownHostsFile,
      `@cert-authority [127.0.0.*]:* ${await readFile(`${authority}.pub`, 'utf8')}`,
    );
    const configFile = await writeSshConfig(box.directory, [box]);
    const connection = await testPool().connection({ host: 'box', configFile });
    expect(connection.transport).toBe('openssh');
    expect((await connection.exec({ script: 'echo trusted' })).stdout.toString()).toBe('trusted\n');
  });

  test('its refusals are ours: authentication, changed key, revoked key, no server', async () => {
    const { box, target, key } = await certified({ signed: false });
    await appendFile(target.configFile, `\n  CertificateFile ${key}-cert.pub\n`);
    await expect(testPool().connection(target)).rejects.toMatchObject({ code: 'SSH_AUTH_FAILED' });
    const changed = await box.changeHostKey();
    await expect(testPool().connection(target)).rejects.toMatchObject({
      code: 'SSH_HOST_KEY_CHANGED',
      params: { fingerprint: changed, place: `${box.knownHostsFile}:1` },
    });
    await writeFile(
      box.knownHostsFile,
      `@revoked * ${await readFile(path.join(box.directory, 'host_ed25519.pub'), 'utf8')}`,
    );
    await expect(testPool().connection(target)).rejects.toMatchObject({ code: 'SSH_HOST_KEY_REVOKED' });
    await box.stopServer();
    await expect(testPool().connection(target)).rejects.toMatchObject({
      code: 'SSH_REFUSED',
      retryable: true,
    });
  });
});
