import { afterEach, describe, expect, it } from 'vitest';
import { setLanguage } from '#renderer/i18n/index.ts';
import {
  formatAge,
  formatBytes,
  formatDuration,
  formatInteger,
  formatValue,
  formatWhen,
} from '#renderer/ui/format.ts';

afterEach(() => setLanguage('en'));
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('numbers', () => {
  it.each([
    [0, '0'],
    [18_400, '18,400'],
    [0.0829, '0.083'],
    [0.312345, '0.312'],
    [12.3456, '12.35'],
    [1234.56, '1,234.6'],
    [-0.5, '−0.5'],
    [8.2e-5, '8.2e−5'],
    [5e-5, '5e−5'],
    [12_345_678, '1.23e7'],
    [Number.NaN, 'NaN'],
    [null, 'NaN'],
    [Number.POSITIVE_INFINITY, '∞'],
  ])('%s is %s', (value, text) => {
    expect(formatValue(value)).toBe(text);
  });

  it('have separators', () => {
    expect(formatInteger(1_234_567)).toBe('1,234,567');
  });
});

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1024, '1 KiB'],
    [85_899_345_920, '80 GiB'],
    [3_435_973_837, '3.2 GiB'],
    [2 ** 50, '1 PiB'],
    [-5, '0 B'],
  ])('%s is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('lengths of time', () => {
  it.each([
    [350, '350 ms', '350 毫秒'],
    [42 * second, '42 s', '42 秒'],
    [3 * minute + 5 * second, '3 min 5 s', '3 分 5 秒'],
    [12 * minute + 40 * second, '12 min', '12 分钟'],
    [3 * hour, '3 h', '3 小时'],
    [47 * hour + 59 * minute, '47 h 59 min', '47 小时 59 分'],
    [3 * day + 2 * hour, '3 d 2 h', '3 天 2 小时'],
    [40 * day, '40 d', '40 天'],
    [-1, '–', '–'],
  ])('%s', (ms, english, chinese) => {
    expect(formatDuration(ms)).toBe(english);
    setLanguage('zh-CN');
    expect(formatDuration(ms)).toBe(chinese);
  });
});

describe('ages', () => {
  const now = Date.UTC(2026, 10, 28, 12);
  it.each([
    [0, 'now', '刚刚'],
    [-5 * second, 'now', '刚刚'],
    [12 * second, '12 s ago', '12 秒前'],
    [4 * minute + 59 * second, '4 min ago', '4 分钟前'],
    [47 * hour, '47 h ago', '47 小时前'],
    [5 * day, '5 d ago', '5 天前'],
  ])('%s', (ago, english, chinese) => {
    expect(formatAge(now - ago, now)).toBe(english);
    setLanguage('zh-CN');
    expect(formatAge(now - ago, now)).toBe(chinese);
  });

  it('of long ago are dates', () => {
    expect(formatAge(now - 200 * day, now)).toContain('2026');
    expect(formatWhen(now - 400 * day, now)).toContain('2025');
  });
});
