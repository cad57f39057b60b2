import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { errorWords } from '#renderer/i18n/errors.ts';

const root = path.dirname(path.dirname(path.dirname(path.dirname(import.meta.dirname))));
const rooms = [
  'electron/cli',
  'electron/headless',
  'electron/backend/api',
  'electron/backend/door',
  'renderer/rpc',
];

test('every error that the hosts can give has a sentence in both languages, with the same parameters', () => {
  const codes = new Set<string>();
  for (const room of rooms) {
    for (const entry of readdirSync(path.join(root, room), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const source = readFileSync(path.join(entry.parentPath, entry.name), 'utf8');
      for (const [, code] of source.matchAll(/new TrainyardError\(\s*'([A-Z][A-Z0-9_]+)'/g))
        codes.add(String(code));
    }
  }
  expect(codes.size).toBeGreaterThan(10);
  const parameters = (text: string | undefined) =>
    [...(text ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).toSorted();
  for (const code of codes) {
    expect(errorWords.en[code], code).toBeTruthy();
    expect(errorWords['zh-CN'][code], code).toBeTruthy();
    expect(parameters(errorWords['zh-CN'][code]), code).toEqual(parameters(errorWords.en[code]));
  }
});
