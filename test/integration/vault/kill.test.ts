import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTempDirectory, tempDirectory } from '#test/temp.ts';
import { ManualClock } from '#test/temp-store.ts';
import { openWorld, owner, passphrase, valuesOf } from '#test/unit/backend/vault/world.ts';

const child = path.join(import.meta.dirname, 'child.ts');
const runChild = (directory: string, act: string, step: string) =>
  spawnSync(process.execPath, [child, directory, act, step], { encoding: 'utf8', timeout: 60_000 });

const steps = ['intent', 'part', 'synced', 'renamed', 'directory', 'sealed'] as const;
/** From here on the new file is the one that is there. */
const isNew = (step: string) => ['renamed', 'directory', 'sealed'].includes(step);
const acts = {
  add: { action: 'credential.add', after: { first: 'old value', second: 'added value' } },
  rotate: { action: 'credential.rotate', after: { first: 'new value' } },
  rename: { action: 'credential.rename', after: { renamed: 'old value' } },
  delete: { action: 'credential.delete', after: {} },
  changePassphrase: { action: 'vault.changePassphrase', after: { first: 'old value' } },
} as const;

describe('kill -9 in the middle of a vault write', () => {
  let prepared = '';
  beforeAll(async () => {
    prepared = await makeTempDirectory('vault-kill');
    const done = runChild(prepared, 'prepare', '');
    expect(done.status, done.stderr).toBe(0);
  }, 120_000);
  afterAll(() => rm(prepared, { recursive: true, force: true }));

  const cases = (Object.keys(acts) as (keyof typeof acts)[]).flatMap((act) =>
    steps.map((step) => [act, step] as const),
  );
  it.each(cases)(
    '%s, killed at "%s": the old state or the new, never neither',
    async (act, step) => {
      const directory = path.join(await tempDirectory('vault-kill'), 'data');
      cpSync(prepared, directory, { recursive: true });
      const killed = runChild(directory, act, step);
      expect(killed.signal, killed.stderr).toBe('SIGKILL');
      const { vault, activity } = openWorld(directory, new ManualClock(Date.now()));
      expect(await vault.state()).toMatchObject({ problems: [], needsAcceptance: false });
      const happened = isNew(step);
      const opens = act === 'changePassphrase' && happened ? 'another passphrase' : passphrase;
      await vault.unlock(opens, owner);
      expect(valuesOf(vault)).toEqual(happened ? acts[act].after : { first: 'old value' });
      // The activity log says what happened, once, and nothing that did not.
      const said = activity.list({ search: '', action: acts[act].action, limit: 10 });
      const before = act === 'add' ? 1 : 0;
      expect(said).toHaveLength(before + (happened ? 1 : 0));
      expect(await activity.verify()).toMatchObject({ ok: true });
      expect(readdirSync(directory).filter((name) => name.endsWith('.part'))).toEqual([]);
      // And it goes on from there.
      vault.set({ name: 'afterwards', kind: 'token', value: 'x' }, owner);
      expect(valuesOf(vault).afterwards).toBe('x');
    },
    120_000,
  );

  it.each(steps)(
    'making the vault, killed at "%s"',
    async (step) => {
      const directory = await tempDirectory('vault-kill');
      const killed = runChild(directory, 'create', step);
      expect(killed.signal, killed.stderr).toBe('SIGKILL');
      const { vault } = openWorld(directory, new ManualClock(Date.now()));
      expect(await vault.state()).toMatchObject({ exists: isNew(step), problems: [] });
      if (isNew(step)) await vault.unlock(passphrase, owner);
      else await vault.create({ passphrase, keychain: false }, owner);
      vault.set({ name: 'afterwards', kind: 'token', value: 'x' }, owner);
      expect(valuesOf(vault)).toEqual({ afterwards: 'x' });
    },
    120_000,
  );
});
