import type { Logger } from 'pino';
import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { MachineAccess, MachinePorts } from '#backend/sites/index.ts';
import type { Store } from '#backend/store/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Forward, ListeningPort } from '#shared/domain/forward.ts';
import { newId } from '#shared/domain/id.ts';
import type { Actor } from '#shared/domain/role.ts';
import { forwardUnknown, hostInvalid, listeningUnreadable, runElsewhere, tooMany } from './errors.ts';
import { parseListening } from './listening.ts';
import { LiveForward, type Way } from './live-forward.ts';
import { ForwardTable, type KeptForward } from './table.ts';

export interface ForwardsOptions {
  store: Store;
  events: EventBus;
  activity: Pick<Activity, 'record'>;
  clock: Clock;
  log: Logger;
  machines: MachineAccess & MachinePorts;
  /** The text of resources/remote/ports.sh. */
  script: string;
}

export interface OpenForward {
  requestId: string;
  machineId: string;
  runId?: string | undefined;
  remotePort: number;
  remoteHost: string;
  localPort?: number | undefined;
  label: string;
}

const mostForwards = 200;
/** What changes by the byte is told to the pages at most so often, ms. */
const tellMs = 500;
/** Below it only an administrator may listen. */
const firstFreePort = 1024;
const hostPattern = /^[A-Za-z0-9_:][A-Za-z0-9_.:%-]{0,254}$/;

interface Entry {
  kept: KeptForward;
  live: LiveForward;
}

/** Ports of machines on this computer's loopback: they outlive lost connections and restarts, until they are closed. */
export class Forwards {
  readonly #options: ForwardsOptions;
  readonly #table: ForwardTable;
  readonly #entries = new Map<string, Entry>();
  /** Being opened, by request: sent twice it is one. */
  readonly #opening = new Map<string, Promise<Forward>>();
  /** When each was told last, and who will tell it next. */
  readonly #told = new Map<string, { at: number; next: AbortController | null }>();
  readonly #ends: (() => void)[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: ForwardsOptions) {
    this.#options = options;
    this.#table = new ForwardTable(options.store);
    for (const kept of this.#table.all()) this.#entries.set(kept.id, { kept, live: this.#liveOf(kept) });
  }

  /** Listens where it did when the app ended. */
  start(): void {
    const { machines, events } = this.#options;
    const ofMachine = (machineId: string) => {
      for (const { kept } of this.#entries.values()) if (kept.machineId === machineId) this.#tell(kept.id);
    };
    this.#ends.push(
      machines.onConnected(ofMachine),
      machines.onDisconnected(ofMachine),
      events.subscribe((event) => {
        if (event.type === 'site.removed') this.#machineGone(event.siteId);
      }),
    );
    for (const { kept, live } of this.#entries.values()) void live.keepListening(kept.localPort);
  }

  /** Oldest first. */
  list(): Forward[] {
    return [...this.#entries.values()].map((entry) => this.#shown(entry));
  }

  /** Who listens over there; of a run: its processes only. PORTS_UNREADABLE, RUN_UNKNOWN, and those of reaching the machine. */
  async listening(
    { machineId, runId }: { machineId: string; runId?: string | undefined },
    signal?: AbortSignal,
  ): Promise<ListeningPort[]> {
    const { machines, store, script } = this.#options;
    const machine = store.machines.require(machineId);
    if (runId !== undefined) store.runs.require(runId);
    const programs = await machines.programs(machineId, signal ? { signal } : {});
    const { stdout, exitCode } = await programs.exec(
      { script },
      { timeoutMs: 30_000, maxOutputBytes: 4 * 1024 * 1024, ...(signal && { signal }) },
    );
    if (exitCode !== 0) throw listeningUnreadable(machine.name);
    return parseListening(stdout.toString('utf8'))
      .filter((found) => runId === undefined || found.runId === runId)
      .map((found) => {
        const run = found.runId === null ? undefined : store.runs.get(found.runId);
        return { ...found, runId: run?.id ?? null, runName: run?.name ?? null };
      });
  }

  /**
   * Answers when it listens here; whether somebody listens over there shows with the first connection. MACHINE_UNKNOWN, RUN_UNKNOWN,
   * FORWARD_RUN_ELSEWHERE, FORWARD_HOST_INVALID, FORWARD_TOO_MANY, PORT_TAKEN, PORT_DENIED, PORT_FAILED.
   */
  open(asked: OpenForward, actor: Actor): Promise<Forward> {
    const earlier = [...this.#entries.values()].find(({ kept }) => kept.requestId === asked.requestId);
    if (earlier) return Promise.resolve(this.#shown(earlier));
    const going = this.#opening.get(asked.requestId);
    if (going) return going;
    // One after the other: two for the same port are one, and neither takes the other's port here.
    const opening = this.#turn.then(() => this.#open(asked, actor));
    this.#turn = opening.catch(() => undefined);
    this.#opening.set(asked.requestId, opening);
    const forget = () => this.#opening.delete(asked.requestId);
    opening.then(forget, forget);
    return opening;
  }

  /** FORWARD_UNKNOWN. */
  rename(forwardId: string, label: string, actor: Actor): Forward {
    const entry = this.#entry(forwardId);
    entry.kept = { ...entry.kept, label: label.trim() };
    const { name } = this.#options.store.machines.require(entry.kept.machineId);
    this.#table.transaction(() => {
      this.#table.save(entry.kept);
      this.#options.activity.record({
        actor,
        action: 'ports.rename',
        target: name,
        details: { port: entry.kept.remotePort, label: entry.kept.label },
      });
    });
    this.#tell(forwardId);
    return this.#shown(entry);
  }

  /** FORWARD_UNKNOWN. */
  async close(forwardId: string, actor: Actor): Promise<void> {
    const { kept } = this.#entry(forwardId);
    const machine = this.#options.store.machines.get(kept.machineId);
    await this.#remove(forwardId, () =>
      this.#options.activity.record({
        actor,
        action: 'ports.close',
        target: machine?.name ?? kept.machineId,
        details: { port: kept.remotePort, localPort: kept.localPort },
      }),
    );
  }

  async shutDown(): Promise<void> {
    this.#closed = true;
    for (const end of this.#ends) end();
    for (const { next } of this.#told.values()) next?.abort();
    await this.#turn;
    await Promise.all([...this.#entries.values()].map(({ live }) => live.close()));
  }

  async #open(asked: OpenForward, actor: Actor): Promise<Forward> {
    const { store, activity, clock } = this.#options;
    if (this.#closed) throw new TrainyardError('CANCELLED', 'Trainyard is closing.');
    const machine = store.machines.require(asked.machineId);
    const run = asked.runId === undefined ? null : store.runs.require(asked.runId);
    if (run && !run.attempts.some(({ machineId }) => machineId === machine.id))
      throw runElsewhere(run.name, machine.name);
    if (!hostPattern.test(asked.remoteHost)) throw hostInvalid(asked.remoteHost);
    const same = [...this.#entries.values()].find(
      ({ kept }) =>
        kept.machineId === machine.id &&
        kept.remoteHost === asked.remoteHost &&
        kept.remotePort === asked.remotePort &&
        (asked.localPort === undefined || asked.localPort === kept.localPort),
    );
    if (same) return this.#shown(same);
    if (this.#entries.size >= mostForwards) throw tooMany(mostForwards);
    const kept: KeptForward = {
      id: newId(),
      requestId: asked.requestId,
      machineId: machine.id,
      createdAt: clock.now(),
      runId: run?.id ?? null,
      remoteHost: asked.remoteHost,
      remotePort: asked.remotePort,
      localPort: asked.localPort ?? asked.remotePort,
      label: asked.label.trim(),
      guess: null,
    };
    const live = this.#liveOf(kept);
    kept.localPort = await this.#listen(live, asked);
    const entry = { kept, live };
    try {
      this.#table.transaction(() => {
        this.#table.save(kept);
        activity.record({
          actor,
          action: 'ports.open',
          target: machine.name,
          details: { host: kept.remoteHost, port: kept.remotePort, localPort: kept.localPort },
        });
      });
    } catch (error) {
      await live.close();
      throw error;
    }
    this.#entries.set(kept.id, entry);
    this.#tell(kept.id);
    if (this.#options.machines.isConnected(machine.id)) this.#askWhatItIs(entry);
    else this.#connect(machine.id);
    return this.#shown(entry);
  }

  /** The same number where it is free, so that addresses in a program's own pages are right. */
  async #listen(live: LiveForward, asked: OpenForward): Promise<number> {
    if (asked.localPort !== undefined) return live.listen(asked.localPort);
    const others = new Set([...this.#entries.values()].map(({ kept }) => kept.localPort));
    if (asked.remotePort >= firstFreePort && !others.has(asked.remotePort)) {
      try {
        return await live.listen(asked.remotePort);
      } catch (thrown) {
        const { code } = TrainyardError.from(thrown);
        if (code !== 'PORT_TAKEN' && code !== 'PORT_DENIED') throw thrown;
      }
    }
    return live.listen(0, others);
  }

  /** Who forwards a port of a machine wants that machine. How that goes is shown with it; nobody waits for it here. */
  #connect(machineId: string): void {
    const { machines, log } = this.#options;
    machines
      .ports(machineId)
      .catch((error: unknown) => log.debug({ err: error, machineId }, 'ports: the machine is not connected'));
  }

  /** What listens there, for its mark; of no consequence where it cannot be told. */
  #askWhatItIs(entry: Entry): void {
    const { machineId, remotePort, id } = entry.kept;
    this.listening({ machineId }, AbortSignal.timeout(20_000)).then(
      (found) => {
        const guess = found.find(({ port }) => port === remotePort)?.guess ?? null;
        if (guess === null || this.#closed || !this.#entries.has(id)) return;
        entry.kept = { ...entry.kept, guess };
        this.#table.save(entry.kept);
        this.#tell(id);
      },
      (error: unknown) => this.#options.log.debug({ err: error, machineId }, 'ports: not told what listens'),
    );
  }

  #liveOf(kept: KeptForward): LiveForward {
    const { machines, clock } = this.#options;
    const { machineId, remoteHost, remotePort, id } = kept;
    const way: Way = {
      ports: (signal) => machines.ports(machineId, { signal, background: true }),
      connected: (signal) =>
        new Promise((resolve, reject) => {
          const end = machines.onConnected((connected) => {
            if (connected === machineId) settle(resolve);
          });
          const settle = (action: () => void) => {
            end();
            signal.removeEventListener('abort', onAbort);
            action();
          };
          const onAbort = () => settle(() => reject(signal.reason));
          signal.addEventListener('abort', onAbort, { once: true });
          if (signal.aborted) onAbort();
        }),
    };
    return new LiveForward({ way, clock, remoteHost, remotePort, onChange: () => this.#tell(id) });
  }

  #machineGone(machineId: string): void {
    for (const { kept } of [...this.#entries.values()])
      if (kept.machineId === machineId)
        this.#remove(kept.id, () => undefined).catch((error: unknown) =>
          this.#options.log.error({ err: error, machineId }, 'ports: a forward was not closed'),
        );
  }

  async #remove(forwardId: string, record: () => void): Promise<void> {
    const { live } = this.#entry(forwardId);
    this.#table.transaction(() => {
      this.#table.remove(forwardId);
      record();
    });
    this.#entries.delete(forwardId);
    this.#told.get(forwardId)?.next?.abort();
    this.#told.delete(forwardId);
    this.#options.events.publish({ type: 'forward.removed', forwardId });
    await live.close();
  }

  #entry(forwardId: string): Entry {
    const entry = this.#entries.get(forwardId);
    if (!entry) throw forwardUnknown(forwardId);
    return entry;
  }

  #shown({ kept, live }: Entry): Forward {
    const { store, machines } = this.#options;
    const { requestId: _requestId, ...forward } = kept;
    const seen = machines.isConnected(kept.machineId) ? 'open' : 'waiting';
    return {
      ...forward,
      machineName: store.machines.get(kept.machineId)?.name ?? '',
      runName: kept.runId === null ? null : (store.runs.get(kept.runId)?.name ?? null),
      state: live.failure ? 'failed' : seen,
      connections: live.connections,
      sentBytes: live.sentBytes,
      receivedBytes: live.receivedBytes,
      error: (live.failure ?? live.refusal)?.toShape() ?? null,
    };
  }

  /** Tells the pages how it stands: now, or when the last time is long enough ago. */
  #tell(forwardId: string): void {
    const entry = this.#entries.get(forwardId);
    if (!entry || this.#closed) return;
    const { clock, events } = this.#options;
    const told = this.#told.get(forwardId) ?? { at: Number.NEGATIVE_INFINITY, next: null };
    if (told.next) return;
    const waitMs = told.at + tellMs - clock.elapsed();
    if (waitMs <= 0) {
      this.#told.set(forwardId, { at: clock.elapsed(), next: null });
      events.publish({ type: 'forward.changed', forward: this.#shown(entry) });
      return;
    }
    const next = new AbortController();
    this.#told.set(forwardId, { ...told, next });
    clock.sleep(waitMs, next.signal).then(
      () => {
        this.#told.set(forwardId, { at: Number.NEGATIVE_INFINITY, next: null });
        this.#tell(forwardId);
      },
      () => undefined,
    );
  }
}
