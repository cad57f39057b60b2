import type { Inventory } from '#shared/domain/machine.ts';
import type { Section } from './frame.ts';
import { clean } from './text.ts';

const kinds = new Set<string>(['system', 'conda', 'venv', 'uv', 'pyenv']);
type Python = Inventory['pythons'][number];

/** "kind TAB path TAB version TAB torch" lines. */
export function readPythons(section: Section | undefined): Python[] {
  const pythons: Python[] = [];
  for (const line of section?.lines ?? []) {
    const [kind = '', path = '', version = '', torch = ''] = line.split('\t');
    if (!kinds.has(kind) || !path.startsWith('/') || pythons.length >= 64) continue;
    const known = /^\d{1,3}(?:\.\w{1,10}){0,4}/.exec(version)?.[0];
    if (!known || pythons.some((other) => other.path === path)) continue;
    pythons.push({
      kind: kind as Python['kind'],
      path: clean(path, 500),
      version: known,
      // The name of a Debian or wheel directory behind "torch-": "2.4.0+cu121", "1.13.0a0+gitunknown".
      torch: /^\d[\w.+!-]{0,60}/.exec(torch)?.[0] ?? null,
    });
  }
  return pythons;
}

/** "tool TAB what it said of its version" lines; the version is the first thing in it that looks like one. */
export function readTools(section: Section | undefined): Record<string, string> {
  const tools = new Map<string, string>();
  for (const line of section?.lines ?? []) {
    const [name = '', said = ''] = line.split('\t');
    if (!/^[a-z][a-z0-9-]{0,30}$/.test(name) || tools.has(name)) continue;
    tools.set(name, /\d{1,6}(?:\.\d{1,6}){1,4}[a-z]?/.exec(said)?.[0] ?? '');
  }
  return Object.fromEntries(tools);
}
