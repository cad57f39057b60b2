import type { Duplex } from 'node:stream';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { EventBus } from '#backend/events.ts';
import { Jobs } from '#backend/jobs.ts';
import type {
  Command,
  ExecOptions,
  ExecResult,
  LocalPrograms,
  OpenShell,
  RunningProgram,
} from '#backend/processes/index.ts';
import { Prompts, Sites } from '#backend/sites/index.ts';
import type { SshConnection, SshConnectionState, SshPool, SshTarget } from '#backend/ssh/index.ts';
import type { Store } from '#backend/store/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { ConnectionStep, SshHostPreview } from '#shared/domain/site.ts';
import { ManualClock, tempStore } from '#test/temp-store.ts';
import { answer, nonce, nvidia, section } from './probe/answers.ts';

export const me: Actor = { name: 'desktop', role: 'owner' };

/** Answers every probe as a box with one GPU would; or as the test wants. */
export class FakePrograms implements LocalPrograms {
  readonly asked: ('full' | 'light')[] = [];
  /** What the next probes do instead of answering. */
  behaviour: (options: ExecOptions) => Promise<Uint8Array | null> = async () => null;

  async exec(command: Command, options: ExecOptions = {}): Promise<ExecResult> {
    const [asker = '', mode = 'full'] = command.args ?? [];
    this.asked.push(mode === 'light' ? 'light' : 'full');
    const special = await this.behaviour(options);
    const gpu = [section('nvidia', nvidia.l4)];
    const output = special ?? answer({ more: gpu, ...(mode === 'light' && { system: null }) });
    const text = Buffer.from(output).toString().replaceAll(nonce, asker);
    return { stdout: Buffer.from(text), stderr: Buffer.alloc(0), exitCode: 0, signal: null };
  }
  spawn(): Promise<RunningProgram> {
    return Promise.reject(new Error('not in these tests'));
  }
  openShell(): Promise<OpenShell> {
    return Promise.reject(new Error('not in these tests'));
  }
  connectTo(): Promise<Duplex> {
    return Promise.reject(new Error('not in these tests'));
  }
  async close(): Promise<void> {}
}

export class FakeConnection extends FakePrograms implements SshConnection {
  readonly transport = 'ssh2';
  state: SshConnectionState = 'connected';
  readonly roundTripMs = 12;
  #listeners = new Set<(state: SshConnectionState, error: TrainyardError | null) => void>();

  onState(listener: (state: SshConnectionState, error: TrainyardError | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  /** It is gone, but nobody knows it yet. */
  silent = false;
  async ping(): Promise<number> {
    if (this.silent) throw lost();
    return 12;
  }
  lose(): void {
    this.state = 'lost';
    for (const tell of this.#listeners) tell('lost', lost());
  }
  override async close(): Promise<void> {
    if (this.state !== 'connected') return;
    this.state = 'closed';
    for (const tell of this.#listeners) tell('closed', null);
  }
}

export const lost = () =>
  new TrainyardError('SSH_CONNECTION_LOST', 'The connection was lost.', { retryable: true });
export const unreachable = () =>
  new TrainyardError('SSH_UNREACHABLE', 'It cannot be reached.', { retryable: true });
export const keyChanged = () => new TrainyardError('SSH_HOST_KEY_CHANGED', 'The key has changed.');
export const needsAnswer = () => new TrainyardError('SSH_NEEDS_USER', 'It needs an answer.');

type Opening = (options: {
  signal: AbortSignal;
  background: boolean;
  target: SshTarget;
}) => Promise<SshConnection>;

/** A pool whose hosts do what the test says; each connects at once unless told otherwise. */
export class FakePool implements SshPool {
  readonly attempts: { host: string; background: boolean }[] = [];
  readonly connections = new Map<string, FakeConnection>();
  readonly accepted: string[] = [];
  readonly opening = new Map<string, Opening>();
  open = 0;
  mostAtOnce = 0;

  async connection(
    target: SshTarget,
    {
      signal = new AbortController().signal,
      background = false,
    }: { signal?: AbortSignal; background?: boolean } = {},
  ): Promise<SshConnection> {
    this.attempts.push({ host: target.host, background });
    this.open++;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.open);
    try {
      const opening = this.opening.get(target.host) ?? this.opening.get('*');
      if (opening) return await opening({ signal, background, target });
      return this.connect(target.host);
    } finally {
      this.open--;
    }
  }
  connect(host: string): FakeConnection {
    const connection = new FakeConnection();
    this.connections.set(host, connection);
    return connection;
  }
  /** The host's open connection. */
  of(host: string): FakeConnection {
    const connection = this.connections.get(host);
    if (!connection) throw new Error(`${host} is not connected`);
    return connection;
  }
  openShell(target: SshTarget): Promise<OpenShell> {
    return this.of(target.host).openShell();
  }
  spawn(target: SshTarget) {
    return this.of(target.host).spawn();
  }
  existing(target: SshTarget): SshConnection | null {
    return this.connections.get(target.host) ?? null;
  }
  async *testConnection(): AsyncGenerator<ConnectionStep> {
    yield { step: 'resolve', state: 'ok', detail: '10.0.0.1' };
  }
  async lane() {
    return null;
  }

  async reach(target: SshTarget) {
    return { hostName: target.host, port: 22, user: 'me', hostKeys: [] };
  }
  async acceptChangedHostKey(target: SshTarget, fingerprint: string): Promise<void> {
    this.accepted.push(`${target.host} ${fingerprint}`);
  }
  async close(): Promise<void> {}
}

export interface World {
  store: Store;
  clock: ManualClock;
  pool: FakePool;
  local: FakePrograms;
  prompts: Prompts;
  jobs: Jobs;
  sites: Sites;
  events: AppEvent[];
  activity: { action: string; target: string; result: string; details: Record<string, unknown> }[];
  config: SshHostPreview[];
  /** The state of the site with this name. */
  stateOf(name: string): string;
  idOf(name: string): string;
}

/** A backend's sites on a real store, with time, boxes and network in the test's hands. */
export async function world(store?: Store): Promise<World> {
  const clock = new ManualClock();
  const database = store ?? (await tempStore({ clock }));
  const bus = new EventBus();
  const events: AppEvent[] = [];
  bus.subscribe((event) => events.push(event));
  const prompts = new Prompts(bus, clock);
  const jobs = new Jobs(bus, clock);
  const pool = new FakePool();
  const local = new FakePrograms();
  const activity: World['activity'] = [];
  const config: SshHostPreview[] = [];
  const sites = new Sites({
    store: database,
    events: bus,
    jobs,
    activity: { record: (entry) => activity.push(entry) },
    clock,
    log: pino({ level: 'silent' }),
    programs: local,
    ssh: pool,
    prompts,
    previewHosts: async () => config,
    probeScript: 'the probe',
    random: () => 0,
  });
  onTestFinished(async () => {
    await jobs.close();
    await sites.close();
  });
  const named = (name: string) => {
    const site = sites.list().find((one) => one.name === name);
    if (!site) throw new Error(`no site ${name}`);
    return site;
  };
  return {
    store: database,
    clock,
    pool,
    local,
    prompts,
    jobs,
    sites,
    events,
    activity,
    config,
    stateOf: (name) => named(name).connection.state,
    idOf: (name) => named(name).id,
  };
}

export const hostPreview = (host: string): SshHostPreview => ({
  host,
  hostName: `${host}.example.org`,
  user: 'ada',
  port: 22,
  identityFiles: [],
  proxyJump: null,
  proxyCommand: null,
});
