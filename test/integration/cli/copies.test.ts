import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CopyJob } from '#shared/domain/copy.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { trainyard, trainyardJson, userEnvironment } from './trainyard.ts';

describe.skipIf(!needs('linux'))('trainyard cp', () => {
  test("copies by rsync's rules, says what it did, and what is not there", async () => {
    const directory = await tempDirectory('cli');
    const env = userEnvironment(directory);
    const source = path.join(directory, 'source');
    mkdirSync(path.join(source, 'deep'), { recursive: true });
    writeFileSync(path.join(source, 'deep/file'), 'one');
    symlinkSync('deep/file', path.join(source, 'link'));

    const place = path.join(directory, 'place');
    const first = await trainyard(env, ['cp', source, `local:${place}`]);
    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^1 file, 3 B, .*verified\n$/) });
    expect(readFileSync(path.join(place, 'source/link'), 'utf8')).toBe('one');

    writeFileSync(path.join(source, 'deep/file'), 'two');
    writeFileSync(path.join(place, 'source/extra'), '');
    const job = await trainyardJson<CopyJob>(env, [
      'cp',
      `${source}/`,
      path.join(place, 'source'),
      '--mirror',
    ]);
    expect(job).toMatchObject({ state: 'done', error: null, progress: { totalFiles: 1, doneBytes: 3 } });
    expect(readFileSync(path.join(place, 'source/deep/file'), 'utf8')).toBe('two');
    expect(existsSync(path.join(place, 'source/extra'))).toBe(false);

    const none = await trainyard(env, ['cp', path.join(directory, 'none'), place, '--json']);
    expect(none).toMatchObject({ code: 3 });
    expect(JSON.parse(none.out)).toMatchObject({ state: 'failed', error: { code: 'COPY_SOURCE_MISSING' } });
    const unknown = await trainyard(env, ['cp', 'nobody:file', place]);
    expect(unknown).toMatchObject({ code: 3, err: expect.stringContaining('nobody') });
  });
});
