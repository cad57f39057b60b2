import { createReadStream } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

export interface StaticFile {
  type: string;
  bytes: number;
  cacheControl: string;
  read(): Readable;
  /** Lets go of it where it is not read. */
  close(): Promise<void>;
}

/** The page's files below `root`. What leads out of it, by `..`, an encoding or a link, is not found. */
export class StaticFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** `pathname` as the browser sent it. A path of the page itself (`/runs/ID`) gives index.html; null: there is no such file. */
  async find(pathname: string): Promise<StaticFile | null> {
    const relative = relativePath(pathname);
    if (relative === null) return null;
    const file = relative === '' ? null : await this.#open(relative);
    if (file) return file;
    // A name with an ending is a file's, and it is not there; anything else is a place in the page.
    return path.extname(relative) === '' ? this.#open('index.html') : null;
  }

  async #open(relative: string): Promise<StaticFile | null> {
    try {
      const root = await realpath(this.#root);
      const real = await realpath(path.join(root, relative));
      if (real !== root && !real.startsWith(root + path.sep)) return null;
      const handle = await open(real, 'r');
      const status = await handle.stat();
      if (!status.isFile()) {
        await handle.close();
        return null;
      }
      return {
        type: types[path.extname(real).toLowerCase()] ?? 'application/octet-stream',
        bytes: status.size,
        // Files in assets/ carry a hash of their content in their name.
        cacheControl: relative.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        read: () => createReadStream('', { fd: handle, autoClose: true }),
        close: () => handle.close(),
      };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP') return null;
      throw error;
    }
  }
}

/** The path below the root, or null for one that tries to be something else. */
function relativePath(pathname: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (!decoded.startsWith('/') || /[\0\\]/.test(decoded)) return null;
  const parts = decoded.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.some((part) => part === '..' || part.startsWith('.'))) return null;
  return parts.join('/');
}
