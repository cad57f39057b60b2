import type { Activity } from '#backend/activity/index.ts';
import type { FileEntry, FilePreview, Listing } from '#shared/domain/box-file.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId } from '#shared/domain/id.ts';
import type { Actor } from '#shared/domain/role.ts';
import { boxOf, type FileAccess } from './access.ts';
import { type BrowseBox, checkedPath } from './box.ts';
import { changed, exists, isProtected } from './errors.ts';
import { modifiedAtOf } from './facts.ts';
import { type LivePlace, whyProtected } from './guard.ts';
import { Listings, type Page } from './listings.ts';
import { found, measured } from './looking.ts';
import { nulList, parentOf, textOf, wordOf } from './names.ts';
import { opened } from './opened.ts';
import { firstBytes, previewOf } from './preview/index.ts';

export interface BrowseOptions extends FileAccess {
  activity: Pick<Activity, 'record'>;
  /** Where runs that are alive work on a machine: nothing of that is removed from here. */
  livePlaces(machineId: string): LivePlace[];
}

const hourMs = 3_600_000;

export interface FilePlace {
  machineId: string;
  path: string;
}

/** Files of machines, looked at and changed one at a time. All reject with FILE_… errors and the machine's own. */
export class Browse {
  readonly #options: BrowseOptions;
  readonly #listings: Listings;

  constructor(options: BrowseOptions) {
    this.#options = options;
    this.#listings = new Listings(options.clock);
  }

  async list({ machineId, path, ...page }: FilePlace & Page, signal: AbortSignal): Promise<Listing> {
    const box = await this.#box(machineId, signal);
    const { entries, ...facts } = await box.list(path, signal);
    return this.#listings.add({ machineId, ...facts }, entries, page);
  }

  /** Throws LISTING_GONE. */
  page({ listingId, ...page }: { listingId: string } & Page): Listing {
    return this.#listings.page(listingId, page);
  }

  async stat({ machineId, path }: FilePlace, signal: AbortSignal) {
    const box = await this.#box(machineId, signal);
    const described = await box.stat(path, signal);
    const { entry, there, writable } = described;
    return { path: described.path, entry, version: there.version, writable };
  }

  async preview(
    { machineId, path }: FilePlace,
    signal: AbortSignal,
  ): Promise<{ entry: FileEntry; version: string; preview: FilePreview }> {
    const box = await this.#box(machineId, signal);
    const { described, head } = await box.head(path, firstBytes, signal);
    const { bytes } = opened(described, box.name).entry;
    const preview = await previewOf({
      name: described.entry.name,
      bytes,
      head,
      read: async (offset, length) => {
        if (offset + length <= head.length) return head.subarray(offset, offset + length);
        const read = await box.read(path, offset, length, signal);
        if (read.version !== described.there.version)
          throw changed(path, box.name, modifiedAtOf(read.version));
        return read.bytes;
      },
    });
    return { entry: described.entry, version: described.there.version, preview };
  }

  async read(
    { machineId, path, offset, length }: FilePlace & { offset: number; length: number },
    signal: AbortSignal,
  ) {
    const box = await this.#box(machineId, signal);
    const { bytes, totalBytes, version } = await box.read(path, offset, length, signal);
    return { base64: bytes.toString('base64'), totalBytes, version };
  }

  async write(
    { machineId, path, text, version }: FilePlace & { text: string; version: string | null },
    actor: Actor,
    signal: AbortSignal,
  ): Promise<{ version: string }> {
    const bytes = Buffer.from(text);
    return this.#recorded('files.write', { machineId, path }, { bytes: bytes.length }, actor, async () => {
      const box = await this.#box(machineId, signal);
      const args = [String(bytes.length), version === null ? '' : wordOf(version), newId()];
      const answer = await box.ask('write', path, args, { signal, stdin: bytes });
      return { version: answer.toString('latin1').trim() };
    });
  }

  async makeDirectory(place: FilePlace, actor: Actor, signal: AbortSignal): Promise<{ path: string }> {
    return this.#recorded('files.makeDirectory', place, {}, actor, async () => {
      const box = await this.#box(place.machineId, signal);
      return { path: textOf(await box.ask('make-directory', place.path, [], { signal })) };
    });
  }

  /** `to`: a path, or a name in the same directory. */
  async rename(
    { machineId, path, to }: FilePlace & { to: string },
    actor: Actor,
    signal: AbortSignal,
  ): Promise<{ path: string }> {
    return this.#recorded('files.rename', { machineId, path }, { to }, actor, async () => {
      const box = await this.#box(machineId, signal);
      const [from = path] = await this.#spared(box, machineId, [path], signal);
      const target = to.includes('/') || to === '~' ? to : `${parentOf(from)}/${to}`;
      const args = [wordOf(checkedPath(target))];
      const answer = await box
        .ask('rename', from, args, { signal, timeoutMs: hourMs })
        .catch((error: unknown) => {
          throw error instanceof TrainyardError && error.code === 'FILE_EXISTS'
            ? exists(target, box.name)
            : error;
        });
      return { path: textOf(answer) };
    });
  }

  async measure({ machineId, paths }: { machineId: string; paths: readonly string[] }, signal: AbortSignal) {
    const box = await this.#box(machineId, signal);
    const { full } = await box.resolve(paths, signal);
    return measured(box, full, signal);
  }

  async remove(
    { machineId, paths }: { machineId: string; paths: readonly string[] },
    actor: Actor,
    signal: AbortSignal,
  ): Promise<{ removed: number }> {
    const path = paths.slice(0, 20).join(', ');
    return this.#recorded('files.remove', { machineId, path }, { count: paths.length }, actor, async () => {
      const box = await this.#box(machineId, signal);
      const full = await this.#spared(box, machineId, paths, signal);
      await box.ask('remove', '/', [], { signal, stdin: nulList(full), timeoutMs: hourMs });
      return { removed: full.length };
    });
  }

  async find(
    { machineId, path, name, limit }: FilePlace & { name: string; limit: number },
    signal: AbortSignal,
  ) {
    const box = await this.#box(machineId, signal);
    return found(box, path, name, limit, signal);
  }

  /** Whole names of what may be removed or renamed. Throws FILE_PROTECTED before anything is. */
  async #spared(
    box: BrowseBox,
    machineId: string,
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<string[]> {
    const live = this.#options.livePlaces(machineId);
    const asked = live.flatMap(({ directory, work }) => [directory, work]);
    const { full, maybe, ...surroundings } = await box.resolve(paths, signal, asked);
    const real = live.map((_, at) => ({ directory: maybe[at * 2] ?? '', work: maybe[at * 2 + 1] ?? '' }));
    for (const one of full) {
      const why = whyProtected(one, surroundings, [...live, ...real]);
      if (why !== null) throw isProtected(one, box.name, why);
    }
    return full;
  }

  #box(machineId: string, signal: AbortSignal): Promise<BrowseBox> {
    return boxOf(this.#options, machineId, signal);
  }

  /** What changes something is on the record, also where it was refused. */
  async #recorded<T>(
    action: string,
    { machineId, path }: FilePlace,
    details: Record<string, unknown>,
    actor: Actor,
    work: () => Promise<T>,
  ): Promise<T> {
    const { activity, machine } = this.#options;
    const target = machine(machineId).name;
    try {
      const result = await work();
      activity.record({ actor, action, target, details: { path, ...details } });
      return result;
    } catch (thrown) {
      const { code } = TrainyardError.from(thrown);
      activity.record({ actor, action, target, result: 'failed', details: { path, ...details, code } });
      throw thrown;
    }
  }
}
