import type { Readable } from 'node:stream';
import type { Command, RunningProgram, RunsPrograms } from '#backend/processes/index.ts';
import { remoteScript } from '#backend/resources.ts';
import type { FileEntry } from '#shared/domain/box-file.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import {
  answerInvalid,
  cannotWrite,
  changed,
  cutShort,
  denied,
  diskFull,
  exists,
  isADirectory,
  linkLoop,
  notADirectory,
  notFound,
  notRegular,
  pathInvalid,
  readOnly,
  toolMissing,
  tooManyEntries,
  unreadable,
  uploadDamaged,
} from './errors.ts';
import { type Facts, FactsReader, modifiedAtOf, setTarget } from './facts.ts';
import type { Surroundings } from './guard.ts';
import { textOf, wordOf } from './names.ts';

const common = remoteScript('browse-lib.sh');
const browseScript = common + remoteScript('browse.sh');
const uploadScript = common + remoteScript('upload.sh');
const mostListBytes = 128 * 1024 * 1024;

export interface Ask {
  signal: AbortSignal;
  stdin?: Uint8Array | Readable;
  timeoutMs?: number;
  maxOutputBytes?: number;
}

/** What there is at a place, and beyond where it is a link. */
export interface Described {
  /** Absolute; links on the way to it resolved, not one at its end. */
  path: string;
  entry: FileEntry;
  /** Of what a link leads to, where it leads to something. */
  there: Facts;
  writable: boolean;
}

/** The files of one machine, by resources/remote/browse.sh: one program for each question. */
export class BrowseBox {
  readonly name: string;
  readonly #programs: RunsPrograms;

  constructor(name: string, programs: RunsPrograms) {
    this.name = name;
    this.#programs = programs;
  }

  /** Rejects with what the script's complaint about `path` means, and as `RunsPrograms` does. */
  async ask(verb: string, path: string, args: readonly string[], ask: Ask): Promise<Buffer> {
    const { exitCode, signal, stdout, stderr } = await this.#programs.exec(
      this.command(verb, path, args),
      this.#options(ask),
    );
    if (exitCode === 0) return stdout;
    throw this.complaint(stderr.toString('utf8'), path, `exit ${exitCode ?? signal}`);
  }

  command(verb: string, path: string, args: readonly string[]): Command {
    return { script: browseScript, args: [verb, wordOf(checkedPath(path)), ...args] };
  }

  /** What upload.sh does; `uploadId` names what lies beside the place until it is whole. */
  async upload(
    verb: string,
    path: string,
    uploadId: string,
    args: readonly string[],
    ask: Ask,
  ): Promise<Buffer> {
    const command = this.uploadCommand(verb, path, uploadId, args);
    const { exitCode, signal, stdout, stderr } = await this.#programs.exec(command, this.#options(ask));
    if (exitCode === 0) return stdout;
    throw this.complaint(stderr.toString('utf8'), path, `exit ${exitCode ?? signal}`);
  }

  uploadCommand(verb: string, path: string, uploadId: string, args: readonly string[]): Command {
    return { script: uploadScript, args: [verb, wordOf(checkedPath(path)), uploadId, ...args] };
  }

  spawn(command: Command, signal: AbortSignal): Promise<RunningProgram> {
    return this.#programs.spawn(command, { signal });
  }

  #options({ signal, stdin, timeoutMs = 60_000, maxOutputBytes = 1_048_576 }: Ask) {
    return { signal, timeoutMs, maxOutputBytes, ...(stdin === undefined ? {} : { stdin }) };
  }

  /** What `!word details` on stderr means. */
  complaint(said: string, path: string, how: string): TrainyardError {
    const [, word, rest = ''] = /^!(\w+) ?(.*)$/m.exec(said) ?? [];
    const { name } = this;
    switch (word) {
      case 'missing':
        return notFound(path, name);
      case 'denied':
        return denied(path, name);
      case 'notdir':
        return notADirectory(path, name);
      case 'isdir':
        return isADirectory(path, name);
      case 'notfile':
        return notRegular(path, name);
      case 'loop':
        return linkLoop(path, name);
      case 'exists':
        return exists(path, name);
      case 'changed':
        return changed(path, name, modifiedAtOf(rest));
      case 'full': {
        const free = Number(rest);
        return diskFull(name, rest !== '' && Number.isFinite(free) ? free * 1024 : null);
      }
      case 'readonly':
        return readOnly(path, name);
      case 'write':
        return cannotWrite(path, name, rest);
      case 'read':
        return unreadable(path, name, rest);
      case 'damaged':
        return uploadDamaged(path, name);
      case 'short':
        return cutShort(name);
      case 'tool':
        return toolMissing(name, rest);
      default:
        return answerInvalid(name, `${how}: ${said}`);
    }
  }

  /** All of a directory, in no order. */
  async list(path: string, signal: AbortSignal) {
    const bytes = await this.ask('list', path, [], {
      signal,
      timeoutMs: 120_000,
      maxOutputBytes: mostListBytes,
    }).catch((error: unknown) => {
      if (error instanceof TrainyardError && error.code === 'OUTPUT_TOO_LARGE')
        throw tooManyEntries(path, this.name);
      throw error;
    });
    const reader = new FactsReader(bytes);
    const place = reader.field();
    const free = reader.field()?.toString('latin1') ?? '';
    const may = reader.field();
    if (place === null || may === null) throw answerInvalid(this.name, bytes.toString('latin1', 0, 200));
    const entries = await readEntries(reader);
    if (!reader.mark('.'))
      throw answerInvalid(this.name, bytes.toString('latin1', reader.at, reader.at + 200));
    return {
      path: textOf(place),
      freeBytes: /^\d+$/.test(free) ? Number(free) * 1024 : null,
      writable: may.toString('latin1') === '1',
      entries,
    };
  }

  async stat(path: string, signal: AbortSignal): Promise<Described> {
    return this.#described(await this.ask('stat', path, [], { signal })).described;
  }

  /** With the first bytes of a file, at most about so many; of anything else none. */
  async head(
    path: string,
    bytes: number,
    signal: AbortSignal,
  ): Promise<{ described: Described; head: Buffer }> {
    const answer = await this.ask('head', path, [String(bytes)], {
      signal,
      maxOutputBytes: bytes + 65_536,
    });
    const { described, at } = this.#described(answer);
    return { described, head: answer.subarray(at, at + Math.min(bytes, described.there.entry.bytes)) };
  }

  /** `length` bytes from `offset` on, fewer at the end. FILE_CHANGED where it changed while it was read. */
  async read(path: string, offset: number, length: number, signal: AbortSignal) {
    const answer = await this.ask('read', path, [String(length), String(offset)], {
      signal,
      maxOutputBytes: length + 65_536,
    });
    const first = answer.indexOf(0);
    const last = answer.lastIndexOf(0);
    if (first < 0 || last <= first) throw answerInvalid(this.name, answer.toString('latin1', 0, 200));
    const version = answer.toString('latin1', 0, first);
    const skipped = offset % 4096;
    const bytes = answer.subarray(first + 1, last).subarray(skipped, skipped + length);
    const totalBytes = Number(/^\d+/.exec(version)?.[0] ?? Number.NaN);
    if (!Number.isSafeInteger(totalBytes)) throw answerInvalid(this.name, version);
    const after = answer.toString('latin1', last + 1);
    return { bytes, totalBytes, version, isSame: after === version };
  }

  /**
   * Whole names (links on the way resolved, not one at the end) of what is there, and what must be known before it is removed.
   * `maybe`: directories whose whole names are wanted too, links resolved; those that are not there come back as they are.
   */
  async resolve(
    paths: readonly string[],
    signal: AbortSignal,
    maybe: readonly string[] = [],
  ): Promise<Surroundings & { full: string[]; maybe: string[] }> {
    const words = [
      ...paths.map((path) => wordOf(checkedPath(path))),
      ...maybe.map((path) => `?${wordOf(path)}`),
    ]
      .map((word) => `${word}\n`)
      .join('');
    const answer = await this.ask('resolve', '/', [], {
      signal,
      stdin: Buffer.from(words),
      maxOutputBytes: mostListBytes,
    }).catch((error: unknown) => {
      const only = paths.length === 1 ? paths[0] : undefined;
      throw error instanceof TrainyardError && error.code === 'FILE_NOT_FOUND' && only !== undefined
        ? notFound(only, this.name)
        : error;
    });
    const parts = answer.toString('latin1').split('\0');
    const [home, mounts, homes, ...full] = parts.map((part) => textOf(Buffer.from(part, 'latin1')));
    if (
      home === undefined ||
      mounts === undefined ||
      homes === undefined ||
      full.length !== paths.length + maybe.length + 1
    )
      throw answerInvalid(this.name, answer.toString('latin1', 0, 200));
    return {
      home,
      mounts,
      homes: homes.split('\n').filter((one) => one.length > 1),
      full: full.slice(0, paths.length),
      maybe: full.slice(paths.length, -1),
    };
  }

  #described(answer: Buffer): { described: Described; at: number } {
    const reader = new FactsReader(answer);
    const path = reader.field();
    const may = reader.field();
    const own = reader.next();
    if (path === null || may === null || own === null)
      throw answerInvalid(this.name, answer.toString('latin1', 0, 200));
    const link = reader.nextLink();
    if (link !== null) setTarget(own.entry, link);
    const there = reader.mark('>') ? reader.next() : null;
    if (!reader.mark('.')) throw answerInvalid(this.name, answer.toString('latin1', 0, 200));
    const text = textOf(path);
    const name = text === '/' ? '/' : text.slice(text.lastIndexOf('/') + 1);
    return {
      at: reader.at,
      described: {
        path: text,
        entry: { ...own.entry, name },
        there: there === null ? own : { ...there, entry: { ...there.entry, name } },
        writable: may.toString('latin1') === '1',
      },
    };
  }
}

/** Throws FILE_PATH_INVALID. */
export function checkedPath(path: string): string {
  if (!/^(?:\/|~(?:\/|$))/.test(path) || path.includes('\0') || path.includes('\\x00'))
    throw pathInvalid(path);
  return path;
}

/** In portions, so that a hundred thousand of them keep nobody else waiting. */
async function readEntries(reader: FactsReader): Promise<FileEntry[]> {
  const entries: FileEntry[] = [];
  for (let facts = reader.next(); facts !== null; facts = reader.next()) {
    entries.push(facts.entry);
    if (entries.length % 5_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const links = new Map(entries.filter(({ kind }) => kind === 'link').map((entry) => [entry.name, entry]));
  for (let link = reader.nextLink(); link !== null; link = reader.nextLink()) {
    const entry = links.get(link.name);
    if (entry !== undefined) setTarget(entry, link);
  }
  return entries;
}
