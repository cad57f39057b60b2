import { PassThrough, type Readable, Transform } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import type { RunningProgram } from '#backend/processes/index.ts';
import type { TrainyardError } from '#shared/domain/error.ts';
import { MarkerFilter } from './bootstrap.ts';

/** How long a program that was told to end may take before it is killed. */
const killGraceMs = 1_000;

type Exit = { exitCode: number | null; signal: string | null };

export interface ProgramPlace {
  marker: string;
  /** The connection's end, for programs that run then. */
  onLost(listener: (error: TrainyardError) => void): () => void;
  /** Ends the process group over there by another program; never rejects. */
  killGroup(pid: number): Promise<void>;
  shellFailed(printed: string): TrainyardError;
  sessionEnded(): TrainyardError;
}

/** A channel with a program on it as RunningProgram: noise cut off, exit told once, killed for good. */
export function programOn(channel: ClientChannel, place: ProgramPlace): RunningProgram {
  let pid = 0;
  let killTimer: NodeJS.Timeout | undefined;
  let ended: Exit | null = null;
  const exit = Promise.withResolvers<Exit>();
  exit.promise.catch(() => undefined); // whoever asks for `exited` hears of it; nobody must

  const out = new MarkerFilter(place.marker, (rest) => {
    pid = Number.parseInt(rest, 10) || 0;
  });
  const err = new MarkerFilter(place.marker, () => undefined);
  const stdout = filtered(channel, out);
  const stderr = filtered(channel.stderr, err);

  const settle = (result: Exit) => {
    if (ended) return;
    ended = result;
    if (!out.passed && !killTimer) {
      const error = place.shellFailed(`${out.head}\n${err.head}`);
      exit.reject(error);
      stdout.destroy(error);
      stderr.destroy(error);
    } else exit.resolve(result);
  };
  const stopListening = place.onLost((error) => {
    clearTimeout(killTimer);
    exit.reject(error);
    stdout.destroy(error);
    stderr.destroy(error);
  });

  let status: Exit | null = null;
  channel.on('exit', (code: number | null, signal?: string) => {
    status = { exitCode: code, signal: signal ?? null };
    // What it printed is still on its way; only then is it known whether our marker was among it.
    if (out.passed || killTimer) settle(status);
  });
  const onClose = () => {
    stopListening();
    if (status) settle(status);
    else if (killTimer) settle({ exitCode: null, signal: 'SIGKILL' });
    else if (!ended) {
      const error = place.sessionEnded();
      exit.reject(error);
      stdout.destroy(error);
      stderr.destroy(error);
    }
  };
  channel.on('close', onClose);

  const kill = () => {
    if (killTimer || channel.closed) return;
    channel.signal('TERM');
    killTimer = setTimeout(async () => {
      // sshd before 7.9 and some others pass no signals on; and who ignores TERM is not asked again.
      channel.signal('KILL');
      if (pid > 1) await place.killGroup(pid);
      channel.close();
      stdout.resume(); // a closed channel says so only when everything is read
      stderr.resume();
      settle(status ?? { exitCode: null, signal: 'SIGKILL' });
    }, killGraceMs);
    if (status) settle(status);
  };
  return { stdin: channel, stdout, stderr, exited: exit.promise, kill };
}

function filtered(source: Readable, filter: MarkerFilter): Readable {
  const transform = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const rest = filter.feed(chunk);
      if (rest) done(null, rest);
      else done();
    },
  });
  transform.on('error', () => undefined); // a lost connection; whoever reads has a listener of his own
  source.on('error', (error) => transform.destroy(error));
  return source.pipe(transform);
}

export const nothing = (): PassThrough => new PassThrough();
