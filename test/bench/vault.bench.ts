import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Activity } from '#backend/activity/index.ts';
import { systemClock } from '#backend/clock.ts';
import { EventBus } from '#backend/events.ts';
import { openStore } from '#backend/store/index.ts';
import { Vault } from '#backend/vault/index.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { type Bench, within } from './row.ts';

const owner = { name: 'cli', role: 'owner' } as const;
const passphrase = 'correct horse battery';
const count = 100;
const rounds = 7;

async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

export const bench: Bench = {
  name: 'vault',
  about: `unlocking (slow on purpose, so that guessing is dear), then decrypting ${count} secrets`,
  missing: () => null,
  async run() {
    const directory = await makeTempDirectory('bench-vault');
    const log = { info: () => undefined, warn: () => undefined };
    const store = openStore({ file: path.join(directory, 'trainyard.db'), clock: systemClock, log });
    const vault = new Vault({
      dataDirectory: directory,
      store,
      activity: new Activity(store, systemClock, path.join(directory, 'activity.key')),
      events: new EventBus(),
      clock: systemClock,
      keychain: null,
    });
    try {
      await vault.create({ passphrase, keychain: false }, owner);
      for (let number = 0; number < count; number += 1)
        vault.set({ name: `secret ${number}`, kind: 'token', value: `value ${number}`.repeat(20) }, owner);
      const ids = vault.list().map(({ id }) => id);
      const unlocks: number[] = [];
      const decryptions: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        vault.lock(owner);
        unlocks.push(await timed(() => vault.unlock(passphrase, owner)));
        decryptions.push(
          await timed(() => vault.reveal(ids, { kind: 'run', place: `${round}`, name: 'bench' })),
        );
      }
      return [
        within(
          { name: 'vault', measure: 'unlock, at least', unit: 'ms', reach: 300, lowerIsBetter: false },
          unlocks,
        ),
        within(
          { name: 'vault', measure: 'unlock, at most', unit: 'ms', reach: 1000, lowerIsBetter: true },
          unlocks,
        ),
        within(
          {
            name: 'vault',
            measure: `${count} secrets decrypted`,
            unit: 'ms',
            reach: 50,
            lowerIsBetter: true,
          },
          decryptions,
        ),
      ];
    } finally {
      vault.close();
      store.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
};
