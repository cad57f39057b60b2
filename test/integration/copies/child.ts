import { systemClock } from '#backend/clock.ts';
import { CopyService, KeyJournal } from '#backend/copies/index.ts';
import { createSshPool } from '#backend/ssh/index.ts';
import { openStore } from '#backend/store/index.ts';
import { silentLog } from '#test/temp-store.ts';

/** Opens a direct copy and sends without end, to be killed: `node child.ts DATABASE SSH_CONFIG SOURCE DESTINATION`. */
const [database = '', configFile = '', source = '', destination = ''] = process.argv.slice(2);
const pool = createSshPool({ prompter: { ask: () => Promise.reject(new Error('nobody is there')) } });
const store = openStore({ file: database, clock: systemClock, log: silentLog });
const target = (host: string) => ({ host, configFile });
const copies = new CopyService({
  access: {
    programs: (id) => pool.connection(target(id)),
    isConnected: () => true,
    onConnected: () => () => undefined,
    onDisconnected: () => () => undefined,
  },
  reach: { reach: (id) => pool.reach(target(id)) },
  machine: (id) => ({ id, name: id }),
  journal: new KeyJournal(store, systemClock),
  clock: systemClock,
  client: 'child',
});
const { signal } = new AbortController();
const session = await copies.open(
  { machineId: 'one', path: source },
  { machineId: 'two', path: destination },
  { path: 'direct', signal },
);
await session.send('all', {
  signal,
  onProgress: ({ doneBytes }) => {
    if (doneBytes > 0) process.stdout.write('sending\n');
  },
});
process.stdout.write('sending\n');
await new Promise((resolve) => setTimeout(resolve, 600_000));
