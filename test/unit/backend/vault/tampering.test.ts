import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { examine } from '#backend/vault/examine.ts';
import { headIsOurs, openRecord, parseVault } from '#backend/vault/format.ts';
import { Shelf } from '#backend/vault/shelf.ts';
import { openByKeychain } from '#backend/vault/wraps.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { seededRandom } from '#test/lab/seed.ts';
import { fakeKeychain, owner, valuesOf, vaultWorld } from './world.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const values = { one: 'value of one', two: 'value of two', three: 'value of three' };

/** A vault that a keychain opens, so that thousands of openings cost nothing. */
async function three() {
  const keychain = fakeKeychain();
  const world = await vaultWorld({ keychain });
  await world.vault.create({ keychain: true }, owner);
  for (const [name, value] of Object.entries(values)) world.vault.set({ name, kind: 'token', value }, owner);
  return { ...world, keychain };
}

const linesOf = (bytes: Buffer) => bytes.toString('latin1').trimEnd().split('\n');
const asFile = (lines: readonly string[]) => Buffer.from(`${lines.join('\n')}\n`, 'latin1');
const problemsOf = async (world: Awaited<ReturnType<typeof three>>) =>
  (await world.vault.state()).problems.map(
    ({ id, name, problem }) => `${id === null ? 'the vault' : name} ${problem}`,
  );

describe('a vault file that was meddled with', () => {
  it('one record altered: named, refused, kept; the others go on, and the file can be written', async () => {
    const world = await three();
    const lines = linesOf(world.read());
    const at = lines.findIndex((line) => line.includes('"two"'));
    lines[at] = (lines[at] ?? '').replace(/"value":"../, '"value":"AA');
    world.write(asFile(lines));
    expect(await problemsOf(world)).toEqual(['two altered']);
    const two = world.vault.list().find(({ name }) => name === 'two');
    expect(two?.problem).toBe('altered');
    const use = { kind: 'run', place: 'r', name: 'r' } as const;
    expect(() => world.vault.reveal([two?.id ?? ''], use)).toThrowError(code('CREDENTIAL_DAMAGED'));
    expect(() => world.vault.rename(two?.id ?? '', 'x', owner)).toThrowError(code('CREDENTIAL_DAMAGED'));
    world.vault.set({ name: 'four', kind: 'token', value: 'value of four' }, owner);
    expect(linesOf(world.read())).toContain(lines[at]);
    const again = world.reopen();
    await again.vault.unlockByItself();
    expect(await problemsOf({ ...again, keychain: world.keychain })).toEqual(['two altered']);
    expect(valuesOf(again.vault)).toEqual({ one: values.one, three: values.three, four: 'value of four' });
    // Set anew by the user it is whole again; what was there is kept beside the file.
    again.vault.set({ id: two?.id, name: 'two', kind: 'token', value: 'new' }, owner);
    expect(valuesOf(again.vault).two).toBe('new');
    expect((await again.vault.state()).problems).toEqual([]);
  });

  it('its name, kind or scope changed: the secret is not given out under it', async () => {
    for (const [from, to] of [
      ['"name":"two"', '"name":"owt"'],
      ['"kind":"token"', '"kind":"environment"'],
      ['"scope":""', '"scope":"evil"'],
      ['"version":1', '"version":2'],
    ] as const) {
      const world = await three();
      const lines = linesOf(world.read()).map((line) =>
        line.includes('"name":"two"') ? line.replace(from, to) : line,
      );
      world.write(asFile(lines));
      expect(await problemsOf(world), to).toEqual(['two altered']);
    }
  });

  it('two records swapped under each other’s identifiers', async () => {
    const world = await three();
    const [head = '', ...lines] = linesOf(world.read());
    const ids = lines.map((line) => /"id":"(\w+)"/.exec(line)?.[1] ?? '');
    const swapped = lines.map((line, index) =>
      line.replace(ids[index] ?? '', ids[index === 0 ? 1 : index === 1 ? 0 : 2] ?? ''),
    );
    world.write(asFile([head, ...swapped]));
    expect((await problemsOf(world)).sort()).toEqual(['one altered', 'two altered']);
    expect(valuesOf(world.vault)).toEqual({ three: values.three });
  });

  it('a record taken out, or put back after it was deleted', async () => {
    const world = await three();
    const whole = linesOf(world.read());
    world.write(asFile(whole.filter((line) => !line.includes('"name":"two"'))));
    expect(await problemsOf(world)).toEqual(['two missing']);
    world.write(asFile(whole));
    expect(await problemsOf(world)).toEqual([]);
    const two = world.vault.list().find(({ name }) => name === 'two');
    world.vault.delete(two?.id ?? '', owner);
    world.write(
      asFile([...linesOf(world.read()), whole.find((line) => line.includes('"name":"two"')) ?? '']),
    );
    expect(await problemsOf(world)).toEqual(['two unknown']);
    expect(world.vault.list().map(({ name }) => name)).toEqual(['one', 'three']);
  });

  it('one record rolled back to an older version', async () => {
    const world = await three();
    const older = linesOf(world.read()).find((line) => line.includes('"name":"two"')) ?? '';
    const two = world.vault.list().find(({ name }) => name === 'two');
    world.vault.set({ id: two?.id, name: 'two', kind: 'token', value: 'newer' }, owner);
    const lines = linesOf(world.read()).map((line) => (line.includes('"name":"two"') ? older : line));
    world.write(asFile(lines));
    expect(await problemsOf(world)).toEqual(['two rolled-back']);
  });

  it('the whole file rolled back: noticed by the seal in the database, closed or open; nothing is written until accepted', async () => {
    const world = await three();
    const older = world.read();
    const two = world.vault.list().find(({ name }) => name === 'two');
    world.vault.set({ id: two?.id, name: 'two', kind: 'token', value: 'newer' }, owner);
    world.vault.set({ name: 'four', kind: 'token', value: 'value of four' }, owner);
    const newest = world.read();
    world.write(older);
    const wrong = ['the vault rolled-back', 'two rolled-back', 'four missing'];
    expect((await problemsOf(world)).sort()).toEqual([...wrong].sort());
    const again = { ...world.reopen(), keychain: world.keychain };
    expect((await problemsOf(again)).sort()).toEqual([...wrong].sort());
    await again.vault.unlockByItself();
    expect(() => again.vault.set({ name: 'x', kind: 'token', value: 'y' }, owner)).toThrowError(
      code('VAULT_ALTERED'),
    );
    await expect(again.vault.useKeychain(true, owner)).rejects.toThrowError(code('VAULT_ALTERED'));
    expect(again.read()).toEqual(older);
    // The right file put back: all is well.
    again.write(newest);
    expect(await problemsOf(again)).toEqual([]);
    expect(valuesOf(again.vault)).toEqual({ ...values, two: 'newer', four: 'value of four' });
    // Or the older one accepted.
    again.write(older);
    const { keptAs } = again.vault.accept(owner);
    expect(keptAs).not.toBeNull();
    expect(await problemsOf(again)).toEqual([]);
    expect(valuesOf(again.vault)).toEqual(values);
  });

  it('a directory in its place: said, nothing is lost, and the app starts', async () => {
    const world = await three();
    const sound = world.read();
    rmSync(world.file);
    mkdirSync(world.file);
    const again = { ...world.reopen(), keychain: world.keychain };
    expect(await problemsOf(again)).toContain('the vault altered');
    await expect(again.vault.unlockByItself()).resolves.toBe(false);
    await expect(again.vault.create({ keychain: true }, owner)).rejects.toThrowError(code('VAULT_EXISTS'));
    rmdirSync(world.file);
    again.write(sound);
    await again.vault.unlockByItself();
    expect(valuesOf(again.vault)).toEqual(values);
  });

  it('another vault in its place', async () => {
    const world = await three();
    const other = await three();
    world.write(other.read());
    expect(await problemsOf(world)).toContain('the vault unknown');
    expect(() => world.vault.set({ name: 'x', kind: 'token', value: 'y' }, owner)).toThrowError(
      code('VAULT_ALTERED'),
    );
    expect(world.read()).toEqual(other.read());
  });

  it('a head that claims to be newer but is not signed with the key', async () => {
    const world = await three();
    const lines = linesOf(world.read());
    lines[0] = (lines[0] ?? '').replace(/"generation":\d+/, '"generation":99');
    world.write(asFile(lines));
    const again = { ...world.reopen(), keychain: world.keychain };
    await again.vault.unlockByItself();
    expect(await problemsOf(again)).toEqual(['the vault altered']);
    expect(() => again.vault.set({ name: 'x', kind: 'token', value: 'y' }, owner)).toThrowError(
      code('VAULT_ALTERED'),
    );
  });

  it('10,000 random flips of a bit, and every cut: each is detected or harmless', async () => {
    const world = await three();
    const sound = world.read();
    const { ledger } = new Shelf(world);
    const seal = ledger.seal();
    const expected = ledger.expected();
    const check = async (bytes: Buffer, what: string) => {
      const file = parseVault(bytes);
      const { good, problems, headIsOff, aheadOfSeal } = examine(file, seal, expected);
      // What it would give out once it is open, with the key that the (meddled) head yields.
      let read: Record<string, string> = {};
      let signed = false;
      try {
        if (file.header) {
          const { vaultId, wraps } = file.header;
          const key = await openByKeychain(wraps, world.keychain);
          signed = headIsOurs(key, file.header);
          const all = [...good.values()].map(
            ({ record }) => [record.name, openRecord(vaultId, key, record) ?? '(refused)'] as const,
          );
          read = Object.fromEntries(all);
        }
      } catch (error) {
        expect(error, what).toBeInstanceOf(TrainyardError);
      }
      const detected = problems.length > 0 || headIsOff || (aheadOfSeal && !signed);
      for (const [name, value] of Object.entries(read)) {
        // Never another value than the one that was set.
        if (value !== '(refused)') expect(values[name as keyof typeof values], what).toBe(value);
      }
      if (!detected) expect(read, what).toEqual(values);
    };
    const random = seededRandom(4);
    for (let round = 0; round < 10_000; round += 1) {
      const at = Math.floor(random() * sound.length);
      const bit = Math.floor(random() * 8);
      const bytes = Buffer.from(sound);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      await check(bytes, `bit ${bit} of byte ${at}`);
    }
    for (let length = 0; length < sound.length; length += 1)
      await check(sound.subarray(0, length), `cut at ${length}`);
  }, 180_000);

  it('flips and cuts while the app runs and over restarts never lose what is sound', async () => {
    const world = await three();
    const sound = world.read();
    const random = seededRandom(9);
    for (let round = 0; round < 60; round += 1) {
      const bytes = Buffer.from(sound);
      const at = Math.floor(random() * sound.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      const meddled = round % 3 === 0 ? sound.subarray(0, at) : bytes;
      world.write(meddled);
      await world.vault.state();
      try {
        for (const [name, value] of Object.entries(valuesOf(world.vault)))
          expect(values[name as keyof typeof values]).toBe(value);
      } catch (error) {
        expect(error).toBeInstanceOf(TrainyardError);
      }
      expect(world.read()).toEqual(meddled);
    }
    world.write(sound);
    expect(await problemsOf(world)).toEqual([]);
    expect(valuesOf(world.vault)).toEqual(values);
  });
});
