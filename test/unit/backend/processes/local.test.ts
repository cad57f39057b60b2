import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { localPrograms, pathForPrograms } from '#backend/processes/index.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

const programs = localPrograms();
afterAll(() => programs.close());

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('programs on this computer', () => {
  it('passes arguments and stdin through untouched', async () => {
    const hostile = ['a b', "it's", '$(touch /tmp/x)', '`id`', 'new\nline', '', '-n', 'ü\u{1f600}'];
    const result = await programs.exec(
      { script: 'for a in "$@"; do printf "%s\\0" "$a"; done; cat', args: hostile },
      { stdin: 'end' },
    );
    expect(result.stdout.toString().split('\0')).toEqual([...hostile, 'end']);
    expect(result.exitCode).toBe(0);
  });

  it('keeps exit code, stderr and a stream given as stdin', async () => {
    const result = await programs.exec(
      { script: 'cat >&2; exit 7' },
      { stdin: Readable.from([Buffer.from('one '), Buffer.from('two')]) },
    );
    expect(result).toMatchObject({ exitCode: 7, signal: null });
    expect(result.stderr.toString()).toBe('one two');
  });

  it('does not mind a program that does not read its stdin', async () => {
    const big = Buffer.alloc(4_000_000);
    expect((await programs.exec({ script: 'exit 3' }, { stdin: big })).exitCode).toBe(3);
    expect((await programs.exec({ script: 'exit 4' }, { stdin: Readable.from([big]) })).exitCode).toBe(4);
  });

  it('ends it on timeout', async () => {
    await expect(programs.exec({ script: 'sleep 300' }, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'COMMAND_TIMED_OUT',
      retryable: true,
    });
  });

  it.each([
    [
      'the whole group, also where it ignores TERM',
      'trap "" TERM; sleep 300 & echo $! > "$1/pid"; wait; wait',
    ],
    ['what a finished program left behind holding its output', 'sleep 300 & echo $! > "$1/pid"'],
  ])('ends %s', async (_, script) => {
    const directory = await tempDirectory();
    const stop = new AbortController();
    const running = programs.exec({ script, args: [directory] }, { signal: stop.signal });
    const pid = await until('it has started its child', async () =>
      Number(await readFile(path.join(directory, 'pid'), 'utf8')),
    );
    expect(alive(pid)).toBe(true);
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await until('the child is gone', () => !alive(pid));
  });

  it('ends it on abort, also before it started', async () => {
    const stop = new AbortController();
    const waiting = programs.exec({ script: 'sleep 300' }, { signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(programs.spawn({ script: 'sleep 300' }, { signal: stop.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  it('ends endless output', async () => {
    await expect(programs.exec({ script: 'yes' }, { maxOutputBytes: 100_000 })).rejects.toMatchObject({
      code: 'OUTPUT_TOO_LARGE',
    });
  });

  it('streams, and kills what still runs when closed', async () => {
    const own = localPrograms();
    const program = await own.spawn({ script: 'echo $$; cat; sleep 300' });
    const [first] = await program.stdout.take(1).toArray();
    const pid = Number(String(first));
    expect(alive(pid)).toBe(true);
    program.kill();
    program.kill();
    expect((await program.exited).signal).toBe('SIGTERM');
    const second = await own.spawn({ script: 'sleep 300' });
    await own.close();
    expect((await second.exited).signal).toBe('SIGTERM');
    await expect(own.exec({ script: 'true' })).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('says so where there is no shell, and keeps the app’s own environment to itself', async () => {
    const none = localPrograms({ shell: '/nonexistent/sh' });
    await expect(none.exec({ script: 'true' })).rejects.toMatchObject({ code: 'SHELL_MISSING' });
    const own = localPrograms({
      env: { PATH: '/usr/bin:/bin', TRAINYARD_X: '1', ELECTRON_Y: '2', KEPT: '3' },
    });
    const { stdout } = await own.exec({ script: 'env' });
    expect(stdout.toString()).toMatch(/^KEPT=3$/m);
    expect(stdout.toString()).not.toMatch(/TRAINYARD_|ELECTRON_/);
  });
});

describe('the PATH of an app that the Finder starts', () => {
  it('has what Homebrew and MacPorts install after what is there; elsewhere it stays as it is', () => {
    expect(pathForPrograms('/usr/bin:/usr/local/bin', 'darwin')).toBe(
      '/usr/bin:/usr/local/bin:/opt/homebrew/bin:/opt/local/bin',
    );
    expect(pathForPrograms(undefined, 'darwin')).toBe(
      '/usr/bin:/bin:/usr/sbin:/sbin:/opt/homebrew/bin:/usr/local/bin:/opt/local/bin',
    );
    expect(pathForPrograms('C:\\bin', 'win32')).toBe('C:\\bin');
    expect(pathForPrograms(undefined, 'linux')).toBe(undefined);
  });
});
