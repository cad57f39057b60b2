/** Electron's fuses, read back from a program that was packaged: what its configuration asked for must be in the binary. */
import { readFileSync } from 'node:fs';

/** Marks the fuse wire in Electron's binary; then follow a version, a length, and a character per fuse. */
const sentinel = Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', 'latin1');
/** In the order of version 1 of the wire, by their names in electron-builder's configuration. */
const order = [
  'runAsNode',
  'enableCookieEncryption',
  'enableNodeOptionsEnvironmentVariable',
  'enableNodeCliInspectArguments',
  'enableEmbeddedAsarIntegrityValidation',
  'onlyLoadAppFromAsar',
  'loadBrowserProcessSpecificV8Snapshot',
  'grantFileProtocolExtraPrivileges',
] as const;

/** Each fuse of the binary: on, off, or null where this Electron has it no more. Throws where there is no wire. */
export function readFuses(binary: Buffer): Record<string, boolean | null> {
  const at = binary.indexOf(sentinel);
  if (at < 0) throw new Error('this is not a program of Electron: it has no fuses');
  const version = binary[at + sentinel.length];
  const length = binary[at + sentinel.length + 1] ?? 0;
  if (version !== 1) throw new Error(`fuses of version ${version} are not known here`);
  const states = binary
    .subarray(at + sentinel.length + 2, at + sentinel.length + 2 + length)
    .toString('latin1');
  return Object.fromEntries(
    order.map((name, index) => [name, states[index] === '1' ? true : states[index] === '0' ? false : null]),
  );
}

/** What differs between the binary and what was asked for, in words; empty where all is as asked. */
export function fuseProblems(file: string, asked: Readonly<Record<string, boolean>>): string[] {
  const found = readFuses(readFileSync(file));
  return Object.entries(asked).flatMap(([name, wanted]) =>
    found[name] === wanted ? [] : [`${name} is ${found[name] ?? 'not there'}, not ${wanted}`],
  );
}
