import { execFileSync } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { scriptedPrompter, testBox, testPool } from '#test/lab/ssh-pool.ts';
import { type Box, writeSshConfig } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';

const publicKey = async (box: Box) =>
  (await readFile(path.join(box.directory, 'host_ed25519.pub'), 'utf8')).trim();

describe.skipIf(!needs('sshd', 'ssh'))('host keys', () => {
  test('first use shows the fingerprint, is remembered as OpenSSH reads it, and is not asked again', async () => {
    const box = await testBox({ known: false });
    const configFile = await writeSshConfig(box.directory, [box]);
    await writeFile(box.knownHostsFile, '# no newline at the end');
    await appendFile(configFile, 'HashKnownHosts yes\n');
    const prompter = scriptedPrompter(() => []);
    const first = testPool({ prompter });
    await first.connection({ host: 'box', configFile });
    expect(prompter.asked).toMatchObject([
      { kind: 'host-key-first-use', hostKey: { type: 'ssh-ed25519', fingerprint: box.hostKeyFingerprint } },
    ]);
    const written = await readFile(box.knownHostsFile, 'utf8');
    expect(written).toMatch(/^# no newline at the end\n\|1\|.+\n$/);
    expect(
      execFileSync('ssh', ['-F', configFile, '-o', 'BatchMode=yes', 'box', 'echo openssh too'], {
        encoding: 'utf8',
      }),
    ).toBe('openssh too\n');
    await testPool({ prompter }).connection({ host: 'box', configFile });
    expect(prompter.asked.length).toBe(1);
  });

  test('a changed key blocks and names both fingerprints and the line; the user can accept exactly that one', async () => {
    const box = await testBox();
    const configFile = await writeSshConfig(box.directory, [box]);
    await appendFile(box.knownHostsFile, 'other.example ssh-ed25519 AAAA\n');
    const changed = await box.changeHostKey();
    const prompter = scriptedPrompter(() => []);
    const pool = testPool({ prompter });
    const target = { host: 'box', configFile };
    await expect(pool.connection(target)).rejects.toMatchObject({
      code: 'SSH_HOST_KEY_CHANGED',
      retryable: false,
      params: { fingerprint: changed, known: box.hostKeyFingerprint, place: `${box.knownHostsFile}:1` },
    });
    await pool.acceptChangedHostKey(target, changed);
    await pool.connection(target);
    expect(prompter.asked).toEqual([]);
    expect(await readFile(box.knownHostsFile, 'utf8')).toContain('other.example');
  });

  test('accepting one key does not accept another that comes instead', async () => {
    const box = await testBox();
    const configFile = await writeSshConfig(box.directory, [box]);
    const changed = await box.changeHostKey();
    const pool = testPool();
    await pool.acceptChangedHostKey({ host: 'box', configFile }, changed);
    await box.changeHostKey();
    await expect(pool.connection({ host: 'box', configFile })).rejects.toMatchObject({
      code: 'SSH_HOST_KEY_UNKNOWN',
    });
  });

  test('a revoked key is refused, known or not', async () => {
    const box = await testBox();
    const configFile = await writeSshConfig(box.directory, [box]);
    await appendFile(box.knownHostsFile, `@revoked * ${await publicKey(box)}\n`);
    await expect(testPool().connection({ host: 'box', configFile })).rejects.toMatchObject({
      code: 'SSH_HOST_KEY_REVOKED',
      params: { fingerprint: box.hostKeyFingerprint, place: `${box.knownHostsFile}:2` },
    });
  });

  test('the server is asked for the type of key that is known', async () => {
    const box = await testBox({ hostKeys: ['ed25519', 'ecdsa', 'rsa'], known: false });
    const configFile = await writeSshConfig(box.directory, [box]);
    for (const type of ['ecdsa', 'rsa']) {
      const [kind, blob] = (await readFile(path.join(box.directory, `host_${type}.pub`), 'utf8')).split(' ');
      await writeFile(box.knownHostsFile, `[127.0.0.1]:${box.port} ${kind} ${blob}\n`);
      await testPool().connection({ host: 'box', configFile }); // asks nobody, or it would be declined
    }
  });

  test('StrictHostKeyChecking yes asks nobody, accept-new accepts, an alias names the entry', async () => {
    const box = await testBox({ known: false });
    const configFile = await writeSshConfig(box.directory, [box]);
    const text = await readFile(configFile, 'utf8');
    await writeFile(configFile, `${text}  StrictHostKeyChecking yes\n`);
    const prompter = scriptedPrompter(() => []);
    await expect(testPool({ prompter }).connection({ host: 'box', configFile })).rejects.toMatchObject({
      code: 'SSH_HOST_KEY_UNKNOWN',
    });
    await writeFile(configFile, `${text}  StrictHostKeyChecking accept-new\n  HostKeyAlias Lab-Box\n`);
    await testPool({ prompter }).connection({ host: 'box', configFile });
    expect(await readFile(box.knownHostsFile, 'utf8')).toMatch(/^lab-box ssh-ed25519 /);
    await box.changeHostKey();
    await expect(testPool({ prompter }).connection({ host: 'box', configFile })).rejects.toMatchObject({
      code: 'SSH_HOST_KEY_CHANGED',
    });
    expect(prompter.asked).toEqual([]);
  });
});
