import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actionOfBrowserKey } from '#renderer/features/files/browser-keys.ts';
import { separatorOf } from '#renderer/features/files/editor/newlines.ts';
import { bytesOf } from '#renderer/features/files/preview/base64.ts';
import { hexLines } from '#renderer/features/files/preview/hex-lines.ts';
import { jsonLines, parseJson } from '#renderer/features/files/preview/json-parse.ts';
import { numericColumns } from '#renderer/features/files/preview/numeric-columns.ts';
import { parametersOf, shortCount } from '#renderer/features/files/preview/tensor-words.ts';

describe('bytes', () => {
  it('are shown as hexdump shows them', () => {
    expect(hexLines(new TextEncoder().encode('Hello, wagon 17!\n'))).toEqual([
      {
        offset: '00000000',
        hex: '48 65 6c 6c 6f 2c 20 77  61 67 6f 6e 20 31 37 21',
        text: 'Hello, wagon 17!',
      },
      { offset: '00000010', hex: '0a'.padEnd(48), text: '.' },
    ]);
  });

  it('that are no base64 are none', () => {
    expect(bytesOf('not base64!')).toHaveLength(0);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect([...bytesOf(Buffer.from(bytes).toString('base64'))]).toEqual([...bytes]);
      }),
    );
  });
});

describe('JSON', () => {
  it('is read with what Python writes beside it, and only that', () => {
    expect(parseJson('{"loss": NaN, "best": -Infinity, "s": "NaN \\" NaN"}')).toEqual({
      ok: true,
      value: { loss: 'NaN', best: '-Infinity', s: 'NaN " NaN' },
    });
    expect(parseJson('{oops')).toMatchObject({ ok: false });
  });

  it('in lines leaves out the last where the file was cut there', () => {
    expect(jsonLines('{"a":1}\n\n{"a":2}\n{"a', true).map(({ number }) => number)).toEqual([1, 3]);
    expect(jsonLines('{"a":1}\r\n{"a":2}', false).map(({ text }) => text)).toEqual(['{"a":1}', '{"a":2}']);
  });
});

describe('lines of a text', () => {
  it('are broken so that putting them together gives every byte back', () => {
    expect(separatorOf('a\r\nb\r\n')).toBe('\r\n');
    expect(separatorOf('a\r\nb\n')).toBe('\n');
    expect(separatorOf('a\rb')).toBe('\n');
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '\r', '\n', '\r\n')), (parts) => {
        const text = parts.join('');
        const separator = separatorOf(text);
        expect(text.split(separator).join(separator)).toBe(text);
      }),
    );
  });
});

describe('numbers', () => {
  it('of tensors are counted and said as people say them', () => {
    expect(parametersOf({ shape: [] })).toBe(1);
    expect(parametersOf({ shape: [4096, 4096] })).toBe(16_777_216);
    expect([shortCount(512), shortCount(16_777_216), shortCount(6_738_415_616)]).toEqual([
      '512',
      '16.8 M',
      '6.74 B',
    ]);
  });

  it('of a table stand to the right where a whole column has nothing else', () => {
    expect(
      numericColumns(3, [
        ['1', 'a', ''],
        ['2.5e-3', '2', ''],
        ['', '3', ''],
      ]),
    ).toEqual([true, false, false]);
  });
});

describe('keys in a directory', () => {
  const press = (name: string, selectsText = false) => actionOfBrowserKey(name, { selectsText });
  it('do what file managers do', () => {
    expect(['Backspace', 'alt+arrowup', 'F2', 'Delete', 'F7', '/'].map((name) => press(name))).toEqual([
      'up',
      'up',
      'rename',
      'remove',
      'folder',
      'filter',
    ]);
    expect(press('mod+a')).toBe('all');
    expect(press('mod+shift+n')).toBe('folder');
    expect(press('mod+c')).toBe('copy-path');
    expect(press('mod+c', true)).toBeNull();
  });
  it('are otherwise the table’s and the page’s own', () => {
    for (const key of ['ArrowUp', 'Enter', ' ', 'j', 'g', 'Escape', 'x', 'mod+k'])
      expect(press(key)).toBeNull();
  });
});
