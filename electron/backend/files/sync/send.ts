import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { RunsPrograms } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { answerInvalid, arrivedDamaged, boxDiskFull, syncStalled } from '../errors.ts';
import type { CodeStore } from '../store/code-store.ts';
import type { Layer } from '../store/layers.ts';
import { SyncBox } from './box.ts';
import { archiveOf } from './tar.ts';

export interface Place {
  /** The directory on the box that holds everything of ours. */
  root: string;
  /** Where the tree goes. `~` is the box's home. */
  directory: string;
  /** `new`: a directory that must not be there yet, made at once and whole. `into`: added to what is there. */
  how?: 'new' | 'into';
}

export interface SendOptions {
  signal?: AbortSignal;
  onProgress?: (done: number, total: number, unit: 'files' | 'bytes') => void;
  /** Folder with resources/remote's scripts. Default: this clone's. */
  scriptsDirectory?: string;
  /** After so long without a byte going out it is given up. Default 120 000. */
  stallMs?: number;
}

/** Up to here a layer travels inside the one call that also assembles the tree. */
const smallLayerBytes = 4_194_304;
const smallTogetherBytes = 16_777_216;
/** So little is sent without asking first what is there. */
const unaskedBytes = 262_144;

/** What a box is known to have, remembered while it is connected. */
class KnownBox {
  readonly layers = new Set<string>();
  familiar = false;
  #turn: Promise<unknown> = Promise.resolve();

  /** One at a time: two launches of the same code must not write the same unfinished layer. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work, work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  forget(): void {
    this.layers.clear();
    this.familiar = false;
  }
}

const boxes = new WeakMap<RunsPrograms, Map<string, KnownBox>>();

function knownBox(programs: RunsPrograms, root: string): KnownBox {
  const byRoot = boxes.get(programs) ?? new Map<string, KnownBox>();
  boxes.set(programs, byRoot);
  const known = byRoot.get(root) ?? new KnownBox();
  byRoot.set(root, known);
  return known;
}

/**
 * Makes `directory` on a box hold a snapshot. Only layers that the box lacks travel: one round trip where it is known what
 * is there, two where it must be asked, and one more for each large layer, whose transfer goes on where an earlier one
 * was interrupted. Sent again it changes nothing. Rejects with BOX_DISK_FULL_FOR_CODE, BOX_CANNOT_WRITE_CODE,
 * SYNC_DESTINATION_EXISTS, SYNC_STALLED, SYNC_DAMAGED, BOX_TOOL_MISSING or SNAPSHOT_UNKNOWN.
 */
export async function send(
  store: CodeStore,
  programs: RunsPrograms,
  snapshotId: string,
  place: Place,
  options: SendOptions = {},
): Promise<void> {
  const chain = await store.chainOf(snapshotId);
  const known = knownBox(programs, place.root);
  const transfer = new Transfer({
    store,
    programs,
    snapshotId,
    place,
    options,
    chain,
    known,
    client: await store.client(),
  });
  for (let attempt = 1; ; attempt++) {
    const outcome = await transfer.once();
    if (outcome === 'done') return;
    known.forget();
    if (attempt === 3)
      throw outcome === 'damaged' ? arrivedDamaged() : answerInvalid('layers keep vanishing');
  }
}

interface Parts {
  store: CodeStore;
  programs: RunsPrograms;
  snapshotId: string;
  place: Place;
  options: SendOptions;
  chain: readonly Layer[];
  known: KnownBox;
  client: string;
}

type Outcome = 'done' | 'missing' | 'damaged';

class Transfer {
  readonly #parts: Parts;
  readonly #box: SyncBox;
  readonly #total: number;
  #done = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#box = new SyncBox(parts.programs, parts.options.scriptsDirectory);
    this.#total = parts.chain.reduce((sum, layer) => sum + layer.bytes, 0);
  }

  async once(): Promise<Outcome> {
    const { known } = this.#parts;
    const resumable = new Map<string, number>();
    if (!known.familiar && this.#total > unaskedBytes) await this.#learn(resumable);
    try {
      if (this.#missing().large.length === 0) return await this.#bring(resumable);
      return await known.exclusively(() => this.#bring(resumable));
    } catch (error) {
      if (error instanceof TrainyardError && error.code === 'SYNC_DAMAGED') return 'damaged';
      throw error;
    }
  }

  #missing(): { small: Layer[]; large: Layer[]; bytes: number } {
    const { chain, known } = this.#parts;
    const missing = chain.filter((layer) => !known.layers.has(layer.id));
    return { ...divide(missing), bytes: missing.reduce((sum, layer) => sum + layer.bytes, 0) };
  }

  async #bring(resumable: ReadonlyMap<string, number>): Promise<Outcome> {
    const { small, large, bytes } = this.#missing();
    this.#done = this.#total - bytes;
    this.#tell(0);
    for (const layer of large) await this.#put(layer, resumable.get(layer.id) ?? 0);
    return this.#finish(small, large);
  }

  /** One round trip: which layers are there, how much of unfinished ones, and whether there is room for the rest. */
  async #learn(resumable: Map<string, number>): Promise<void> {
    const { place, chain, known, client, options } = this.#parts;
    const ids = chain.map((layer) => layer.id);
    const answers = await this.#box.ask('have', [place.root, client, ...ids], this.#about(0), {
      signal: options.signal,
    });
    for (const [word, layer = '', bytes = ''] of answers) {
      if (word === 'has') known.layers.add(layer);
      if (word === 'part' && Number.isSafeInteger(Number(bytes))) resumable.set(layer, Number(bytes));
    }
    known.familiar = true;
    const free = Number(answers.find(([word]) => word === 'free')?.[1]);
    // What travels, and the tree that is made of everything.
    const arriving = chain.filter((layer) => !known.layers.has(layer.id));
    const needed =
      this.#total + arriving.reduce((sum, layer) => sum + layer.bytes - (resumable.get(layer.id) ?? 0), 0);
    if (Number.isFinite(free) && free > 0 && needed > free * 1024) throw boxDiskFull(needed, free);
  }

  async #put(layer: Layer, arrived: number): Promise<void> {
    const { place, client, options, store } = this.#parts;
    const from = arrived <= layer.bytes ? arrived : 0;
    const stall = new StallGuard(options.stallMs ?? 120_000, options.signal);
    const source = createReadStream(store.layers.dataOf(layer.id), { start: from, highWaterMark: 262_144 });
    const counted = Readable.from(this.#counted(source, stall), {
      objectMode: false,
      highWaterMark: 262_144,
    });
    this.#tell(from);
    try {
      const args = [place.root, layer.id, client, String(from)];
      const answers = await this.#box.ask('put', args, this.#about(layer.bytes - from), {
        signal: stall.signal,
        stdin: counted,
        timeoutMs: 2_000_000_000,
      });
      if (answers[0]?.[0] !== 'put' || answers[0][1] !== String(layer.bytes)) throw arrivedDamaged();
      this.#done += layer.bytes;
    } catch (error) {
      throw stall.stalled ? syncStalled(Math.round((options.stallMs ?? 120_000) / 1000)) : error;
    } finally {
      stall.end();
      source.destroy();
      counted.destroy();
    }
  }

  async *#counted(source: Readable, stall: StallGuard): AsyncGenerator<Buffer> {
    let sent = 0;
    for await (const chunk of source) {
      yield chunk as Buffer;
      stall.progressed();
      sent += (chunk as Buffer).length;
      this.#tell(sent);
    }
  }

  async #finish(small: readonly Layer[], large: readonly Layer[]): Promise<Outcome> {
    const { place, client, snapshotId, chain, options, known } = this.#parts;
    const top = chain.at(-1)?.id ?? '';
    const sent = [...small, ...large];
    const how = place.how ?? 'new';
    const ahead = how === 'new' && isWorthUnpackingAhead(chain) ? 'yes' : 'no';
    const args = [place.root, client, snapshotId, top, how, place.directory, String(sent.length), ahead];
    const answers = await this.#box.ask('sync', args, this.#about(this.#total), {
      signal: options.signal,
      stdin: sent.length === 0 ? Buffer.alloc(0) : await this.#archive(small, large),
      timeoutMs: 120_000 + this.#total / 2_000,
    });
    const [word] = answers[0] ?? [];
    if (word === 'missing') return 'missing';
    if (word !== 'done') throw answerInvalid(answers.map((answer) => answer.join(' ')).join('; '));
    for (const layer of chain) known.layers.add(layer.id);
    known.familiar = true;
    this.#done = this.#total;
    this.#tell(0);
    return 'done';
  }

  /** A tar of `<layer>/meta`, `<layer>/gone` and, of the small ones, `<layer>/data.tar`. */
  async #archive(small: readonly Layer[], large: readonly Layer[]): Promise<Buffer> {
    const files: { name: string; content: Buffer }[] = [];
    for (const layer of [...small, ...large]) {
      const meta = `${layer.parent ?? '-'} ${layer.sha256} ${layer.bytes}\n`;
      files.push({ name: `${layer.id}/meta`, content: Buffer.from(meta) });
      files.push({
        name: `${layer.id}/gone`,
        content: Buffer.from(layer.gone.map((path) => `./${path}\0`).join('')),
      });
      if (large.includes(layer)) continue;
      files.push({
        name: `${layer.id}/data.tar`,
        content: await readFile(this.#parts.store.layers.dataOf(layer.id)),
      });
    }
    return archiveOf(files);
  }

  #about(needed: number): { needed: number; place: string } {
    return { needed, place: this.#parts.place.directory };
  }

  #tell(sent: number): void {
    this.#parts.options.onProgress?.(Math.min(this.#done + sent, this.#total), this.#total, 'bytes');
  }
}

/** Many files take long to make, and little room: the box then makes them before they are needed. */
function isWorthUnpackingAhead([lowest]: readonly Layer[]): boolean {
  return lowest !== undefined && lowest.entries.length >= 200 && lowest.bytes <= 67_108_864;
}

/** Small layers go along with the last call, as many as fit. */
function divide(missing: readonly Layer[]): { small: Layer[]; large: Layer[] } {
  const small: Layer[] = [];
  const large: Layer[] = [];
  let together = 0;
  for (const layer of missing) {
    if (layer.bytes <= smallLayerBytes && together + layer.bytes <= smallTogetherBytes) {
      small.push(layer);
      together += layer.bytes;
    } else large.push(layer);
  }
  return { small, large };
}

/** Aborts when nothing moved for a while: a dead connection that nobody closes must not hold a launch for ever. */
class StallGuard {
  stalled = false;
  readonly signal: AbortSignal;
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(stallMs: number, signal: AbortSignal | undefined) {
    this.signal = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    this.#timer = setTimeout(() => {
      this.stalled = true;
      this.#stop.abort();
    }, stallMs);
  }

  progressed(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
