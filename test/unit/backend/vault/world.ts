import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { Activity } from '#backend/activity/index.ts';
import { EventBus } from '#backend/events.ts';
import { openStore, type Store } from '#backend/store/index.ts';
import { type Keychain, Vault, type VaultOptions } from '#backend/vault/index.ts';
import type { Actor } from '#shared/domain/role.ts';
import { tempDirectory } from '#test/temp.ts';
import { ManualClock, silentLog } from '#test/temp-store.ts';

export const owner: Actor = { name: 'cli', role: 'owner' };
export const passphrase = 'correct horse battery';

let writes = 0;

export interface VaultWorld {
  directory: string;
  file: string;
  store: Store;
  activity: Activity;
  clock: ManualClock;
  vault: Vault;
  /** As after a restart of the app: only what is on the disk is known. */
  reopen(more?: Partial<VaultOptions>): VaultWorld;
  read(): Buffer;
  write(bytes: Uint8Array | string): void;
}

export async function vaultWorld(more: Partial<VaultOptions> = {}): Promise<VaultWorld> {
  const directory = await tempDirectory('vault');
  return openWorld(directory, new ManualClock(), more);
}

export function openWorld(
  directory: string,
  clock: ManualClock,
  more: Partial<VaultOptions> = {},
): VaultWorld {
  const file = path.join(directory, 'vault.jsonl');
  const store = openStore({ file: path.join(directory, 'trainyard.db'), clock, log: silentLog });
  const activity = new Activity(store, clock, path.join(directory, 'activity.key'));
  const vault = new Vault({
    dataDirectory: directory,
    store,
    activity,
    events: new EventBus(),
    clock,
    keychain: null,
    cost: 'least',
    ...more,
  });
  const close = () => {
    vault.close();
    store.close();
  };
  onTestFinished(close);
  return {
    directory,
    file,
    store,
    activity,
    clock,
    vault,
    reopen(other = {}) {
      close();
      return openWorld(directory, clock, { ...more, ...other });
    },
    read: () => readFileSync(file),
    write(bytes) {
      writeFileSync(file, bytes);
      // Clocks of file systems are coarse: two writes in a row would look like one.
      writes += 1;
      utimesSync(file, writes, writes);
    },
  };
}

/** A keychain of a desktop, in memory. */
export function fakeKeychain(name: string | null = 'gnome_libsecret'): Keychain & { works: boolean } {
  const mask = 0x5a;
  const masked = (bytes: Uint8Array) => bytes.map((byte) => byte ^ mask);
  const keychain = {
    works: true,
    backend: async () => name,
    wrap: async (key: Uint8Array) => masked(key),
    async unwrap(wrapped: Uint8Array) {
      if (!keychain.works) throw new Error('the keyring is locked');
      return masked(wrapped);
    },
  };
  return keychain;
}

/** The values as they come out, by name. */
export function valuesOf(vault: Vault): Record<string, string> {
  const all = vault.list().filter(({ problem }) => problem === null);
  const values = vault.reveal(
    all.map(({ id }) => id),
    { kind: 'run', place: 'test', name: 'test' },
  );
  return Object.fromEntries(all.map(({ name }, index) => [name, values[index] ?? '']));
}
