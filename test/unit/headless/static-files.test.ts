import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { StaticFiles } from '#headless/static-files.ts';
import { tempDirectory } from '#test/temp.ts';

async function page() {
  const directory = await tempDirectory('page');
  const root = path.join(directory, 'page');
  await mkdir(path.join(root, 'assets'), { recursive: true });
  await writeFile(path.join(root, 'index.html'), 'the page');
  await writeFile(path.join(root, 'assets', 'main-abc.js'), 'script');
  await writeFile(path.join(root, '.hidden'), 'hidden');
  await writeFile(path.join(directory, 'secret.txt'), 'secret');
  await symlink(path.join(directory, 'secret.txt'), path.join(root, 'link.txt'));
  await symlink(directory, path.join(root, 'up'));
  const files = new StaticFiles(root);
  const read = async (pathname: string) => {
    const file = await files.find(pathname);
    return file ? { content: await text(file.read()), type: file.type, cache: file.cacheControl } : null;
  };
  return { read };
}

test('files as they are, places of the page as the page', async () => {
  const { read } = await page();
  expect(await read('/')).toMatchObject({ content: 'the page', cache: 'no-cache' });
  expect(await read('/runs/0123456789ab')).toMatchObject({ content: 'the page' });
  expect(await read('/assets/main-abc.js')).toEqual({
    content: 'script',
    type: 'text/javascript; charset=utf-8',
    cache: 'public, max-age=31536000, immutable',
  });
  expect(await read('/assets/gone.js')).toBeNull();
  expect(await read('/assets/')).toMatchObject({ content: 'the page' });
});

test('nothing outside is reached, whatever the path says', async () => {
  const { read } = await page();
  const tries = [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/assets/../../secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/..\\secret.txt',
    '//../secret.txt',
    '/....//secret.txt',
    '/secret.txt%00.html',
    '/index.html%00',
    '/%',
    '/%c0%ae%c0%ae/secret.txt',
    '/link.txt',
    '/up/secret.txt',
    '/.hidden',
    '/up/page/.hidden',
    `/${'a/'.repeat(3000)}x.txt`,
    '/file:///etc/passwd',
    'etc/passwd',
    '',
  ];
  for (const pathname of tries) {
    const found = await read(pathname);
    expect(found?.content ?? '', pathname).not.toMatch(/secret|hidden|root:/);
  }
});
