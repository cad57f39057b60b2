import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Header, openRecord, parseVault } from '#backend/vault/format.ts';
import { openByPassphrase } from '#backend/vault/wraps.ts';
import { newRecoveryPassphrase, readRecoveryPassphrase } from '#shared/domain/credential.ts';
import { until } from '#test/until.ts';
import { fakeKeychain, owner, passphrase, valuesOf, vaultWorld } from './world.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const token = { name: 'hf', kind: 'token', value: 'hf_canary_value' } as const;

async function withSecrets() {
  const world = await vaultWorld();
  await world.vault.create({ passphrase, keychain: false }, owner);
  world.vault.set(token, owner);
  world.vault.set({ name: 'gpu1', kind: 'ssh-password', scope: 'ada@gpu1', value: 'pw-é-\u0000-🚂' }, owner);
  return world;
}

describe('a vault', () => {
  it('keeps secrets over a restart, and gives them only while it is open', async () => {
    const world = await withSecrets();
    expect(await world.vault.state()).toMatchObject({ exists: true, locked: false, problems: [] });
    const again = world.reopen();
    expect(await again.vault.state()).toMatchObject({ exists: true, locked: true, problems: [] });
    expect(again.vault.list().map(({ name, kind, scope }) => [name, kind, scope])).toEqual([
      ['gpu1', 'ssh-password', 'ada@gpu1'],
      ['hf', 'token', ''],
    ]);
    expect(() => valuesOf(again.vault)).toThrowError(code('VAULT_LOCKED'));
    expect(() => again.vault.set(token, owner)).toThrowError(code('VAULT_LOCKED'));
    await expect(again.vault.unlock('wrong horse battery', owner)).rejects.toThrowError(
      code('VAULT_WRONG_PASSPHRASE'),
    );
    await again.vault.unlock(passphrase, owner);
    expect(valuesOf(again.vault)).toEqual({ gpu1: 'pw-é-\u0000-🚂', hf: 'hf_canary_value' });
    again.vault.lock(owner);
    expect(() => valuesOf(again.vault)).toThrowError(code('VAULT_LOCKED'));
  });

  it('has no value, no key and no passphrase in any file, and its own file is its owner’s alone', async () => {
    const { directory, file, store } = await withSecrets();
    store.sql.connection.pragma('wal_checkpoint(TRUNCATE)');
    for (const name of readdirSync(directory)) {
      const text = readFileSync(`${directory}/${name}`).toString('latin1');
      for (const secret of ['canary', 'correct horse', 'pw-']) expect(text, name).not.toContain(secret);
    }
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('renames, replaces and deletes; each is in the activity log, in order, without a value', async () => {
    const { vault, activity } = await withSecrets();
    const [gpu1, hf] = vault.list();
    vault.rename(hf?.id ?? '', 'hub', owner);
    vault.set({ id: gpu1?.id, name: 'gpu1', kind: 'ssh-password', value: 'another' }, owner);
    expect(valuesOf(vault)).toEqual({ gpu1: 'another', hub: 'hf_canary_value' });
    expect(vault.list()[0]?.scope).toBe('ada@gpu1');
    vault.delete(hf?.id ?? '', owner);
    expect(vault.list().map(({ name }) => name)).toEqual(['gpu1']);
    const entries = activity.list({ search: '', action: '', limit: 100 });
    expect(entries.map(({ action }) => action).reverse()).toEqual([
      'vault.create',
      'credential.add',
      'credential.add',
      'credential.rename',
      'credential.rotate',
      'credential.delete',
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/canary|another|horse/);
    expect(await activity.verify()).toMatchObject({ ok: true });
  });

  it('refuses what cannot be, and changes nothing then', async () => {
    const { vault } = await withSecrets();
    const [gpu1] = vault.list();
    await expect(vault.create({ passphrase, keychain: false }, owner)).rejects.toThrowError(
      code('VAULT_EXISTS'),
    );
    expect(() => vault.set(token, owner)).toThrowError(code('VAULT_NAME_TAKEN'));
    expect(() => vault.rename(gpu1?.id ?? '', 'hf', owner)).toThrowError(code('VAULT_NAME_TAKEN'));
    expect(() => vault.set({ ...token, id: gpu1?.id, name: 'x' }, owner)).toThrowError(
      code('VAULT_KIND_FIXED'),
    );
    expect(() => vault.delete('nothing', owner)).toThrowError(code('CREDENTIAL_UNKNOWN'));
    await expect(vault.useKeychain(true, owner)).rejects.toThrowError(code('VAULT_NO_KEYCHAIN'));
    await expect(vault.useKeychain(false, owner)).resolves.toMatchObject({ locked: false });
    await expect(vault.changePassphrase({ passphrase: 'another passphrase' }, owner)).rejects.toThrowError(
      code('VAULT_WRONG_PASSPHRASE'),
    );
    await expect(
      vault.changePassphrase({ current: passphrase, passphrase: 'short' }, owner),
    ).rejects.toThrowError(code('VAULT_PASSPHRASE_SHORT'));
    expect(valuesOf(vault)).toEqual({ gpu1: 'pw-é-\u0000-🚂', hf: 'hf_canary_value' });
    const none = await vaultWorld();
    expect(() => none.vault.set(token, owner)).toThrowError(code('VAULT_MISSING'));
    await expect(none.vault.create({ keychain: false }, owner)).rejects.toThrowError(code('VAULT_NEEDS_KEY'));
    await expect(none.vault.unlock(passphrase, owner)).rejects.toThrowError(code('VAULT_MISSING'));
  });

  it('opens where there is no argon2 (in Electron) by its other derivation', async () => {
    const { vault, file, store } = await withSecrets();
    vault.lock(owner);
    const [head = '', ...lines] = readFileSync(file, 'utf8').split('\n');
    const { wraps, vaultId } = JSON.parse(head) as Header;
    expect(wraps.map((wrap) => wrap.kind !== 'keychain' && wrap.derivation.kdf)).toEqual([
      'argon2id',
      'scrypt',
    ]);
    const scrypt = wraps.filter((wrap) => wrap.kind !== 'keychain' && wrap.derivation.kdf === 'scrypt');
    const key = await openByPassphrase(scrypt, vaultId, passphrase);
    const record = parseVault(Buffer.from([head, ...lines].join('\n'))).lines[0]?.record;
    expect(record && key && openRecord(vaultId, key, record)).toBe('hf_canary_value');
    expect(await openByPassphrase(scrypt, vaultId, 'another')).toBeNull();
    expect(store.sql.get('SELECT 1 FROM vaultSeal')).toBeDefined();
  });

  it('takes a new passphrase; the old one opens nothing any more', async () => {
    const world = await withSecrets();
    await world.vault.changePassphrase({ current: passphrase, passphrase: 'another passphrase' }, owner);
    const { vault } = world.reopen();
    await expect(vault.unlock(passphrase, owner)).rejects.toThrowError(code('VAULT_WRONG_PASSPHRASE'));
    await vault.unlock('another passphrase', owner);
    expect(valuesOf(vault).hf).toBe('hf_canary_value');
  });

  it('opens by its recovery passphrase as people write it down, which also sets a new passphrase', async () => {
    const world = await withSecrets();
    const recovery = newRecoveryPassphrase();
    expect(readRecoveryPassphrase(recovery.toLowerCase().replaceAll('-', ' '))).toBe(recovery);
    await world.vault.setRecovery({ current: passphrase, recovery }, owner);
    const { vault } = world.reopen();
    await vault.unlock(recovery.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o'), owner);
    await vault.changePassphrase({ current: recovery, passphrase: 'set anew after all' }, owner);
    vault.lock(owner);
    await vault.unlock('set anew after all', owner);
    expect(valuesOf(vault).hf).toBe('hf_canary_value');
  });

  it('opens by the system’s keychain, whose name is kept beside it; basic_text counts as none', async () => {
    const keychain = fakeKeychain();
    const world = await vaultWorld({ keychain });
    await world.vault.create({ keychain: true, passphrase }, owner);
    world.vault.set(token, owner);
    const again = world.reopen();
    expect(await again.vault.unlockByItself()).toBe(true);
    expect((await again.vault.state()).protection[0]).toEqual({
      kind: 'keychain',
      method: 'gnome_libsecret',
    });
    expect(valuesOf(again.vault)).toEqual({ hf: 'hf_canary_value' });
    again.vault.lock(owner);
    keychain.works = false;
    await expect(again.vault.unlock(undefined, owner)).rejects.toThrowError(code('VAULT_KEYCHAIN_FAILED'));
    await again.vault.unlock(passphrase, owner);
    await again.vault.useKeychain(false, owner);
    expect((await again.vault.state()).protection.map(({ kind }) => kind)).toEqual(['passphrase']);
    const poor = await vaultWorld({ keychain: fakeKeychain(null) });
    await expect(poor.vault.create({ keychain: true }, owner)).rejects.toThrowError(
      code('VAULT_NO_KEYCHAIN'),
    );
    expect((await poor.vault.state()).exists).toBe(false);
  });

  it('locks itself when nobody has used it for a while, and with the screen, as set', async () => {
    const { vault, store, clock } = await withSecrets();
    store.settings.update({ vaultIdleMinutes: 5 });
    await until('it waits', () => clock.sleeping > 0);
    clock.advance(4 * 60_000);
    valuesOf(vault);
    await until('it waits again', () => clock.sleeping > 0);
    clock.advance(4 * 60_000);
    await until('it waits again', () => clock.sleeping > 0);
    expect(vault.locked).toBe(false);
    clock.advance(5 * 60_000);
    await until('it has locked itself', () => vault.locked);
    await vault.unlock(passphrase, owner);
    store.settings.update({ vaultLockWithScreen: false });
    vault.screenLocked();
    expect(vault.locked).toBe(false);
    store.settings.update({ vaultLockWithScreen: true });
    vault.screenLocked();
    expect(vault.locked).toBe(true);
  });

  it('says who used a secret and when, over a restart; forgets it with the secret', async () => {
    const world = await withSecrets();
    const [gpu1, hf] = world.vault.list();
    world.vault.reveal([hf?.id ?? ''], { kind: 'run', place: 'run1', name: 'train' });
    world.clock.advance(1_000);
    world.vault.reveal([hf?.id ?? '', gpu1?.id ?? ''], { kind: 'host', place: 'gpu1', name: 'gpu1' });
    const { vault, store } = world.reopen();
    expect(vault.list().map(({ name, usedBy }) => [name, usedBy.map(({ place }) => place)])).toEqual([
      ['gpu1', ['gpu1']],
      ['hf', ['gpu1', 'run1']],
    ]);
    await vault.unlock(passphrase, owner);
    vault.delete(hf?.id ?? '', owner);
    expect(store.sql.all('SELECT * FROM vaultUses')).toHaveLength(1);
  });

  it('goes out encrypted under another passphrase and comes in elsewhere, all of it or nothing', async () => {
    const { vault } = await withSecrets();
    const { text, count } = await vault.export('a passphrase of its own', owner);
    expect(count).toBe(2);
    expect(text).not.toMatch(/canary|pw-/);
    const other = await vaultWorld();
    await other.vault.create({ passphrase, keychain: false }, owner);
    other.vault.set({ ...token, value: 'mine' }, owner);
    await expect(other.vault.import(text, passphrase, owner)).rejects.toThrowError(
      code('VAULT_WRONG_PASSPHRASE'),
    );
    await expect(other.vault.import('{}', passphrase, owner)).rejects.toThrowError(
      code('VAULT_IMPORT_UNREADABLE'),
    );
    const cut = `${text.trimEnd().split('\n').slice(0, -1).join('\n')}\n`;
    await expect(other.vault.import(cut, 'a passphrase of its own', owner)).rejects.toThrowError(
      code('VAULT_IMPORT_UNREADABLE'),
    );
    expect(valuesOf(other.vault)).toEqual({ hf: 'mine' });
    const added = await other.vault.import(text, 'a passphrase of its own', owner);
    expect(added.map(({ name }) => name)).toEqual(['gpu1', 'hf (2)']);
    expect(valuesOf(other.vault)).toMatchObject({ hf: 'mine', 'hf (2)': 'hf_canary_value' });
  });

  it('whose file is newer than the database (a backup was restored) is believed once its signature is checked', async () => {
    const world = await withSecrets();
    const backup = await world.store.backUp('asked');
    world.vault.set({ ...token, name: 'later' }, owner);
    world.vault.lock(owner);
    world.store.restore(backup.file);
    expect(world.vault.list().map(({ name }) => name)).toEqual(['gpu1', 'hf', 'later']);
    await world.vault.unlock(passphrase, owner);
    expect(await world.vault.state()).toMatchObject({ problems: [], needsAcceptance: false });
    expect(valuesOf(world.vault).later).toBe('hf_canary_value');
    expect(world.activity.list({ search: '', action: 'vault.adopt', limit: 1 })).toHaveLength(1);
  });

  it('that is gone is said, each secret by name; a new one can be made once the loss is accepted', async () => {
    const { vault, file, store } = await withSecrets();
    rmSync(file);
    expect((await vault.state()).problems).toEqual([
      { id: null, name: '', problem: 'missing' },
      expect.objectContaining({ name: 'hf', problem: 'missing' }),
      expect.objectContaining({ name: 'gpu1', problem: 'missing' }),
    ]);
    expect(store.notices.list().map((notice) => notice.code)).toContain('VAULT_FILE_ALTERED');
    await expect(vault.create({ passphrase, keychain: false }, owner)).rejects.toThrowError(
      code('VAULT_EXISTS'),
    );
    expect(() => vault.set({ ...token, name: 'x' }, owner)).toThrowError(code('VAULT_DAMAGED'));
    vault.accept(owner);
    expect(await vault.state()).toMatchObject({ exists: false, problems: [] });
    await vault.create({ passphrase, keychain: false }, owner);
  });
});
