import { type Readable, Transform, Writable } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import type { RunningProgram } from '#backend/processes/index.ts';
import type { TrainyardError } from '#shared/domain/error.ts';
import { type Bootstrap, MarkerFilter } from './bootstrap.ts';
import { sendSignal } from './internals.ts';

/** How long a program that was told to end may take before it is killed. */
const killGraceMs = 1_000;

type Exit = { exitCode: number | null; signal: string | null };

/** What a program needs of the connection that it runs on. */
export interface ProgramPlace {
  client: Client;
  /** The connection's end, told to programs that run then. Returns the end of the subscription. */
  onLost(listener: (error: TrainyardError) => void): () => void;
  /** Signals the process group over there by another program; never rejects. False: that was not possible. */
  signalGroup(pid: number, name: 'TERM' | 'KILL'): Promise<boolean>;
  shellFailed(printed: string): TrainyardError;
  sessionEnded(): TrainyardError;
}

/** A channel with a program on it as RunningProgram: the login shell's noise cut off, its end told once, killed for good. */
export function programOn(channel: ClientChannel, start: Bootstrap, place: ProgramPlace): RunningProgram {
  let pid = 0;
  let status: Exit | null = null;
  let killing = false;
  let closed = false;
  let killTimer: NodeJS.Timeout | undefined;
  const exit = Promise.withResolvers<Exit>();
  exit.promise.catch(() => undefined); // whoever asks for `exited` hears of it; nobody must

  const out = new MarkerFilter(start.marker, (text) => {
    pid = Number.parseInt(text, 10) || 0;
    if (status) exit.resolve(status); // the end overtook the output
  });
  const err = new MarkerFilter(start.marker, () => undefined);
  const stdin = sink(channel, start.stdinPrefix);
  const stdout = filtered(channel, out);
  const stderr = filtered(channel.stderr, err);
  const fail = (error: TrainyardError) => {
    exit.reject(error);
    for (const stream of [stdin, stdout, stderr]) stream.destroy(error);
  };

  const stopListening = place.onLost((error) => {
    closed = true;
    clearTimeout(killTimer);
    fail(error);
  });
  channel.on('exit', (code: number | null, name?: string) => {
    status = { exitCode: code, signal: name ?? null };
    // Before our marker it is not known whether it was our program or only the login shell that ended.
    if (out.passed || killing) exit.resolve(status);
  });
  channel.on('close', () => {
    closed = true;
    stopListening();
    stdin.destroy();
    if (killing) finishKill();
    else if (status && out.passed) exit.resolve(status);
    else if (status) fail(place.shellFailed(`${out.head}\n${err.head}`));
    else fail(place.sessionEnded());
  });

  let finished = false;
  const finishKill = () => {
    if (finished) return;
    finished = true;
    clearTimeout(killTimer);
    exit.resolve(status ?? { exitCode: null, signal: 'SIGKILL' });
    // What the program started and left behind goes with it.
    if (pid > 1) void place.signalGroup(pid, 'KILL');
    else if (!closed) sendSignal(place.client, channel, 'KILL');
    if (!closed) channel.close();
    stdout.resume(); // a closed channel is free again only when everything was read
    stderr.resume();
  };
  const kill = () => {
    if (killing || closed) return;
    killing = true;
    killTimer = setTimeout(finishKill, killGraceMs);
    if (pid > 1)
      void place.signalGroup(pid, 'TERM').then((sent) => !sent && sendSignal(place.client, channel, 'TERM'));
    else sendSignal(place.client, channel, 'TERM');
  };
  return { stdin, stdout, stderr, exited: exit.promise, kill };
}

/** The program's stdin. Unlike ssh2's channel it ends when the channel closes, so that nobody waits to write for ever. */
function sink(channel: ClientChannel, prefix: Buffer | null): Writable {
  if (prefix) channel.write(prefix);
  const writable = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      channel.write(chunk, done);
    },
    final: (done) => {
      channel.end();
      done();
    },
  });
  writable.on('error', () => undefined); // the exit tells what happened
  return writable;
}

function filtered(source: Readable, filter: MarkerFilter): Readable {
  const transform = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const rest = filter.feed(chunk);
      if (rest) done(null, rest);
      else done();
    },
  });
  transform.on('error', () => undefined); // a lost connection; who reads has a listener of his own
  return source.pipe(transform);
}
