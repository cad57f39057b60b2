import { Readable, Writable } from 'node:stream';
import type { RunningProgram } from '#backend/processes/index.ts';
import type { TrainyardError } from '#shared/domain/error.ts';
import { type Bootstrap, MarkerFilter } from './bootstrap.ts';
import type { RoomToStay } from './channel-queue.ts';

/** How long a program that was told to end may take before it is killed. */
const killGraceMs = 1_000;

export type Exit = { exitCode: number | null; signal: string | null };

/** A started command on the server, whichever transport carries it. */
export interface Session {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  onExit(listener: (exit: Exit) => void): void;
  /** Everything has been read and nothing more comes. */
  onClose(listener: () => void): void;
  /** By the protocol's own means, where there are any. */
  signal(name: 'HUP' | 'TERM' | 'KILL'): void;
  close(): void;
}

/** A connection as a place for programs that stay. */
export interface CarriesPrograms {
  /** Resolves once it is known how many sessions there may be, as far as that can be known. */
  knowsRoom(signal?: AbortSignal): Promise<void>;
  hasRoomToStay(room: RoomToStay): boolean;
}

/** What a program needs of the connection that it runs on. */
export interface ProgramPlace {
  /** The connection's end, told to programs that run then. Returns the end of the subscription. */
  onLost(listener: (error: TrainyardError) => void): () => void;
  /** Signals the process group over there by another program; never rejects. False: that was not possible. */
  signalGroup(pid: number, name: 'TERM' | 'KILL'): Promise<boolean>;
  shellFailed(printed: string): TrainyardError;
  sessionEnded(): TrainyardError;
  /** Called when our shell over there has begun. */
  onBegun?(): void;
}

/** A session as RunningProgram: the login shell's noise cut off, its end told once, killed for good. */
export function programOn(session: Session, start: Bootstrap, place: ProgramPlace): RunningProgram {
  let pid = 0;
  let status: Exit | null = null;
  let killing = false;
  let closed = false;
  let finished = false;
  let killTimer: NodeJS.Timeout | undefined;
  const exit = Promise.withResolvers<Exit>();
  exit.promise.catch(() => undefined); // whoever asks for `exited` hears of it; nobody must

  const out = new MarkerFilter(start.marker, (text) => {
    pid = Number.parseInt(text, 10) || 0;
    place.onBegun?.();
    if (status) exit.resolve(status); // the end overtook the output
  });
  const err = new MarkerFilter(start.marker, () => undefined);
  const stdin = sink(session.stdin, start.stdinPrefix);
  const stdout = new Filtered(session.stdout, out);
  const stderr = new Filtered(session.stderr, err);
  const fail = (error: TrainyardError) => {
    exit.reject(error);
    for (const stream of [stdin, stdout, stderr]) stream.destroy(error);
  };

  const stopListening = place.onLost((error) => {
    closed = true;
    clearTimeout(killTimer);
    fail(error);
  });
  const finishKill = () => {
    if (finished) return;
    finished = true;
    clearTimeout(killTimer);
    exit.resolve(status ?? { exitCode: null, signal: 'SIGKILL' });
    if (!closed) session.signal('KILL');
    if (!closed) session.close();
    // What the program started and left behind goes with it.
    if (pid > 1) void place.signalGroup(pid, 'KILL');
    stdout.resume(); // a session is free again only when everything was read
    stderr.resume();
  };
  session.onExit((ended) => {
    status = ended;
    // Before our marker it is not known whether it was our program or only the login shell that ended.
    if (out.passed || killing) exit.resolve(status);
  });
  session.onClose(() => {
    closed = true;
    stopListening();
    stdin.destroy();
    if (killing) finishKill();
    else if (status && out.passed) exit.resolve(status);
    else if (status) fail(place.shellFailed(`${out.head}\n${err.head}`));
    else fail(place.sessionEnded());
  });

  const kill = () => {
    if (killing || closed) return;
    killing = true;
    killTimer = setTimeout(finishKill, killGraceMs);
    if (pid <= 1) session.signal('TERM');
    else void place.signalGroup(pid, 'TERM').then((sent) => !sent && session.signal('TERM'));
  };
  return { stdin, stdout, stderr, exited: exit.promise, kill };
}

/** The program's stdin. It ends when the session does, so that nobody waits for ever to write. */
export function sink(target: Writable, prefix: Buffer | null): Writable {
  if (prefix) target.write(prefix);
  const writable = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      const broken = () => writable.destroy(); // without an error: that it ended early is for its exit code to explain
      if (target.writableEnded || target.destroyed) broken();
      else target.write(chunk, (error) => (error ? broken() : done()));
    },
    final: (done) => {
      target.end();
      done();
    },
  });
  writable.on('error', () => undefined); // the exit tells what happened
  return writable;
}

/** What the filter leaves of a stream, passed on in the same breath and as fast as it is read. */
export class Filtered extends Readable {
  readonly #source: Readable;

  constructor(source: Readable, filter: { feed(chunk: Buffer): Buffer | null }) {
    super({ highWaterMark: 64 * 1024 });
    this.#source = source;
    this.on('error', () => undefined); // a lost connection; who reads has a listener of his own
    source.on('data', (chunk: Buffer) => {
      if (this.destroyed) return;
      const rest = filter.feed(chunk);
      if (rest && !this.push(rest)) source.pause();
    });
    source.on('end', () => this.push(null));
  }

  override _read(): void {
    this.#source.resume();
  }

  /** Nobody reads what still comes, but until it was read the session is not free again. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#source.resume();
    done(error);
  }
}
