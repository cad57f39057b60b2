import { randomBytes } from 'node:crypto';
import { TrainyardError } from '#shared/domain/error.ts';
import { type End, ends, type Move } from './move.ts';

/** How many renewals of an earlier process, of which we know nothing, may still be on their way. */
const inheritedUnanswered = 2;

/**
 * The stop that is armed on a box for an attempt: it ends itself unless we go on saying that it need not. So an attempt that we
 * cannot see is dead after a known time, whatever has become of it.
 *
 * That time is counted on our own monotonic clock from the last moment at which we *sent* anything. A renewal without an answer may
 * yet reach the box, late, but only while the stop has not happened; so each of them can put it off once more, and each is counted.
 * Where an earlier process has armed it, the count begins anew now: always the later, that is the safe side.
 */
export class Leash {
  readonly #move: Move;
  readonly #end: End;
  #sentAt: number;
  #unanswered: number;
  #renewing: AbortController | null = null;
  #renewal: Promise<void> = Promise.resolve();

  constructor(move: Move, end: End) {
    this.#move = move;
    this.#end = end;
    this.#sentAt = move.context.clock.elapsed();
    this.#unanswered = move.memory.leashes[end] === 'none' ? 0 : inheritedUnanswered;
  }

  get #epoch(): number | null {
    return this.#end === 'source' ? this.#move.migration.fromEpoch : this.#move.migration.toEpoch;
  }

  /** Our monotonic time from which on the attempt has ended by itself for certain; infinite where we do not know it armed. */
  get goneAt(): number {
    const { pace } = this.#move.context;
    if (this.#move.memory.leashes[this.#end] !== 'held') return Number.POSITIVE_INFINITY;
    return this.#sentAt + (1 + this.#unanswered) * pace.armMs + this.#graceSeconds * 1000 + pace.marginMs;
  }
  get hasRunOut(): boolean {
    return this.#move.context.clock.elapsed() >= this.goneAt;
  }

  get #graceSeconds(): number {
    return this.#move.context.store.settings.get().stopGraceSeconds;
  }

  /**
   * Arms it, and knows it armed when this resolves. Throws RUN_NOT_ALIVE, RUN_ARMED where another laptop moves the run, RUN_MOVED,
   * or what kept it from being heard for `limitMs`.
   */
  async take(limitMs: number): Promise<void> {
    const state = this.#move.memory.leashes[this.#end];
    if (state === 'freeing') await this.#free(limitMs);
    if (state === 'none' || state === 'freeing') this.#renameToken();
    if (state !== 'held') this.#move.leash(this.#end, 'asked');
    await this.#move.persist({ limitMs }, (signal) => this.#send(signal));
    this.#move.leash(this.#end, 'held');
  }

  /** One that was taken off is used up on the box: a renewal that comes late can do nothing. */
  #renameToken(): void {
    this.#move.note({ tokens: { ...this.#move.memory.tokens, [this.#end]: newToken() } });
  }

  /** Puts the stop off again and again, until `rest`. A renewal that fails says nothing: the next one is tried. */
  renew(): void {
    if (this.#renewing !== null) return;
    const { clock, pace } = this.#move.context;
    const own = new AbortController();
    this.#renewing = own;
    const signal = AbortSignal.any([own.signal, this.#move.signal]);
    const loop = async () => {
      while (!signal.aborted) {
        await clock.sleep(pace.renewMs, signal);
        await this.#move.once((call) => this.#send(call)).catch(() => undefined);
      }
    };
    this.#renewal = loop().catch(() => undefined);
  }

  /** No more renewals: none is under way when this resolves. */
  async rest(): Promise<void> {
    this.#renewing?.abort();
    this.#renewing = null;
    await this.#renewal;
  }

  /** Takes it off. No error where there is nothing left to take off. */
  async free(limitMs: number | null): Promise<void> {
    if (this.#epoch === null || this.#move.memory.leashes[this.#end] === 'none') return;
    await this.rest();
    // From here on it may be gone: nobody may wait for it any more.
    this.#move.leash(this.#end, 'freeing');
    try {
      await this.#free(limitMs);
    } catch (error) {
      if (!nothingToFree.has(TrainyardError.from(error).code)) throw error;
      // Perhaps it has happened: whoever asks how the attempt ended must still be led to ask.
      return;
    }
    this.#move.leash(this.#end, 'none');
    this.#unanswered = 0;
  }

  async #free(limitMs: number | null): Promise<void> {
    const epoch = this.#epoch;
    if (epoch === null) return;
    await this.#move.persist({ limitMs }, async (signal) => {
      const { box } = await this.#move.box(this.#end, signal);
      await box.disarm(this.#move.runId, epoch, this.#move.memory.tokens[this.#end], signal);
    });
  }

  async #send(signal: AbortSignal): Promise<void> {
    const epoch = this.#epoch;
    if (epoch === null) return;
    const { clock, pace } = this.#move.context;
    const { box } = await this.#move.box(this.#end, signal);
    // While the last one has no answer, another is sent only to a box that answers: else each would put off the certain end.
    if (this.#unanswered > 0) await box.status([this.#move.runId], signal);
    signal.throwIfAborted();
    this.#sentAt = clock.elapsed();
    this.#unanswered += 1;
    await box.arm(
      this.#move.runId,
      epoch,
      {
        token: this.#move.memory.tokens[this.#end],
        seconds: Math.max(1, Math.round(pace.armMs / 1000)),
        graceSeconds: this.#graceSeconds,
      },
      signal,
    );
    this.#unanswered -= 1;
  }
}

/** Names an armed stop: whoever has it may put it off or take it off. */
export const newToken = (): string => randomBytes(12).toString('hex');

/** It has ended, or the stop is another's: ours is not there. */
const nothingToFree = new Set([
  'RUN_NOT_ALIVE',
  'RUN_ARMED',
  'RUN_MOVED',
  'RUN_UNKNOWN',
  'RUN_UNKNOWN_ON_BOX',
]);

export const leashesOf = (move: Move): Record<End, Leash> => {
  const [source, destination] = ends.map((end) => new Leash(move, end));
  if (source === undefined || destination === undefined) throw new TypeError('a move has two ends');
  return { source, destination };
};
