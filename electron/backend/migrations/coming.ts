import type { FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Bridge } from './bridge.ts';
import { type Before, completeAt, isNewer, whereToLook } from './choice.ts';
import type { Move } from './move.ts';

/** The watch tells at once; this is for what it may have missed. */
const lookAnywayMs = 5_000;

/**
 * Waits for a checkpoint newer than `before`, while its files are sent on as they are closed. Resolves with it; with null where
 * `isOver` says that none will come any more, or after `limitMs`.
 */
export async function comingCheckpoint(
  move: Move,
  bridge: Bridge,
  before: Before,
  { limitMs, isOver }: { limitMs: number; isOver: () => boolean },
): Promise<FoundCheckpoint | null> {
  const { clock, looks, pace } = move.context;
  const { machineId, directory, ...wish } = whereToLook(move, 'source');
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, move.signal]);
  const shards = new Shards(move, bridge);
  const came: FoundCheckpoint[] = [];
  const onComplete = (found: FoundCheckpoint) => {
    if (found.complete && isNewer(found, before)) came.push(found);
  };
  const watching = looks
    .watch(machineId, directory, { ...wish, signal, onComplete, onFile: (_, file) => shards.add(file) })
    // Out of sight, or nothing there yet: the looks below go on.
    .catch(() => undefined);
  const until = clock.elapsed() + limitMs;
  let lookAt = clock.elapsed() + lookAnywayMs;
  try {
    while (came.length === 0 && !isOver() && clock.elapsed() < until) {
      await clock.sleep(pace.lookMs, signal);
      if (clock.elapsed() < lookAt) continue;
      for (const found of await lookNow(move)) onComplete(found);
      lookAt = clock.elapsed() + lookAnywayMs;
    }
    return came.at(-1) ?? null;
  } finally {
    over.abort();
    // What is under way need not be waited for now: the trainer may train on at this moment.
    bridge.underWay(shards.close());
    await watching;
  }
}

async function lookNow(move: Move): Promise<FoundCheckpoint[]> {
  try {
    return await completeAt(move, 'source', { limitMs: 0 });
  } catch (error) {
    move.signal.throwIfAborted();
    move.context.log.debug(
      { moveId: move.id, code: TrainyardError.from(error).code },
      'checkpoints not seen for now',
    );
    return [];
  }
}

/** Sends files ahead, a few together, one sending at a time. Only a help: what goes wrong here is sent again later. */
class Shards {
  readonly #move: Move;
  readonly #bridge: Bridge;
  readonly #waiting = new Set<string>();
  #sending: Promise<void> | null = null;
  #closed = false;

  constructor(move: Move, bridge: Bridge) {
    this.#move = move;
    this.#bridge = bridge;
  }

  add(file: string): void {
    if (this.#closed) return;
    this.#waiting.add(file);
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
    });
  }

  /** Ends when what is under way is through: it would only have to be sent again. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.size > 0) {
      const files = [...this.#waiting];
      this.#waiting.clear();
      try {
        await this.#bridge.sendCheckpoint(files, { limitMs: 0 }, { changing: 'leave' });
      } catch (error) {
        const { code } = TrainyardError.from(error);
        this.#move.context.log.debug({ moveId: this.#move.id, code, files }, 'files were not sent ahead');
        return;
      }
    }
  }
}
