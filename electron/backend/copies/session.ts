import type { Clock } from '#backend/clock.ts';
import { cancelled } from '#backend/processes/index.ts';
import type { CopyPathKind } from '#shared/domain/copy.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { CopyBox, Look } from './box.ts';
import { tarOf } from './entries-tar.ts';
import { answerInvalid, diskFull, inTheWay, pathOutside, sourceChanging } from './errors.ts';
import { hashFiles } from './hashing.ts';
import type { CopyResult, CopySession, SendOptions } from './interface.ts';
import { manifestOf } from './manifest.ts';
import { baseOf, isInside, nameList, parentOf, parentsOf } from './names.ts';
import { byDirectory, inOrder } from './order.ts';
import { Placing } from './placing.ts';
import { type Plan, partName, planOf, type Unit, unitsOf } from './plan.ts';
import { Progress } from './progress.ts';
import { Round } from './round.ts';
import type { Entry } from './scan.ts';
import { type Whole, wholeDirectories } from './subtrees.ts';
import type { Way } from './way.ts';

export interface SessionOptions {
  from: CopyBox;
  to: CopyBox;
  source: Look;
  destination: Look;
  /** The name of the staging directory, beside what is copied. */
  stage: string;
  /** Directory that is copied into (of one file: the one that it lies in), absolute. */
  place: string;
  /** Before this session the place was there already. */
  wasThere: boolean;
  way: Way;
  clock: Clock;
  onClose(): Promise<void>;
}

/** So often a file that changes while it is read is read again. */
const mostRounds = 4;
/** What was written to so shortly before it was hashed may change again without a trace. */
const racyMs = 3_000;
/** Where times are finer than seconds, a copy takes much longer than what two writes may have in common. */
const racyFineMs = 100;

/** So many cores without work: copying takes some of them for itself then. */
const roomyCores = 8;
const hasRoom = ({ idleCores }: Look): boolean => idleCores === null || idleCores >= roomyCores;

interface Known {
  source: string;
  destination: string;
  hash: string;
}

/** A copy between two places, set up once and used for any number of sends. */
export class Session implements CopySession {
  readonly #options: SessionOptions;
  /** What was verified in this session, by path: not read again while neither side was touched. */
  readonly #known = new Map<string, Known>();
  #gone: Promise<void> | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get kind(): CopyPathKind {
    return this.#options.way.kind;
  }

  send(files: readonly string[] | 'all', options: SendOptions): Promise<CopyResult> {
    // One after the other: they share the staging directory.
    const mine = this.#turn.then(() => {
      if (options.signal.aborted) throw cancelled(options.signal);
      return new Sending(this.#options, this.#known, options).run(files);
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  close(): Promise<void> {
    this.#gone ??= this.#options.onClose();
    return this.#gone;
  }
}

/** One send. */
class Sending {
  readonly #options: SessionOptions;
  readonly #known: Map<string, Known>;
  readonly #send: SendOptions;
  readonly #from: CopyBox;
  readonly #to: CopyBox;
  readonly #source: string;
  /** Of a single file: its name at the destination. */
  readonly #single: { name: string; nameThere: string } | null;
  readonly #hashes = new Map<string, string>();
  readonly #progress: Progress;

  constructor(options: SessionOptions, known: Map<string, Known>, send: SendOptions) {
    this.#options = options;
    this.#known = known;
    this.#send = send;
    this.#from = send.gentle ? options.from.gently() : options.from;
    this.#to = send.gentle ? options.to.gently() : options.to;
    const isFile = options.source.kind === 'file';
    this.#source = isFile ? parentOf(options.source.place) || '/' : options.source.place;
    this.#single = isFile
      ? { name: baseOf(options.source.place), nameThere: baseOf(options.destination.place) }
      : null;
    this.#progress = new Progress(send.onProgress, () => options.clock.elapsed());
  }

  async run(files: readonly string[] | 'all'): Promise<CopyResult> {
    try {
      return await this.#run(files);
    } catch (error) {
      // On a full disk what could not be finished only takes others' room.
      if (TrainyardError.from(error).code === 'COPY_DISK_FULL') await this.#clear();
      throw error;
    }
  }

  async #clear(): Promise<void> {
    const { place, stage } = this.#options;
    await this.#to.ask('end', [place, stage], { signal: this.#send.signal, timeoutMs: 120_000 });
  }

  async #run(files: readonly string[] | 'all'): Promise<CopyResult> {
    const { mirror = false } = this.#send;
    const { clock } = this.#options;
    const began = clock.elapsed();
    this.#options.way.begin?.(this.#send.signal);
    // Both at once where the one need not be known to look at the other.
    const scanned = files === 'all' && this.#single === null ? this.#destinationNow(files, []) : null;
    scanned?.catch(() => undefined); // waited for below, unless the source says something first
    let source = await this.#sourceNow(files);
    const destination = await (scanned ?? this.#destinationNow(files, source));
    const plan = planOf(source, destination, this.#isLeft);
    await this.#clearTheWay(plan, mirror);
    const hashStart = clock.now();
    const { shared, different } = await this.#compare(plan.alike, destination);
    const order = new Map(source.map((entry, index) => [entry.path, index]));
    let open = [...plan.missing, ...different].sort(
      (a, b) => (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0),
    );
    const sharedBytes = shared.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#progress.expect(
      sharedBytes + open.reduce((sum, { bytes }) => sum + bytes, 0),
      shared.length + open.length,
    );
    this.#progress.came(sharedBytes);
    this.#progress.placed(shared.length);

    const left = await this.#begin();
    this.#checkRoom(open, left);
    const isNew = (file: Entry) => files === 'all' && !destination.has(file.path);
    let units = this.#unitsOf(open);
    const newThere = new Set(files === 'all' ? plan.newDirectories.map(({ path }) => path) : []);
    let whole = wholeDirectories(units, source, (path) => newThere.has(path));
    await this.#makeDirectories(plan.newDirectories, whole);
    let recopied = 0;
    for (let round = 0; open.length > 0; round++) {
      const changed = await this.#round(units, left, isNew, whole);
      if (changed.length === 0) break;
      recopied += changed.length;
      if (round + 1 >= mostRounds) {
        if (this.#send.changing !== 'leave') throw sourceChanging(changed[0]?.path ?? '');
        break;
      }
      open = await this.#lookAgain(changed);
      for (const entry of open) source = source.map((old) => (old.path === entry.path ? entry : old));
      units = this.#unitsOf(open);
      // What was good is there by now: its directories are no longer whole.
      whole = new Map();
    }
    await this.#finish(plan, mirror);
    if (this.#send.last !== true) await this.#remember(source, hashStart);
    this.#progress.end();
    const entries = source.filter(({ path, kind }) => kind === 'link' || this.#hashes.has(path));
    const manifest = manifestOf(
      new Map(
        entries.map(({ path, kind, bytes, target }) => [
          this.#nameThere(path),
          kind === 'link' ? { link: target } : { bytes, hash: this.#hashes.get(path) ?? '' },
        ]),
      ),
    );
    return {
      files: entries.length,
      bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
      sharedBytes,
      recopied,
      manifest,
      tookMs: Math.round(clock.elapsed() - began),
    };
  }

  readonly #isLeft = (path: string): boolean => this.#send.except?.(path) ?? false;
  readonly #nameThere = (path: string): string => (this.#single === null ? path : this.#single.nameThere);

  async #sourceNow(files: readonly string[] | 'all'): Promise<Entry[]> {
    const { signal } = this.#send;
    const { source } = this.#options;
    const outside = files === 'all' ? undefined : files.find((path) => !isInside(path));
    if (outside !== undefined) throw pathOutside(outside);
    let entries: Entry[];
    if (files === 'all') entries = await this.#from.scan(source.place, signal);
    else {
      const parents = [...new Set(files.flatMap(parentsOf))];
      const [above, named] = await Promise.all([
        this.#from.list(source.place, parents, 'flat', signal),
        this.#from.list(source.place, files, 'deep', signal),
      ]);
      const found = new Map([...above, ...named].map((entry) => [entry.path, entry]));
      entries = [...found.values()];
      const missing = files.find((path) => !found.has(path));
      if (missing !== undefined && this.#send.changing !== 'leave') throw sourceChanging(missing);
    }
    for (const { path } of entries) {
      if (path !== '' && !isInside(path)) throw answerInvalid(this.#from.name, path);
    }
    const kept = entries.filter(
      ({ path }) => path === '' || !(this.#isLeft(path) || parentsOf(path).some(this.#isLeft)),
    );
    return files === 'all' ? kept.sort(byDirectory) : inOrder(kept, files);
  }

  async #destinationNow(
    files: readonly string[] | 'all',
    source: readonly Entry[],
  ): Promise<Map<string, Entry>> {
    const { signal } = this.#send;
    const { destination, place } = this.#options;
    let entries: Entry[];
    try {
      entries =
        this.#single !== null
          ? await this.#to.list(place, [this.#single.nameThere], 'flat', signal)
          : files === 'all'
            ? await this.#to.scan(destination.place, signal)
            : await this.#to.list(
                destination.place,
                source.flatMap(({ path }) => (path === '' ? [] : [path])),
                'flat',
                signal,
              );
    } catch (error) {
      if (TrainyardError.from(error).code === 'COPY_SOURCE_MISSING') return new Map();
      throw error;
    }
    const single = this.#single;
    return new Map(entries.map((entry) => [single === null ? entry.path : single.name, entry]));
  }

  /** What stands where something of another kind is to be. */
  async #clearTheWay({ inTheWay: obstacles }: Plan, mirror: boolean): Promise<void> {
    const blocking = obstacles.find(({ isLink }) => !isLink && !mirror);
    if (blocking !== undefined) throw inTheWay(this.#nameThere(blocking.path), this.#to.name);
    if (obstacles.length === 0) return;
    const paths = obstacles.map(({ path }) => this.#nameThere(path));
    await this.#to.ask('remove', [this.#options.place, 'all'], {
      signal: this.#send.signal,
      stdin: nameList(paths),
    });
  }

  /** Files of the same size are the same only when their hashes are. */
  async #compare(
    alike: readonly Entry[],
    destination: ReadonlyMap<string, Entry>,
  ): Promise<{ shared: Entry[]; different: Entry[] }> {
    const { signal } = this.#send;
    const unknown = alike.filter((entry) => {
      const known = this.#known.get(entry.path);
      return known?.source !== entry.stamp || known.destination !== destination.get(entry.path)?.stamp;
    });
    const paths = unknown.map(({ path }) => path);
    const [ours, theirs] = await Promise.all([
      hashFiles(this.#from, this.#source, paths, signal),
      hashFiles(this.#to, this.#options.place, paths.map(this.#nameThere), signal),
    ]);
    const isUnknown = new Set(paths);
    const shared: Entry[] = [];
    const different: Entry[] = [];
    for (const entry of alike) {
      const hash = isUnknown.has(entry.path) ? ours.get(entry.path) : this.#known.get(entry.path)?.hash;
      const there = isUnknown.has(entry.path) ? theirs.get(this.#nameThere(entry.path)) : hash;
      if (hash !== undefined && hash === there) {
        this.#hashes.set(entry.path, hash);
        shared.push(entry);
      } else different.push(entry);
    }
    return { shared, different };
  }

  /** Makes the staging directory; says what an earlier try left there. */
  async #begin(): Promise<Map<string, number>> {
    const { place, stage } = this.#options;
    const { stdout } = await this.#to.ask('begin', [place, stage], { signal: this.#send.signal });
    const lines = stdout.toString('utf8').split('\n').slice(1);
    return new Map(
      lines.flatMap((line) => {
        const [name = '', size = ''] = line.split(' ');
        return /^f[0-9a-f]{24}$/.test(name) && /^\d+$/.test(size) ? [[name, Number(size)] as const] : [];
      }),
    );
  }

  #checkRoom(files: readonly Entry[], left: ReadonlyMap<string, number>): void {
    const { freeBytes } = this.#options.destination;
    const needed = files.reduce(
      (sum, file) => sum + Math.max(0, file.bytes - (left.get(partName(file)) ?? 0)),
      0,
    );
    const isSparse = files.some(({ sparse }) => sparse);
    if (freeBytes !== null && !isSparse && needed > freeBytes)
      throw diskFull(this.#to.name, needed, freeBytes);
  }

  async #untar(entries: readonly Entry[]): Promise<void> {
    await this.#to.ask('untar', [this.#options.place], { signal: this.#send.signal, stdin: tarOf(entries) });
  }

  /** Those that come with all that is in them are not made before. */
  async #makeDirectories(directories: readonly Entry[], whole: ReadonlyMap<Unit, Whole>): Promise<void> {
    const roots = new Set([...whole.values()].flatMap(({ roots }) => roots));
    const made = directories.filter(
      ({ path }) => !roots.has(path) && !parentsOf(path).some((above) => roots.has(above)),
    );
    if (made.length > 0) await this.#untar(made.map((entry) => ({ ...entry, mode: entry.mode | 0o700 })));
  }

  #unitsOf(files: readonly Entry[]): Unit[] {
    return unitsOf(files, {
      alone: this.#single !== null,
      ...(this.#options.source.tarNull ? {} : { nameBytes: 20_000 }),
    });
  }

  async #round(
    units: readonly Unit[],
    left: ReadonlyMap<string, number>,
    isNew: (file: Entry) => boolean,
    whole: ReadonlyMap<Unit, Whole>,
  ): Promise<Entry[]> {
    const { way, place, stage, clock, source } = this.#options;
    const { signal } = this.#send;
    const placing = new Placing(this.#to, place, stage, signal);
    const round = new Round({
      ends: {
        from: this.#from,
        to: this.#to,
        source: this.#source,
        arriving: `${place}/${stage}/in`,
      },
      way,
      placing,
      progress: this.#progress,
      nameThere: this.#nameThere,
      isNew,
      whole,
      tarNull: source.tarNull,
      left,
      gentle: this.#send.gentle === true ? (hasRoom(source) ? 'roomy' : 'paced') : false,
      sleep: (ms, stop) => clock.sleep(ms, stop),
      signal,
    });
    const { changed, hashes } = await round.run(units);
    for (const [path, hash] of hashes) this.#hashes.set(path, hash);
    return changed;
  }

  /** What has changed as it is now; what has gone is left out, or ends the copy. */
  async #lookAgain(changed: readonly Entry[]): Promise<Entry[]> {
    const paths = changed.map(({ path }) => path);
    const now = await this.#from.list(this.#source, paths, 'flat', this.#send.signal);
    const files = now.filter(({ kind }) => kind === 'file');
    const there = new Set(files.map(({ path }) => path));
    const gone = paths.find((path) => !there.has(path));
    if (gone !== undefined && this.#send.changing !== 'leave') throw sourceChanging(gone);
    return files;
  }

  /** Links and what directories are like come last, when nothing is put into them any more. */
  async #finish(plan: Plan, mirror: boolean): Promise<void> {
    const { place } = this.#options;
    const { signal } = this.#send;
    if (mirror && plan.extra.length > 0) {
      const names = (wanted: boolean) =>
        nameList(plan.extra.filter(({ kind }) => (kind === 'directory') === wanted).map(({ path }) => path));
      await this.#to.ask('remove', [place, 'files'], { signal, stdin: names(false) });
      await this.#to.ask('remove', [place, 'directories'], { signal, stdin: names(true) });
    }
    // Two archives: tar makes some links only after it has set the times of directories.
    if (plan.links.length > 0) await this.#untar(plan.links);
    // The place itself is like the source only where it was made for it.
    const root = this.#single === null && !this.#options.wasThere ? plan.root : null;
    const directories = root === null ? plan.directories : [...plan.directories, root];
    // What an interrupted try leaves stays there for the next one.
    await this.#to.ask('end', [place, this.#options.stage, 'done'], {
      signal,
      timeoutMs: 120_000,
      stdin: tarOf(directories),
    });
  }

  /** What is now the same on both sides, and how both look. */
  async #remember(source: readonly Entry[], since: number): Promise<void> {
    const files = source.filter(({ path }) => this.#hashes.has(path));
    const there = await this.#to.list(
      this.#options.place,
      files.map(({ path }) => this.#nameThere(path)),
      'flat',
      this.#send.signal,
    );
    const stamps = new Map(there.map((entry) => [entry.path, entry.stamp]));
    for (const { path, stamp, ctime } of files) {
      const destination = stamps.get(this.#nameThere(path));
      const hash = this.#hashes.get(path);
      const isRacy = Number(ctime) * 1000 > since - (ctime.includes('.') ? racyFineMs : racyMs);
      if (destination === undefined || hash === undefined || isRacy) this.#known.delete(path);
      else this.#known.set(path, { source: stamp, destination, hash });
    }
  }
}
