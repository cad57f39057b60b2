import { TrainyardError } from '#shared/domain/error.ts';
import { thisComputerId } from '#shared/domain/id.ts';
import type { Terminal } from '#shared/domain/terminal.ts';
import type { Entry } from './entry.ts';
import { elsewhere, sessionGone, waitsForMachine } from './errors.ts';
import type { TerminalsOptions } from './interface.ts';
import { type RunPlace, startCommand } from './start.ts';
import { lookForSession, sessionOf } from './tmux.ts';

/**
 * Why a shell is started: `opened` by the user, `restarted` after it had ended, `connected` as its machine came back,
 * `asked` to try now though the machine has not.
 */
export type Cause = 'opened' | 'restarted' | 'connected' | 'asked';

type Save = (entry: Entry, changes: Partial<Terminal>) => void;

/** A shell that is lost while its machine still seems connected is tried again after this. */
const againMs = 2_000;

/** Starts the shells of terminals, follows them to their end, and starts them anew when their machine is back. */
export class Shells {
  readonly #options: TerminalsOptions;
  readonly #save: Save;

  constructor(options: TerminalsOptions, save: Save) {
    this.#options = options;
    this.#save = save;
  }

  /** Never rejects: what went wrong is in the terminal's state. */
  async start(entry: Entry, cause: Cause): Promise<void> {
    if (entry.starting !== null || entry.shell !== null || entry.closed) return;
    const starting = new AbortController();
    entry.starting = starting;
    const wasLost = entry.terminal.state === 'lost';
    if (!wasLost)
      this.#save(entry, { state: 'starting', error: null, endedAt: null, exitCode: null, signal: null });
    try {
      await this.#open(entry, cause, wasLost, starting.signal);
    } catch (thrown) {
      if (!entry.closed) this.#failed(entry, TrainyardError.from(thrown), wasLost);
    } finally {
      entry.starting = null;
    }
  }

  async #open(entry: Entry, cause: Cause, wasLost: boolean, signal: AbortSignal): Promise<void> {
    const { machines, store, scripts } = this.#options;
    const { machineId, size } = entry.terminal;
    const options = { signal, background: cause === 'connected' };
    const shells = await machines.shells(machineId, options);
    const session = await this.#session(entry, options);
    const place = await this.#place(entry, signal);
    const settings = store.settings.get();
    const directory = entry.terminal.directory ?? entry.openedIn ?? place?.directory ?? null;
    const command = startCommand(
      entry.terminal,
      {
        directory: cause === 'opened' ? (entry.openedIn ?? place?.directory ?? null) : directory,
        shell: machineId === thisComputerId ? settings.terminalShellHere : '',
        place,
        scrollback: settings.terminalScrollback,
      },
      scripts,
    );
    this.#tell(entry, cause, wasLost, session);
    const shell = await shells.openShell({ ...size, command, signal });
    if (entry.closed || signal.aborted) {
      shell.kill();
      return;
    }
    entry.shell = shell;
    entry.lostAt = null;
    entry.live.attach(shell);
    // It may have been resized while the shell was on its way.
    if (entry.terminal.size !== size) shell.resize(entry.terminal.size);
    this.#save(entry, { state: 'open', error: null });
    shell.exited.then(
      (end) => void this.#ended(entry, end),
      (thrown: unknown) => void this.#lost(entry, TrainyardError.from(thrown)),
    );
  }

  /** Of a terminal that tmux keeps: whether its session is there. Without tmux the app keeps it, and the screen says so. */
  async #session(
    entry: Entry,
    options: { signal: AbortSignal; background: boolean },
  ): Promise<'none' | 'there' | null> {
    if (entry.terminal.keptBy !== 'tmux') return null;
    const programs = await this.#options.machines.programs(entry.terminal.machineId, options);
    const found = await lookForSession(programs, sessionOf(entry.terminal.id), options.signal);
    // Known from before only, and not there any more: there is nothing to go on with.
    if (found !== 'there' && (entry.attaches || entry.terminal.error?.code === 'TERMINAL_WAITS'))
      throw sessionGone(entry.terminal.machineName);
    entry.attaches = false;
    if (found !== 'missing') return found;
    this.#save(entry, { keptBy: 'app' });
    entry.live.say(
      '[Trainyard: tmux is not installed on this machine. This terminal ends with the connection.]',
    );
    return null;
  }

  async #place(entry: Entry, signal: AbortSignal): Promise<RunPlace | null> {
    const { runId, machineId, machineName, runName } = entry.terminal;
    if (runId === null) return null;
    const place = await this.#options.runPlace(runId, signal);
    if (place.machineId !== machineId || place.directory === null)
      throw elsewhere(runName ?? runId, machineName);
    return place;
  }

  /** What happened, on the screen itself, below what was there: in English, as programs speak; the page tells the state in its own language. */
  #tell(entry: Entry, cause: Cause, wasLost: boolean, session: 'none' | 'there' | null): void {
    if (cause === 'opened') return;
    const now = time(this.#options.clock.now());
    const lost = entry.lostAt === null ? '' : ` was lost at ${time(entry.lostAt)} and`;
    if (session === 'there')
      entry.live.say(`[Trainyard: the connection${lost} is back at ${now}. tmux has kept this terminal.]`);
    else if (wasLost)
      entry.live.say(
        `[Trainyard: the connection${lost} is back at ${now}. This is a new shell; what ran in the old one was hung up.]`,
      );
    else entry.live.say(`[Trainyard: a new shell, started at ${now}.]`);
  }

  async #ended(entry: Entry, end: { exitCode: number | null; signal: string | null }): Promise<void> {
    await entry.live.detach();
    entry.shell = null;
    if (entry.closed) return;
    this.#save(entry, { state: 'ended', endedAt: this.#options.clock.now(), ...end });
  }

  async #lost(entry: Entry, error: TrainyardError): Promise<void> {
    const { machines, clock } = this.#options;
    entry.lostAt = clock.now();
    await entry.live.detach();
    entry.shell = null;
    if (entry.closed) return;
    this.#save(entry, { state: 'lost', error: error.toShape() });
    // A connection of its own may be gone while that of the machine is there, or is back already.
    if (!machines.isConnected(entry.terminal.machineId)) return;
    setTimeout(() => {
      if (entry.terminal.state === 'lost' && machines.isConnected(entry.terminal.machineId))
        void this.start(entry, 'connected');
    }, againMs).unref();
  }

  #failed(entry: Entry, error: TrainyardError, wasLost: boolean): void {
    if (error.code === 'INTERNAL') this.#options.log.error({ err: error }, 'a terminal did not start');
    const staysLost = wasLost && error.retryable;
    const shown =
      staysLost && entry.terminal.error?.code === 'TERMINAL_WAITS'
        ? waitsForMachine(entry.terminal.machineName)
        : error;
    this.#save(
      entry,
      staysLost
        ? { state: 'lost', error: shown.toShape() }
        : { state: 'ended', endedAt: this.#options.clock.now(), error: error.toShape() },
    );
  }
}

/** Of this computer, to the second. */
function time(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
