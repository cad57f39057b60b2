import type { RunningProgram } from '#backend/processes/index.ts';
import type { BrowseBox } from './box.ts';
import { answerInvalid } from './errors.ts';
import { nulList, textOf, wordOf } from './names.ts';
import { naturalKey } from './sorting.ts';

const measureForMs = 20_000;
const findForMs = 10_000;
/** So many are looked at to find the nearest ones. */
const mostFound = 20_000;

const kindOfLetter: Record<string, string> = { f: 'file', d: 'directory', l: 'link' };

/** What removing these whole names would take away, as far as that can be counted in some seconds. */
export async function measured(box: BrowseBox, full: readonly string[], signal: AbortSignal) {
  const program = await box.spawn(box.command('measure', '/', []), signal);
  program.stdin.on('error', () => undefined);
  program.stdin.end(nulList(full));
  let text = '';
  const isWhole = await readFor(program, measureForMs, signal, (chunk) => {
    text = (text + chunk.toString('latin1')).slice(-4096);
    return true;
  });
  const last = text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1) ?? '';
  const match = /^(\d+) (\d+) (\d+) ([01])$/.exec(last);
  if (match === null && isWhole) throw answerInvalid(box.name, text);
  const [, files = '0', directories = '0', bytes = '0', bad = '1'] = match ?? [];
  return {
    files: Number(files),
    directories: Number(directories),
    bytes: Number(bytes),
    complete: isWhole && bad === '0',
  };
}

/** What has these letters in its name below a directory, the nearest first, as far as some seconds go. */
export async function found(
  box: BrowseBox,
  path: string,
  name: string,
  limit: number,
  signal: AbortSignal,
): Promise<{ paths: { path: string; kind: string }[]; complete: boolean }> {
  const described = await box.stat(path, signal);
  const top = described.entry.kind === 'link' ? (await box.list(path, signal)).path : described.path;
  const pattern = `*${name.replace(/[\\*?[\]]/g, '\\$&')}*`;
  const program = await box.spawn(box.command('find', top, [wordOf(pattern)]), signal);
  program.stdin.on('error', () => undefined);
  program.stdin.end();
  const matches: { below: string; kind: string; depth: number }[] = [];
  let rest: Buffer = Buffer.alloc(0);
  const isWhole = await readFor(program, findForMs, signal, (chunk) => {
    const bytes = Buffer.concat([rest, chunk]);
    let at = 0;
    for (let end = bytes.indexOf(0, at); end >= 0; at = end + 1, end = bytes.indexOf(0, at)) {
      const below = textOf(bytes.subarray(at + 2, end)).replace(/^\.\//, '');
      const kind = kindOfLetter[String.fromCharCode(bytes[at] ?? 0)] ?? 'other';
      matches.push({ below, kind, depth: below.split('/').length });
    }
    rest = bytes.subarray(at);
    return matches.length < mostFound;
  });
  if (!isWhole && matches.length === 0 && signal.aborted) throw signal.reason;
  const keyed = matches.map((match) => ({ ...match, key: naturalKey(match.below) }));
  keyed.sort((a, b) => a.depth - b.depth || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const prefix = top === '/' ? '/' : `${top}/`;
  return {
    paths: keyed.slice(0, limit).map(({ below, kind }) => ({ path: `${prefix}${below}`, kind })),
    complete: isWhole && keyed.length <= limit,
  };
}

/** Reads what a program prints until it ends (true), time is up or `take` has enough (false: it is ended then). */
async function readFor(
  program: RunningProgram,
  forMs: number,
  signal: AbortSignal,
  take: (chunk: Buffer) => boolean,
): Promise<boolean> {
  program.stderr.resume();
  const stop = Promise.withResolvers<false>();
  const timer = setTimeout(() => stop.resolve(false), forMs);
  const onAbort = () => stop.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const all = (async () => {
    for await (const chunk of program.stdout as AsyncIterable<Buffer>) if (!take(chunk)) return false;
    await program.exited;
    return true;
  })();
  all.catch(() => undefined); // told by the race, unless that is over
  try {
    if (signal.aborted) throw signal.reason;
    return await Promise.race([all, stop.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    program.kill();
    program.exited.catch(() => undefined);
    program.stdout.resume();
  }
}
