import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { AccessTokens } from '#backend/access/index.ts';
import { Activity } from '#backend/activity/index.ts';
import { tokenName } from '#shared/domain/access.ts';
import { tempDirectory } from '#test/temp.ts';
import { ManualClock, openForTest } from '#test/temp-store.ts';
import { until } from '#test/until.ts';

const owner = { name: 'cli', role: 'owner' } as const;
const forever = { lifetimeSeconds: null };

async function open() {
  const directory = await tempDirectory('access');
  const clock = new ManualClock();
  const store = openForTest({ file: path.join(directory, 'trainyard.db'), clock });
  const activity = new Activity(store, clock, path.join(directory, 'activity.key'));
  const reopen = () => {
    const opened = new AccessTokens({
      store,
      activity,
      clock,
      revokedFile: path.join(directory, 'revoked-tokens'),
    });
    onTestFinished(() => opened.close());
    return opened;
  };
  const tokens = reopen();
  const log = () => activity.list({ search: '', action: 'access', limit: 100 });
  return { directory, clock, store, activity, tokens, log, reopen };
}

test('a token lets in with its role until it is revoked, and is nowhere but with its holder', async () => {
  const { directory, tokens, log, store } = await open();
  const { token, secret } = tokens.create({ name: 'Ann', role: 'viewer', ...forever }, owner);
  expect(secret).toMatch(/^trainyard_[\w-]{43}$/);
  expect(tokens.hasUsable()).toBe(true);
  const signedIn = tokens.signIn(secret);
  expect(signedIn?.actor).toEqual({ name: 'Ann', role: 'viewer' });
  expect(tokens.holder(token.id)?.actor).toEqual({ name: 'Ann', role: 'viewer' });
  expect(tokens.list()).toEqual([{ ...token, usedAt: expect.any(Number) }]);
  for (const wrong of ['', secret.slice(0, -1), `${secret}A`, secret.toUpperCase(), 'trainyard_'])
    expect(tokens.signIn(wrong), wrong).toBeNull();

  expect(signedIn?.ended.aborted).toBe(false);
  tokens.revoke(token.id, owner);
  expect(signedIn?.ended.aborted).toBe(true);
  expect(tokens.signIn(secret)).toBeNull();
  expect(tokens.holder(token.id)).toBeNull();
  expect(tokens.hasUsable()).toBe(false);
  expect(() => tokens.revoke(token.id, owner)).toThrow(expect.objectContaining({ code: 'TOKEN_UNKNOWN' }));
  expect(log().map(({ action, actor, role, target }) => [action, actor, role, target])).toEqual([
    ['access.revoke', 'cli', 'owner', 'Ann'],
    ['access.signIn', 'Ann', 'viewer', 'Ann'],
    ['access.create', 'cli', 'owner', 'Ann'],
  ]);
  await store.backUp('asked');
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    expect(readFileSync(path.join(entry.parentPath, entry.name)).includes(secret), entry.name).toBe(false);
  }
});

test('names are told apart whatever their case, and none passes for one of our own', async () => {
  const { tokens } = await open();
  tokens.create({ name: 'Ann', role: 'viewer', ...forever }, owner);
  expect(() => tokens.create({ name: 'ann', role: 'owner', ...forever }, owner)).toThrow(
    expect.objectContaining({ code: 'TOKEN_NAME_TAKEN' }),
  );
  for (const name of [
    'cli',
    'Desktop',
    'trainyard',
    'browser',
    '',
    ' ',
    '-a',
    'a\nb',
    'a\u001b[31m',
    '<b>',
    '=1+1',
  ])
    expect(tokenName.safeParse(name).success, name).toBe(false);
  for (const name of ['ann', 'Ann Lee', 'ci-runner_2', 'ann@example.org', '小明'])
    expect(tokenName.safeParse(name).success, name).toBe(true);
});

test('at its end a token lets nobody in, and ends what is open', async () => {
  const { tokens, clock } = await open();
  const { token, secret } = tokens.create({ name: 'Ann', role: 'operator', lifetimeSeconds: 100 }, owner);
  const signedIn = tokens.signIn(secret);
  expect(token.expiresAt).toBe(token.createdAt + 100_000);
  while ((signedIn?.token.expiresAt ?? 0) > clock.now() + 10_000) {
    expect(tokens.holder(token.id)).not.toBeNull();
    expect(signedIn?.ended.aborted).toBe(false);
    await until('it waits', () => clock.sleeping > 0);
    clock.advance(10_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  clock.advance(10_000);
  expect(tokens.signIn(secret)).toBeNull();
  expect(tokens.holder(token.id)).toBeNull();
  expect(tokens.hasUsable()).toBe(false);
  await until('what was open is ended', () => signedIn?.ended.aborted === true);
  // Still listed: the owner sees why somebody is out.
  expect(tokens.list()).toHaveLength(1);
});

test('a restored backup brings back no token that was revoked after it, and ends those it does not know', async () => {
  const { tokens, store, activity } = await open();
  const revoked = tokens.create({ name: 'revoked', role: 'owner', ...forever }, owner);
  const kept = tokens.create({ name: 'kept', role: 'viewer', ...forever }, owner);
  const backup = await store.backUp('asked');
  tokens.revoke(revoked.token.id, owner);
  const later = tokens.create({ name: 'later', role: 'viewer', ...forever }, owner);
  const [keptIn, laterIn] = [tokens.signIn(kept.secret), tokens.signIn(later.secret)];

  store.restore(backup.file);
  expect(tokens.list().map(({ name }) => name)).toEqual(['kept']);
  expect(tokens.signIn(revoked.secret)).toBeNull();
  expect(tokens.signIn(later.secret)).toBeNull();
  expect(laterIn?.ended.aborted).toBe(true);
  expect(keptIn?.ended.aborted).toBe(false);
  expect(activity.list({ search: 'revoked', action: 'access.revoke', limit: 10 })).toMatchObject([
    { actor: 'trainyard', target: 'revoked' },
  ]);
});

test('an older database that is found at the start brings none back either', async () => {
  const { directory, tokens, store, reopen } = await open();
  const revoked = tokens.create({ name: 'revoked', role: 'owner', ...forever }, owner);
  const kept = tokens.create({ name: 'kept', role: 'viewer', ...forever }, owner);
  const row = store.sql.get<Record<string, string>>(
    'SELECT * FROM accessTokens WHERE id = ?',
    revoked.token.id,
  );
  tokens.revoke(revoked.token.id, owner);
  // As the database was before, and as if a crash had cut the file's last line.
  const values = Object.values(row ?? {});
  store.sql.run(`INSERT INTO accessTokens VALUES (${values.map(() => '?').join(', ')})`, ...values);
  appendFileSync(path.join(directory, 'revoked-tokens'), 'abc');
  expect(tokens.signIn(revoked.secret)).not.toBeNull();
  const again = reopen();
  expect(again.list().map(({ name }) => name)).toEqual(['kept']);
  expect(again.signIn(revoked.secret)).toBeNull();
  again.revoke(kept.token.id, owner);
  expect(readFileSync(path.join(directory, 'revoked-tokens'), 'utf8').split('\n')).toContain(kept.token.id);
});

test('a damaged role lets nobody in', async () => {
  const { tokens, store } = await open();
  const { token, secret } = tokens.create({ name: 'Ann', role: 'owner', ...forever }, owner);
  store.sql.run('UPDATE accessTokens SET role = ? WHERE id = ?', 'root', token.id);
  expect(tokens.signIn(secret)).toBeNull();
  expect(tokens.list()[0]?.role).toBe('viewer');
});
