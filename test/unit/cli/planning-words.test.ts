import { describe, expect, test } from 'vitest';
import {
  bytes,
  countries,
  counts,
  dataPlace,
  gpus,
  knownTime,
  moment,
  span,
  tokens,
} from '#cli/planning-words.ts';

const hour = 3_600_000;

describe('what is typed for planning', () => {
  test.each([
    [span, '90m', 1.5 * hour],
    [span, '1.5d', 36 * hour],
    [tokens, '15T', 15e12],
    [tokens, '300b', 300e9],
    [tokens, '2e12', 2e12],
    [bytes, '500GB', 5e11],
    [bytes, '2 TiB', 2 ** 41],
    [moment, '48h', { inMs: 48 * hour }],
    [moment, '2026-12-01', { at: Date.UTC(2026, 11, 1) }],
    [moment, '2026-12-01T18:00Z', { at: Date.UTC(2026, 11, 1, 18) }],
    [gpus, 'H100:8', { name: 'H100', count: 8 }],
    [gpus, 'A100-80GB', { name: 'A100-80GB', count: null }],
    [knownTime, '10h@H100:8', { accelerator: 'H100', gpus: 8, ms: 10 * hour }],
    [knownTime, '2d@L4', { accelerator: 'L4', gpus: 1, ms: 48 * hour }],
    [dataPlace, '500GB', { bytes: 5e11, provider: null, region: null }],
    [dataPlace, '1TB@aws/us-east-1', { bytes: 1e12, provider: 'aws', region: 'us-east-1' }],
    [counts, '1,2, 8', [1, 2, 8]],
    [countries, 'de, FR', ['DE', 'FR']],
  ] as [(text: string) => unknown, string, unknown][])('%o reads %j', (read, text, value) => {
    expect(read(text)).toEqual(value);
  });

  test.each([
    [span, ['', '10', '-1h', '0h', '1w', '1e99h']],
    [countries, ['', 'Germany', 'DE,FRA', 'D1']],
    [tokens, ['', '0', '-1B', '15X', '1..5B']],
    [bytes, ['500', 'GB', '-1GB', '1PB']],
    [moment, ['tomorrow', '2026-13-01', '2026-12-01 18:00', '']],
    [gpus, ['', 'H100:', 'H100:0', 'H100:x', 'H100:8:8']],
    [knownTime, ['10h', '@H100:8', '10h@', '10@H100']],
    [dataPlace, ['aws/us-east-1', '1GB@aws', '1GB@/x', '@']],
    [counts, ['0', '1,x', '1.5']],
  ] as [(text: string) => unknown, string[]][])('%o refuses what it cannot read', (read, texts) => {
    for (const text of texts) expect(() => read(text), text).toThrow(/must be/);
  });
});
