import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Backend, startBackend } from '#backend/main.ts';
import { type BrowserHost, openBrowserHost } from '#headless/browser-host.ts';
import { dispositionOf } from '#headless/file-downloads.ts';
import type { Client } from '#shared/contract/index.ts';
import { newId, thisComputerId } from '#shared/domain/id.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { HostClient } from './host-client.ts';

const owner = { name: 'tester', role: 'owner' } as const;
let directory: string;
let backend: Backend;
let host: BrowserHost;
const clients: Record<'viewer' | 'operator', HostClient> = {} as never;
const content = randomBytes(3_000_000);

beforeAll(async () => {
  directory = await makeTempDirectory('file-downloads');
  mkdirSync(path.join(directory, 'page'));
  writeFileSync(path.join(directory, 'page', 'index.html'), '<!doctype html>');
  writeFileSync(path.join(directory, 'model "1"\n.bin'), content);
  backend = await startBackend({
    dataDirectory: path.join(directory, 'data'),
    host: 'headless',
    version: '0.0.0',
    connect: false,
    log: pino({ level: 'silent' }),
  });
  host = await openBrowserHost({ backend, pageDirectory: path.join(directory, 'page') });
  for (const role of ['viewer', 'operator'] as const) {
    const { secret } = backend.access.create({ name: role, role, lifetimeSeconds: null }, owner);
    clients[role] = new HostClient(host.url);
    expect((await clients[role].signIn(secret)).status).toBe(303);
  }
});
afterAll(async () => {
  await host.close();
  await backend.close();
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});

const addressOf = (file: string, name = 'x') =>
  `/files/${thisComputerId}/${encodeURIComponent(name)}?${new URLSearchParams({ path: file })}`;

/** The bytes, which a text could not hold. */
function bytesOf(pathname: string, headers: Record<string, string>) {
  return new Promise<{
    status: number;
    headers: NodeJS.Dict<string | string[]>;
    body: Buffer;
    isWhole: boolean;
  }>((resolve, reject) => {
    const cookie = { Cookie: clients.operator.cookie };
    const request = httpRequest(
      host.url,
      { path: pathname, headers: { ...cookie, ...headers }, agent: false },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', () => undefined); // a connection that is broken off is told by `isWhole`
        response.on('close', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts),
            isWhole: response.complete,
          }),
        );
      },
    );
    request.on('error', reject);
    request.end();
  });
}

describe('a file of a machine, saved by a browser', () => {
  const file = () => path.join(directory, 'model "1"\n.bin');

  test('whole, in parts, and a part of one that has changed', async () => {
    const whole = await bytesOf(addressOf(file()), { 'Sec-Fetch-Site': 'same-origin' });
    expect(whole.status).toBe(200);
    expect(whole.body.equals(content)).toBe(true);
    expect(whole.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="model _1__.bin"; filename*=UTF-8''model%20%221%22%0A.bin`,
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
    });
    const etag = String(whole.headers.etag);
    const rest = await bytesOf(addressOf(file()), { Range: 'bytes=1000000-', 'If-Range': etag });
    expect(rest.status).toBe(206);
    expect(rest.headers['content-range']).toBe('bytes 1000000-2999999/3000000');
    expect(rest.body.equals(content.subarray(1_000_000))).toBe(true);
    const part = await bytesOf(addressOf(file()), { Range: 'bytes=5-9' });
    expect(part.body.equals(content.subarray(5, 10))).toBe(true);
    expect((await bytesOf(addressOf(file()), { Range: 'bytes=3000000-' })).status).toBe(416);
    const head = await clients.operator.ask(addressOf(file()), { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '3000000' } });
    appendFileSync(file(), 'more');
    const other = await bytesOf(addressOf(file()), { Range: 'bytes=1000000-', 'If-Range': etag });
    expect(other.status).toBe(200);
    expect(other.body.length).toBe(3_000_004);
  });

  test('who may not, and what does not ask as a page of ours would, gets nothing', async () => {
    const address = addressOf(file());
    const { operator, viewer } = clients;
    const noCookie = new HostClient(host.url);
    const statusOf = async (client: HostClient, pathname: string, headers: Record<string, string> = {}) =>
      (await client.ask(pathname, { headers })).status;
    expect(await statusOf(noCookie, address)).toBe(401);
    expect(await statusOf(noCookie, address, { Cookie: `${operator.cookie}x` })).toBe(401);
    expect(await statusOf(noCookie, address, { Authorization: `Bearer ${host.commandLine.token}` })).toBe(
      401,
    );
    expect(await statusOf(viewer, address)).toBe(403);
    // Another port of this computer is the same site: its pages send the cookie.
    for (const site of ['same-site', 'cross-site', 'x'])
      expect(await statusOf(operator, address, { 'Sec-Fetch-Site': site }), site).toBe(403);
    expect(await statusOf(operator, address, { Origin: 'http://127.0.0.1:1' })).toBe(403);
    expect(await statusOf(operator, address, { Host: 'evil.example' })).toBe(403);
    expect((await operator.ask(address, { method: 'POST' })).status).toBe(405);
    expect(await statusOf(operator, `/files/${'U'.repeat(12)}/n?path=/etc/passwd`)).toBe(400);
    expect(await statusOf(operator, `/files/zzzzzzzzzzzz/n?path=/etc/passwd`)).toBe(404);
    expect(await statusOf(operator, addressOf('relative'))).toBe(400);
    expect(await statusOf(operator, addressOf('/\0'))).toBe(400);
    expect(await statusOf(operator, addressOf(path.join(directory, 'nowhere')))).toBe(404);
    expect(await statusOf(operator, addressOf(directory))).toBe(409);
    expect(await statusOf(operator, addressOf('/dev/zero'))).toBe(409);
  });

  test('what may not come to this computer does not, neither up nor down', async () => {
    const log = pino({ level: 'silent' });
    const client = createRouterClient(backend.router, {
      context: { actor: owner, log },
    }) as unknown as Client;
    const [site] = (await client.sites.list()).filter(({ kind }) => kind === 'local');
    const siteId = site?.id ?? '';
    await client.data.setPolicy({ siteId, maxLabel: 'public' });
    const { status, text } = await clients.operator.ask(addressOf(file()));
    expect({ status, text }).toMatchObject({ status: 403, text: expect.stringContaining('public') });
    const upload = {
      kind: 'upload' as const,
      uploadId: newId(),
      machineId: thisComputerId,
      path: path.join(directory, 'up'),
      bytes: 1,
      modifiedAt: 0,
      replace: false,
      credit: 0,
    };
    const { signal } = new AbortController();
    const stream = backend.bytes(upload, { actor: owner, signal })[Symbol.asyncIterator]();
    await expect(stream.next()).rejects.toMatchObject({ code: 'SENSITIVITY_VIOLATION' });
    await client.data.setPolicy({ siteId, maxLabel: 'restricted' });
    expect((await clients.operator.ask(addressOf(file()), { method: 'HEAD' })).status).toBe(200);
    const actions = (await client.activity.list({ search: '', action: '', limit: 20 })).map(
      ({ action, result }) => `${action} ${result}`,
    );
    expect(actions).toContain('files.upload failed');
    expect(actions).toContain('copy.start refused');
  });

  test('whatever a file is called, it is one header and one name', () => {
    for (const name of [
      'a\r\nSet-Cookie: x=1',
      '"; filename="x.exe',
      '../../etc',
      "it's (1)*",
      '数据 🙂',
      '\ud800',
      '',
    ]) {
      const said = dispositionOf(`/some/${name}`);
      expect(said).toMatch(
        /^attachment; filename="[A-Za-z0-9 ._+-]+"; filename\*=UTF-8''[A-Za-z0-9%._~!-]+$/,
      );
    }
  });
});
