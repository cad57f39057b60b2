import type { CopyBox } from './box.ts';
import { bytesOf, nameList, nameOf } from './names.ts';

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
  const found = new Map<string, string>();
  const plain = paths.filter((path) => !isOdd(path));
  const odd = paths.filter(isOdd);
  if (plain.length > 0) {
    const { stdout } = await box.ask('hash', [place], { signal, stdin: nameList(plain) });
    for (const line of linesOf(stdout)) keep(found, line);
  }
  if (odd.length > 0) {
    const { stdout } = await box.ask('hash-odd', [place], { signal, stdin: nameList(odd) });
    let at = 0;
    for (let end = stdout.indexOf('//\n', at); end >= 0; at = end + 3, end = stdout.indexOf('//\n', at)) {
      keep(found, stdout.subarray(at, end));
    }
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
