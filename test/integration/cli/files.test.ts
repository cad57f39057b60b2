import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { spawn } from '@lydell/node-pty';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FileEntry } from '#shared/domain/box-file.ts';
import { startBox } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';
import { serve, trainyard, trainyardJson, userEnvironment } from './trainyard.ts';

/** Runs it in a terminal, and answers what it asks. */
async function answering(env: NodeJS.ProcessEnv, args: string[], question: RegExp, answer: string) {
  const program = path.join(import.meta.dirname, '../../../electron/cli/main.ts');
  const pty = spawn(process.execPath, [program, ...args], { cols: 200, rows: 30, env });
  let shown = '';
  let code: number | null = null;
  pty.onData((text) => {
    shown += text;
  });
  pty.onExit(({ exitCode }) => {
    code = exitCode;
  });
  onTestFinished(() => {
    if (code === null) pty.kill('SIGKILL');
  });
  await until('it asks', () => question.test(shown) || (code !== null && Promise.reject(new Error(shown))));
  pty.write(`${answer}\r`);
  await until('it has ended', () => code !== null);
  return code;
}

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

  test.skipIf(!needs('sshd'))(
    'on a box directories are made, files moved and removed, whatever they are called; what must stay stays',
    async () => {
      const directory = await tempDirectory('cli-changes');
      const env = userEnvironment(directory);
      const box = await startBox({ name: 'heron' });
      onTestFinished(() => box.stop());
      const config = path.join(directory, 'heron_config');
      writeFileSync(config, box.configSnippet);
      const host = serve(env);
      await until('the app is up', () => host.urls.length > 0);
      expect((await trainyard(env, ['sites', 'add', 'heron', '--config', config])).code).toBe(0);
      const there = (name: string) => path.join(box.home, name);
      const run = async (...args: string[]) => {
        const { code, out, err } = await trainyard(env, args);
        return { code, said: out + err };
      };
      const ok = { code: 0, said: '' };

      const odd = `o'd "d"\n\u{1F4A5} $x`;
      expect(await run('mkdir', 'heron:work')).toEqual(ok);
      expect(await run('mkdir', 'heron:work')).toMatchObject({
        code: 1,
        said: expect.stringContaining('already'),
      });
      expect(await run('mkdir', `heron:work/${odd}/`)).toEqual(ok);
      writeFileSync(there('plain'), 'one');
      writeFileSync(there('other'), 'two');
      expect(await run('mv', 'heron:plain', `heron:~/work/${odd}`)).toEqual(ok);
      expect(readFileSync(there(`work/${odd}/plain`), 'utf8')).toBe('one');
      expect(await run('mv', `heron:work/${odd}/plain`, `heron:${box.home}/other`)).toMatchObject({
        code: 1,
      });
      expect(await run('mv', 'heron:other', 'heron:nowhere/')).toMatchObject({ code: 2 });
      expect(await run('mv', 'heron:other', directory)).toMatchObject({
        code: 2,
        said: expect.stringContaining('trainyard cp'),
      });
      expect(readFileSync(there('other'), 'utf8')).toBe('two');

      expect(await run('rm', 'heron:work', 'heron:other')).toMatchObject({
        code: 2,
        said: expect.stringContaining('-r'),
      });
      expect(await run('rm', '-r', 'heron:work')).toMatchObject({
        code: 2,
        said: expect.stringContaining('--yes'),
      });
      expect(await run('rm', 'heron:other', 'heron:none')).toMatchObject({ code: 3 });
      for (const place of ['/', '~', '/usr/', box.home])
        expect(await run('rm', '-r', '-y', 'heron:other', `heron:${place}`), place).toMatchObject({
          code: 1,
          said: expect.stringContaining('is not removed'),
        });
      expect(existsSync(there('other'))).toBe(true);
      symlinkSync('work', there('link'));
      expect(await run('rm', 'heron:link', 'heron:other')).toEqual(ok);
      expect(existsSync(there('other'))).toBe(false);
      expect(existsSync(there(`work/${odd}/plain`))).toBe(true);
      const asked = answering(env, ['rm', '-r', 'heron:work'], /2 directories.*\[yes\/no\]/s, 'no');
      expect(await asked).toBe(1);
      expect(existsSync(there('work'))).toBe(true);
      expect(await trainyardJson(env, ['rm', '-r', '-y', 'heron:work'])).toEqual({ removed: 1 });
      expect(existsSync(there('work'))).toBe(false);
    },
  );
});
