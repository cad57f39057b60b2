import PQueue from 'p-queue';
import type { Logger } from 'pino';
import type { Clock } from '#backend/clock.ts';
import type { RunsPrograms } from '#backend/processes/index.ts';
import type { Store } from '#backend/store/index.ts';
import { because } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Inventory } from '#shared/domain/machine.ts';
import { askBox } from './probe/ask.ts';

export interface RefresherOptions {
  store: Store;
  clock: Clock;
  log: Logger;
  /** The text of resources/remote/probe.sh. */
  script: string;
  /** An inventory was saved, or a machine was heard from. */
  onSaved(machineId: string): void;
  random?: () => number;
}

const tickMs = 1_000;
/** Disks, Python, tools change slowly: asked this often, at every new connection, and when the user asks. */
const fullEveryMs = 15 * 60_000;

interface Followed {
  programs: RunsPrograms;
  stop: AbortController;
  nextAt: number;
  fullAt: number;
  going: Promise<void> | null;
}

/**
 * Asks connected machines what they are: everything at each new connection, what changes by the minute every
 * `refreshSeconds`, each at its own moment. An answer is saved before anybody hears of it; a failed one leaves the last
 * known inventory as it is.
 */
export class Refresher {
  readonly #options: RefresherOptions;
  readonly #followed = new Map<string, Followed>();
  readonly #queue: PQueue;
  readonly #stop = new AbortController();
  /** Machines whose last probe failed: the user is told of the first failure only. */
  readonly #failing = new Set<string>();

  constructor(options: RefresherOptions) {
    this.#options = options;
    this.#queue = new PQueue({ concurrency: options.store.settings.get().parallelConnections });
    void this.#tick();
  }

  /** A machine is connected: ask it everything now, and go on asking. */
  follow(machineId: string, programs: RunsPrograms): void {
    this.unfollow(machineId);
    const { clock, random = Math.random } = this.#options;
    const now = clock.elapsed();
    // The first turn comes after a random part of the interval, so that boxes connected together part ways.
    const nextAt = now + this.#everyMs() * (0.5 + random() / 2);
    const followed = { programs, stop: new AbortController(), nextAt, fullAt: now, going: null };
    this.#followed.set(machineId, followed);
    this.#ask(machineId, followed, 'full').catch(ignore);
  }

  unfollow(machineId: string): void {
    this.#followed.get(machineId)?.stop.abort();
    this.#followed.delete(machineId);
  }

  /** Asks a followed machine everything now. Rejects with what went wrong. False: it is not followed. */
  async full(machineId: string): Promise<boolean> {
    const followed = this.#followed.get(machineId);
    if (!followed) return false;
    await this.#ask(machineId, followed, 'full');
    return true;
  }

  /** A machine is being asked, or waits for its turn. */
  get isAsking(): boolean {
    return this.#queue.pending + this.#queue.size > 0;
  }

  /** Resolves when none is. */
  idle(): Promise<void> {
    return this.#queue.onIdle();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    const going = [...this.#followed.values()].map((followed) => followed.going);
    for (const machineId of [...this.#followed.keys()]) this.unfollow(machineId);
    await Promise.allSettled(going);
  }

  async #tick(): Promise<void> {
    const { clock, store } = this.#options;
    while (!this.#stop.signal.aborted) {
      await clock.sleep(tickMs, this.#stop.signal).catch(ignore);
      if (this.#stop.signal.aborted) return;
      const now = clock.elapsed();
      const due = [...this.#followed].filter(([, { nextAt, going }]) => nextAt <= now && !going);
      if (due.length > 0) this.#queue.concurrency = store.settings.get().parallelConnections;
      for (const [machineId, followed] of due) {
        followed.nextAt = now + this.#everyMs();
        const mode = now - followed.fullAt >= fullEveryMs ? 'full' : 'light';
        this.#ask(machineId, followed, mode).catch(ignore);
      }
    }
  }

  /** One question at a time per machine: whoever comes while one is under way waits for that one. */
  #ask(machineId: string, followed: Followed, mode: 'full' | 'light'): Promise<void> {
    if (followed.going) return followed.going;
    const { signal } = followed.stop;
    const going = this.#queue.add(() => this.#askNow(machineId, followed, mode), { signal });
    followed.going = going;
    const settle = () => {
      followed.going = null;
    };
    going.then(settle, settle);
    return going;
  }

  async #askNow(machineId: string, followed: Followed, mode: 'full' | 'light'): Promise<void> {
    const { store, clock, script, log, onSaved } = this.#options;
    const previous = store.machines.get(machineId)?.inventory ?? null;
    const full = mode === 'full' || previous === null;
    try {
      const inventory = await askBox(followed.programs, {
        script,
        clock,
        mode: full ? 'full' : 'light',
        previous,
        signal: followed.stop.signal,
      });
      if (full) followed.fullAt = clock.elapsed();
      this.#failing.delete(machineId);
      this.#save(machineId, inventory);
      onSaved(machineId);
    } catch (thrown) {
      const error = TrainyardError.from(thrown);
      if (!followed.stop.signal.aborted) {
        log.warn({ machineId, code: error.code, details: error.details }, 'a machine could not be probed');
        this.#tell(machineId, error);
      }
      throw error;
    }
  }

  #save(machineId: string, inventory: Inventory): void {
    this.#options.store.machines.setInventory(machineId, inventory);
  }

  /** A lost connection is said by the site's state; anything else would go unseen, and is worth one notice. */
  #tell(machineId: string, error: TrainyardError): void {
    const { store } = this.#options;
    if (error.code.startsWith('SSH_') || this.#failing.has(machineId)) return;
    this.#failing.add(machineId);
    const machine = store.machines.get(machineId);
    if (!machine) return;
    store.notices.add({
      level: 'warning',
      code: 'PROBE_FAILED',
      params: { name: machine.name, ...because('why', error) },
      message: `What ${machine.name} has could not be found out: ${error.message}`,
      siteId: machine.siteId,
    });
  }

  #everyMs(): number {
    return this.#options.store.settings.get().refreshSeconds * 1000;
  }
}

const ignore = () => undefined;
