import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isLoopback,
  OneTimeTokens,
  OwnAddress,
  openDoor,
  readRuntimeFile,
  removeRuntimeFile,
  Sessions,
  sameSecret,
  writeRuntimeFile,
} from '#backend/door/index.ts';
import { tempDirectory } from '#test/temp.ts';

test('only this computer is loopback', () => {
  for (const host of ['127.0.0.1', '127.9.8.7', '::1', '[::1]', 'localhost', 'LOCALHOST'])
    expect(isLoopback(host), host).toBe(true);
  for (const host of [
    '0.0.0.0',
    '::',
    '192.168.1.5',
    'example.org',
    '127.0.0.1.evil.org',
    '128.0.0.1',
    '',
    '127.1',
  ])
    expect(isLoopback(host), host).toBe(false);
});

test('our own names in Host and Origin, no others', () => {
  const address = new OwnAddress('127.0.0.1', 4711);
  for (const host of ['127.0.0.1:4711', 'localhost:4711', 'LocalHost:4711']) {
    expect(address.allowsHost(host), host).toBe(true);
    expect(address.allowsOrigin(`http://${host}`), host).toBe(true);
  }
  for (const host of [
    '127.0.0.1',
    '127.0.0.1:4712',
    'evil.org:4711',
    'localhost.evil.org:4711',
    '',
    'a@127.0.0.1:4711',
  ])
    expect(address.allowsHost(host), host).toBe(false);
  expect(address.allowsHost(undefined)).toBe(false);
  for (const origin of [
    'null',
    'https://127.0.0.1:4711',
    'http://evil.org',
    'app://trainyard',
    '',
    'file://',
  ])
    expect(address.allowsOrigin(origin), origin).toBe(false);
});

test('an address that others can reach is refused in words', async () => {
  await expect(openDoor({ host: '0.0.0.0', port: 0 } as never)).rejects.toMatchObject({
    code: 'ADDRESS_NOT_LOOPBACK',
    params: { host: '0.0.0.0' },
  });
});

test('a one-time token opens once', () => {
  const tokens = new OneTimeTokens();
  const [first, second] = [tokens.create(), tokens.create()];
  expect(tokens.use('')).toBe(false);
  expect(tokens.use(first.slice(0, -1))).toBe(false);
  expect(tokens.use(first)).toBe(true);
  expect(tokens.use(first)).toBe(false);
  expect(tokens.use(second)).toBe(true);
});

test('secrets are equal only when they are', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(sameSecret(a, b)).toBe(a === b);
      expect(sameSecret(a, a)).toBe(true);
    }),
  );
});

test('a session holds as long as its key and its time', () => {
  let now = 1_000;
  const sessions = new Sessions('key', () => now);
  const { cookie, lifetimeMs } = sessions.create('ann');
  expect(lifetimeMs).toBe(Sessions.lifetimeMs);
  expect(sessions.subjectOf(cookie)).toBe('ann');
  expect(new Sessions('key', () => now).subjectOf(cookie)).toBe('ann');
  expect(new Sessions('other', () => now).subjectOf(cookie)).toBeNull();
  const [expiry, nonce, , signature] = cookie.split('.');
  expect(sessions.subjectOf(`99999999999999.${nonce}.ann.${signature}`)).toBeNull();
  expect(sessions.subjectOf(`${expiry}.${nonce}.owner.${signature}`)).toBeNull();
  for (const bad of ['', '.', '...', 'a.b.c', 'a.b.c.d', `${cookie}.`, cookie.slice(0, -1)])
    expect(sessions.subjectOf(bad)).toBeNull();
  const short = sessions.create('ann', now + 50).cookie;
  now += 51;
  expect(sessions.subjectOf(short)).toBeNull();
  expect(sessions.subjectOf(cookie)).toBe('ann');
  now += Sessions.lifetimeMs;
  expect(sessions.subjectOf(cookie)).toBeNull();
});

test('the runtime file: for the user only, read while its process lives, removed by its owner', async () => {
  const directory = await tempDirectory('runtime');
  const file = path.join(directory, 'runtime.json');
  expect(readRuntimeFile(directory)).toBeNull();
  const content = {
    url: 'http://127.0.0.1:1',
    pid: process.pid,
    token: 't',
    host: 'headless',
    version: '1',
  } as const;
  writeRuntimeFile(directory, content);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readRuntimeFile(directory)).toMatchObject(content);
  removeRuntimeFile(directory, 'of another');
  expect(readRuntimeFile(directory)).not.toBeNull();

  const written = JSON.parse(readFileSync(file, 'utf8'));
  const stale = [
    { ...written, pid: 2 ** 30 },
    // The same number, another process: what a reboot does.
    ...(process.platform === 'linux' ? [{ ...written, processMark: 'another boot 1' }] : []),
    { ...written, url: 5 },
    { url: written.url },
    null,
  ];
  for (const left of stale) {
    writeFileSync(file, JSON.stringify(left));
    expect(readRuntimeFile(directory)).toBeNull();
  }
  writeFileSync(file, '{"url":');
  expect(readRuntimeFile(directory)).toBeNull();
  writeRuntimeFile(directory, content);
  removeRuntimeFile(directory, 't');
  expect(readRuntimeFile(directory)).toBeNull();
});
