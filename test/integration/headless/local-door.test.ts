import { existsSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api, createRouter, eventStream } from '#backend/api/index.ts';
import { type LocalDoor, openLocalDoor } from '#backend/door/index.ts';
import { EventBus } from '#backend/events.ts';
import { encodeMessage } from '#backend/wires/local-socket.ts';
import { connectToApp } from '#cli/connect.ts';
import { connectLocally } from '#cli/local-socket.ts';
import { frameTypes } from '#shared/contract/bytes.ts';
import { encodeFrame } from '#shared/contract/frames.ts';
import { newId } from '#shared/domain/id.ts';
import { makeTempDirectory, tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

const token = 'the-token';
const events = new EventBus();
let directory: string;
let door: LocalDoor;

const optionsFor = (dataDirectory: string) => ({
  router: createRouter({
    app: api.app.router({
      ...(createRouter({}) as { app: object }).app,
      events: api.app.events.handler(({ signal }) => eventStream(events, signal)),
    } as never) as never,
  }),
  bytes: async function* () {
    yield { bytes: Buffer.from('a line\n') };
    yield { bytes: Buffer.alloc(300_000, 7) };
  },
  log: pino({ level: 'silent' }),
  dataDirectory,
  token,
});

beforeAll(async () => {
  directory = await makeTempDirectory('local-door');
  // Left by a process that was killed.
  writeFileSync(path.join(directory, 'app.sock'), '');
  const opened = await openLocalDoor(optionsFor(directory));
  if (!opened) throw new Error('there is no local door');
  door = opened;
});
afterAll(async () => {
  await door.close();
  await rm(directory, { recursive: true, force: true });
});

/** Sends bytes and gives all that is answered until the other side hangs up. */
function say(...pieces: Uint8Array[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const answer: Buffer[] = [];
    const socket = connect(door.path, () => {
      for (const piece of pieces) socket.write(piece);
    });
    socket.on('data', (chunk) => answer.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(answer)));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
  });
}
const app = (given = token) => ({
  url: 'http://127.0.0.1:1',
  pid: process.pid,
  processMark: '',
  token: given,
  socket: door.path,
  host: 'headless' as const,
  version: '1',
});

test('the socket is the user’s alone', () => {
  if (process.platform !== 'win32') expect(statSync(door.path).mode & 0o777).toBe(0o600);
});

test('without the token nothing is answered, whatever is asked', async () => {
  const call = encodeMessage(JSON.stringify({ i: '1', p: { u: '/app/info' } }));
  const frame = encodeMessage(encodeFrame(frameTypes.OPEN, 1, '{}'));
  const hellos = [
    'rpc wrong',
    'rpc ',
    'rpc',
    '',
    ` ${token}`,
    token,
    `rpc ${token} more`,
    `rpc  ${token}`,
    `elsewhere ${token}`,
    `RPC ${token}`,
    `rpc ${token}\n`,
  ].map((hello) => encodeMessage(hello));
  const others = [
    encodeMessage(new Uint8Array(Buffer.from(`rpc ${token}`))), // not as text
    encodeMessage(`rpc ${'x'.repeat(2000)}`),
    Buffer.from([0, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from('POST /call HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    call,
    frame,
  ];
  for (const hello of [...hellos, ...others]) {
    expect((await say(hello, call, frame)).length, hello.toString('latin1').slice(0, 60)).toBe(0);
  }
  const { signal } = new AbortController();
  for (const channel of ['rpc', 'bytes'] as const)
    await expect(
      connectLocally({ socket: door.path, token: 'wrong' }, channel, signal),
    ).rejects.toMatchObject({
      code: 'BACKEND_OFFLINE',
    });
});

test('with the token: calls, events and streams, as over the WebSockets', async () => {
  const connection = connectToApp(app());
  try {
    const seen: unknown[] = [];
    const stream = await connection.rpc.app.events();
    void (async () => {
      for await (const event of stream) seen.push(event);
    })().catch(() => undefined);
    await until('events come', () => {
      events.publish({ type: 'settings.changed', settings: {} as never });
      return seen.length > 0;
    });
    await expect(connection.rpc.app.info()).rejects.toMatchObject({ code: expect.any(String) });
    const got: Uint8Array[] = [];
    const over = Promise.withResolvers<unknown>();
    connection.bytes.open(
      { kind: 'log', runId: newId(), offset: 0, follow: true },
      { onBytes: (bytes) => void got.push(bytes), onEnd: over.resolve, onInfo: () => undefined },
    );
    expect(await over.promise).toBeNull();
    const all = Buffer.concat(got);
    expect(all.length).toBe(300_007);
    expect(all.subarray(0, 7).toString()).toBe('a line\n');
    expect(all.subarray(7).every((byte) => byte === 7)).toBe(true);
  } finally {
    connection.close();
  }
});

test('whoever breaks the protocol after the welcome is cut off', async () => {
  for (const channel of ['rpc', 'bytes']) {
    const answer = await say(encodeMessage(`${channel} ${token}`), Buffer.from([2, 0, 0, 0, 0]));
    expect(answer.toString('latin1')).toContain('welcome');
    await say(encodeMessage(`${channel} ${token}`), encodeMessage('this is nothing'));
  }
});

test('where the path is too long for a socket there is none', async () => {
  const base = await tempDirectory('local-door');
  expect(await openLocalDoor(optionsFor(path.join(base, 'x'.repeat(120))))).toBeNull();
  // And none where the directory cannot hold one.
  expect(await openLocalDoor(optionsFor(path.join(base, 'missing')))).toBeNull();
});

test('it is gone when it is closed, and so are its clients', async () => {
  const base = await tempDirectory('local-door');
  const other = await openLocalDoor(optionsFor(base));
  if (!other) throw new Error('there is no local door');
  const wire = await connectLocally({ socket: other.path, token }, 'rpc', new AbortController().signal);
  const closed = new Promise<string>((resolve) => wire.onClose(resolve));
  await other.close();
  await closed;
  if (process.platform !== 'win32') expect(existsSync(other.path)).toBe(false);
});
