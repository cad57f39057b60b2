import type { CopyBox } from './box.ts';
import { bytesOf, nameList, nameOf } from './names.ts';
import { parseListing } from './scan.ts';

/** Names that a line of `HASH NAME` cannot tell. */
const isOdd = (path: string): boolean => /[\n\\\r]/.test(path);

/**
 * SHA-256 of files below a place, by path. One that cannot be read, or is gone, is missing in the answer. `onHash` is called
 * as each is done.
 */
export async function hashFiles(
  box: CopyBox,
  place: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const plain = paths.filter((path) => !isOdd(path));
  const found = await hashOdd(box, place, paths, signal);
  if (plain.length === 0) return found;
  const { stdout } = await box.ask('hash', [place], { signal, stdin: nameList(plain) });
  return hashesIn(stdout, found);
}

export interface State {
  hashes: ReadonlyMap<string, string>;
  stamps: ReadonlyMap<string, string>;
}

/** The hashes of files, and their stamps as they were when all of them had been read: of what is gone, neither. */
export async function stateOf(
  box: CopyBox,
  place: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<State> {
  const hashes = await hashOdd(box, place, paths, signal);
  // Those with odd names are looked at with the others: their hash is never taken from a line of those.
  const { stdout, stderr } = await box.ask('state', [place], { signal, stdin: nameList(paths) });
  const lines = hashesIn(stderr);
  for (const path of paths) {
    const hash = isOdd(path) ? undefined : lines.get(path);
    if (hash !== undefined) hashes.set(path, hash);
  }
  return { hashes, stamps: new Map(parseListing(stdout).map(({ path, stamp }) => [path, stamp])) };
}

/** Whether lines of `HASH NAME` can tell all of them. */
export const arePlain = (paths: readonly string[]): boolean => !paths.some(isOdd);

/** What lines of `HASH NAME` say, beside what is known. */
export function hashesIn(lines: Buffer, found = new Map<string, string>()): Map<string, string> {
  for (const line of linesOf(lines)) keep(found, line);
  return found;
}

async function hashOdd(
  box: CopyBox,
  place: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const odd = paths.filter(isOdd);
  if (odd.length === 0) return found;
  const { stdout } = await box.ask('hash-odd', [place], { signal, stdin: nameList(odd) });
  let at = 0;
  for (let end = stdout.indexOf('//\n', at); end >= 0; at = end + 3, end = stdout.indexOf('//\n', at)) {
    keep(found, stdout.subarray(at, end));
  }
  return found;
}

function* linesOf(bytes: Buffer): Generator<Buffer> {
  let at = 0;
  for (let end = bytes.indexOf(10, at); end >= 0; at = end + 1, end = bytes.indexOf(10, at)) {
    yield bytes.subarray(at, end);
  }
}

/** `HASH  ./NAME` or `HASH *./NAME` */
function keep(found: Map<string, string>, line: Buffer): void {
  const hash = line.toString('latin1', 0, 64);
  if (!/^[0-9a-f]{64}$/.test(hash) || line[64] !== 0x20) return;
  const name = nameOf(line.subarray(66));
  found.set(name.startsWith('./') ? name.slice(2) : name, hash);
}

/** Of a list of files as `path NUL hash or link`, sorted by bytes: what two manifests with the same files have in common. */
export function sortedByBytes<T>(entries: Iterable<readonly [string, T]>): (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a === b ? 0 : Buffer.compare(bytesOf(a), bytesOf(b))));
}
