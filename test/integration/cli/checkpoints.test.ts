import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { placeOf } from '#cli/verbs/checkpoints.ts';
import type { FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import { fixtureFiles } from '#test/lab/checkpoint-trees/memory-tree.ts';
import { tempDirectory } from '#test/temp.ts';
import { trainyard, trainyardJson, userEnvironment } from './trainyard.ts';

async function unpacked(name: string): Promise<string> {
  const directory = await tempDirectory('checkpoints');
  for (const [file, { kind, content, target }] of fixtureFiles(name)) {
    const full = path.join(directory, file);
    await mkdir(path.dirname(full), { recursive: true });
    if (kind === 'file') await writeFile(full, content);
    else if (kind === 'link') await symlink(target ?? '', full);
  }
  return directory;
}

test('a directory here, without an app: path, framework, step, complete, why, bytes; one file of it', async () => {
  const env = userEnvironment(await tempDirectory('home'));
  const directory = await unpacked('lightning');
  const found = await trainyardJson<FoundCheckpoint[]>(env, ['checkpoints', directory]);
  expect(found.map(({ path: where, step, complete }) => [where, step, complete])).toEqual([
    ['epoch=0-step=4.ckpt', 4, true],
    ['epoch=0-step=8.ckpt', 8, true],
    ['epoch=1-step=12.ckpt', 12, true],
  ]);
  expect(found[2]).toMatchObject({
    framework: 'lightning',
    bytes: 6345,
    why: { code: 'CHECKPOINT_COMPLETE' },
    files: ['epoch=1-step=12.ckpt', 'last.ckpt'],
  });
  const one = await trainyardJson<FoundCheckpoint[]>(env, ['checkpoints', path.join(directory, 'last.ckpt')]);
  expect(one.map(({ step }) => step)).toEqual([12]);
  await writeFile(path.join(directory, 'epoch=1-step=12.ckpt'), 'PK\u0003\u0004 cut off');
  const words = await trainyard(env, ['checkpoints', directory]);
  expect(words.code).toBe(0);
  expect(words.out).toMatch(/^12 +no .*"epoch=1-step=12\.ckpt" is not whole/m);
});

test('how it ends where there is nothing to look at', async () => {
  const directory = await tempDirectory('home');
  const env = userEnvironment(directory);
  expect(await trainyard(env, ['checkpoints', directory])).toMatchObject({
    code: 0,
    out: 'No checkpoints there.\n',
  });
  const missing = await trainyard(env, ['checkpoints', path.join(directory, 'none'), '--json']);
  expect(missing.code).toBe(3);
  expect(JSON.parse(missing.err)).toMatchObject({ error: { code: 'CHECKPOINT_DIRECTORY_MISSING' } });
  expect((await trainyard(env, ['checkpoints', directory, '--framework', 'nonsense'])).code).toBe(2);
});

test.each([
  ['./out', 'local'],
  ['/a:b', 'local'],
  ['~/out', 'local'],
  ['out/x', 'local'],
  ['.', 'local'],
  ['heron:/data', 'machine'],
  ['heron:out/x', 'machine'],
  ['heron:', 'machine'],
  ['my-run', 'run'],
])('%s is a %s', (given, kind) => {
  expect(placeOf(given).kind).toBe(kind);
});
