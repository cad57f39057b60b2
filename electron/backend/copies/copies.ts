import { createHash } from 'node:crypto';
import type { Clock } from '#backend/clock.ts';
import { type LocalPrograms, localPrograms } from '#backend/processes/index.ts';
import type { MachineAccess, MachineReach } from '#backend/sites/index.ts';
import type { CopyPath, CopyPathKind } from '#shared/domain/copy.ts';
import { thisComputerId } from '#shared/domain/id.ts';
import { CopyBox, type Look } from './box.ts';
import { busy, cannotWrite, sourceMissing, toolMissing } from './errors.ts';
import { hashFiles } from './hashing.ts';
import type { Copies, CopySession, Manifest, Place } from './interface.ts';
import type { Ends } from './joint.ts';
import type { KeyJournal } from './keys.ts';
import { manifestOf } from './manifest.ts';
import { parentOf } from './names.ts';
import { Session } from './session.ts';
import { zips } from './way.ts';
import { bestWay, probeWays } from './ways.ts';

export interface CopiesOptions {
  access: MachineAccess;
  reach: MachineReach;
  /** Throws MACHINE_UNKNOWN. */
  machine(id: string): { id: string; name: string };
  journal: KeyJournal;
  clock: Clock;
  /** Tells this computer's copies from another's to the same place. */
  client: string;
  /** Nothing arriving for so long is a connection that is gone. Default a minute. */
  silenceMs?: number;
  /** Seconds that a single-use key is good for. Default two hours. */
  keySeconds?: number;
}

/** Copies between machines, and between a machine and this computer. */
export class CopyService implements Copies {
  readonly #options: CopiesOptions;
  readonly #open = new Set<string>();
  readonly #sessions = new Set<Session>();
  #here: LocalPrograms | null = null;

  constructor(options: CopiesOptions) {
    this.#options = options;
  }

  paths(from: string, to: string, signal: AbortSignal): Promise<CopyPath[]> {
    const { reach, journal, silenceMs = 60_000 } = this.#options;
    return probeWays(
      {
        from: this.box(from),
        to: this.box(to),
        here: hereOf(from, to),
        reach: () => reach.reach(to),
        journal,
        silenceMs,
        ends: this.#ends(),
      },
      signal,
    );
  }

  async open(
    from: Place,
    to: Place,
    { path, signal }: { path?: CopyPathKind; signal: AbortSignal },
  ): Promise<CopySession> {
    const [source, destination] = await Promise.all([this.#look(from, signal), this.#look(to, signal)]);
    const [fromBox, toBox] = [this.box(from.machineId), this.box(to.machineId)];
    check(from, fromBox, source, toBox, destination);
    const isFile = source.kind === 'file';
    const place = isFile ? parentOf(destination.place) || '/' : destination.place;
    const { client, reach, journal, silenceMs = 60_000, keySeconds, clock } = this.#options;
    const key = createHash('sha256')
      .update(JSON.stringify([client, from.machineId, source.place, destination.place]))
      .digest('hex')
      .slice(0, 16);
    const own = `${to.machineId} ${key}`;
    if (this.#open.has(own)) throw busy(to.path);
    this.#open.add(own);
    try {
      const stage = `.trainyard-copy-${key}`;
      const way = await bestWay(
        {
          from: fromBox,
          to: toBox,
          here: hereOf(from.machineId, to.machineId),
          reach: () => reach.reach(to.machineId),
          journal,
          silenceMs,
          ends: this.#ends(),
          ...(keySeconds === undefined ? {} : { keySeconds }),
        },
        {
          place: isFile ? parentOf(source.place) || '/' : source.place,
          stage: `${place}/${stage}`,
          tarOptions: source.gnuTar ? '--format=posix --hard-dereference' : '',
          zip: zips.find((zip) => source.has[zip] && destination.has[zip]) ?? null,
          hasher: destination.hasher,
        },
        path ?? null,
        signal,
      );
      const session: Session = new Session({
        from: fromBox,
        to: toBox,
        source,
        destination,
        stage,
        place,
        wasThere: destination.kind !== 'none',
        way,
        clock,
        onClose: async () => {
          this.#open.delete(own);
          this.#sessions.delete(session);
          await way.close();
        },
      });
      this.#sessions.add(session);
      return session;
    } catch (error) {
      this.#open.delete(own);
      throw error;
    }
  }

  async hash(
    place: Place,
    files: readonly string[] | 'all',
    signal: AbortSignal,
    { gentle = false }: { gentle?: boolean } = {},
  ): Promise<Manifest> {
    const normal = this.box(place.machineId);
    const box = gentle ? normal.gently() : normal;
    const look = await this.#look(place, signal);
    const entries =
      files === 'all'
        ? await box.scan(look.place, signal)
        : await box.list(look.place, files, 'deep', signal);
    const root = look.kind === 'file' ? parentOf(look.place) || '/' : look.place;
    const hashes = await hashFiles(
      box,
      root,
      entries.filter(({ kind }) => kind === 'file').map(({ path }) => path),
      signal,
    );
    const found = new Map<string, { bytes: number; hash: string } | { link: string }>();
    for (const { path, kind, bytes, target } of entries) {
      const hash = hashes.get(path);
      if (kind === 'link') found.set(path, { link: target });
      else if (hash !== undefined) found.set(path, { bytes, hash });
    }
    return manifestOf(found);
  }

  /** Closes every session that is still open: no key of theirs stays. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#sessions].map((session) => session.close()));
    await this.#here?.close();
  }

  /** A machine as the scripts see it. */
  box(machineId: string): CopyBox {
    return new CopyBox(this.#options.machine(machineId), (signal) =>
      this.#options.access.programs(machineId, { signal }),
    );
  }

  #ends(): Ends | null {
    const { reach } = this.#options;
    if (reach.lane === undefined) return null;
    return {
      here: () => {
        this.#here ??= localPrograms();
        return this.#here;
      },
      lane: async (machineId, options) => (await reach.lane?.(machineId, options)) ?? null,
      isHere: (machineId) => machineId === thisComputerId,
    };
  }

  #look(place: Place, signal: AbortSignal): Promise<Look> {
    return this.box(place.machineId).look(place.path, signal);
  }
}

const hereOf = (from: string, to: string): 'from' | 'to' | null =>
  from === thisComputerId ? 'from' : to === thisComputerId ? 'to' : null;

function check(from: Place, fromBox: CopyBox, source: Look, toBox: CopyBox, destination: Look): void {
  if (source.kind === 'none') throw sourceMissing(from.path, fromBox.name);
  for (const [box, look] of [[fromBox, source] as const, [toBox, destination] as const]) {
    if (!look.has.tar) throw toolMissing(box.name, 'tar');
  }
  if (!destination.writable) throw cannotWrite(toBox.name, destination.place);
}
