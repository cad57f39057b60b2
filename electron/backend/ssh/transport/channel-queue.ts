import { cancelled } from '#backend/processes/index.ts';

/** What wants a channel: ending something goes first, then short programs, then those that stay. */
export type ChannelUse = 'control' | 'exec' | 'spawn';

/** A place among the sessions. */
export interface Slot {
  /** The server has opened it. */
  opened(): void;
  /** It is free again. */
  release(): void;
}

export interface RoomToStay {
  least: number;
  spare: number;
}

interface Waiting {
  use: ChannelUse;
  start: () => void;
  fail: (error: unknown) => void;
}

/**
 * Shares out the sessions that a server allows on one connection (MaxSessions, 10 unless configured; it is found out by
 * being refused). Programs that stay never take the last one, so that short ones always get through.
 */
export class ChannelQueue {
  #limit: number;
  /** Slots given out; those of them that the server has opened; the most that it ever had open at a time. */
  #open = 0;
  #real = 0;
  #proven = 0;
  #staying = 0;
  #promised = 0;
  #failure: unknown = null;
  readonly #waiting: Record<ChannelUse, Waiting[]> = { control: [], exec: [], spawn: [] };

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** No session is free now. */
  get full(): boolean {
    return this.#open >= this.#limit;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Rejects when `signal` aborts or the queue is failed. `asked`: of what `promised` to come, which is counted here from now on. */
  take(use: ChannelUse, signal?: AbortSignal, asked?: () => void): Promise<Slot> {
    asked?.();
    if (signal?.aborted) return Promise.reject(cancelled(signal));
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        use,
        start: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve(this.#slot(use));
        },
        fail: (error) => {
          signal?.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      const onAbort = () => {
        const queue = this.#waiting[use];
        const at = queue.indexOf(waiting);
        if (at >= 0) queue.splice(at, 1);
        if (signal) reject(cancelled(signal));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting[use].push(waiting);
      this.#serve();
    });
  }

  /** A place for something that stays, if there is one now and `spare` more are left after it; waits for nothing. */
  takeNow(spare: number): Slot | null {
    if (this.#failure !== null) throw this.#failure;
    if (this.#open + 1 + spare > this.#limit) return null;
    this.#open++;
    this.#staying++;
    return this.#slot('spawn');
  }

  /** Whether one more that stays leaves so many to others. `least`: so many may stay whatever is left. */
  hasRoomToStay({ least, spare }: RoomToStay): boolean {
    const staying = this.#staying + this.#promised + this.#waiting.spawn.length;
    return staying + 1 <= Math.max(least, this.#limit - spare);
  }

  /** Something that stays is going to ask for a place; it hands `asked` to `take`. */
  async promised<T>(work: (asked: () => void) => Promise<T>): Promise<T> {
    let isOpen = true;
    const close = () => {
      if (isOpen) this.#promised--;
      isOpen = false;
    };
    this.#promised++;
    try {
      return await work(close);
    } finally {
      close();
    }
  }

  /**
   * The server refused one more than are open now: that many is its limit, unless it had more before. (Then it is still
   * clearing away after one that has ended.) Says whether it may have room again.
   */
  refused(): boolean {
    const others = this.#open - 1;
    if (Math.max(others, this.#proven) < 1) return false;
    this.#limit = Math.min(this.#limit, Math.max(others, this.#proven));
    return true;
  }

  /** Everything waiting, now and later, is rejected. */
  fail(error: unknown): void {
    this.#failure = error;
    for (const queue of Object.values(this.#waiting)) for (const { fail } of queue.splice(0)) fail(error);
  }

  #slot(use: ChannelUse): Slot {
    let state: 'taken' | 'opened' | 'released' = 'taken';
    return {
      opened: () => {
        if (state !== 'taken') return;
        state = 'opened';
        this.#proven = Math.max(this.#proven, ++this.#real);
      },
      release: () => {
        if (state === 'released') return;
        if (state === 'opened') this.#real--;
        state = 'released';
        this.#open--;
        if (use === 'spawn') this.#staying--;
        this.#serve();
      },
    };
  }

  #serve(): void {
    for (let next = this.#next(); next; next = this.#next()) {
      this.#open++;
      if (next.use === 'spawn') this.#staying++;
      next.start();
    }
  }

  #next(): Waiting | undefined {
    // Two of the server's ten are left for `control`, which therefore need not wait.
    if (this.#waiting.control.length > 0 && this.#open < this.#limit + (this.#limit === startLimit ? 2 : 0)) {
      return this.#waiting.control.shift();
    }
    if (this.#open >= this.#limit) return undefined;
    const short = this.#waiting.exec.shift();
    if (short) return short;
    // With a limit of one there is nothing to keep back.
    return this.#staying < Math.max(1, this.#limit - 1) ? this.#waiting.spawn.shift() : undefined;
  }
}

/** MaxSessions is 10 out there; two are left to others' habits and to ending what runs. */
export const startLimit = 8;
