import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SshCredentials } from '#backend/ssh-credentials.ts';
import type { TrainyardError } from '#shared/domain/error.ts';
import { scriptedPrompter, testBox, testPool } from '#test/lab/ssh-pool.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { owner, passphrase, valuesOf, vaultWorld } from '#test/unit/backend/vault/world.ts';

const never = () => {
  throw new Error('nothing was to be said');
};

async function keyPair(passphraseOfKey: string) {
  const directory = await tempDirectory('keys');
  const file = path.join(directory, 'id');
  const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphraseOfKey, '-C', 'x', '-f', file]);
  expect(made.status).toBe(0);
  return {
    directory,
    file,
    text: readFileSync(file, 'utf8'),
    publicText: readFileSync(`${file}.pub`, 'utf8'),
  };
}

describe.skipIf(!needs('sshd', 'ssh'))('SSH logins and the vault', () => {
  async function world(passphraseOfKey: string) {
    const key = await keyPair(passphraseOfKey);
    const box = await testBox({ name: 'heron', authorizedKeys: [key.publicText] });
    const configFile = path.join(key.directory, 'config');
    const lines = [
      'IdentityAgent none',
      'IdentitiesOnly yes',
      `UserKnownHostsFile ${box.knownHostsFile}`,
      'GlobalKnownHostsFile /dev/null',
    ];
    writeFileSync(configFile, `Host *\n${lines.map((line) => `  ${line}\n`).join('')}`);
    const target = { host: box.host, port: box.port, user: box.user, configFile };
    const vaults = await vaultWorld();
    await vaults.vault.create({ passphrase, keychain: false }, owner);
    return { key, box, target, ...vaults };
  }

  it('a private key with its passphrase, chosen for the site, logs in without a question or a file', async () => {
    const { vault, key, box, target } = await world('key passphrase');
    const { id } = vault.set(
      { name: 'heron', kind: 'private-key', value: key.text, passphrase: 'key passphrase' },
      owner,
    );
    const prompter = scriptedPrompter();
    const pool = testPool({ prompter, credentials: new SshCredentials(vault, never) });
    const connection = await pool.connection({ ...target, identityFile: '/nonexistent', credentialId: id });
    expect(connection.state).toBe('connected');
    expect(prompter.asked).toEqual([]);
    expect(vault.list()[0]?.usedBy.map(({ kind, place }) => [kind, place])).toEqual([
      ['host', `${box.user}@127.0.0.1:${box.port}`],
    ]);
  });

  it('the passphrase of a key file is kept by the user’s wish, and found after a restart', async () => {
    const first = await world('key passphrase');
    const { key, target } = first;
    const asking = {
      asked: 0,
      ask: async () => {
        asking.asked += 1;
        return { answers: ['key passphrase'], remember: true };
      },
    };
    const pool = testPool({ prompter: asking, credentials: new SshCredentials(first.vault, never) });
    await pool.connection({ ...target, identityFile: key.file });
    expect(asking.asked).toBe(1);
    await pool.close();
    const again = first.reopen();
    await again.vault.unlock(passphrase, owner);
    expect(again.vault.list().map(({ kind, scope }) => [kind, scope])).toEqual([
      ['key-passphrase', key.file],
    ]);
    const silent = scriptedPrompter();
    const next = testPool({ prompter: silent, credentials: new SshCredentials(again.vault, never) });
    expect((await next.connection({ ...target, identityFile: key.file })).state).toBe('connected');
    expect(silent.asked).toEqual([]);
  });

  it('with the vault locked the login goes on by asking, and says that nothing was kept', async () => {
    const { vault, key, target } = await world('key passphrase');
    vault.lock(owner);
    const said: [string, string][] = [];
    const credentials = new SshCredentials(vault, (scope: string, why: TrainyardError) =>
      said.push([scope, why.code]),
    );
    const prompter = { ask: async () => ({ answers: ['key passphrase'], remember: true }) };
    const pool = testPool({ prompter, credentials });
    expect((await pool.connection({ ...target, identityFile: key.file })).state).toBe('connected');
    expect(said).toEqual([[key.file, 'VAULT_LOCKED']]);
    await vault.unlock(passphrase, owner);
    expect(valuesOf(vault)).toEqual({});
  });
});
