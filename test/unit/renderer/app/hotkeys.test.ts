import { describe, expect, it } from 'vitest';
import { PressReader } from '#renderer/app/hotkeys.ts';
import { capsOf, pressName } from '#renderer/app/key-names.ts';

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

describe('what was pressed', () => {
  it.each([
    [{ ...none, key: 'n' }, false, 'n'],
    [{ ...none, key: '?', shiftKey: true }, false, '?'],
    [{ ...none, key: 'K', ctrlKey: true }, false, 'mod+k'],
    [{ ...none, key: 'k', metaKey: true }, true, 'mod+k'],
    [{ ...none, key: 'k', ctrlKey: true }, true, 'ctrl+k'],
    [{ ...none, key: 'P', ctrlKey: true, shiftKey: true }, false, 'mod+shift+p'],
    [{ ...none, key: 'ArrowUp', altKey: true }, false, 'alt+arrowup'],
  ])('%j on a Mac: %s is %s', (event, mac, name) => {
    expect(pressName(event, mac)).toBe(name);
  });

  it.each([
    ['mod+shift+p', ['Ctrl', '⇧', 'P'], ['⌘', '⇧', 'P']],
    ['g r', ['g', 'r'], ['g', 'r']],
    ['?', ['?'], ['?']],
    [' ', ['Space'], ['Space']],
    ['mod++', ['Ctrl', '+'], ['⌘', '+']],
    ['g ,', ['g', ','], ['g', ',']],
  ])('%s is shown as caps', (keys, other, mac) => {
    expect(capsOf(keys, false)).toEqual(other);
    expect(capsOf(keys, true)).toEqual(mac);
  });
});

describe('keys one after the other', () => {
  const known = new Map([
    ['g r', 1],
    ['g o', 1],
    ['n', 1],
  ]);

  it('are one combination when they follow each other soon', () => {
    const reader = new PressReader();
    expect(reader.read('g', 0, known)).toBeNull();
    expect(reader.read('r', 500, known)).toBe('g r');
    // The lead is used up.
    expect(reader.read('r', 600, known)).toBeNull();
  });

  it('are each for itself when they do not', () => {
    const reader = new PressReader();
    reader.read('g', 0, known);
    expect(reader.read('o', 5_000, known)).toBeNull();
    reader.read('g', 6_000, known);
    expect(reader.read('n', 6_100, known)).toBe('n');
  });
});
