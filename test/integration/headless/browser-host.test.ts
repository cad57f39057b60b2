import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { api, createRouter, eventStream } from '#backend/api/index.ts';
import { EventBus } from '#backend/events.ts';
import { type BrowserHost, openBrowserHost } from '#headless/browser-host.ts';
import { connectBackend, socketWire } from '#renderer/rpc/index.ts';
import { contract } from '#shared/contract/index.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

let directory: string;
let host: BrowserHost;
let cookie: string;
const events = new EventBus();

/** A request with any headers, which fetch would not send. */
function ask(
  pathname: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const { hostname, port } = new URL(host.url);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, path: pathname, method, headers, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** How a WebSocket is answered: 101 when it is opened. */
function upgrade(pathname: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${host.url.replace('http', 'ws')}${pathname}`, { headers });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (_request, response) => {
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', reject);
  });
}

const signIn = async (url: string): Promise<string> => {
  const { status, headers } = await ask(url.slice(host.url.length));
  expect(status).toBe(303);
  expect(headers.location).toBe('/');
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
};

beforeAll(async () => {
  directory = await makeTempDirectory('browser-host');
  await mkdir(path.join(directory, 'page', 'assets'), { recursive: true });
  await writeFile(path.join(directory, 'page', 'index.html'), '<!doctype html><title>Trainyard</title>');
  await writeFile(path.join(directory, 'secret.txt'), 'secret');
  host = await openBrowserHost({
    backend: {
      router: createRouter({
        app: api.app.router({
          ...(createRouter({}) as { app: object }).app,
          events: api.app.events.handler(({ signal }) => eventStream(events, signal)),
        } as never) as never,
      }),
      // biome-ignore lint/correctness/useYield: nothing is streamed here
      bytes: async function* () {
        throw new Error('not reached');
      },
      log: pino({ level: 'silent' }),
    },
    pageDirectory: path.join(directory, 'page'),
  });
  cookie = await signIn(host.loginUrl());
});
afterAll(async () => {
  await host.close();
  await rm(directory, { recursive: true, force: true });
});

const procedures = Object.entries(contract).flatMap(([capability, parts]) =>
  Object.keys(parts).map((name) => `/${capability}/${name}`),
);

describe('who is let in', () => {
  test('every procedure, each way to it: refused without a session, with a foreign Host, with a foreign Origin', async () => {
    expect(procedures.length).toBeGreaterThan(40);
    const own = { Origin: host.url, Cookie: cookie };
    const bearer = { Authorization: `Bearer ${host.commandLine.token}` };
    for (const procedure of procedures) {
      const body = JSON.stringify({ i: '1', p: { u: procedure } });
      const call = (headers: Record<string, string>) =>
        ask('/call', { method: 'POST', headers, body }).then(({ status }) => status);
      const answers = await Promise.all([
        call({}),
        // A browser's session does not open what only the command line may use.
        call(own),
        call({ Authorization: 'Bearer wrong' }),
        call({ ...bearer, Host: 'evil.example' }),
        call({ ...bearer, Origin: 'http://evil.example' }),
        ask(procedure, { method: 'POST', body }).then(({ status }) => status),
        ask(`/rpc${procedure}`, { method: 'POST', headers: own, body }).then(({ status }) => status),
      ]);
      expect(answers, procedure).toEqual([401, 401, 401, 403, 403, 405, 405]);
    }
    for (const channel of ['/rpc', '/bytes']) {
      expect(await upgrade(channel, { Origin: host.url }), 'no session').toBe(401);
      expect(await upgrade(channel, { Origin: host.url, Cookie: cookie.replace(/=.*/, '=1.2.3') })).toBe(401);
      expect(await upgrade(channel, { Cookie: cookie }), 'no Origin').toBe(401);
      expect(await upgrade(channel, { ...own, Host: 'evil.example' }), 'rebound name').toBe(403);
      expect(await upgrade(channel, { ...own, Host: `evil.example:${new URL(host.url).port}` })).toBe(403);
      expect(await upgrade(channel, { ...own, Origin: 'http://evil.example' }), 'foreign page').toBe(403);
      expect(await upgrade(channel, { ...own, Origin: 'null' }), 'sandboxed page').toBe(403);
      expect(await upgrade(channel, { ...bearer, Origin: 'http://evil.example' })).toBe(403);
      expect(await upgrade(channel, { Authorization: 'Bearer wrong' })).toBe(401);
      expect(await upgrade(channel, own), 'signed in').toBe(101);
      expect(await upgrade(channel, bearer), 'the command line').toBe(101);
    }
    expect(await upgrade('/elsewhere', own)).toBe(404);
  });

  test('the token in the address signs in once; the cookie is the browser’s alone', async () => {
    const url = host.loginUrl();
    const first = await ask(url.slice(host.url.length));
    expect(first.status).toBe(303);
    expect(first.headers['set-cookie']?.[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
    const second = await ask(url.slice(host.url.length));
    expect(second.status).toBe(403);
    expect(second.headers['set-cookie']).toBeUndefined();
    // The browser that is signed in may open its own address again.
    expect((await ask(url.slice(host.url.length), { headers: { Cookie: cookie } })).status).toBe(303);
    expect((await ask('/?token=')).status).toBe(403);
    expect((await ask('/session')).status).toBe(401);
    expect((await ask('/session', { headers: { Cookie: cookie } })).status).toBe(200);
  });

  test('only the command line gets new addresses', async () => {
    expect((await ask('/login-url', { method: 'POST' })).status).toBe(401);
    expect((await ask('/login-url', { method: 'POST', headers: { Cookie: cookie } })).status).toBe(401);
    const given = await ask('/login-url', {
      method: 'POST',
      headers: { Authorization: `Bearer ${host.commandLine.token}` },
    });
    await signIn((JSON.parse(given.text) as { url: string }).url);
  });
});

describe('what is served', () => {
  test('the page with its policy: no inline script, no other site', async () => {
    const { status, headers, text } = await ask('/runs/0123456789ab');
    expect(status).toBe(200);
    expect(text).toContain('<title>Trainyard</title>');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toMatch(/connect-src 'self' ws:\/\/127\.0\.0\.1:\d+;/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  test('nothing outside the page, in whatever spelling', async () => {
    for (const pathname of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/%',
      '//evil/../../secret.txt',
    ])
      expect((await ask(pathname)).text, pathname).not.toContain('secret\n');
    expect((await ask('/nothing.js')).status).toBe(404);
    expect((await ask('/', { method: 'DELETE' })).status).toBe(405);
    expect((await ask('/', { headers: { Host: 'evil.example' } })).status).toBe(403);
  });

  test('garbage on the socket does not end it', async () => {
    const { hostname, port } = new URL(host.url);
    for (const garbage of [
      '\u0000\u0001\u0002',
      'GET',
      'GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n',
      `GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(5000)}`,
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => socket.end(garbage));
        socket.on('close', () => resolve());
        socket.on('error', () => undefined);
        socket.resume();
      });
    }
    expect((await ask('/')).status).toBe(200);
  });
});

test('a signed-in page calls over its WebSocket, and a message that is too large ends only its own connection', async () => {
  const connection = connectBackend({
    connect: (channel, signal) =>
      socketWire(
        new WebSocket(`${host.url.replace('http', 'ws')}/${channel}`, {
          headers: { Origin: host.url, Cookie: cookie },
        }) as unknown as globalThis.WebSocket,
        signal,
      ),
  });
  try {
    await expect(connection.rpc.app.info()).rejects.toMatchObject({ code: 'NOT_AVAILABLE' });
    await expect(connection.rpc.runs.check({ yaml: 'x'.repeat(9_000_000), envs: {} })).rejects.toMatchObject({
      code: 'BACKEND_OFFLINE',
    });
    connection.retryNow();
    await until('it is connected again', () => connection.status().state === 'online');
    await expect(connection.rpc.app.info()).rejects.toMatchObject({ code: 'NOT_AVAILABLE' });
  } finally {
    connection.close();
  }
});

test('a page that stops reading makes no memory grow, and finds the newest state when it reads again', async () => {
  const socket = new WebSocket(`${host.url.replace('http', 'ws')}/rpc`, {
    headers: { Origin: host.url, Cookie: cookie },
  });
  const received: string[] = [];
  socket.on('message', (data) => received.push(data.toString()));
  await once(socket, 'open');
  socket.send(JSON.stringify({ i: '1', p: { u: '/app/events' } }));
  await until('the stream is open', () => received.length > 0);
  socket.pause();
  // 400 MB if all of it were kept; each notice has the name of one of ten.
  const message = 'x'.repeat(20_000);
  const total = 20_000;
  for (let n = 1; n <= total; n++) {
    events.publish({
      type: 'notice',
      notice: { id: `n${n % 10}`, at: n, level: 'info', code: 'A_NOTICE', params: {}, message },
    });
    if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  socket.resume();
  await until('the newest has come', () => received.some((text) => text.includes(`"at":${total},`)));
  const bytes = received.reduce((sum, text) => sum + text.length, 0);
  // What the kernel's buffers and a megabyte of ours hold, far from all of it.
  expect(bytes).toBeLessThan(100_000_000);
  expect(received.length).toBeLessThan(total / 2);
  socket.terminate();
});
