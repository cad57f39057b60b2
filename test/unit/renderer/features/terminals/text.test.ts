import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actionOf } from '#renderer/features/terminals/keys.ts';
import { findFilePlaces, resolvePlace } from '#renderer/features/terminals/links.ts';
import { unescapeCommand } from '#renderer/features/terminals/marks.ts';
import {
  asPasted,
  cleanPaste,
  droppedPaths,
  hasManyLines,
  pathsType,
  quotePath,
} from '#renderer/features/terminals/paste.ts';

describe('what is pasted', () => {
  it('is asked about where a shell would run some of it', () => {
    expect(['ls', 'a b\tc', '', '\n'].map(hasManyLines)).toEqual([false, false, false, false]);
    expect(['ls\n', 'a\nb', 'a\rb', 'a\r\nb\r\n'].map(hasManyLines)).toEqual([true, true, true, true]);
  });

  it('can never leave its brackets or act as keys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const pasted = asPasted(text, true);
        const inside = pasted.slice(6, -6);
        expect(pasted.startsWith('\u001b[200~') && pasted.endsWith('\u001b[201~')).toBe(true);
        expect(/[\u0000-\u0008\u000a-\u000c\u000e-\u001f\u007f-\u009f]/.test(inside)).toBe(false);
      }),
      { numRuns: 5000 },
    );
    expect(cleanPaste('a\u001b[201~rm\u0003\n中文')).toBe('a[201~rm\r中文');
  });

  it('is a path as one word of a shell', () => {
    const paths = [
      "it's",
      'a b',
      '$(reboot)',
      'new\nline',
      '中文',
      '`id`',
      'plain/x.py',
      'back\\slash\ttab',
      '"; true',
    ];
    for (const path of paths) {
      const run = spawnSync('bash', ['-c', `printf %s ${quotePath(path)}`], { encoding: 'utf8' });
      expect(run.stdout).toBe(path);
    }
  });

  it('is the paths of what was dropped', () => {
    const data = (all: Record<string, string>) => ({ getData: (type: string) => all[type] ?? '' });
    expect(droppedPaths(data({ [pathsType]: '/a b\0/c' }))).toEqual(['/a b', '/c']);
    expect(droppedPaths(data({ 'text/uri-list': '# x\r\nfile:///tmp/a%20b\r\nhttps://x.y\r\n' }))).toEqual([
      '/tmp/a b',
    ]);
    expect(droppedPaths(data({ 'text/uri-list': 'file:///%zz' }))).toEqual([]);
  });
});

describe('places in files', () => {
  const found = (text: string) => findFilePlaces(text).map(({ path, line }) => `${path}@${line}`);

  it('are found as programs write them', () => {
    expect(found('  File "/home/mei/train.py", line 218, in main')).toEqual(['/home/mei/train.py@218']);
    expect(found('src/model.py:12:3: error: bad')).toEqual(['src/model.py@12']);
    expect(found('(./a/b.c:7) and ../x/y.h:9')).toEqual(['./a/b.c@7', '../x/y.h@9']);
    expect(found('train.py:40: warning')).toEqual(['train.py@40']);
    expect(found('~/runs/log:3')).toEqual(['~/runs/log@3']);
  });

  it('are not times, servers, addresses or code of no file', () => {
    expect(
      found('at 12:30:05 on localhost:8080, https://example.org:443/x, 10.0.0.1:22, example.org:80'),
    ).toEqual([]);
    expect(found('File "<stdin>", line 1')).toEqual([]);
  });

  it('hold for any line, fast', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        let end = 0;
        for (const place of findFilePlaces(text)) {
          expect(place.start).toBeGreaterThanOrEqual(end);
          end = place.end;
        }
      }),
      { numRuns: 5000 },
    );
    expect(findFilePlaces(`${'a/'.repeat(1900)}:`)).toEqual([]);
  });

  it('lead from the directory of the shell', () => {
    expect(resolvePlace('a/../b.py', '/home/mei')).toBe('/home/mei/b.py');
    expect(resolvePlace('../../../x', '/home')).toBe('/x');
    expect(resolvePlace('/abs', null)).toBe('/abs');
    expect(resolvePlace('b.py', null)).toBeNull();
    expect(resolvePlace('b.py', '~/runs')).toBe('~/runs/b.py');
  });
});

describe('keys in a terminal', () => {
  const press = (key: string, mods: string[] = []) => ({
    key,
    ctrlKey: mods.includes('ctrl'),
    shiftKey: mods.includes('shift'),
    altKey: mods.includes('alt'),
    metaKey: mods.includes('meta'),
    isComposing: mods.includes('composing'),
  });

  it('are its own, but for the few that the app keeps', () => {
    for (const key of ['c', 'k', 'd', 'r', 'z', 'l', 'Tab', 'Escape', 'ArrowLeft'])
      expect(actionOf(press(key, ['ctrl']), false)).toBeNull();
    expect(actionOf(press('Escape'), false)).toBeNull();
    expect(actionOf(press('F', ['ctrl', 'shift']), false)).toBe('search');
    expect(actionOf(press('M', ['ctrl', 'shift']), false)).toBe('leave');
    expect(actionOf(press('Insert', ['shift']), false)).toBe('paste');
    expect(actionOf(press('ArrowLeft', ['ctrl', 'shift', 'alt']), false)).toBe('move-left');
    expect(actionOf(press('=', ['ctrl']), false)).toBe('larger');
    expect(actionOf(press('`', ['ctrl']), false)).toBe('dock');
  });

  it('are left to an input method, and prompts to a program that has the whole screen', () => {
    expect(actionOf(press('F', ['ctrl', 'shift', 'composing']), false)).toBeNull();
    expect(actionOf(press('ArrowUp', ['ctrl']), false)).toBe('previous-prompt');
    expect(actionOf(press('ArrowUp', ['ctrl']), true)).toBeNull();
  });
});

it('a command line in a mark is read as the shell wrote it', () => {
  expect(unescapeCommand('echo a\\x3bb\\\\n')).toBe('echo a;b\\n');
});
