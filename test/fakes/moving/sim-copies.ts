import type { Copies, CopyResult, CopySession, Manifest, Place } from '#backend/copies/interface.ts';
import type { Life } from './life.ts';
import { refusal, type SimBox, type SimCheckpoint } from './sim-box.ts';
import type { SimWorld } from './sim-world.ts';

const sendMs = 1_500;
const hashMs = 200;

/** Copies of a world in memory: a checkpoint is one file. */
export class SimCopies implements Copies {
  readonly #world: SimWorld;
  readonly #life: Life;

  constructor(world: SimWorld, life: Life) {
    this.#world = world;
    this.#life = life;
  }

  async paths() {
    return [];
  }

  async open(from: Place, to: Place, { signal }: { signal: AbortSignal }): Promise<CopySession> {
    const [source, destination] = [this.#world.box(from.machineId), this.#world.box(to.machineId)];
    // One that nobody gets is cleared up by the copies' own room.
    await this.#life.call('open', [source, destination], () => undefined, { signal });
    this.#world.keys += 1;
    let isOpen = true;
    return {
      kind: 'direct',
      send: (files, options) =>
        this.#life.call(
          'send',
          [source, destination],
          () => this.#send(source, destination, files, options.mirror),
          {
            signal: options.signal,
            takesMs: sendMs,
          },
        ),
      close: async () => {
        if (!isOpen) return;
        isOpen = false;
        // A key that cannot be removed now is removed later by the copies' own room.
        this.#world.keys -= 1;
      },
    };
  }

  hash(place: Place, files: readonly string[] | 'all', signal: AbortSignal): Promise<Manifest> {
    const box = this.#world.box(place.machineId);
    return this.#life.call('hash', [box], () => manifestOf(wanted(box, files)), { signal, takesMs: hashMs });
  }

  #send(from: SimBox, to: SimBox, files: readonly string[] | 'all', mirror = false): CopyResult {
    const checkpoints = wanted(from, files);
    to.hasCopy = true;
    const shared = checkpoints.filter((each) =>
      to.checkpoints.some(({ path, content }) => path === each.path && content === each.content),
    );
    this.#world.copyTo(
      to,
      checkpoints.filter((each) => !shared.includes(each)),
    );
    if (mirror) {
      const names = new Set(checkpoints.map(({ path }) => path));
      to.checkpoints = to.checkpoints.filter(({ path }) => names.has(path));
    }
    const bytes = checkpoints.length * 1000;
    return {
      files: checkpoints.length,
      bytes,
      sharedBytes: shared.length * 1000,
      recopied: 0,
      manifest: manifestOf(checkpoints),
      tookMs: sendMs,
    };
  }
}

function wanted(box: SimBox, files: readonly string[] | 'all'): SimCheckpoint[] {
  if (files === 'all') return box.checkpoints;
  return files.map((file) => {
    const found = box.checkpoints.find(({ path }) => file.endsWith(`/${path}`));
    if (found === undefined) throw refusal('COPY_SOURCE_MISSING');
    return found;
  });
}

function manifestOf(checkpoints: readonly SimCheckpoint[]): Manifest {
  const files = new Map(checkpoints.map(({ path, content }) => [path, { bytes: 1000, hash: content }]));
  const digest = checkpoints
    .map(({ path, content }) => `${path}=${content}`)
    .sort()
    .join(' ');
  return { algorithm: 'sha256', files, digest };
}
