import { TrainyardError } from '#shared/domain/error.ts';
import { hasEnded } from '#shared/domain/run.ts';
import type { BoxReport } from '../box/interface.ts';
import type { RunsContext } from '../context.ts';
import type { Connected } from '../turns.ts';
import { UnderWay } from '../under-way.ts';
import type { AttemptLog } from './attempt-log.ts';
import type { LogShelf } from './shelf.ts';

/**
 * Streams at once per machine. sshd allows ten channels on a connection out there; the rest is for watching, terminals
 * and short calls.
 */
const mostStreams = 4;
/** Live logs without a stream of their own are fetched this often. */
const pollEveryMs = 3000;
/** Of a run that had ended before we saw it, this much of its log is fetched. */
const mostOfOldLogs = 8 * 1024 * 1024;

/**
 * Keeps the logs of one machine's runs in step while it is connected: a stream each, as far as there are streams, for
 * those that somebody looks at first. Ended ones are read to their end, one after another.
 */
export class Followers {
  readonly #context: RunsContext;
  readonly #shelf: LogShelf;
  readonly #machineId: string;
  readonly #onEnd: () => void;
  readonly #streams = new Map<string, AbortController>();
  readonly #draining = new Set<string>();
  /** Alive when last heard of: their logs are fetched whole when they end. */
  readonly #seenLive = new Set<string>();
  #preferred: string[] = [];
  /** Followed for a move: they go before those that somebody looks at. */
  readonly #pinned = new Map<string, number>();
  #connected: Connected | null = null;
  #polling = false;
  #drains: Promise<void> = Promise.resolve();
  readonly #underWay = new UnderWay();

  constructor(context: RunsContext, shelf: LogShelf, machineId: string, onEnd: () => void) {
    this.#context = context;
    this.#shelf = shelf;
    this.#machineId = machineId;
    this.#onEnd = onEnd;
  }

  /** What the box says now: begins to follow what is alive, and fetches the rest of what has ended. */
  update(connected: Connected, report: BoxReport): void {
    this.#connected = connected;
    const { store } = this.#context;
    for (const { runId, epoch, logBytes, logInode } of report.attempts) {
      const attempt = store.runs.attempt(runId, epoch);
      if (attempt === undefined || attempt.machineId !== this.#machineId) continue;
      const key = `${runId}/${epoch}`;
      const live = !hasEnded(attempt.state);
      if (live) this.#seenLive.add(key);
      const record = store.logs.get(runId, epoch);
      const replaced = record.inode !== null && logInode !== null && record.inode !== logInode;
      const isDone = !live && !replaced && record.inode !== null && record.scannedBytes >= logBytes;
      if (isDone && !this.#streams.has(key)) continue;
      const log = this.#shelf.get(runId, epoch);
      log.setBox(connected.box);
      if (replaced) this.#replaced(log, logBytes);
      log.hear(logBytes, live);
      if (record.inode !== logInode || record.bytesKnown !== logBytes) {
        store.logs.set(runId, epoch, { inode: logInode, bytesKnown: logBytes });
      }
      if (!live) this.#drain(log, key);
    }
    this.#assign();
  }

  /** Somebody looks at this one: it gets a stream, if need be another's. */
  prefer(runId: string, epoch: number): void {
    const key = `${runId}/${epoch}`;
    this.#preferred = [key, ...this.#preferred.filter((each) => each !== key)].slice(0, mostStreams);
    if (this.#connected !== null) this.#shelf.get(runId, epoch).setBox(this.#connected.box);
    this.#assign();
  }

  /** Its log is to be read as it is written until `signal`, whether somebody looks at it or not. */
  pin(runId: string, epoch: number, signal: AbortSignal): void {
    if (signal.aborted) return;
    const key = `${runId}/${epoch}`;
    this.#pinned.set(key, (this.#pinned.get(key) ?? 0) + 1);
    const end = () => {
      const left = (this.#pinned.get(key) ?? 1) - 1;
      if (left > 0) this.#pinned.set(key, left);
      else this.#pinned.delete(key);
    };
    signal.addEventListener('abort', end, { once: true });
    this.#assign();
  }

  /** The machine is out of sight: those who look are told, nothing else changes. */
  disconnect(): void {
    this.#connected = null;
    for (const stream of this.#streams.values()) stream.abort();
    this.#streams.clear();
    this.#draining.clear();
    const here = new Set(
      this.#shelf
        .allOpen()
        .filter(
          ({ runId, epoch }) => this.#context.store.runs.attempt(runId, epoch)?.machineId === this.#machineId,
        ),
    );
    for (const log of here) log.setBox(null);
  }

  async close(): Promise<void> {
    this.disconnect();
    await this.#underWay.over();
    await this.#drains;
  }

  #liveKeys(): string[] {
    return this.#context.store.runs
      .liveAttempts(this.#machineId)
      .filter(({ directory }) => directory !== null)
      .map(({ runId, epoch }) => `${runId}/${epoch}`);
  }

  #assign(): void {
    const connected = this.#connected;
    if (connected === null) return;
    const live = this.#liveKeys();
    const first = [...this.#pinned.keys(), ...this.#preferred];
    const wanted = [...first.filter((key) => live.includes(key)), ...live];
    const chosen = new Set([...new Set(wanted)].slice(0, mostStreams));
    for (const [key, stream] of this.#streams) {
      // One whose attempt has ended is left to read to the end.
      if (chosen.has(key) || !live.includes(key)) continue;
      stream.abort();
      this.#streams.delete(key);
    }
    for (const key of chosen) if (!this.#streams.has(key)) this.#follow(key, connected);
    if (live.length > chosen.size) this.#underWay.add(this.#poll(connected));
  }

  #follow(key: string, connected: Connected): void {
    const [runId = '', epoch = ''] = key.split('/');
    const log = this.#shelf.get(runId, Number(epoch));
    log.setBox(connected.box);
    const own = new AbortController();
    this.#streams.set(key, own);
    const signal = AbortSignal.any([own.signal, connected.signal]);
    const followed = log
      .follow(connected.box, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) this.#complain(log, error);
      })
      .then(async () => {
        if (this.#streams.get(key) === own) this.#streams.delete(key);
        if (signal.aborted) return;
        // It has ended over there, or broke: the box says which.
        this.#onEnd();
        await this.#context.clock.sleep(pollEveryMs, signal).catch(() => undefined);
        if (!signal.aborted) this.#assign();
      });
    this.#underWay.add(followed);
  }

  /** Reads an ended attempt's log to its end, when its stream (if it has one) is done. */
  #drain(log: AttemptLog, key: string): void {
    if (this.#draining.has(key)) return;
    const connected = this.#connected;
    if (connected === null) return;
    this.#draining.add(key);
    const most = this.#seenLive.has(key) ? undefined : mostOfOldLogs;
    this.#drains = this.#drains.then(async () => {
      try {
        if (connected.signal.aborted) return;
        this.#streams.get(key)?.abort();
        this.#streams.delete(key);
        await log.catchUp(connected.box, connected.signal, most);
        log.finish();
      } catch (error) {
        if (!connected.signal.aborted) this.#complain(log, error);
      } finally {
        this.#draining.delete(key);
      }
    });
  }

  async #poll(connected: Connected): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    try {
      for (;;) {
        const rest = this.#liveKeys().filter((key) => !this.#streams.has(key));
        if (rest.length === 0) return;
        for (const key of rest) {
          const [runId = '', epoch = ''] = key.split('/');
          const log = this.#shelf.get(runId, Number(epoch));
          log.setBox(connected.box);
          await log.catchUp(connected.box, connected.signal);
        }
        await this.#context.clock.sleep(pollEveryMs, connected.signal);
      }
    } catch (error) {
      if (!connected.signal.aborted) {
        this.#context.log.warn({ code: TrainyardError.from(error).code }, 'logs could not be fetched');
      }
    } finally {
      this.#polling = false;
    }
  }

  #replaced(log: AttemptLog, bytes: number): void {
    const key = `${log.runId}/${log.epoch}`;
    this.#streams.get(key)?.abort();
    this.#streams.delete(key);
    log.replaced(bytes);
  }

  #complain({ runId, epoch }: AttemptLog, error: unknown): void {
    const { code, details } = TrainyardError.from(error);
    this.#context.log.warn({ runId, epoch, code, details }, 'a log could not be followed');
  }
}
