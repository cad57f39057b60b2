import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { tempDirectory } from '#test/temp.ts';
import { pageFile } from '../../../../electron/main/page-files.ts';

async function page(): Promise<string> {
  const directory = await tempDirectory('page');
  await mkdir(path.join(directory, 'page', 'assets'), { recursive: true });
  await writeFile(path.join(directory, 'page', 'index.html'), 'page');
  await writeFile(path.join(directory, 'page', 'assets', 'a.js'), 'script');
  await writeFile(path.join(directory, 'secret.js'), 'secret');
  await symlink(path.join(directory, 'secret.js'), path.join(directory, 'page', 'link.js'));
  await symlink(directory, path.join(directory, 'page', 'up'));
  return path.join(directory, 'page');
}

test('a screen is the page, a file is the file', async () => {
  const directory = await page();
  expect((await pageFile(directory, 'app://trainyard/'))?.file).toMatch(/index\.html$/);
  expect((await pageFile(directory, 'app://trainyard/runs/0123456789ab?x=1'))?.file).toMatch(/index\.html$/);
  expect(await pageFile(directory, 'app://trainyard/assets/a.js')).toMatchObject({
    type: 'text/javascript; charset=utf-8',
  });
});

test.each([
  'app://trainyard/../secret.js',
  'app://trainyard/%2e%2e/secret.js',
  'app://trainyard/..%2fsecret.js',
  'app://trainyard/..%5csecret.js',
  'app://trainyard/%00.js',
  'app://trainyard/link.js',
  'app://trainyard/up/secret.js',
  'app://trainyard/.env.js',
  'app://trainyard/missing.js',
  'app://trainyard/assets/a.exe',
  'app://trainyard/%',
  'nonsense',
])('%s gives nothing', async (url) => {
  expect(await pageFile(await page(), url)).toBeNull();
});
