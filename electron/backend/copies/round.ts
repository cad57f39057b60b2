import { cancelled } from '#backend/processes/index.ts';
import { backOffMs } from '#shared/domain/back-off.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { both } from './both.ts';
import { damaged, interrupted, sourceUnreadable } from './errors.ts';
import { arePlain, hashesIn, hashFiles, stateOf } from './hashing.ts';
import { type Ends, LargeFile } from './large-file.ts';
import { nameList, wordOf } from './names.ts';
import { checkPack } from './pack-check.ts';
import type { Piece } from './pieces.ts';
import type { Placing } from './placing.ts';
import { partName, type Unit } from './plan.ts';
import type { Progress } from './progress.ts';
import type { Entry } from './scan.ts';
import type { Whole } from './subtrees.ts';
import type { Load, Way } from './way.ts';

export interface RoundOptions {
  ends: Ends;
  way: Way;
  placing: Placing;
  progress: Progress;
  /** What a file is called at the destination. */
  nameThere: (path: string) => string;
  /** The destination has nothing by that name, and the order does not matter. */
  isNew(file: Entry): boolean;
  /** What of a pack may be placed by directories, as long as all of it is as it should be. */
  whole: ReadonlyMap<Unit, Whole>;
  tarNull: boolean;
  /** Parts that an earlier try left: their bytes. */
  left: ReadonlyMap<string, number>;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Beside a training, as little in its way as can be. `paced`: there is no core that nobody needs. */
  gentle: false | 'roomy' | 'paced';
  signal: AbortSignal;
}

export interface RoundResult {
  /** What was not the same before and after it was read: to be looked at and sent again. */
  changed: Entry[];
  hashes: Map<string, string>;
}

const mostTries = 3;
/** So often in a row the connection may break before it is given up. */
const mostCuts = 12;
const sameCutMs = 500;
const firstPieceMib = 8;
const mostPieceMib = 128;

/** Less than this is over before it could be in anybody's way. */
const gentleBytes = 4 * 1_048_576;
/** What it takes to open a small file, pack it and hash it at both ends, in bytes that take as long. */
const bytesOfFile = 16_384;
/** Where every core is needed: one load at a time, and so many times as long as it took nothing at all. */
const restTimes = 8;
const mostRestMs = 5_000;
const gentlePieceMib = 16;

/** `bytes`: what it weighs. */
type Task = { bytes: number; run(lane: number): Promise<void> };

/** Sends files over a way's lanes, each verified by its hash before it is put into its place. */
export class Round {
  readonly #options: RoundOptions;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #result: RoundResult = { changed: [], hashes: new Map() };
  readonly #active: { large: LargeFile; slot: Slot; flying: number; tries: number }[] = [];
  readonly #ending = new Set<Promise<void>>();
  #units: Unit[] = [];
  #busy = 0;
  #packs = 0;
  #cuts = 0;
  #cutAt = Number.NEGATIVE_INFINITY;
  #pieceMib = firstPieceMib;
  #wake = Promise.withResolvers<void>();
  #failure: { error: unknown } | null = null;

  constructor(options: RoundOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
  }

  async run(units: readonly Unit[]): Promise<RoundResult> {
    this.#units = [...units];
    const { way, gentle } = this.#options;
    await way.expect?.(this.#bytesToCome);
    const length = gentle === 'paced' ? 1 : way.lanes;
    const lanes = Array.from({ length }, (_, lane) => this.#lane(lane));
    try {
      await Promise.all(lanes);
      while (this.#ending.size > 0) await Promise.allSettled(this.#ending);
      if (this.#failure !== null) throw this.#failure.error;
      return this.#result;
    } catch (error) {
      // What stopped the others is the reason, not their being stopped.
      const { error: first } = this.#failure ?? { error };
      this.#stop.abort();
      this.#stir();
      await Promise.allSettled([...lanes, ...this.#ending]);
      if (this.#options.signal.aborted) throw cancelled(this.#options.signal);
      throw first;
    } finally {
      for (const { large } of this.#active) large.end();
    }
  }

  async #lane(lane: number): Promise<void> {
    while (!this.#signal.aborted) {
      const task = this.#next();
      if (task !== null) {
        const began = performance.now();
        this.#busy++;
        try {
          await task.run(lane);
        } finally {
          this.#busy--;
          this.#stir();
        }
        await this.#rest(performance.now() - began, task.bytes);
      } else if (this.#busy === 0 && this.#ending.size === 0) return;
      else await this.#wake.promise;
    }
  }

  readonly #isGentle = (bytes: number): boolean => this.#options.gentle !== false && bytes >= gentleBytes;

  /** The training has the machine to itself again for a while. */
  async #rest(ms: number, bytes: number): Promise<void> {
    if (this.#options.gentle !== 'paced' || bytes < gentleBytes || this.#signal.aborted) return;
    await this.#options.sleep(Math.min(ms * restTimes, mostRestMs), this.#signal);
  }

  /** Those who found nothing to do look again. */
  #stir(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }

  #next(): Task | null {
    for (const active of this.#active) {
      const piece = active.large.pieces.take(this.#pieceMib);
      if (piece !== null) {
        active.flying++;
        return { bytes: piece.bytes, run: (lane) => this.#sendPiece(active, piece, lane) };
      }
    }
    const unit = this.#units.shift();
    if (unit === undefined) return null;
    const slot = this.#options.placing.next();
    if (unit.kind === 'pack') {
      return { bytes: weightOf(unit.files, unit.bytes), run: (lane) => this.#sendPack(unit, slot, lane) };
    }
    return { bytes: 0, run: () => this.#beginLarge(unit.file, slot) };
  }

  /** Of units that nobody has begun. */
  get #bytesToCome(): number {
    return this.#units.reduce((sum, unit) => sum + (unit.kind === 'pack' ? unit.bytes : unit.file.bytes), 0);
  }

  async #beginLarge(file: Entry, slot: Slot): Promise<void> {
    const { ends, left, progress } = this.#options;
    const large = new LargeFile(file, ends, this.#signal);
    const arrived = left.get(partName(file)) ?? 0;
    if (arrived > 0) progress.came(await this.#untilConnected(() => large.resume(arrived)));
    await this.#untilConnected(() => this.#makeEmpty(large, arrived));
    large.begin();
    const active = { large, slot, flying: 0, tries: 0 };
    this.#active.push(active);
    // What is hashed as it comes goes through one more pipe: only worth it where nothing would travel meanwhile.
    if (this.#bytesToCome < file.bytes) await large.follow().catch(() => undefined); // it is hashed at the end then
    if (large.pieces.isComplete) this.#end(active);
  }

  /** So that there is something to follow, also of a file without a byte. */
  async #makeEmpty(large: LargeFile, arrived: number): Promise<void> {
    if (arrived > 0) return;
    const { to, arriving } = this.#options.ends;
    const size = large.file.sparse ? String(large.file.bytes) : '';
    await to.ask('touch', [arriving, large.part, size], { signal: this.#signal });
    large.isAllHole = large.file.sparse;
  }

  async #sendPiece(active: Active, piece: Piece, lane: number): Promise<void> {
    const { way, progress } = this.#options;
    const { large } = active;
    let counted = 0;
    const began = performance.now();
    try {
      await way.carry(
        {
          ask: `${large.isAllHole ? 'holes' : 'put'} ${large.part} ${piece.skip}`,
          give: [
            'piece',
            wordOf(large.file.path),
            String(piece.skip),
            String(piece.count),
            String(piece.bytes),
          ],
          bytes: large.file.bytes,
          gentle: this.#isGentle(large.file.bytes),
        },
        lane,
        this.#signal,
        (bytes) => {
          counted += bytes;
          progress.came(bytes);
        },
      );
      progress.came(piece.bytes - counted);
      this.#adapt(piece, performance.now() - began);
      this.#cuts = 0;
      large.pieces.done(piece);
      large.arrived();
    } catch (error) {
      progress.came(-counted);
      if (await this.#isChanged(large.file, error)) return this.#drop(active);
      large.pieces.giveBack(piece);
      await this.#afterCut(error);
    } finally {
      active.flying--;
    }
    if (large.pieces.isComplete && active.flying === 0) this.#end(active);
  }

  /** A piece should take a second or two: more would make progress jump, less would cost round trips. */
  #adapt(piece: Piece, ms: number): void {
    const most = this.#options.gentle === 'paced' ? gentlePieceMib : mostPieceMib;
    if (piece.count >= this.#pieceMib && ms < 1_200) this.#pieceMib = Math.min(most, this.#pieceMib * 2);
    else if (ms > 4_000) this.#pieceMib = Math.max(1, Math.floor(this.#pieceMib / 2));
  }

  /** While others travel: both hashes, and whether the source stood still. */
  #end(active: Active): void {
    if (!this.#active.includes(active)) return;
    this.#active.splice(this.#active.indexOf(active), 1);
    const ending: Promise<void> = this.#verify(active)
      .catch((error: unknown) => {
        this.#failure ??= { error };
        this.#stop.abort();
      })
      .finally(() => {
        this.#ending.delete(ending);
        this.#stir();
      });
    this.#ending.add(ending);
  }

  async #verify(active: Active): Promise<void> {
    const { large, slot } = active;
    const { file } = large;
    const { source, destination } = await this.#untilConnected(() => large.hashes());
    const [now] = await this.#stampsNow([file]);
    if (now?.stamp !== file.stamp) return this.#leave(active);
    if (source === null) throw sourceUnreadable(this.#options.ends.from.name, file.path);
    if (source === destination) {
      this.#result.hashes.set(file.path, source);
      await slot.ready([{ file, path: this.#options.nameThere(file.path), waits: { part: large.part } }]);
      this.#options.progress.placed(1);
      return;
    }
    active.tries++;
    if (active.tries >= mostTries) throw damaged(file.path);
    // What is different is found chunk by chunk, and sent again.
    large.again();
    const good = await this.#untilConnected(() => large.resume(file.bytes));
    this.#options.progress.came(good - file.bytes);
    large.begin();
    await large.follow().catch(() => undefined);
    this.#active.push(active);
    if (large.pieces.isComplete) this.#end(active);
  }

  #drop(active: Active): void {
    const at = this.#active.indexOf(active);
    if (at < 0) return;
    this.#active.splice(at, 1);
    void this.#leave(active);
  }

  async #leave({ large, slot }: Active): Promise<void> {
    large.end();
    this.#result.changed.push(large.file);
    await slot.ready([]);
  }

  async #sendPack(unit: Unit & { kind: 'pack' }, slot: Slot, lane: number): Promise<void> {
    const { nameThere, progress, whole } = this.#options;
    const { files } = unit;
    let open = files;
    let isFirstTry = true;
    const verified: Parameters<Slot['ready']>[0] = [];
    for (let tries = 0; open.length > 0; tries++) {
      if (tries >= mostTries) throw damaged(open[0]?.path ?? '');
      const pack = `p${this.#packs++}`;
      const { good, bad } = await this.#tryPack(open, pack, lane);
      for (const file of good) verified.push({ file, path: nameThere(file.path), waits: { pack } });
      open = bad;
      if (bad.length > 0) isFirstTry = false;
    }
    const order = new Map(files.map((file, index) => [file, index]));
    verified.sort((a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0));
    const isWhole = isFirstTry && verified.length === files.length && files.every(this.#options.isNew);
    const asWhole = isWhole ? (whole.get(unit) ?? { roots: [], hasRest: true }) : null;
    await this.#untilConnected(() => slot.ready(verified, asWhole));
    progress.placed(verified.length);
  }

  async #tryPack(
    files: readonly Entry[],
    pack: string,
    lane: number,
  ): Promise<{ good: Entry[]; bad: Entry[] }> {
    const { ends, way, progress, tarNull } = this.#options;
    const paths = files.map(({ path }) => path);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const gentle = this.#isGentle(weightOf(files, bytes));
    const load: Load = {
      ask: `pack ${pack}`,
      give: ['pack', tarNull ? 'null' : 'args'],
      names: nameList(paths),
      bytes,
      gentle,
      tell: arePlain(paths),
    };
    const isFlowing = Promise.withResolvers<void>();
    const look = () => this.#untilConnected(() => stateOf(ends.from, ends.source, paths, this.#signal));
    const carry = () =>
      this.#untilConnected(() => way.carry(load, lane, this.#signal, () => isFlowing.resolve()));
    const arrived = (told: Buffer | null) =>
      told !== null
        ? hashesIn(told)
        : this.#untilConnected(() => hashFiles(ends.to, `${ends.arriving}/${pack}`, paths, this.#signal));
    // A session over there goes to what is sent first; beside a training a machine does one after the other.
    const sent = carry();
    await (gentle ? sent : Promise.race([sent, isFlowing.promise]));
    const [there, now] = await both(sent.then(arrived), look());
    const { good, bad, changed } = checkPack(ends.from, files, now, there);
    this.#result.changed.push(...changed);
    for (const [file, hash] of good) {
      this.#result.hashes.set(file.path, hash);
      progress.came(file.bytes);
    }
    return { good: [...good.keys()], bad };
  }

  #stampsNow(files: readonly Entry[]): Promise<Entry[]> {
    const { from, source } = this.#options.ends;
    const paths = files.map(({ path }) => path);
    return this.#untilConnected(() => from.list(source, paths, 'flat', this.#signal));
  }

  /** Whether it could not be read because it is no longer what it was. */
  async #isChanged(file: Entry, thrown: unknown): Promise<boolean> {
    const { code } = TrainyardError.from(thrown);
    if (code !== 'COPY_SOURCE_CHANGING' && code !== 'COPY_SOURCE_UNREADABLE') return false;
    const [now] = await this.#stampsNow([file]);
    return now?.stamp !== file.stamp;
  }

  /** Does it again while the connection breaks. */
  async #untilConnected<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const result = await work();
        this.#cuts = 0;
        return result;
      } catch (error) {
        await this.#afterCut(error);
      }
    }
  }

  /** Waits where trying again may help; else throws what happened. */
  async #afterCut(thrown: unknown): Promise<void> {
    const error = TrainyardError.from(thrown);
    if (this.#signal.aborted) throw cancelled(this.#signal);
    const isFinal = error.code === 'COPY_SOURCE_CHANGING' || error.code === 'COPY_INTERRUPTED';
    if (!error.retryable || isFinal) throw error;
    // All lanes lose their connection in one moment: that is one cut.
    const now = performance.now();
    if (now - this.#cutAt > sameCutMs) {
      this.#cutAt = now;
      this.#cuts++;
    }
    if (this.#cuts > mostCuts) throw interrupted(error);
    await this.#options.sleep(backOffMs(Math.min(this.#cuts - 1, 4)) / 2, this.#signal);
  }
}

const weightOf = (files: readonly Entry[], bytes: number): number => bytes + files.length * bytesOfFile;

type Slot = ReturnType<Placing['next']>;
type Active = { large: LargeFile; slot: Slot; flying: number; tries: number };
