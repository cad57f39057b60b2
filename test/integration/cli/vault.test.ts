import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Credential } from '#shared/domain/credential.ts';
import { tempDirectory } from '#test/temp.ts';
import { trainyard, trainyardJson, userEnvironment } from './trainyard.ts';

const passphrase = 'correct horse battery';

test('the vault from the command line: secrets come by stdin only, and none is ever printed', async () => {
  const directory = await tempDirectory('cli-vault');
  const env = userEnvironment(directory);
  const printed: string[] = [];
  const run = async (args: string[], input = '') => {
    const ended = await trainyard(env, args, { input });
    printed.push(ended.out, ended.err);
    return ended;
  };
  expect((await run(['vault', 'set', 'hub', '--kind', 'token'], 'x\n')).code).toBe(1);
  const made = await run(['vault', 'create'], `${passphrase}\n`);
  expect(made.code).toBe(0);
  const recovery = made.out.trim();
  expect(recovery).toMatch(/^(\w{4}-){6}\w{4}$/);
  expect(
    (await run(['vault', 'set', 'hub', '--kind', 'token'], `${passphrase}\nvalue-canary\nsecond line\n`))
      .code,
  ).toBe(0);
  expect((await run(['vault', 'set', 'x', '--kind', 'nothing'])).code).toBe(2);
  expect((await run(['vault', 'delete', 'hub'], 'wrong passphrase\n')).code).toBe(5);
  expect((await run(['vault', 'delete', 'nothing'], `${passphrase}\n`)).code).toBe(3);
  expect((await run(['vault', 'rename', 'hub', 'HF_TOKEN'], `${recovery.toLowerCase()}\n`)).code).toBe(0);
  expect((await run(['vault', 'rotate', 'HF_TOKEN'], `${passphrase}\nvalue-canary-new\n`)).code).toBe(0);
  expect((await run(['vault', 'passphrase'], `${passphrase}\nanother passphrase\n`)).code).toBe(0);
  const file = path.join(directory, 'export.jsonl');
  expect((await run(['vault', 'export', file], 'another passphrase\nexport passphrase\n')).code).toBe(0);
  expect(readFileSync(file, 'utf8')).not.toContain('canary');
  expect((await run(['vault', 'import', file], 'another passphrase\nexport passphrase\n')).code).toBe(0);
  const list = await trainyardJson<Credential[]>(env, ['vault', 'list']);
  expect(list.map(({ name, kind }) => [name, kind])).toEqual([
    ['HF_TOKEN', 'token'],
    ['HF_TOKEN (2)', 'token'],
  ]);
  // A run takes it from the vault.
  const task = path.join(directory, 'task.yaml');
  writeFileSync(task, 'secrets: {HF_TOKEN: null}\nrun: printf %s "$HF_TOKEN" | wc -c\n');
  const ran = await run(
    ['run', task, '--on', 'local', '--credential', 'HF_TOKEN', '-f'],
    'another passphrase\n',
  );
  expect(ran, ran.err).toMatchObject({ code: 0, out: '16\n' });
  expect((await run(['logins'])).code).toBe(0);
  expect(printed.join('\n')).not.toMatch(/canary|horse battery|another passphrase|export passphrase/);
}, 600_000);
