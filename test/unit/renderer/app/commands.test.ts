import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Command, CommandContext, KeysOfPlace } from '#renderer/app/commands.ts';

const renderer = path.resolve(import.meta.dirname, '../../../../renderer');
let commandsWithKeys: readonly Command[];
let keysOfPlaces: readonly KeysOfPlace[];
let allCommands: readonly Command[];
let hotkeysOf: typeof import('#renderer/app/commands.ts').hotkeysOf;
let tableKeys: typeof import('#renderer/ui/table-cursor.ts');
let logKeys: typeof import('#renderer/features/logs/log-keys.ts');

beforeAll(async () => {
  // The lists are data; what they import asks the browser for a little while it loads.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined });
  ({ commandsWithKeys, keysOfPlaces } = await import('#renderer/app/key-map.tsx'));
  ({ allCommands } = await import('#renderer/app/palette-sources.ts'));
  ({ hotkeysOf } = await import('#renderer/app/commands.ts'));
  tableKeys = await import('#renderer/ui/table-cursor.ts');
  logKeys = await import('#renderer/features/logs/log-keys.ts');
}, 120_000);

const nowhere = (): CommandContext => ({
  navigate: () => undefined,
  show: () => undefined,
  run: null,
  machine: null,
});

describe('the registry of commands', () => {
  it('has each command once, and each key for one command only', () => {
    const ids = allCommands.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
    const keys = allCommands.flatMap(({ keys: all = [] }) => all);
    expect(keys).toEqual([...new Set(keys)]);
  });

  it('binds every key that the map shows, and shows every key that it binds', () => {
    const bound = hotkeysOf(
      allCommands,
      () => true,
      nowhere,
      () => undefined,
    );
    const shown = commandsWithKeys.flatMap(({ keys = [] }) => keys);
    expect([...bound.keys()].sort()).toEqual([...shown].sort());
  });

  it('does nothing that makes no sense where the user is', () => {
    for (const command of allCommands.filter(({ group }) => group === 'here'))
      expect(command.when?.(nowhere()), command.id).toBe(false);
  });

  it('keeps keys from a role that may not use them', () => {
    const viewers = hotkeysOf(
      allCommands,
      (role) => role === 'viewer',
      nowhere,
      () => undefined,
    );
    expect(viewers.has('n')).toBe(false);
    expect(viewers.has('g r')).toBe(true);
  });
});

describe('keys of places', () => {
  it('of a table: each does something, and nothing else does', () => {
    const { actionOfKey, tableKeys: list } = tableKeys;
    const listed = new Set(list.keys.flatMap(({ keys }) => keys));
    const press = (name: string) => {
      const command = name.startsWith('mod+');
      return actionOfKey({ key: command ? name.slice(4) : name, shift: false, command }, 3, 10, 5);
    };
    for (const name of listed) expect(press(name), name).not.toBeNull();
    const named = ['Enter', 'Escape', 'Tab', 'Backspace', 'Delete', 'Home', 'End', 'PageUp', 'PageDown'];
    const arrows = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'F2', 'F10'];
    const letters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
    for (const name of [...named, ...arrows, ...letters].flatMap((key) => [key, `mod+${key}`])) {
      const known = listed.has(name) || listed.has(name.toLowerCase());
      expect([name, press(name) !== null]).toEqual([name, known]);
    }
  });

  it('of a log: the handler is made from the list', () => {
    const { logActions, logKeys: list } = logKeys;
    expect([...logActions.keys()].sort()).toEqual(list.keys.flatMap(({ keys }) => keys).sort());
  });

  it('every list of keys that a place has is in the map', () => {
    const files = readdirSync(renderer, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.tsx?$/.test(file),
    );
    const lists = files.flatMap((file) => {
      const text = readFileSync(path.join(renderer, file), 'utf8');
      return [...text.matchAll(/export const \w+Keys: KeyList</g)].map(() => file);
    });
    // Tables, logs, terminals …, and the keys of pages with tables, which have no list of their own.
    expect(keysOfPlaces.length, lists.join(', ')).toBe(lists.length + 1);
  });
});
