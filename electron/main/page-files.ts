import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.ico': 'image/x-icon',
};

/**
 * The file of the built page that a URL of `app://trainyard` names; a path without an ending is a screen, so the page itself.
 * Null where there is none, where the path tries to leave the folder (`..`, encodings, links), or where its kind is unknown.
 */
export async function pageFile(
  pageDirectory: string,
  url: string,
): Promise<{ file: string; type: string } | null> {
  if (!URL.canParse(url)) return null;
  let pathname: string;
  try {
    pathname = decodeURIComponent(new URL(url).pathname);
  } catch {
    return null;
  }
  if (
    /[\\\0]/.test(pathname) ||
    pathname.split('/').some((part) => part === '..' || (part.startsWith('.') && part !== ''))
  )
    return null;
  const wanted = path.extname(pathname) === '' ? '/index.html' : pathname;
  const type = types[path.extname(wanted)];
  if (!type) return null;
  try {
    const root = await realpath(pageDirectory);
    const file = await realpath(path.join(root, wanted));
    if (!file.startsWith(root + path.sep) || !(await stat(file)).isFile()) return null;
    return { file, type };
  } catch {
    // Not there, or not readable: for the page both are "no such file".
    return null;
  }
}
