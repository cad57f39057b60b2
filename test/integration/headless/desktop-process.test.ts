import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { tempDirectory } from '#test/temp.ts';
import { userEnvironment } from '../cli/trainyard.ts';

const root = path.dirname(path.dirname(path.dirname(import.meta.dirname)));

/** What Electron does around the backend's process: a parent port over which the page's ports come. */
const shell = `
import { EventEmitter } from 'node:events';
const parentPort = new EventEmitter();
process.parentPort = parentPort;
await import('${root}/electron/backend/process.ts');
const { connectBackend } = await import('${root}/renderer/rpc/client.ts');
const { portWire } = await import('${root}/shared/contract/port-wire.ts');
const [rpc, bytes] = [new MessageChannel(), new MessageChannel()];
parentPort.emit('message', { data: { type: 'connect' }, ports: [rpc.port1, bytes.port1] });
parentPort.emit('message', { data: { type: 'resumed' }, ports: [] });
const connection = connectBackend({
  connect: async (channel) => portWire(channel === 'rpc' ? rpc.port2 : bytes.port2),
});
const { host } = await connection.rpc.app.info();
const failed = await new Promise((resolve) =>
  connection.bytes.open(
    { kind: 'log', runId: '0123456789ab', offset: 0, follow: false },
    { onBytes: () => undefined, onEnd: resolve },
  ),
);
console.log(JSON.stringify({ host, failed: failed.code }));
parentPort.emit('message', { data: { type: 'close' }, ports: [] });
`;

test('the desktop’s backend process: ports that come before it is up are served, and it ends when told', async () => {
  const directory = await tempDirectory('desktop');
  const file = path.join(directory, 'shell.mjs');
  await writeFile(file, shell);
  const child = spawn(process.execPath, [file], {
    cwd: root,
    env: userEnvironment(directory),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    out += chunk;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({ host: 'desktop', failed: 'RUN_UNKNOWN' });
});

test('started by itself it says whose it is', async () => {
  const child = spawn(process.execPath, [path.join(root, 'electron/backend/process.ts')], {
    stdio: 'ignore',
  });
  expect((await once(child, 'exit'))[0]).toBe(2);
});
