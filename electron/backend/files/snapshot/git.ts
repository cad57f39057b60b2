import { execFile } from 'node:child_process';
import { repositoryOf } from './ignore-rules.ts';
import type { GitState } from './types.ts';

const mostDiffBytes = 1_048_576;
const timeoutMs = 15_000;

/**
 * Commit, branch and the uncommitted difference of a directory; null where it is in no repository, git is not
 * installed, or it refuses (another user's repository). Never runs hooks, file system monitors or diff programs that
 * the repository configures, and takes no locks.
 */
export async function gitState(directory: string, signal?: AbortSignal): Promise<GitState | null> {
  if (repositoryOf(directory) === null) return null;
  const status = await git(directory, ['status', '--porcelain=v2', '--branch', '--', '.'], 4_194_304, signal);
  if (status === null) return null;
  const lines = status.text.split('\n');
  const header = (name: string) =>
    lines.find((line) => line.startsWith(`# branch.${name} `))?.split(' ')[2] ?? null;
  const commit = header('oid');
  if (commit === null || !/^[0-9a-f]{40,64}$/.test(commit)) return null;
  const branch = header('head');
  const dirty = lines.some((line) => line !== '' && !line.startsWith('#'));
  const diff = dirty
    ? await git(
        directory,
        ['diff', '--no-color', '--no-ext-diff', '--no-textconv', 'HEAD', '--', '.'],
        mostDiffBytes,
        signal,
      )
    : null;
  return {
    commit,
    branch: branch === '(detached)' ? null : branch,
    dirty,
    diff: diff?.text ?? '',
    diffBytes: diff?.bytes ?? 0,
  };
}

const guards = [
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'diff.external=',
  '--no-optional-locks',
];

/** What git prints, cut at `most` bytes; null where it fails. */
function git(
  directory: string,
  args: readonly string[],
  most: number,
  signal?: AbortSignal,
): Promise<{ text: string; bytes: number } | null> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd: directory,
      timeout: timeoutMs,
      killSignal: 'SIGKILL' as const,
      encoding: 'buffer' as const,
      maxBuffer: 64 * 1_048_576,
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
      ...(signal === undefined ? {} : { signal }),
    };
    execFile('git', [...guards, ...args], options, (error, stdout) => {
      if (signal?.aborted) reject(signal.reason);
      else if (
        error !== null &&
        (error as NodeJS.ErrnoException).code !== 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'
      )
        resolve(null);
      else resolve({ text: stdout.subarray(0, most).toString('utf8'), bytes: stdout.length });
    });
  });
}
