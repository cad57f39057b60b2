import type { BoxConnection } from './connection.ts';
import { boxAnswerInvalid, fileNotFound, pathOutsideRun } from './errors.ts';
import type { BoxFile } from './interface.ts';

const notThere = 66;
const leadsOut = 67;
const kinds: Record<string, BoxFile['kind']> = { f: 'file', d: 'directory', l: 'link' };

/** A path as the scripts take it: relative, without `..`. RUN_PATH_OUTSIDE for one that leads out; links are checked on the box. */
export function checkedPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.startsWith('/') || parts.includes('..')) throw pathOutsideRun(path);
  if (path.includes('\0')) throw fileNotFound(path.replaceAll('\0', '?'));
  return parts.join('/');
}

export async function listFiles(
  box: BoxConnection,
  runId: string,
  path: string,
  signal?: AbortSignal,
): Promise<BoxFile[]> {
  const result = await box.call('files', ['list', runId, checkedPath(path)], signal ? { signal } : {});
  checkExit(result.exitCode, path);
  const text = result.stdout.toString('utf8');
  if (text !== '' && !text.endsWith('\0')) throw boxAnswerInvalid(text);
  const files = text.split('\0').slice(0, -1).map(parseFile);
  return files.toSorted(
    (a, b) => Number(b.kind === 'directory') - Number(a.kind === 'directory') || (a.name < b.name ? -1 : 1),
  );
}

/** "KIND BYTES SECONDS NAME". A name may hold anything but NUL and a slash. */
export function parseFile(entry: string): BoxFile {
  const match = /^([a-zA-Z]) (\d{1,15}) (-?\d{1,15})(?:\.(\d+))? ([^/]+)$/.exec(entry);
  const name = match?.[5];
  if (!match || name === undefined) throw boxAnswerInvalid(entry);
  return {
    name,
    kind: kinds[match[1] ?? ''] ?? 'other',
    sizeBytes: Number(match[2]),
    modifiedAt: Number(match[3]) * 1000 + Number((match[4] ?? '').slice(0, 3).padEnd(3, '0')),
  };
}

export async function readFile(
  box: BoxConnection,
  runId: string,
  path: string,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<{ bytes: Buffer; sizeBytes: number }> {
  const checked = checkedPath(path);
  if (checked === '') throw fileNotFound(path);
  const options = { maxOutputBytes: maxBytes + 65_536, timeoutMs: 60_000, ...(signal ? { signal } : {}) };
  const result = await box.call('files', ['read', runId, checked, String(maxBytes)], options);
  checkExit(result.exitCode, path);
  const newline = result.stdout.indexOf(10);
  const size = result.stdout.subarray(0, Math.max(newline, 0)).toString('latin1');
  const bytes = result.stdout.subarray(newline + 1);
  if (!/^\d{1,15}$/.test(size) || bytes.length > maxBytes) throw boxAnswerInvalid(size);
  return { bytes, sizeBytes: Math.max(Number(size), bytes.length) };
}

/** The bytes that the run's directory takes on the disk. 0 where there is none. */
export async function usage(box: BoxConnection, runId: string, signal?: AbortSignal): Promise<number> {
  const result = await box.call('files', ['usage', runId], {
    timeoutMs: 120_000,
    ...(signal ? { signal } : {}),
  });
  if (result.exitCode === notThere) return 0;
  const text = result.stdout.toString('latin1').trim();
  if (!/^\d{1,12}$/.test(text)) throw boxAnswerInvalid(text);
  return Number(text) * 1024;
}

function checkExit(code: number | null, path: string): void {
  if (code === 0) return;
  if (code === notThere) throw fileNotFound(path);
  if (code === leadsOut) throw pathOutsideRun(path);
  throw boxAnswerInvalid(`exit code ${code}`);
}
