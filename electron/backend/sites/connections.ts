import PQueue from 'p-queue';
import type { Logger } from 'pino';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { ForwardsPorts, OpensShells, RunsPrograms } from '#backend/processes/index.ts';
import type { SshLane, SshReach } from '#backend/ssh/index.ts';
import { type Store, type StoredSite, siteUnknown } from '#backend/store/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Site } from '#shared/domain/site.ts';
import type { MachineAccess, MachinePorts, MachineReach, MachineShells } from './capabilities.ts';
import { Connector } from './connector.ts';
import { machineError, notConnected } from './errors.ts';
import type { Link, SiteKindDriver } from './kinds/link.ts';
import { Refresher } from './refresher.ts';

/** For so long at most, ms: a machine that does not answer is no reason to wait. */
const calmWithinMs = 5_000;

export interface ConnectionsOptions {
  store: Store;
  events: EventBus;
  clock: Clock;
  log: Logger;
  kinds: Record<StoredSite['kind'], SiteKindDriver>;
  /** The text of resources/remote/probe.sh. */
  probeScript: string;
  random?: () => number;
}

interface Wish {
  signal?: AbortSignal;
  background?: boolean;
}

/** The connection of every site, and what its machine has, kept fresh while connected. A machine has the id of its site. */
export class Connections implements MachineAccess, MachineShells, MachinePorts, MachineReach {
  readonly refresher: Refresher;
  readonly #options: ConnectionsOptions;
  readonly #connectors = new Map<string, Connector>();
  readonly #turns: PQueue;
  readonly #connected = new Set<(machineId: string, calm: Promise<void>) => void>();
  readonly #disconnected = new Set<(machineId: string) => void>();
  #closed = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    const { store, clock, log, probeScript, random } = options;
    this.#turns = new PQueue({ concurrency: store.settings.get().parallelConnections });
    this.refresher = new Refresher({
      store,
      clock,
      log,
      script: probeScript,
      onSaved: (machineId) => this.#publishMachine(machineId),
      ...(random && { random }),
    });
  }

  /** Connects what is to be kept connected, in the background and a few at a time. */
  start(): void {
    for (const connector of this.#connectors.values()) connector.start();
  }

  resumed(): void {
    for (const connector of this.#connectors.values()) connector.tryNow();
  }

  /** Throws SITE_UNKNOWN. */
  of(siteId: string): Connector {
    const connector = this.#connectors.get(siteId);
    if (!connector) throw siteUnknown(siteId);
    return connector;
  }

  find(siteId: string): Connector | undefined {
    return this.#connectors.get(siteId);
  }

  /** From now on there is this site; `start` connects it. */
  add(site: StoredSite): void {
    const { clock, random } = this.#options;
    const connector = new Connector(site, {
      driver: this.#options.kinds[site.kind],
      clock,
      inTurn: (work, signal) => {
        this.#turns.concurrency = this.#options.store.settings.get().parallelConnections;
        return this.#turns.add(work, { signal });
      },
      onChange: () => this.publish(site.id),
      onConnected: (link) => {
        this.#options.store.machines.setSeen(site.id, clock.now());
        this.refresher.follow(site.id, link);
        const calm = this.#calm();
        this.#tell(this.#connected, (listener) => listener(site.id, calm), site.id);
      },
      onDisconnected: () => {
        this.refresher.unfollow(site.id);
        this.#tell(this.#disconnected, (listener) => listener(site.id), site.id);
      },
      ...(random && { random }),
    });
    this.#connectors.set(site.id, connector);
  }

  async remove(siteId: string): Promise<void> {
    const connector = this.#connectors.get(siteId);
    this.#connectors.delete(siteId);
    await connector?.close();
  }

  /** A site as it is shown: what is stored, and how its connection stands. */
  shown(site: StoredSite): Site {
    const connection = this.#connectors.get(site.id)?.connection ?? {
      state: 'disconnected' as const,
      sinceAt: site.createdAt,
    };
    return { ...site, connection };
  }

  publish(siteId: string): void {
    const { store, events } = this.#options;
    const connector = this.#connectors.get(siteId);
    const site = store.sites.get(siteId);
    if (this.#closed || !site || !connector) return;
    store.machines.setConnection(siteId, connector.connection.state);
    events.publish({ type: 'site.changed', site: this.shown(site) });
    this.#publishMachine(siteId);
  }

  programs(machineId: string, options: Wish = {}): Promise<RunsPrograms> {
    return this.#link(machineId, options);
  }

  shells(machineId: string, options: Wish = {}): Promise<OpensShells> {
    return this.#link(machineId, options);
  }

  ports(machineId: string, options: Wish = {}): Promise<ForwardsPorts> {
    return this.#link(machineId, options);
  }

  async #link(machineId: string, { signal, background = false }: Wish): Promise<Link> {
    const { name } = this.#options.store.machines.require(machineId);
    const connector = this.of(machineId);
    if (connector.link) return connector.link;
    if (background) throw notConnected(name, machineId);
    try {
      return await connector.open({ background: false, signal });
    } catch (thrown) {
      const error = TrainyardError.from(thrown);
      throw machineError(name, machineId, error, this.#options.kinds[connector.site.kind].needsUser(error));
    }
  }

  async reach(machineId: string): Promise<SshReach | null> {
    const { site } = this.of(machineId);
    return this.#options.kinds[site.kind].reach(site);
  }

  async lane(machineId: string, options: { signal: AbortSignal; idle?: boolean }): Promise<SshLane | null> {
    const { site } = this.of(machineId);
    return this.#options.kinds[site.kind].lane(site, options);
  }

  isConnected(machineId: string): boolean {
    return this.#connectors.get(machineId)?.link != null;
  }

  onConnected(listener: (machineId: string, calm: Promise<void>) => void): () => void {
    this.#connected.add(listener);
    return () => this.#connected.delete(listener);
  }

  onDisconnected(listener: (machineId: string) => void): () => void {
    this.#disconnected.add(listener);
    return () => this.#disconnected.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.refresher.close();
    await Promise.allSettled([...this.#connectors.values()].map((connector) => connector.close()));
  }

  /** Resolves when no machine is being connected or asked what it has, or after `calmWithinMs`; never rejects. */
  async #calm(): Promise<void> {
    const over = new AbortController();
    const late = this.#options.clock.sleep(calmWithinMs, over.signal).catch(() => undefined);
    const calm = async () => {
      // Each connection that is made begins by asking: the one may be over before the other has begun.
      while (this.#turns.pending + this.#turns.size > 0 || this.refresher.isAsking) {
        await Promise.race([this.#turns.onIdle(), late]);
        await Promise.race([this.refresher.idle(), late]);
        if (over.signal.aborted) return;
      }
    };
    await Promise.race([calm(), late]);
    over.abort();
  }

  #tell<T>(listeners: ReadonlySet<T>, call: (listener: T) => void, machineId: string): void {
    for (const listener of listeners) {
      try {
        call(listener);
      } catch (error) {
        this.#options.log.error({ err: error, machineId }, 'a listener of connections failed');
      }
    }
  }

  #publishMachine(machineId: string): void {
    const machine = this.#options.store.machines.get(machineId);
    if (machine && !this.#closed) this.#options.events.publish({ type: 'machine.changed', machine });
  }
}
