import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { makeCertificate } from '#test/lab/certificate.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { HostClient } from '../headless/host-client.ts';
import { serve, trainyard, trainyardJson, userEnvironment } from './trainyard.ts';

test('tokens: made and printed once, listed without their secret, revoked by name', async () => {
  const env = userEnvironment(await tempDirectory('tokens'));
  const made = await trainyard(env, ['token', 'create', 'Ann', '--role', 'viewer', '--expires', '30d']);
  expect(made).toMatchObject({ code: 0 });
  expect(made.out).toMatch(/^trainyard_[\w-]{43}\n$/);
  expect(made.err).toContain('shown once');
  const again = await trainyard(env, ['token', 'create', 'ann', '--role', 'owner']);
  expect(again.code).toBe(1);
  expect(again.err).toContain('already');
  expect((await trainyard(env, ['token', 'create', 'Bob'])).code).toBe(2);
  expect((await trainyard(env, ['token', 'create', 'Bob', '--role', 'king'])).code).toBe(2);
  expect(
    (await trainyard(env, ['token', 'create', 'Bob', '--role', 'viewer', '--expires', 'soon'])).code,
  ).toBe(2);
  const listed = await trainyardJson<object[]>(env, ['token', 'list']);
  expect(listed).toMatchObject([{ name: 'Ann', role: 'viewer', createdBy: 'cli', usedAt: null }]);
  expect(JSON.stringify(listed)).not.toContain(made.out.trim());
  expect((await trainyard(env, ['token', 'revoke', 'nobody'])).code).toBe(3);
  expect((await trainyard(env, ['token', 'revoke', 'ANN'])).code).toBe(0);
  expect(await trainyardJson(env, ['token', 'list'])).toEqual([]);
});

test('activity: listed, filtered, exported, and the first bad entry named', async () => {
  const env = userEnvironment(await tempDirectory('activity'));
  for (const seconds of ['40', '50']) await trainyard(env, ['config', 'set', 'refreshSeconds', seconds]);
  const entries = await trainyardJson<{ sequence: number; action: string }[]>(env, ['activity']);
  expect(entries.map(({ action }) => action)).toEqual(['settings.update', 'settings.update']);
  const list = await trainyard(env, [
    'activity',
    'list',
    '--search',
    'refreshSeconds',
    '--action',
    'settings',
    '--limit',
    '1',
  ]);
  expect(list.out.trim().split('\n')).toHaveLength(2);
  expect(list.out).toMatch(/cli +owner +settings\.update/);
  expect(await trainyardJson(env, ['activity', 'list', '--action', 'run'])).toEqual([]);
  const sound = await trainyard(env, ['activity', 'verify']);
  expect(sound).toMatchObject({ code: 0, out: 'All 2 entries are as they were written.\n' });
  const lines = (await trainyard(env, ['activity', 'export'])).out.trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { sequence: number }).sequence)).toEqual([1, 2]);
  const csv = (await trainyard(env, ['activity', 'export', '--format', 'csv'])).out.split('\r\n');
  expect(csv[0]).toMatch(/^"sequence","at","actor"/);

  const database = new Database(path.join(String(env.TRAINYARD_DATA), 'trainyard.db'));
  // Past the trigger that forbids it, which is put back: a database without it is no longer taken for sound.
  const { sql } = database
    .prepare("SELECT sql FROM sqlite_schema WHERE name = 'activityIsNeverAltered'")
    .get() as {
    sql: string;
  };
  database.exec(
    `DROP TRIGGER activityIsNeverAltered; UPDATE activity SET actor = 'nobody' WHERE sequence = 1; ${sql}`,
  );
  database.close();
  const altered = await trainyard(env, ['activity', 'verify']);
  expect(altered.code).toBe(1);
  expect(altered.out).toMatch(/^Entry 1: .*altered/);
  const asJson = await trainyard(env, ['activity', 'verify', '--json']);
  expect(asJson.code).toBe(1);
  expect(JSON.parse(asJson.out)).toMatchObject({ ok: false, firstBad: 1 });
});

test('serve: what other computers could reach is refused in one sentence', async () => {
  const env = userEnvironment(await tempDirectory('serve'));
  const open = await trainyard(env, ['serve', '--host', '0.0.0.0']);
  expect(open.code).toBe(1);
  expect(open.err).toContain('needs TLS (--tls-cert FILE --tls-key FILE) and a named token');
  expect((await trainyard(env, ['serve', '--tls-cert', '/nowhere'])).code).toBe(2);
  const gone = await trainyard(env, ['serve', '--tls-cert', '/nowhere', '--tls-key', '/nowhere']);
  expect(gone.code).toBe(1);
  expect(gone.err).toMatch(/certificate \/nowhere .* cannot be used/);
});

describe.skipIf(!needs('openssl'))('with a certificate', () => {
  test('other computers sign in with a token; the command line goes on as before', async () => {
    const directory = await tempDirectory('serve-tls');
    const env = userEnvironment(directory);
    const { cert, key } = makeCertificate(directory, ['DNS:localhost', 'IP:127.0.0.1']);
    const args = ['--host', '0.0.0.0', '--tls-cert', cert, '--tls-key', key];
    const nobody = await trainyard(env, ['serve', ...args]);
    expect(nobody.code).toBe(1);
    expect(nobody.err).toContain('there is no named token');
    const token = (await trainyard(env, ['token', 'create', 'Ann', '--role', 'operator'])).out.trim();
    const serving = serve(env, args);
    const url = await until('it serves', () => serving.urls[0], { deadlineMs: 60_000 });
    expect(url).toMatch(/^https:\/\/localhost:\d+$/);
    const client = new HostClient(url, cert);
    expect((await client.signIn(token)).status).toBe(303);
    const connection = client.connect();
    try {
      expect(await connection.rpc.app.info()).toMatchObject({ role: 'operator' });
      // The command line reaches the app that runs.
      const link = await trainyard(env, ['open']);
      expect(link.code).toBe(1);
      expect(link.err).toContain('Sign in with a named token');
      expect((await trainyard(env, ['token', 'revoke', 'Ann'])).code).toBe(0);
      await until('Ann is out', () => connection.status().state !== 'online');
    } finally {
      connection.close();
    }
    expect(await client.upgrade('/rpc')).toBe(401);
  });
});
