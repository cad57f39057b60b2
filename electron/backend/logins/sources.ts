import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** Where a user's logins may lie. Tests give a home of their own. */
export interface Surroundings {
  home: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** No login's file is larger; what is, is something else. */
const mostBytes = 1_000_000;

/** The text of a plain file, or null where there is none that we may read. Never waits on a pipe or a device. */
export async function readText(file: string): Promise<string | null> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch {
    // Not there, or not for us: then it is no login that can be used.
    return null;
  }
  try {
    const found = await handle.stat();
    return found.isFile() && found.size <= mostBytes ? await handle.readFile('utf8') : null;
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}

export async function readJson(file: string): Promise<unknown> {
  const text = await readText(file);
  if (text === null) return null;
  try {
    return JSON.parse(text.replace(/^\ufeff/, '')) as unknown;
  } catch {
    // Another program's file, half written or of a form that we do not know.
    return null;
  }
}

export async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).slice(0, 1_000).sort();
  } catch {
    return [];
  }
}

export async function isSocket(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isSocket();
  } catch {
    return false;
  }
}

/** `[name]` sections with their `key = value` lines, as AWS and gcloud write them. Indented lines belong to the key above and are left out. */
export function readIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | null = null;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line);
    if (section) {
      const name = section[1] ?? '';
      current = sections.get(name) ?? new Map();
      sections.set(name, current);
      continue;
    }
    const pair = /^([A-Za-z0-9_.-]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (pair && current) current.set((pair[1] ?? '').toLowerCase(), pair[2] ?? '');
  }
  return sections;
}

/** What is said in the clear, bounded and without control characters: another program wrote it. */
export const said = (value: unknown, most = 200): string =>
  typeof value === 'string'
    ? value
        .replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, ' ')
        .trim()
        .slice(0, most)
    : '';

export const member = (value: unknown, ...names: string[]): unknown => {
  let current = value;
  for (const name of names) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return current;
};

export const timeOf = (value: unknown): number | null => {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(at) ? at : null;
};

export const homeFile = (surroundings: Surroundings, ...parts: string[]): string =>
  path.join(surroundings.home, ...parts);
