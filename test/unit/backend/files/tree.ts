import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/** A tree in words: `text` for a file, `{link}` for a link, `null` for an empty directory, a number for a file's mode. */
export type Words = Record<string, string | { link: string } | null | { text: string; mode: number }>;

export function plant(directory: string, words: Words): void {
  for (const [name, what] of Object.entries(words)) {
    const file = path.join(directory, name);
    mkdirSync(what === null ? file : path.dirname(file), { recursive: true });
    if (what === null) continue;
    if (typeof what === 'string') writeFileSync(file, what);
    else if ('link' in what) symlinkSync(what.link, file);
    else {
      writeFileSync(file, what.text);
      chmodSync(file, what.mode);
    }
  }
}

/** What lies in a directory, in comparable words: kind, mode and content of each path. */
export function harvest(directory: string, from = ''): Record<string, string> {
  const found: Record<string, string> = {};
  const names = readdirSync(path.join(directory, from));
  if (names.length === 0 && from !== '') found[from] = 'empty';
  for (const name of names) {
    const at = from === '' ? name : `${from}/${name}`;
    const file = path.join(directory, at);
    const stats = lstatSync(file);
    if (stats.isSymbolicLink()) found[at] = `-> ${readlinkSync(file)}`;
    else if (stats.isDirectory()) Object.assign(found, harvest(directory, at));
    else found[at] = `${(stats.mode & 0o777).toString(8)} ${readFileSync(file, 'utf8')}`;
  }
  return found;
}

/** Makes it a git repository with everything committed. */
export function commitAll(directory: string): void {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: directory,
      stdio: 'pipe',
    });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'first');
}
