import type { Clock } from '#backend/clock.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { SimClock } from '../sim-clock.ts';
import { type SimBox, unreachable } from './sim-box.ts';

/**
 * What may happen to one call. `late`: whoever called gives up, and the box hears it all the same, some time after. `asleep`: done, but
 * the computer sleeps before anybody reads the answer.
 */
export type Fault =
  | 'none'
  | 'lost-request'
  | 'lost-answer'
  | 'hangs'
  | 'late'
  | 'late-and-hangs'
  | 'error'
  | 'killed-before'
  | 'killed-after'
  | 'asleep';

export class Killed extends Error {}
const never = <T>(): Promise<T> => new Promise<T>(() => {});

/** One process of the app: what it calls may go wrong, and from its death on nothing of it does anything any more. */
export class Life {
  dead = false;
  /** Time that this computer's monotonic clock has not counted: on Linux it stands still while the computer sleeps. */
  slept = 0;
  readonly #clock: SimClock;
  /** The next call's fate, by its name. */
  readonly #fate: (name: string) => { fault: Fault; delayMs: number };
  onDeath: () => void = () => {};

  constructor(clock: SimClock, fate: (name: string) => { fault: Fault; delayMs: number }) {
    this.#clock = clock;
    this.#fate = fate;
  }

  die(): void {
    if (this.dead) return;
    this.dead = true;
    this.onDeath();
  }

  /** The computer sleeps; the boxes do not. */
  sleep(ms: number, { counted = false } = {}): void {
    this.#clock.jump(ms);
    if (!counted) this.slept += ms;
  }

  /** For what is done at once, in the middle of a transaction too. */
  sync<T>(name: string, effect: () => T): T {
    if (this.dead) throw new Killed();
    const { fault } = this.#fate(name);
    if (fault === 'killed-before') {
      this.die();
      throw new Killed();
    }
    const result = effect();
    if (fault === 'killed-after') {
      this.die();
      throw new Killed();
    }
    return result;
  }

  /** A question to a box: it must be in sight, before and after. */
  async call<T>(
    name: string,
    boxes: readonly SimBox[],
    effect: () => T,
    { signal, takesMs = 20 }: { signal?: AbortSignal | undefined; takesMs?: number } = {},
  ): Promise<T> {
    if (this.dead) return never();
    signal?.throwIfAborted();
    const { fault, delayMs } = this.#fate(name);
    if (fault === 'killed-before') {
      this.die();
      return never();
    }
    if (boxes.some(({ visible }) => !visible) || fault === 'lost-request') {
      await this.#clock.sleep(50);
      if (this.dead) return never();
      throw unreachable();
    }
    if (fault === 'error') throw new TrainyardError('INTERNAL', `${name} went wrong.`);
    if (fault === 'hangs') return this.#hang(signal);
    if (fault === 'late' || fault === 'late-and-hangs') {
      // Nobody hears what becomes of it.
      void this.#clock
        .sleep(delayMs)
        .then(effect)
        .catch(() => undefined);
      if (fault === 'late-and-hangs') return this.#hang(signal);
      await this.#clock.sleep(50);
      if (this.dead) return never();
      throw unreachable();
    }
    await this.#clock.sleep(takesMs);
    if (this.dead || boxes.some(({ visible }) => !visible)) {
      if (this.dead) return never();
      throw unreachable();
    }
    const result = effect();
    if (fault === 'killed-after') this.die();
    if (fault === 'asleep') this.sleep(delayMs);
    if (this.dead) return never();
    if (fault === 'lost-answer') throw unreachable();
    return result;
  }

  /** Half of what hangs listens to its signal. */
  #hang<T>(signal: AbortSignal | undefined): Promise<T> {
    if (signal === undefined) return never();
    return new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
    );
  }

  get clock(): Clock {
    const real = this.#clock;
    return {
      now: () => real.now(),
      elapsed: () => real.elapsed() - this.slept,
      sleep: async (ms, signal) => {
        if (this.dead) return never();
        await real.sleep(ms, signal);
        if (this.dead) return never();
      },
    };
  }

  /** The same object, of which a dead process can call nothing any more. */
  guard<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, property) => {
        const value: unknown = Reflect.get(object, property, object);
        if (typeof value === 'function') {
          return (...args: unknown[]) => {
            if (this.dead) throw new Killed();
            return (value as (...given: unknown[]) => unknown).apply(object, args);
          };
        }
        return typeof value === 'object' && value !== null ? this.guard(value) : value;
      },
    });
  }
}
