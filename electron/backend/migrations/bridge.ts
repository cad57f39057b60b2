import path from 'node:path/posix';
import type { CopyResult, CopySession, Manifest, SendOptions } from '#backend/copies/interface.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { timedOut, within } from './calls.ts';
import type { End, Move, Persistence } from './move.ts';
import { type Lay, layOf } from './travel.ts';

/** `back`: the run's directory, from the destination to the source. */
type Root = 'run' | 'checkpoints' | 'back';
const closeMs = 8_000;

/**
 * The ways of a move's bytes. A session is opened before the run is stopped and used to the end; one that breaks is closed
 * (its key with it) and made anew. What was there already is not sent again.
 */
export class Bridge {
  readonly #move: Move;
  readonly #sessions = new Map<Root, CopySession>();
  /** A way that has failed is not insisted on. */
  #pathFailed = false;

  #ahead: Promise<void> = Promise.resolve();

  constructor(move: Move) {
    this.#move = move;
  }

  /** Something is being sent ahead that nobody waits for; `settled` does. */
  underWay(sending: Promise<void>): void {
    this.#ahead = Promise.all([this.#ahead, sending]).then(() => undefined);
  }
  settled(): Promise<void> {
    return this.#ahead;
  }

  /** Both ways stand when this resolves, and nothing of it counts as downtime. */
  async open(persistence: Persistence): Promise<void> {
    const lay = this.#lay();
    const roots: Root[] =
      lay.checkpoints !== null && lay.checkpointsWithin === null ? ['run', 'checkpoints'] : ['run'];
    for (const root of roots) await this.#move.persist(persistence, (signal) => this.#session(root, signal));
  }

  /** From the run's directory. */
  sendRun(files: readonly string[] | 'all', persistence: Persistence, options: Omit<SendOptions, 'signal'>) {
    return this.#send('run', files, persistence, options);
  }

  /** Files of the checkpoints' directory, named from there. */
  sendCheckpoint(files: readonly string[], persistence: Persistence, options: Omit<SendOptions, 'signal'>) {
    const { checkpointsWithin } = this.#lay();
    if (checkpointsWithin === null) return this.#send('checkpoints', files, persistence, options);
    const within = files.map((file) => path.join(checkpointsWithin, file));
    return this.#send('run', within, persistence, options);
  }

  /** Files of the checkpoints' directory within the run's own, from the destination to the source; until `stop`. */
  async sendBack(files: readonly string[], persistence: Persistence, stop: AbortSignal): Promise<CopyResult> {
    const { checkpointsWithin } = this.#lay();
    if (checkpointsWithin === null)
      throw new TypeError('checkpoints that lie elsewhere are not brought back');
    const within = files.map((file) => path.join(checkpointsWithin, file));
    return this.#send('back', within, persistence, { changing: 'fail', last: true }, stop);
  }

  /** What these files of the checkpoints' directory hold now at the destination, as `sendCheckpoint` has named them. */
  hashCheckpoint(
    files: readonly string[],
    persistence: Persistence,
    end: End = 'destination',
  ): Promise<Manifest> {
    const lay = this.#lay();
    const { machineId } = this.#move.machineOf(end);
    const within = lay.checkpointsWithin;
    const place = { machineId, path: (within === null ? lay.checkpoints?.[end] : null) ?? lay.run[end] };
    const names = within === null ? files : files.map((file) => path.join(within, file));
    return this.#move.persist(persistence, (signal) => this.#move.context.copies.hash(place, names, signal));
  }

  /** Removes what was set up for copying, keys first of all. What fails here is cleared up by the copies' own room at its next start. */
  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => this.#closeOne(session)));
  }

  async #closeOne(session: CopySession): Promise<void> {
    const { clock, log } = this.#move.context;
    const complain = (error: unknown) =>
      log.warn({ moveId: this.#move.id, err: error }, 'a way of copying was not closed');
    await within(clock, closeMs, new AbortController().signal, () => session.close()).catch(complain);
  }

  async #send(
    root: Root,
    files: readonly string[] | 'all',
    persistence: Persistence,
    options: Omit<SendOptions, 'signal'>,
    stop: AbortSignal = new AbortController().signal,
  ): Promise<CopyResult> {
    const { pace } = this.#move.context;
    return this.#move.persist({ callMs: pace.longCallMs, ...persistence }, async (call) => {
      stop.throwIfAborted();
      const signal = AbortSignal.any([call, stop]);
      const session = await this.#move.once((once) => this.#session(root, once));
      try {
        return await this.#unlessStalled(signal, (alive, both) =>
          session.send(files, {
            ...options,
            signal: both,
            onProgress: (progress) => {
              alive();
              if (!both.aborted) this.#move.show({ progress });
            },
          }),
        );
      } catch (error) {
        await this.#mend(root, session, error);
        stop.throwIfAborted();
        throw error;
      }
    });
  }

  /** Ends it once nothing has come of it for long: a copy of hours is right, one that stands still is not. */
  async #unlessStalled<T>(
    signal: AbortSignal,
    work: (alive: () => void, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { clock, pace } = this.#move.context;
    const stalled = new AbortController();
    const over = new AbortController();
    let aliveAt = clock.elapsed();
    const watch = async (): Promise<never> => {
      for (;;) {
        await clock.sleep(pace.stallMs / 2, over.signal);
        if (clock.elapsed() - aliveAt < pace.stallMs) continue;
        stalled.abort(timedOut(pace.stallMs));
        throw stalled.signal.reason;
      }
    };
    const alive = () => {
      aliveAt = clock.elapsed();
    };
    try {
      return await Promise.race([work(alive, AbortSignal.any([signal, stalled.signal])), watch()]);
    } finally {
      over.abort();
    }
  }

  /** A file that will not hold still is no fault of the way. */
  async #mend(root: Root, session: CopySession, error: unknown): Promise<void> {
    if (/^COPY_SOURCE_/.test(TrainyardError.from(error).code) || this.#move.signal.aborted) return;
    if (this.#sessions.get(root) === session) this.#sessions.delete(root);
    this.#pathFailed = true;
    await this.#closeOne(session);
  }

  async #session(root: Root, signal: AbortSignal): Promise<CopySession> {
    const open = this.#sessions.get(root);
    if (open !== undefined) return open;
    const lay = this.#lay();
    const { pathAsked } = this.#move.memory;
    const places = root === 'checkpoints' ? lay.checkpoints : lay.run;
    if (places === null) throw new TypeError('there is no directory for checkpoints');
    const placeAt = (end: End) => ({ machineId: this.#move.machineOf(end).machineId, path: places[end] });
    const session = await this.#move.context.copies.open(
      placeAt(root === 'back' ? 'destination' : 'source'),
      placeAt(root === 'back' ? 'source' : 'destination'),
      { signal, ...(pathAsked === null || this.#pathFailed ? {} : { path: pathAsked }) },
    );
    if (signal.aborted) {
      await this.#closeOne(session);
      throw signal.reason;
    }
    this.#sessions.set(root, session);
    if (root !== 'back' && this.#move.migration.path !== session.kind)
      this.#move.note({}, { path: session.kind });
    return session;
  }

  #lay(): Lay {
    const lay = layOf(this.#move);
    if (lay === null) throw new TypeError('the destination has not been prepared');
    return lay;
  }
}
