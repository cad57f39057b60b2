/** The app that a test kills: starts one move and dies by SIGKILL as soon as its journal has taken in a phase. */
import { openLaptopIn } from './lab.ts';

const [data = '', configFile = '', runId = '', requestId = '', to = '', dieIn = ''] = process.argv.slice(2);

const { client, ids } = await openLaptopIn(data, configFile, ['one', 'two'], ({ phase }) => {
  if (phase === dieIn) process.kill(process.pid, 'SIGKILL');
});
await client.migrations.start({ requestId, runId, machineId: ids[to] ?? '', mode: 'request', secrets: {} });
// Stays until it is killed; the test has the deadline.
setInterval(() => undefined, 60_000);
