import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AccessTokens } from '#backend/access/index.ts';
import { Activity } from '#backend/activity/index.ts';
import { accessRouter } from '#backend/api/access.ts';
import { createRouter } from '#backend/api/index.ts';
import { OwnAddress } from '#backend/door/index.ts';
import { type BrowserHostOptions, openBrowserHost } from '#headless/browser-host.ts';
import { readTls } from '#headless/tls.ts';
import { contract } from '#shared/contract/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { roleAllows, roles } from '#shared/domain/role.ts';
import { makeCertificate } from '#test/lab/certificate.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { ManualClock, openForTest } from '#test/temp-store.ts';
import { until } from '#test/until.ts';
import { HostClient } from './host-client.ts';

const owner = { name: 'cli', role: 'owner' } as const;
const forever = { lifetimeSeconds: null };

/** A host whose tokens are real, and behind whose other procedures there is nothing. */
async function world(over: Partial<BrowserHostOptions> = {}) {
  const directory = await tempDirectory('access');
  const clock = new ManualClock(Date.now());
  const store = openForTest({ file: path.join(directory, 'trainyard.db'), clock });
  const activity = new Activity(store, clock, path.join(directory, 'activity.key'));
  const access = new AccessTokens({
    store,
    activity,
    clock,
    revokedFile: path.join(directory, 'revoked-tokens'),
  });
  onTestFinished(() => access.close());
  const pageDirectory = path.join(directory, 'page');
  await mkdir(pageDirectory);
  await writeFile(path.join(pageDirectory, 'index.html'), '<!doctype html><title>Trainyard</title>');
  const open = async () => {
    const host = await openBrowserHost({
      backend: {
        router: createRouter({ access: accessRouter(access) }),
        // biome-ignore lint/correctness/useYield: nothing is streamed here
        bytes: async function* () {
          throw new TrainyardError('NOTHING_HERE', 'nothing');
        },
        log: pino({ level: 'silent' }),
        access,
      },
      pageDirectory,
      now: () => clock.now(),
      ...over,
    });
    onTestFinished(() => host.close());
    return host;
  };
  return { directory, clock, activity, access, open };
}

/** What a procedure answers an empty call with. */
async function codeOf(call: Promise<unknown> | undefined): Promise<string> {
  try {
    const answer = await call;
    if (typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer)
      for await (const _piece of answer as AsyncIterable<unknown>) break;
    return 'done';
  } catch (thrown) {
    return thrown instanceof TrainyardError ? thrown.code : String(thrown);
  }
}

describe('roles', () => {
  test.each(roles)(
    'over a WebSocket a %s may call what the contract says, and nothing else',
    async (role) => {
      const { access, open } = await world();
      const host = await open();
      const { secret } = access.create({ name: 'Ann', role, ...forever }, owner);
      const client = new HostClient(host.url);
      expect((await client.signIn(secret)).status).toBe(303);
      const connection = client.connect();
      onTestFinished(() => connection.close());
      const rpc = connection.rpc as unknown as Record<
        string,
        Record<string, (input: unknown) => Promise<unknown>>
      >;
      let refused = 0;
      for (const [capability, procedures] of Object.entries(contract)) {
        for (const [name, procedure] of Object.entries(procedures)) {
          const needed = procedure['~orpc'].meta.role;
          const code = await codeOf(rpc[capability]?.[name]?.({}));
          if (!roleAllows(role, needed)) {
            expect(code, `${capability}.${name}`).toBe('ROLE_TOO_LOW');
            refused += 1;
          } else expect(['INPUT_INVALID', 'NOT_AVAILABLE', 'done'], `${capability}.${name}`).toContain(code);
        }
      }
      if (role === 'owner') expect(refused).toBe(0);
      else expect(refused).toBeGreaterThan(role === 'viewer' ? 25 : 10);
      // Nobody but an owner has changed who may come in.
      expect(access.list()).toHaveLength(1);
    },
  );

  test('a revoked token ends what is open with it at once, and opens nothing any more', async () => {
    const { access, open } = await world();
    const host = await open();
    const made = access.create({ name: 'Ann', role: 'operator', ...forever }, owner);
    const other = access.create({ name: 'Bob', role: 'operator', ...forever }, owner);
    const [ann, bob] = [new HostClient(host.url), new HostClient(host.url)];
    await ann.signIn(made.secret);
    await bob.signIn(other.secret);
    const sockets = [ann.socket('/rpc'), ann.socket('/bytes'), bob.socket('/rpc')];
    await Promise.all(sockets.map((socket) => once(socket, 'open')));
    const closed = sockets.slice(0, 2).map((socket) => once(socket, 'close'));
    access.revoke(made.token.id, owner);
    await Promise.all(closed);
    expect(sockets[2]?.readyState).toBe(1);
    sockets[2]?.terminate();
    expect(await ann.upgrade('/rpc')).toBe(401);
    expect((await ann.ask('/session')).status).toBe(401);
    expect((await ann.signIn(made.secret)).status).toBe(403);
    expect(await bob.upgrade('/rpc')).toBe(101);
  });

  test('a token that ends takes its session along', async () => {
    const { access, open, clock } = await world();
    const host = await open();
    const { secret } = access.create({ name: 'Ann', role: 'viewer', lifetimeSeconds: 60 }, owner);
    const client = new HostClient(host.url);
    const signedIn = await client.signIn(secret);
    expect(signedIn.headers['set-cookie']?.[0]).toMatch(/; HttpOnly; SameSite=Strict; Max-Age=60$/);
    const socket = client.socket('/rpc');
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await until('its end is waited for', () => clock.sleeping > 0);
    clock.advance(30_000);
    expect((await client.ask('/session')).status).toBe(200);
    await until('its end is waited for', () => clock.sleeping > 0);
    clock.advance(30_000);
    await closed;
    expect((await client.ask('/session')).status).toBe(401);
    expect(await client.upgrade('/rpc')).toBe(401);
  });
});

describe('the sign-in page', () => {
  test('is shown to who is not signed in, works without scripts, and lets no form of another site in', async () => {
    const { access, open, activity } = await world();
    const host = await open();
    const client = new HostClient(host.url);
    // Without named tokens there is nothing to sign in with.
    expect((await client.ask('/')).status).toBe(200);
    const { secret } = access.create({ name: 'Ann', role: 'viewer', ...forever }, owner);
    expect((await client.ask('/')).headers.location).toBe('/sign-in');
    const page = await client.ask('/sign-in');
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(page.text).not.toMatch(/<script|<style| style=| on[a-z]+=/i);
    expect((await client.ask('/sign-in.css')).headers['content-type']).toContain('text/css');
    expect(
      (await client.ask('/sign-in', { headers: { 'Accept-Language': 'zh-CN,zh;q=0.9' } })).text,
    ).toContain('lang="zh-CN"');

    for (const headers of [{}, { Origin: 'http://evil.example' }, { Origin: 'null' }] as Record<
      string,
      string
    >[])
      expect((await client.signIn(secret, headers)).status, JSON.stringify(headers)).toBe(403);
    expect((await client.signIn(secret, { Origin: host.url, Host: 'evil.example' })).status).toBe(403);
    expect(client.cookie).toBe('');

    const wrong = await client.signIn('<script>alert(1)</script>');
    expect(wrong.status).toBe(403);
    expect(wrong.text).not.toContain('alert(1)');
    expect(
      (
        await client.ask('/sign-in', {
          method: 'POST',
          headers: { Origin: host.url },
          body: 'x'.repeat(100_000),
        })
      ).status,
    ).toBe(403);
    expect((await client.ask(`/?token=${secret}`)).status, 'a named token is no link').toBe(403);

    const right = await client.signIn(secret);
    expect(right.status).toBe(303);
    expect(right.headers['set-cookie']?.[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
    expect(client.cookie).not.toContain(secret);
    expect((await client.ask('/')).status).toBe(200);
    expect(activity.list({ search: '', action: 'access.signIn', limit: 5 })).toMatchObject([
      { actor: 'Ann', role: 'viewer' },
    ]);
  });

  test('wrong tokens are counted; a minute later it may be tried again', async () => {
    const { access, open, clock } = await world();
    const host = await open();
    const { secret } = access.create({ name: 'Ann', role: 'viewer', ...forever }, owner);
    const client = new HostClient(host.url);
    for (let n = 0; n < 10; n++) expect((await client.signIn(`wrong ${n}`)).status).toBe(403);
    const refused = await client.signIn(secret);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    clock.advance(60_001);
    expect((await client.signIn(secret)).status).toBe(303);
  });
});

test('other computers: only with TLS, and only when somebody could sign in', async () => {
  const { open } = await world({ host: '0.0.0.0' });
  await expect(open()).rejects.toMatchObject({ code: 'ADDRESS_NOT_LOOPBACK' });
});

describe.skipIf(!needs('openssl'))('with TLS', () => {
  test('sessions never leave in clear, login links stay on this computer, the command line has its own door', async () => {
    const directory = await tempDirectory('tls');
    const files = makeCertificate(directory, ['DNS:localhost', 'IP:127.0.0.1', 'DNS:box.example']);
    const tls = readTls(files.cert, files.key);
    const { access, open } = await world({ host: '0.0.0.0', tls });
    await expect(open()).rejects.toMatchObject({ code: 'TOKEN_NEEDED' });
    const { secret } = access.create({ name: 'Ann', role: 'viewer', ...forever }, owner);
    const host = await open();
    expect(host.url).toBe(`https://localhost:${host.port}`);
    expect(() => host.loginUrl()).toThrow(expect.objectContaining({ code: 'LINK_LOOPBACK_ONLY' }));

    const client = new HostClient(host.url, files.cert);
    const signedIn = await client.signIn(secret);
    expect(signedIn.status).toBe(303);
    expect(signedIn.headers['set-cookie']?.[0]).toMatch(
      /^__Host-trainyard_\d+=.*; Path=\/; HttpOnly; SameSite=Strict; Secure; Max-Age=\d+$/,
    );
    const page = await client.ask('/');
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain(
      `connect-src 'self' wss://localhost:${host.port};`,
    );
    const connection = client.connect();
    onTestFinished(() => connection.close());
    await expect(connection.rpc.app.info()).rejects.toMatchObject({ code: 'NOT_AVAILABLE' });
    await expect(connection.rpc.access.list()).rejects.toMatchObject({ code: 'ROLE_TOO_LOW' });

    // Names of the certificate are ours, no others; and a page that came in clear is not ours.
    const named = { Host: `box.example:${host.port}` };
    expect((await client.ask('/', { headers: named })).status).toBe(200);
    expect((await client.ask('/', { headers: { Host: `evil.example:${host.port}` } })).status).toBe(403);
    expect(await client.upgrade('/rpc', { Origin: `http://localhost:${host.port}` })).toBe(403);
    // The command line's token opens its own door, which other computers cannot reach, and not this one.
    const bearer = { Authorization: `Bearer ${host.commandLine.token}` };
    const stranger = new HostClient(host.url, files.cert);
    expect(await stranger.upgrade('/rpc', bearer)).toBe(401);
    expect((await stranger.ask('/call', { method: 'POST', headers: bearer, body: '{}' })).status).toBe(401);
    const commandLine = new HostClient(host.commandLine.url);
    expect(new URL(host.commandLine.url).hostname).toBe('127.0.0.1');
    expect(await commandLine.upgrade('/rpc', bearer)).toBe(101);
    expect((await commandLine.ask('/login-url', { method: 'POST', headers: bearer })).status).toBe(409);
    expect((await commandLine.ask('/', { headers: bearer })).status).toBe(404);
  });

  test('a certificate that cannot be used is said in words', async () => {
    const directory = await tempDirectory('tls');
    const good = makeCertificate(directory, ['DNS:localhost']);
    const other = makeCertificate(directory, ['DNS:localhost'], { name: 'other' });
    expect(readTls(good.cert, good.key).name).toBe('localhost');
    for (const [cert, key, now] of [
      [good.cert, other.key, Date.now()],
      [good.cert, good.cert, Date.now()],
      [`${good.cert}.not`, good.key, Date.now()],
      [good.cert, good.key, Date.now() + 10 * 86_400_000],
    ] as const)
      expect(() => readTls(cert, key, now)).toThrow(expect.objectContaining({ code: 'TLS_UNUSABLE' }));
  });

  test('names of a certificate in Host and Origin', async () => {
    const directory = await tempDirectory('tls');
    const { cert, key } = makeCertificate(directory, ['DNS:*.lab.example', 'IP:10.1.2.3']);
    const address = new OwnAddress('0.0.0.0', 443, readTls(cert, key).cert);
    for (const host of ['a.lab.example', 'A.LAB.example:443', '10.1.2.3', 'localhost']) {
      expect(address.allowsHost(host), host).toBe(true);
      expect(address.allowsOrigin(`https://${host}`), host).toBe(true);
      expect(address.allowsOrigin(`http://${host}`), host).toBe(false);
    }
    for (const host of [
      'lab.example',
      'a.b.lab.example',
      'evil.example',
      '10.1.2.4',
      'trainyard test',
      'a.lab.example:444',
      'a.lab.example:',
      '@a.lab.example',
      'a.lab.example/x',
    ])
      expect(address.allowsHost(host), host).toBe(false);
  });
});
