import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import path from 'node:path';
import { matchesPattern } from './patterns.ts';

const largestConfigBytes = 4 * 1024 * 1024;

/** What reading a configuration needs of the computer; tests give their own. */
export interface ConfigSurroundings {
  home: string;
  user: string;
  localHost: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Where the system's own ssh_config and known hosts are. */
  systemDirectory: string;
  /** Where an agent listens if nothing says so; null: nowhere. */
  usualAgent: string | null;
  /** The text of a file, or null when there is none. Rejects when it cannot be read or is absurdly large. */
  read(file: string): Promise<string | null>;
  /** Files that match a path with `*`, `?` and `[…]`, sorted. */
  glob(pattern: string): Promise<string[]>;
}

export function realSurroundings(home = homedir()): ConfigSurroundings {
  return {
    ...systemPlaces(process.platform, process.env),
    home,
    user: userInfo().username,
    localHost: hostname(),
    env: process.env,
    read: readConfigFile,
    glob: globFiles,
  };
}

/** As OpenSSH has them on each system; on Windows as the OpenSSH that comes with it. */
export function systemPlaces(
  platform: NodeJS.Platform,
  env: ConfigSurroundings['env'],
): Pick<ConfigSurroundings, 'systemDirectory' | 'usualAgent'> {
  if (platform !== 'win32') return { systemDirectory: '/etc/ssh', usualAgent: null };
  return {
    systemDirectory: path.win32.join(env.ProgramData ?? 'C:\\ProgramData', 'ssh'),
    usualAgent: '\\\\.\\pipe\\openssh-ssh-agent',
  };
}

/** A path with wildcards in the steps that lead along it. A backslash parts them only where paths are written so. */
export function globSteps(
  pattern: string,
  paths: path.PlatformPath = path,
): { root: string; steps: string[] } {
  const { root } = paths.parse(pattern);
  const steps = pattern.slice(root.length).split(paths.sep === '/' ? '/' : /[\\/]/);
  return { root: root === '' ? '.' : root, steps: steps.filter((step) => step !== '') };
}

async function readConfigFile(file: string): Promise<string | null> {
  try {
    const { size } = await stat(file);
    if (size > largestConfigBytes)
      throw new Error(`it has ${size} bytes, which is too many for a configuration`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

async function globFiles(pattern: string): Promise<string[]> {
  const { root, steps } = globSteps(pattern);
  let found = [root];
  for (const part of steps) {
    const wild = /[*?[]/.test(part);
    const next = await Promise.all(
      found.map((base) => (wild ? matching(base, part) : [path.join(base, part)])),
    );
    found = next.flat();
  }
  const existing = await Promise.all(
    found.map(async (file) => {
      try {
        await stat(file);
        return [file];
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    }),
  );
  return existing.flat().sort();
}

async function matching(directory: string, part: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names
      .filter((name) => part.startsWith('.') || !name.startsWith('.'))
      .filter((name) => matchesGlob(name, part))
      .map((name) => path.join(directory, name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function matchesGlob(name: string, part: string): boolean {
  if (!part.includes('[')) return matchesPattern(name, part);
  const source = part.replace(
    /\[(!?)([^\]]+)\]|[\s\S]/g,
    (piece, not: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\\]^]/g, '\\$&')}]`;
      if (piece === '*') return '[^]*';
      return piece === '?' ? '[^]' : piece.replace(/[\\^$.|+(){}[\]/]/g, '\\$&');
    },
  );
  try {
    return new RegExp(`^${source}$`).test(name);
  } catch (error) {
    if (error instanceof SyntaxError) return false; // a range like [z-a]
    throw error;
  }
}
