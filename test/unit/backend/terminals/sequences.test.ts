import { expect, test } from 'vitest';
import {
  cleanDirectory,
  cleanTitle,
  clipboardText,
  directoryOfUrl,
  shellMark,
} from '#backend/terminals/sequences.ts';

test('titles are one line of visible characters', () => {
  expect(cleanTitle('vim\u0007 \u202egnp.exe\n\u0085x')).toBe('vim gnp.exex');
  expect(cleanTitle('🚂'.repeat(300))).toBe('🚂'.repeat(200));
});

test('directories come as URLs or as they are; what is no absolute path is none', () => {
  expect(directoryOfUrl('file://box/home/a%20b/%E4%B8%AD')).toBe('/home/a b/中');
  expect(directoryOfUrl('file:///tmp/100%')).toBe('/tmp/100%');
  expect(directoryOfUrl('http://box/tmp')).toBeNull();
  expect(directoryOfUrl('file://box/a%0Ab')).toBeNull();
  expect(cleanDirectory('relative')).toBeNull();
  expect(cleanDirectory(`/${'x'.repeat(5000)}`)).toBeNull();
});

test('the clipboard is written, never read, and not with what is no text', () => {
  expect(clipboardText('c;aGVsbG8=', 1000)).toBe('hello');
  expect(clipboardText(';aGVs\nbG8=', 1000)).toBe('hello');
  for (const data of ['c;?', '?', 'c;', 'c;***', `c;${'A'.repeat(4000)}`])
    expect(clipboardText(data, 1000)).toBeNull();
});

test('marks of shells: FinalTerm and VS Code', () => {
  expect(shellMark('A')).toEqual({ kind: 'prompt' });
  expect(shellMark('D;130;x')).toEqual({ kind: 'done', exitCode: 130 });
  expect(shellMark('D')).toEqual({ kind: 'done', exitCode: null });
  expect(shellMark(String.raw`E;echo a\x3bb\\n\x0ac;nonce`)).toEqual({
    kind: 'command',
    text: String.raw`echo a;b\n ⏎ c`,
  });
  expect(shellMark(String.raw`P;Cwd=/a\x3bb`)).toEqual({ kind: 'directory', path: '/a;b' });
  expect(shellMark('P;Cwd=here')).toBeNull();
  expect(shellMark('Z')).toBeNull();
});

test('50,000 made-up sequences: nothing throws, and nothing comes out that could act', () => {
  const alphabet = [
    'A',
    'D;',
    'E;',
    'P;Cwd=',
    'file://',
    '/',
    '%',
    '%0a',
    '\\x1b',
    '\\',
    'c;',
    '?',
    '=',
    'aGk',
    '\x1b',
    '\x07',
    '\u009b',
    '\u202e',
    '\ud800',
    '中',
    '\n',
    '0',
    ';',
    ' ',
  ];
  let seed = 20261129;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed % below;
  };
  const acts = /[\x00-\x1f\x7f-\x9f]/;
  const found: string[] = [];
  for (let round = 0; round < 50_000; round++) {
    const data = Array.from({ length: random(12) }, () => alphabet[random(alphabet.length)]).join('');
    const mark = shellMark(data);
    found.push(cleanTitle(data), directoryOfUrl(data) ?? '', cleanDirectory(data) ?? '');
    if (mark?.kind === 'command') found.push(mark.text);
    if (mark?.kind === 'directory') found.push(mark.path);
    clipboardText(data, 100);
  }
  expect(found.filter((text) => acts.test(text))).toEqual([]);
});
