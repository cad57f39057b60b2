import PQueue from 'p-queue';
import type { Logger } from 'pino';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { Jobs } from '#backend/jobs.ts';
import type { LocalPrograms } from '#backend/processes/index.ts';
import type { SshPool } from '#backend/ssh/index.ts';
import { type Store, type StoredSite, siteUnknown } from '#backend/store/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId, thisComputerId } from '#shared/domain/id.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { ConnectionStep, Prompt, Site, SshAddress, SshHostPreview } from '#shared/domain/site.ts';
import { Connections } from './connections.ts';
import { alreadyThere, hasRuns, importUnknown, localStays } from './errors.ts';
import type { SiteKindDriver } from './kinds/link.ts';
import { localKind } from './kinds/local.ts';
import { sshKind, targetOf } from './kinds/ssh.ts';
import { checkedName, freeName, sameAddress } from './names.ts';
import type { Prompts } from './prompts.ts';
import { type RecordsActivity, recorded } from './record.ts';

export interface SitesOptions {
  store: Store;
  events: EventBus;
  jobs: Jobs;
  activity: RecordsActivity;
  clock: Clock;
  log: Logger;
  /** This computer's programs. Closed by whoever made them. */
  programs: LocalPrograms;
  ssh: SshPool;
  /** The same that the pool asks. */
  prompts: Prompts;
  previewHosts(options: { configFile?: string }): Promise<SshHostPreview[]>;
  /** The text of resources/remote/probe.sh. */
  probeScript: string;
  random?: () => number;
}

/** Imports of up to this many hosts may ask the user at once; of more, those that need an answer wait to be connected by hand. */
const askedAtOnce = 5;

/**
 * The places the user connected, and their machines. An SSH host is one site with one machine of the same id. Everything
 * shown is in the store; how connections stand is known only while this runs.
 */
export class Sites {
  readonly #options: SitesOptions;
  readonly #kinds: Record<StoredSite['kind'], SiteKindDriver>;
  /** `MachineAccess` for the rooms above. */
  readonly machines: Connections;

  constructor(options: SitesOptions) {
    this.#options = options;
    const { store, events, clock, log, prompts, probeScript, random } = options;
    this.#kinds = { local: localKind(options.programs), ssh: sshKind(options.ssh) };
    const kinds = this.#kinds;
    this.machines = new Connections({
      store,
      events,
      clock,
      log,
      kinds,
      probeScript,
      ...(random && { random }),
    });
    prompts.onChange((siteId) => {
      if (siteId) this.machines.find(siteId)?.waiting(prompts.isWaiting(siteId));
    });
    this.#addThisComputer();
    for (const site of store.sites.list()) this.machines.add(site);
  }

  /** Connects what is to be kept connected, in the background and a few at a time. Call it once the other rooms listen. */
  start(): void {
    this.machines.start();
  }

  /** The computer woke up or the network is back: each connection is looked at now, not at its next keep-alive. */
  resumed(): void {
    this.machines.resumed();
  }

  list(): Site[] {
    return this.#options.store.sites.list().map((site) => this.machines.shown(site));
  }

  /** Throws SITE_UNKNOWN. */
  get(siteId: string): Site {
    return this.machines.shown(this.#stored(siteId));
  }

  async preview(configFile?: string): Promise<(SshHostPreview & { siteId: string | null })[]> {
    const hosts = await this.#options.previewHosts(configFile === undefined ? {} : { configFile });
    const sites = this.#options.store.sites.list();
    return hosts.map((host) => ({ ...host, siteId: importedAs(sites, host.host, configFile)?.id ?? null }));
  }

  /** Throws SITE_NAME_TAKEN, SITE_NAME_EMPTY, SITE_ALREADY_THERE. With `connect` it answers once connected, or asking, or failed. */
  async add(
    { name, ssh, connect }: { name?: string | undefined; ssh: SshAddress; connect: boolean },
    actor: Actor,
    signal?: AbortSignal,
  ): Promise<Site> {
    const site = await this.#recorded(actor, 'site.add', name ?? ssh.host, { ssh: shownAddress(ssh) }, () => {
      const sites = this.#options.store.sites.list();
      const known = sites.find((other) => other.ssh && sameAddress(other.ssh, ssh));
      if (known) throw alreadyThere(known.name);
      return this.#insert(name === undefined ? freeName(ssh.host, sites) : checkedName(name, sites), ssh);
    });
    return connect ? this.connect(site.id, actor, signal) : this.get(site.id);
  }

  /** Throws IMPORT_HOST_UNKNOWN, and then nothing is imported. Answers at once; the new sites connect behind it. */
  async importHosts(
    { configFile, hosts }: { configFile?: string | undefined; hosts: readonly string[] },
    actor: Actor,
  ): Promise<Site[]> {
    const wanted = [...new Set(hosts)];
    const details = { hosts: wanted.length, ...(configFile !== undefined && { configFile }) };
    const { ids, added } = await this.#recorded(
      actor,
      'site.import',
      wanted.join(', '),
      details,
      async () => {
        const offered = new Set((await this.preview(configFile)).map(({ host }) => host));
        const unknown = wanted.filter((host) => !offered.has(host));
        if (unknown.length > 0) throw importUnknown(unknown);
        return this.#options.store.transaction(() => this.#insertHosts(wanted, configFile));
      },
    );
    for (const id of added) {
      const connector = this.machines.find(id);
      if (added.length <= askedAtOnce) connector?.open({ background: false }).catch(() => undefined);
      else connector?.start();
    }
    return ids.map((id) => this.get(id));
  }

  /** Throws SITE_UNKNOWN, SITE_NAME_TAKEN, SITE_NAME_EMPTY, SITE_LOCAL_STAYS. A new address ends the connection to the old one. */
  async update(
    siteId: string,
    changes: { name?: string | undefined; ssh?: SshAddress | undefined; autoConnect?: boolean | undefined },
    actor: Actor,
  ): Promise<Site> {
    const before = this.#stored(siteId);
    const after = await this.#recorded(actor, 'site.update', before.name, { siteId }, () => {
      const { store } = this.#options;
      if (before.kind === 'local' && changes.ssh) throw localStays();
      const name =
        changes.name === undefined ? undefined : checkedName(changes.name, store.sites.list(), siteId);
      return store.transaction(() => {
        const site = store.sites.update(siteId, {
          ...(name !== undefined && { name }),
          ...(changes.ssh && { ssh: changes.ssh }),
          ...(changes.autoConnect !== undefined && { autoConnect: changes.autoConnect }),
        });
        store.machines.upsert({ id: siteId, siteId, name: site.name });
        return site;
      });
    });
    const elsewhere = changes.ssh !== undefined && JSON.stringify(changes.ssh) !== JSON.stringify(before.ssh);
    await this.machines.find(siteId)?.update(after, elsewhere);
    this.machines.publish(siteId);
    return this.get(siteId);
  }

  /** Throws SITE_UNKNOWN, SITE_LOCAL_STAYS, SITE_HAS_RUNS (unless `force`). What runs over there goes on. */
  async remove(siteId: string, force: boolean, actor: Actor): Promise<void> {
    const site = this.#stored(siteId);
    const { store, events } = this.#options;
    await this.#recorded(actor, 'site.remove', site.name, { siteId, force }, async () => {
      if (site.kind === 'local') throw localStays();
      const machine = store.machines.get(siteId);
      const runs = (machine?.runningRuns ?? 0) + (machine?.queuedRuns ?? 0);
      if (runs > 0 && !force) throw hasRuns(site.name, runs);
      await this.machines.remove(siteId);
      store.sites.remove(siteId);
    });
    events.publish({ type: 'site.removed', siteId });
  }

  /** Answers once it is connected, waits for the user, or has failed: the site's state says which. */
  async connect(siteId: string, actor: Actor, signal?: AbortSignal): Promise<Site> {
    const connector = this.machines.of(siteId);
    const attempt = connector.open({ background: false });
    attempt.then(
      () => this.#record(actor, 'site.connect', connector.site.name, 'done', { siteId }),
      (error: unknown) => {
        const { code } = TrainyardError.from(error);
        this.#record(actor, 'site.connect', connector.site.name, 'failed', { siteId, code });
      },
    );
    await connector.settled(signal);
    return this.get(siteId);
  }

  async disconnect(siteId: string, actor: Actor): Promise<Site> {
    const connector = this.machines.of(siteId);
    await this.#recorded(actor, 'site.disconnect', connector.site.name, { siteId }, () =>
      connector.disconnect(),
    );
    return this.get(siteId);
  }

  /** Steps of "test connection", of a site or of an address that is not one yet. */
  test(what: { siteId: string } | { ssh: SshAddress }, signal?: AbortSignal): AsyncIterable<ConnectionStep> {
    const site =
      'siteId' in what
        ? this.#stored(what.siteId)
        : { id: '', kind: 'ssh' as const, name: what.ssh.host, ssh: what.ssh };
    return this.#kinds[site.kind].test(site, signal ? { signal } : {});
  }

  /** After the user has checked the new key by its fingerprint. Connects again. */
  async acceptChangedHostKey(siteId: string, fingerprint: string, actor: Actor): Promise<void> {
    const site = this.#stored(siteId);
    await this.#recorded(actor, 'site.acceptHostKey', site.name, { siteId, fingerprint }, () =>
      this.#options.ssh.acceptChangedHostKey(targetOf(site), fingerprint),
    );
    this.machines
      .find(siteId)
      ?.open({ background: false })
      .catch(() => undefined);
  }

  prompts(): Prompt[] {
    return this.#options.prompts.list();
  }

  /** Throws PROMPT_GONE, PROMPT_ANSWERS_WRONG. The answers go to whoever waits for them and nowhere else. */
  async answerPrompt(
    promptId: string,
    given: { accept: boolean; answers: string[]; remember: boolean },
    actor: Actor,
  ): Promise<void> {
    const prompt = this.#options.prompts.answer(promptId, given);
    const { kind, siteId, hostKey } = prompt;
    this.#record(actor, 'site.answerPrompt', prompt.siteName, given.accept ? 'done' : 'refused', {
      kind,
      siteId,
      remember: given.remember,
      ...(hostKey && { hostKey }),
    });
  }

  /** Asks machines what they are, several at once under the limit of the settings; none named: all. Returns at once. */
  refresh(machineIds: readonly string[], actor: Actor): { jobId: string; finished: Promise<void> } {
    const { store, jobs } = this.#options;
    const ids = machineIds.length > 0 ? [...new Set(machineIds)] : store.machines.ids();
    for (const id of ids) store.machines.require(id);
    const total = ids.length;
    this.#record(actor, 'machine.refresh', total === 1 ? (ids[0] ?? '') : `${total} machines`, 'done', {});
    return jobs.start({ title: 'Refresh machines', unit: 'machines', total }, async (job) => {
      const queue = new PQueue({ concurrency: store.settings.get().parallelConnections });
      let done = 0;
      await Promise.all(
        ids.map((id) =>
          queue.add(
            async () => {
              // The user looks at one machine: it may ask. Of many, none may: a wall of questions helps nobody.
              await this.#refreshOne(id, total > 1, job.signal);
              done++;
              job.progress(done);
            },
            { signal: job.signal },
          ),
        ),
      );
    });
  }

  /** Ends connecting, asking and probing. The pool and this computer's programs are closed by whoever made them. */
  async close(): Promise<void> {
    this.#options.prompts.close();
    await this.machines.close();
  }

  /** A machine that cannot be reached is no failure of the job: its state says so. */
  async #refreshOne(machineId: string, background: boolean, signal: AbortSignal): Promise<void> {
    const connector = this.machines.find(machineId);
    if (!connector) return;
    const wasConnected = connector.link !== null;
    try {
      await connector.open({ background, signal });
      await this.machines.refresher.full(machineId);
    } catch (thrown) {
      const { code } = TrainyardError.from(thrown);
      this.#options.log.info({ machineId, code }, 'a machine was not refreshed');
    }
    if (!wasConnected && !connector.site.autoConnect && background) await connector.disconnect();
  }

  #insert(name: string, ssh: SshAddress): StoredSite {
    const { store, clock } = this.#options;
    const site: StoredSite = {
      id: newId(),
      kind: 'ssh',
      name,
      ssh,
      autoConnect: true,
      createdAt: clock.now(),
    };
    store.transaction(() => {
      store.sites.insert(site);
      store.machines.upsert({ id: site.id, siteId: site.id, name });
      store.afterCommit(() => {
        this.machines.add(site);
        this.machines.publish(site.id);
      });
    });
    return site;
  }

  #insertHosts(hosts: readonly string[], configFile: string | undefined): { ids: string[]; added: string[] } {
    const added: string[] = [];
    const ids = hosts.map((host) => {
      const sites = this.#options.store.sites.list();
      const known = importedAs(sites, host, configFile);
      if (known) return known.id;
      const { id } = this.#insert(freeName(host, sites), {
        host,
        ...(configFile !== undefined && { configFile }),
      });
      added.push(id);
      return id;
    });
    return { ids, added };
  }

  #addThisComputer(): void {
    const { store, clock } = this.#options;
    store.transaction(() => {
      const known = store.sites.get(thisComputerId);
      const name = known?.name ?? freeName('This computer', store.sites.list());
      if (!known) {
        store.sites.insert({
          id: thisComputerId,
          kind: 'local',
          name,
          autoConnect: true,
          createdAt: clock.now(),
        });
      }
      store.machines.upsert({ id: thisComputerId, siteId: thisComputerId, name });
    });
  }

  #stored(siteId: string): StoredSite {
    const site = this.#options.store.sites.get(siteId);
    if (!site) throw siteUnknown(siteId);
    return site;
  }

  #recorded<T>(
    actor: Actor,
    action: string,
    target: string,
    details: Record<string, unknown>,
    work: () => T | Promise<T>,
  ): Promise<T> {
    return recorded(this.#options.activity, { actor, action, target, details }, work);
  }

  #record(
    actor: Actor,
    action: string,
    target: string,
    result: 'done' | 'refused' | 'failed',
    details: Record<string, unknown>,
  ): void {
    this.#options.activity.record({ actor, action, target, result, details });
  }
}

const importedAs = (
  sites: readonly StoredSite[],
  host: string,
  configFile: string | undefined,
): StoredSite | undefined =>
  sites.find(({ ssh }) => ssh?.host === host && (ssh.configFile ?? '') === (configFile ?? ''));

/** What the activity log keeps of an address. */
const shownAddress = ({ host, hostName, user, port }: SshAddress): Record<string, unknown> => ({
  host,
  ...(hostName !== undefined && { hostName }),
  ...(user !== undefined && { user }),
  ...(port !== undefined && { port }),
});
