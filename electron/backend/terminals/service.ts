import type { ByteSource } from '#backend/bytes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId, thisComputerId } from '#shared/domain/id.ts';
import type { Actor } from '#shared/domain/role.ts';
import type {
  CommandMark,
  KeptSession,
  Terminal,
  TerminalKind,
  TerminalSize,
} from '#shared/domain/terminal.ts';
import type { Entry } from './entry.ts';
import {
  appRestarted,
  directoryInvalid,
  elsewhere,
  terminalUnknown,
  tooMany,
  waitsForMachine,
} from './errors.ts';
import type { TerminalsOptions } from './interface.ts';
import { LiveTerminal } from './live-terminal.ts';
import { Shells } from './shells.ts';
import { isDirectory } from './start.ts';
import { type KeptTerminal, TerminalTable } from './table.ts';
import { endSession, listSessions, sessionOf, terminalOf } from './tmux.ts';

const mostTerminals = 100;
/** What programs say of themselves (title, directory) is told to the pages at most so often. */
const tellMs = 100;
/** A shell that is told to end has gone by then, or its machine does not answer. */
const endMs = 5_000;

export interface OpenTerminal {
  requestId: string;
  machineId: string;
  runId?: string | undefined;
  kind: TerminalKind;
  directory?: string | undefined;
  keptBy?: 'app' | 'tmux' | undefined;
  /** A session of ours on the machine, which it shows. */
  session?: string | undefined;
  size: TerminalSize;
}

/** The terminals of all machines. Their screens are here, not in the pages: any window shows the same, also after a reload. */
export class Terminals {
  readonly #options: TerminalsOptions;
  readonly #table: TerminalTable;
  readonly #entries = new Map<string, Entry>();
  readonly #shells: Shells;
  readonly #untold = new Map<string, NodeJS.Timeout>();
  readonly #ends: (() => void)[] = [];
  readonly bytes: ByteSource<'terminal'>;
  #closed = false;

  constructor(options: TerminalsOptions) {
    this.#options = options;
    this.#table = new TerminalTable(options.store);
    this.#shells = new Shells(options, (entry, changes) => this.#save(entry, changes));
    for (const kept of this.#table.all()) this.#takeUp(kept);
    const view = (request: { terminalId: string; offset: number }) => this.#entry(request.terminalId).live;
    this.bytes = async function* (request, context) {
      yield* view(request).view(request, context);
    };
  }

  /** Before machines are connected: then what waits for them comes back. */
  start(): void {
    const { machines, events, store } = this.#options;
    this.#ends.push(
      machines.onConnected((machineId) => {
        for (const entry of this.#entries.values())
          if (entry.terminal.machineId === machineId && entry.terminal.state === 'lost')
            void this.#shells.start(entry, 'connected');
      }),
      events.subscribe((event) => {
        if (event.type === 'settings.changed') this.#settingsChanged(store.settings.get().terminalTitles);
      }),
    );
  }

  list(): Terminal[] {
    return [...this.#entries.values()].map(({ terminal }) => terminal);
  }

  /** Throws MACHINE_UNKNOWN, RUN_UNKNOWN, TERMINAL_RUN_ELSEWHERE, TERMINAL_DIRECTORY_INVALID, TERMINAL_TOO_MANY. */
  open(asked: OpenTerminal, actor: Actor): Terminal {
    const earlier = [...this.#entries.values()].find(({ requestId }) => requestId === asked.requestId);
    if (earlier !== undefined) return earlier.terminal;
    const kept = asked.session === undefined ? null : terminalOf(asked.session);
    const shown = kept === null ? undefined : this.#entries.get(kept);
    if (shown !== undefined) return shown.terminal;
    const { store, activity, clock } = this.#options;
    const machine = store.machines.require(asked.machineId);
    const run = asked.runId === undefined ? null : store.runs.require(asked.runId);
    const ofRun = run?.attempts.some(({ machineId }) => machineId === machine.id) ?? true;
    if (run !== null && !ofRun) throw elsewhere(run.name, machine.name);
    const openedIn = asked.directory ?? null;
    if (openedIn !== null && (run !== null || !isDirectory(openedIn))) throw directoryInvalid();
    if (this.#entries.size >= mostTerminals) throw tooMany(mostTerminals);

    const entry = this.#add({
      requestId: asked.requestId,
      openedIn,
      terminal: {
        // A session is named by its terminal.
        id: kept ?? newId(),
        kind: kept === null ? asked.kind : 'shell',
        machineId: machine.id,
        machineName: machine.name,
        runId: run?.id ?? null,
        runName: run?.name ?? null,
        state: 'starting',
        // A view of GPUs has nothing to keep.
        keptBy:
          kept !== null ? 'tmux' : asked.kind === 'gpu' ? 'app' : (asked.keptBy ?? this.#keptBy(machine.id)),
        name: null,
        title: '',
        titleAsked: false,
        directory: null,
        size: asked.size,
        createdAt: clock.now(),
        endedAt: null,
        exitCode: null,
        signal: null,
        error: null,
      },
    });
    entry.attaches = kept !== null;
    const { terminal } = entry;
    this.#table.transaction(() => {
      this.#table.save(entry);
      activity.record({
        actor,
        action: 'terminal.open',
        target: terminal.id,
        details: {
          machine: machine.name,
          kind: terminal.kind,
          keptBy: terminal.keptBy,
          run: run?.name ?? '',
          ...(asked.session !== undefined && { session: asked.session }),
        },
      });
    });
    this.#publish(entry);
    void this.#shells.start(entry, 'opened');
    return entry.terminal;
  }

  resize(terminalId: string, size: TerminalSize): void {
    const entry = this.#entry(terminalId);
    const { cols, rows } = entry.terminal.size;
    if (size.cols === cols && size.rows === rows) return;
    entry.live.resize(size);
    entry.terminal = { ...entry.terminal, size };
    this.#tellSoon(entry);
  }

  rename(terminalId: string, name: string | null, actor: Actor): Terminal {
    const entry = this.#entry(terminalId);
    const shown = name?.replace(/\p{Cc}/gu, '').trim() ?? '';
    this.#recorded(actor, 'terminal.rename', entry, () =>
      this.#save(entry, { name: shown === '' ? null : shown }),
    );
    return entry.terminal;
  }

  /** An ended one starts anew below its old screen; a lost one tries now; one that is open stays as it is. */
  restart(terminalId: string, actor: Actor): Terminal {
    const entry = this.#entry(terminalId);
    this.#recorded(actor, 'terminal.restart', entry, () => undefined);
    const { state } = entry.terminal;
    if (state === 'ended') void this.#shells.start(entry, 'restarted');
    else if (state === 'lost') void this.#shells.start(entry, 'asked');
    return entry.terminal;
  }

  /** Resolves when its programs are gone, or were told to go and their machine does not answer. */
  async close(
    terminalId: string,
    actor: Actor,
    { keepSession = false }: { keepSession?: boolean } = {},
  ): Promise<void> {
    const entry = this.#entry(terminalId);
    const keeps = keepSession && entry.terminal.keptBy === 'tmux';
    entry.closed = true;
    this.#entries.delete(terminalId);
    const action = keeps ? 'terminal.leave' : 'terminal.close';
    this.#recorded(actor, action, entry, () => this.#table.remove(terminalId));
    entry.starting?.abort();
    clearTimeout(this.#untold.get(terminalId));
    entry.live.end();
    this.#options.events.publish({ type: 'terminal.removed', terminalId });
    const ends = [endOf(entry)];
    if (entry.terminal.keptBy === 'tmux' && !keeps) ends.push(this.#endSession(entry));
    await Promise.all(ends);
  }

  marks(terminalId: string): Promise<CommandMark[]> {
    return this.#entry(terminalId).live.marks();
  }

  async text(terminalId: string): Promise<{ text: string }> {
    return { text: await this.#entry(terminalId).live.text() };
  }

  /** Sessions of ours on a machine that no terminal here shows. Rejects as `MachineAccess.programs` does. */
  async kept(machineId: string, signal?: AbortSignal): Promise<{ tmux: boolean; sessions: KeptSession[] }> {
    const programs = await this.#options.machines.programs(machineId, signal ? { signal } : {});
    const sessions = await listSessions(programs, signal);
    const isShown = ({ session }: KeptSession) => this.#entries.has(terminalOf(session) ?? '');
    return { tmux: sessions !== null, sessions: sessions?.filter((each) => !isShown(each)) ?? [] };
  }

  /** Ends a session that `kept` has told of. Rejects as `MachineAccess.programs` does: then it goes on. */
  async endKept({ machineId, session }: { machineId: string; session: string }, actor: Actor): Promise<void> {
    const terminalId = terminalOf(session) ?? '';
    if (this.#entries.has(terminalId)) return this.close(terminalId, actor);
    const { machines, activity, store } = this.#options;
    const machine = store.machines.require(machineId);
    const record = (result: 'done' | 'failed', more: Record<string, unknown> = {}) =>
      activity.record({
        actor,
        action: 'terminal.endKept',
        target: terminalId,
        result,
        details: { machine: machine.name, session, ...more },
      });
    try {
      await endSession(await machines.programs(machineId), session);
      record('done');
    } catch (thrown) {
      record('failed', { code: TrainyardError.from(thrown).code });
      throw thrown;
    }
  }

  /** Ends every shell of the app; what tmux keeps goes on. */
  async shutDown(): Promise<void> {
    this.#closed = true;
    for (const end of this.#ends) end();
    for (const timer of this.#untold.values()) clearTimeout(timer);
    const entries = [...this.#entries.values()];
    for (const entry of entries) {
      entry.closed = true;
      entry.starting?.abort();
      entry.live.end();
    }
    await Promise.all(entries.map(endOf));
  }

  #entry(terminalId: string): Entry {
    const entry = this.#entries.get(terminalId);
    if (entry === undefined) throw terminalUnknown(terminalId);
    return entry;
  }

  #keptBy(machineId: string): 'app' | 'tmux' {
    // On this computer it outlives nothing but the app; who wants that can ask for it.
    return machineId === thisComputerId ? 'app' : this.#options.store.settings.get().terminalKeptBy;
  }

  #add(kept: KeptTerminal): Entry {
    const { store, clock } = this.#options;
    const { terminalScrollback } = store.settings.get();
    const entry: Entry = {
      ...kept,
      live: new LiveTerminal(kept.terminal.size, terminalScrollback, {
        now: () => clock.now(),
        title: (title) => this.#title(entry, title),
        directory: (directory) => {
          if (directory === entry.terminal.directory) return;
          entry.terminal = { ...entry.terminal, directory };
          this.#tellSoon(entry);
        },
        isLight: () => isLight(store.settings.get()),
        mayOfferClipboard: () => store.settings.get().terminalClipboard !== 'deny',
      }),
      shell: null,
      starting: null,
      lostAt: null,
      wantedTitle: '',
      attaches: false,
      closed: false,
    };
    this.#entries.set(entry.terminal.id, entry);
    return entry;
  }

  /** What an earlier process has left: tmux may still have it, the others are gone. Those that had ended before are put away. */
  #takeUp(kept: KeptTerminal): void {
    const { terminal } = kept;
    if (terminal.state === 'ended') {
      this.#table.remove(terminal.id);
      return;
    }
    const now = this.#options.clock.now();
    const changes: Partial<Terminal> =
      terminal.keptBy === 'tmux'
        ? { state: 'lost', error: waitsForMachine(terminal.machineName).toShape() }
        : { state: 'ended', endedAt: now, error: appRestarted().toShape() };
    const entry = this.#add({ ...kept, terminal: { ...terminal, ...changes } });
    this.#table.save(entry);
  }

  #title(entry: Entry, title: string): void {
    const { terminalTitles } = this.#options.store.settings.get();
    if (terminalTitles === 'deny') return;
    entry.wantedTitle = title;
    const shown = terminalTitles === 'allow' ? title : entry.terminal.title;
    const titleAsked = terminalTitles === 'ask' && title !== '';
    if (shown === entry.terminal.title && titleAsked === entry.terminal.titleAsked) return;
    entry.terminal = { ...entry.terminal, title: shown, titleAsked };
    this.#tellSoon(entry);
  }

  #settingsChanged(titles: 'ask' | 'allow' | 'deny'): void {
    for (const entry of this.#entries.values()) {
      const title = titles === 'allow' ? entry.wantedTitle : titles === 'deny' ? '' : entry.terminal.title;
      const titleAsked = titles === 'ask' && entry.wantedTitle !== '' && entry.wantedTitle !== title;
      if (title === entry.terminal.title && titleAsked === entry.terminal.titleAsked) continue;
      entry.terminal = { ...entry.terminal, title, titleAsked };
      this.#tellSoon(entry);
    }
  }

  #save(entry: Entry, changes: Partial<Terminal>): void {
    entry.terminal = { ...entry.terminal, ...changes };
    if (entry.closed) return;
    this.#table.save(entry);
    this.#publish(entry);
  }

  /** A program may say a thousand things a second; the newest of them is enough. */
  #tellSoon(entry: Entry): void {
    const { id } = entry.terminal;
    if (this.#untold.has(id) || entry.closed) return;
    const tell = () => {
      this.#untold.delete(id);
      this.#save(entry, {});
    };
    this.#untold.set(id, setTimeout(tell, tellMs));
  }

  #publish(entry: Entry): void {
    if (!this.#closed) this.#options.events.publish({ type: 'terminal.changed', terminal: entry.terminal });
  }

  #recorded(actor: Actor, action: string, { terminal }: Entry, work: () => void): void {
    this.#table.transaction(() => {
      this.#options.activity.record({
        actor,
        action,
        target: terminal.id,
        details: { machine: terminal.machineName, kind: terminal.kind },
      });
      work();
    });
  }

  /** A machine that is out of sight keeps it: `kept` tells of it. */
  async #endSession({ terminal }: Entry): Promise<void> {
    try {
      const programs = await this.#options.machines.programs(terminal.machineId, { background: true });
      await endSession(programs, sessionOf(terminal.id));
    } catch (thrown) {
      const { code } = TrainyardError.from(thrown);
      this.#options.log.warn(
        { terminalId: terminal.id, code },
        'a tmux session stays on its machine, which cannot be told to end it',
      );
    }
  }
}

async function endOf({ shell }: Entry): Promise<void> {
  if (shell === null) return;
  shell.kill();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, endMs);
  });
  const gone = shell.exited.then(
    () => undefined,
    () => undefined, // the connection is lost, and the shell with it
  );
  await Promise.race([gone, late]);
  clearTimeout(timer);
}

const isLight = ({ terminalTheme, theme }: { terminalTheme: string; theme: string }): boolean =>
  terminalTheme === 'app' ? theme === 'light' : terminalTheme.includes('light');
