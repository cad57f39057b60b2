import type { OpenShell, ShellOptions } from '#backend/processes/index.ts';
import type { TrainyardError } from '#shared/domain/error.ts';
import { type Bootstrap, MarkerFilter } from './bootstrap.ts';
import { type Exit, Filtered, type ProgramPlace, type Session, sink } from './program.ts';

/** How long a shell that was hung up may take before it is killed. */
const killGraceMs = 1_000;

/** How many terminals a connection may carry. */
export interface ShellRoom {
  /** Terminals at a time. */
  most: number;
  /** So many sessions must be left for others. */
  spare: number;
}

/** A connection as a place for terminals. */
export interface CarriesShells {
  /** Null: there is no room for it on this connection. PTY_REFUSED, SSH_CONNECTION_LOST, CANCELLED. */
  shellWithin(options: ShellOptions, room: ShellRoom): Promise<OpenShell | null>;
  /** Terminals that are open on it. */
  readonly shells: number;
}

export interface ShellSession extends Session {
  resize(size: { cols: number; rows: number }): void;
  /** So much of its output was taken. */
  taken(bytes: number): void;
}

/** A session with a terminal as OpenShell. `start`: null for the login shell itself, which announces nothing. */
export function shellOn(
  session: ShellSession,
  start: Bootstrap | null,
  place: Pick<ProgramPlace, 'onLost' | 'signalGroup' | 'shellFailed' | 'sessionEnded'>,
): OpenShell {
  let pid = 0;
  let status: Exit | null = null;
  let closed = false;
  let killed = false;
  let killTimer: NodeJS.Timeout | undefined;
  const exit = Promise.withResolvers<Exit>();
  exit.promise.catch(() => undefined); // whoever asks for `exited` hears of it; nobody must
  const filter = start
    ? new MarkerFilter(start.marker, (text) => {
        pid = Number.parseInt(text, 10) || 0;
        if (status) exit.resolve(status); // the end overtook the output
      })
    : passing;
  const input = sink(session.stdin, null);
  const output = new Filtered(session.stdout, {
    feed(chunk) {
      session.taken(chunk.byteLength);
      return filter.feed(chunk);
    },
  });
  session.stderr.resume(); // of a terminal nothing comes here

  const fail = (error: TrainyardError) => {
    exit.reject(error);
    input.destroy();
    output.destroy(error);
  };
  const stopListening = place.onLost((error) => {
    closed = true;
    clearTimeout(killTimer);
    fail(error);
  });
  const finishKill = () => {
    if (killed) return;
    killed = true;
    clearTimeout(killTimer);
    exit.resolve(status ?? { exitCode: null, signal: 'SIGHUP' });
    if (!closed) session.signal('KILL');
    if (!closed) session.close(); // at which the terminal is taken away over there, and all in it are hung up
    if (pid > 1) void place.signalGroup(pid, 'KILL');
    output.resume(); // a session is free again only when everything was read
  };
  session.onExit((ended) => {
    status = ended;
    if (filter.passed || killTimer) exit.resolve(status);
  });
  session.onClose(() => {
    const wasClosed = closed;
    closed = true;
    stopListening();
    input.destroy();
    if (wasClosed) return;
    if (killTimer) finishKill();
    else if (status && filter.passed) exit.resolve(status);
    else if (status) fail(place.shellFailed(filter.head));
    else fail(place.sessionEnded());
  });
  return {
    input,
    output,
    exited: exit.promise,
    resize: (size) => {
      if (!closed) session.resize(size);
    },
    kill() {
      if (killTimer || closed) return;
      killTimer = setTimeout(finishKill, killGraceMs);
      session.signal('HUP');
      output.resume();
    },
  };
}

const passing = { passed: true, head: '', feed: (chunk: Buffer): Buffer | null => chunk };
