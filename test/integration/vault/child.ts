/**
 * Writes the vault in `directory` and kills itself with KILL at the given step of the given write:
 * `node child.ts DIRECTORY ACT STEP`.
 */
import path from 'node:path';
import { Activity } from '#backend/activity/index.ts';
import { systemClock } from '#backend/clock.ts';
import { EventBus } from '#backend/events.ts';
import { openStore } from '#backend/store/index.ts';
import { Vault } from '#backend/vault/index.ts';

const [directory = '', act = '', step = ''] = process.argv.slice(2);
const owner = { name: 'cli', role: 'owner' } as const;
const log = { info: () => undefined, warn: () => undefined };
let armed = false;
const store = openStore({ file: path.join(directory, 'trainyard.db'), clock: systemClock, log });
const vault = new Vault({
  dataDirectory: directory,
  store,
  activity: new Activity(store, systemClock, path.join(directory, 'activity.key')),
  events: new EventBus(),
  clock: systemClock,
  keychain: null,
  cost: 'least',
  onStep(at) {
    if (armed && at === step) process.kill(process.pid, 'SIGKILL');
  },
});
const passphrase = 'correct horse battery';
if (act === 'create') armed = true;
if ((await vault.state()).exists) await vault.unlock(passphrase, owner);
else await vault.create({ passphrase, keychain: false }, owner);
const first = () => vault.list()[0]?.id ?? '';
const acts: Record<string, () => unknown> = {
  create: () => undefined,
  prepare: () => vault.set({ name: 'first', kind: 'token', value: 'old value' }, owner),
  add: () => vault.set({ name: 'second', kind: 'token', value: 'added value' }, owner),
  rotate: () => vault.set({ id: first(), name: 'first', kind: 'token', value: 'new value' }, owner),
  rename: () => vault.rename(first(), 'renamed', owner),
  delete: () => vault.delete(first(), owner),
  changePassphrase: () =>
    vault.changePassphrase({ current: passphrase, passphrase: 'another passphrase' }, owner),
};
armed = true;
await acts[act]?.();
vault.close();
store.close();
