import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SshConnection } from '#backend/ssh/index.ts';
import { connectedBox, testBox, testPool } from '#test/lab/ssh-pool.ts';
import { writeSshConfig } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

let server: Server;
let port = 0;
/** Sends back what it got once all of it came, as often as it got it: seen only where half-closing works. */
beforeAll(async () => {
  server = createServer({ allowHalfOpen: true }, async (socket) => {
    socket.on('error', () => undefined);
    let bytes = 0;
    for await (const chunk of socket) bytes += chunk.length;
    socket.end(`got ${bytes}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
});
afterAll(() => void server?.close());

/** A connection by OpenSSH, with a certificate of the box's authority. */
async function byOpenSsh(config: string[] = []) {
  const directory = await tempDirectory('forwarding');
  const [authority, key] = [path.join(directory, 'ca'), path.join(directory, 'key')];
  for (const file of [authority, key])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  const box = await testBox({
    config: [...config, 'AuthorizedKeysFile none', `TrustedUserCAKeys ${authority}.pub`],
  });
  execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'test', '-n', box.user, `${key}.pub`]);
  const configFile = await writeSshConfig(box.directory, [
    { ...box, configSnippet: box.configSnippet.replace(box.keyFile, key) },
  ]);
  const pool = testPool();
  const target = { host: box.name, configFile };
  return { box, pool, target, connection: await pool.connection(target) };
}

async function answerOf(stream: Duplex, bytes: number): Promise<string> {
  stream.end(Buffer.alloc(bytes));
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

const ways: [
  'ssh2' | 'openssh',
  (config?: string[]) => Promise<{ connection: SshConnection; box: { dropConnections(): void } }>,
][] = [
  ['ssh2', (config = []) => connectedBox({ config })],
  ['openssh', byOpenSsh],
];

describe.skipIf(!needs('sshd', 'ssh', 'linux'))('ports of a machine', () => {
  test.each(ways)(
    'by %s: bytes both ways, half-closed, several at once, refused where nobody listens',
    async (way, open) => {
      const { connection } = await open();
      expect(connection.transport).toBe(way);
      const streams = await Promise.all(
        Array.from({ length: 12 }, () => connection.connectTo('127.0.0.1', port)),
      );
      const answers = await Promise.all(streams.map((stream, at) => answerOf(stream, at * 300_000)));
      expect(answers).toEqual(Array.from({ length: 12 }, (_, at) => `got ${at * 300_000}`));
      await expect(connection.connectTo('127.0.0.1', 1)).rejects.toMatchObject({ code: 'PORT_REFUSED' });
      expect((await connection.exec({ script: 'echo on' })).stdout.toString()).toBe('on\n');
    },
  );

  test.each(ways)('by %s: a server that forbids it says so', async (_way, open) => {
    const { connection } = await open(['AllowTcpForwarding no']);
    const connecting = connection.connectTo('127.0.0.1', port);
    await expect(connecting).rejects.toMatchObject({ code: 'FORWARDING_DISABLED' });
  });

  test.each(ways)('by %s: the loss of the connection ends it', async (_way, open) => {
    const { connection, box } = await open();
    const stream = await connection.connectTo('127.0.0.1', port);
    let over = '';
    stream.once('error', () => {
      over = 'error';
    });
    stream.once('end', () => {
      over ||= 'end';
    });
    stream.once('close', () => {
      over ||= 'close';
    });
    stream.resume();
    box.dropConnections();
    await until('its end is heard of', () => over !== '');
    await expect(connection.connectTo('127.0.0.1', port)).rejects.toMatchObject({
      code: 'SSH_CONNECTION_LOST',
    });
  });

  test('terminals by OpenSSH: size, its change, exit code, refusal, hanging up, the connection’s loss', async () => {
    const { box, pool, target, connection } = await byOpenSsh();
    const size = { cols: 91, rows: 33 };
    const open = await Promise.all([1, 2, 3].map(() => pool.openShell(target, { ...size, command: null })));
    const [first, second, third] = open;
    if (!first || !second || !third) throw new Error('three were opened');
    let shown = '';
    first.output.on('data', (bytes: Buffer) => {
      shown += bytes.toString('latin1');
    });
    first.input.write('stty size\n');
    await until('the size is seen', () => shown.includes('33 91'));
    first.resize({ cols: 120, rows: 40 });
    await until('the new size is seen', () => {
      first.input.write('stty size\n');
      return until('an answer', () => shown.includes('40 120'), { deadlineMs: 2_000 });
    });
    first.input.write('exit 7\n');
    expect(await first.exited).toEqual({ exitCode: 7, signal: null });
    expect((await connection.exec({ script: 'echo on' })).stdout.toString()).toBe('on\n');
    const own = await pool.openShell(target, {
      ...size,
      command: { script: 'echo "<$1>"; exit 3', args: ['a b'] },
    });
    let said = '';
    for await (const chunk of own.output) said += chunk;
    expect(said).toBe('<a b>\r\n');
    expect(await own.exited).toEqual({ exitCode: 3, signal: null });
    second.kill();
    await second.exited;
    third.output.resume();
    box.dropConnections();
    await expect(third.exited).rejects.toMatchObject({ code: 'SSH_CONNECTION_LOST' });
  });

  test('terminals by OpenSSH: a server that gives none says so', async () => {
    const { pool, target } = await byOpenSsh(['PermitTTY no']);
    const opening = pool.openShell(target, { cols: 80, rows: 24, command: null });
    await expect(opening).rejects.toMatchObject({ code: 'PTY_REFUSED' });
  });
});
