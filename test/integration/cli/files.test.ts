import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FileEntry } from '#shared/domain/box-file.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { trainyard, trainyardJson, userEnvironment } from './trainyard.ts';

describe.skipIf(!needs('linux'))('files of machines from the command line', () => {
  test('a directory is listed, a file printed whole', async () => {
    const directory = await tempDirectory('cli-files');
    const env = userEnvironment(directory);
    const place = path.join(directory, 'place');
    mkdirSync(path.join(place, 'step-10'), { recursive: true });
    mkdirSync(path.join(place, 'step-9'));
    writeFileSync(path.join(place, 'a\x1b[31m\nb'), '');
    writeFileSync(path.join(place, '.hidden'), '');
    const content = randomBytes(2_000_000).toString('base64');
    writeFileSync(path.join(place, 'text'), content);

    const listed = await trainyard(env, ['ls', `local:${place}`]);
    expect(listed.code).toBe(0);
    expect(
      listed.out
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(/\d\d:\d\d:\d\d {2}/)[1]),
    ).toEqual(['step-9/', 'step-10/', 'a\ufffd[31m\ufffdb', 'text']);
    const entries = await trainyardJson<FileEntry[]>(env, ['ls', '-a', place]);
    expect(entries.map(({ name }) => name)).toContain('.hidden');
    const printed = await trainyard(env, ['cat', path.join(place, 'text')]);
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(hash(printed.out)).toBe(hash(content));
  });
});
