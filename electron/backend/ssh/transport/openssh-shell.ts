import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import {
  cancelled,
  connectionTimedOut,
  forwardingDisabled,
  type OpenShell,
  openPty,
  portRefused,
  ptyRefused,
  type ShellOptions,
} from '#backend/processes/index.ts';
import { because } from '#shared/domain/because.ts';
import type { TrainyardError } from '#shared/domain/error.ts';
import { saySsh } from '#shared/domain/ssh-sentences.ts';
import { systemTold } from '#shared/domain/system-sentences.ts';
import { connectionLost, openSshMissing, shellFailed } from '../errors.ts';
import { bootstrap, MarkerFilter } from './bootstrap.ts';
import { Filtered } from './program.ts';

/** What one ssh over the master needs. */
export interface MasterPlace {
  program: string;
  /** Arguments that make it go over the master. */
  shared: string[];
  host: string;
  /** Whether the master still answers. */
  isThere(): Promise<boolean>;
  /** What the master said since a connection was asked for last. */
  complaints(): string;
  /** Returns the end of the subscription. */
  onLost(listener: (error: TrainyardError) => void): () => void;
}

/** How long a terminal's start is watched for the server's refusal. */
const beginMs = 5_000;
const connectMs = 15_000;
const afterwardsMs = 50;

/**
 * A terminal over the master: ssh itself in a terminal of this computer, so that sizes are passed on by it. Null: the server
 * allows no further session. PTY_REFUSED, PTY_MISSING.
 */
export async function openSshShell(place: MasterPlace, options: ShellOptions): Promise<OpenShell | null> {
  const start = options.command && bootstrap(options.command, { inTerminal: true });
  const own = await openPty({
    file: place.program,
    args: [...place.shared, '-q', '-e', 'none', '-tt', '--', 'box', ...(start ? [start.outer] : [])],
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C' },
    cols: options.cols,
    rows: options.rows,
    term: options.term ?? 'xterm-256color',
  });
  const { signal } = options;
  const onAbort = () => own.kill();
  signal?.addEventListener('abort', onAbort, { once: true });
  const head = await firstOf(own);
  signal?.removeEventListener('abort', onAbort);
  if (signal?.aborted) {
    own.kill();
    throw cancelled(signal);
  }
  if (/PTY allocation request failed/.test(head.text)) {
    own.kill();
    throw ptyRefused(place.host, head.text);
  }
  // Refused, ssh says nothing (it is told to be quiet) and ends at once.
  if (head.exitCode === 255 && head.text.trim() === '') {
    if (!(await place.isThere())) throw connectionLost(place.host);
    return null;
  }
  return watched(own, start && new MarkerFilter(start.marker, () => undefined), place);
}

/** What comes first, put back for who reads it; or the end. */
async function firstOf(shell: OpenShell): Promise<{ text: string; exitCode: number | null }> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), beginMs);
  const begun = once(shell.output, 'readable', { signal: limit.signal }).catch(() => undefined);
  await begun;
  clearTimeout(timer);
  const chunk = shell.output.read() as Buffer | null;
  if (chunk) shell.output.unshift(chunk);
  const ended = shell.output.readableEnded || chunk === null;
  const exit = ended && !limit.signal.aborted ? await shell.exited : null;
  return { text: chunk?.toString('latin1') ?? '', exitCode: exit?.exitCode ?? null };
}

/** With the login shell's noise cut off before a command of ours, and the loss of the connection told. */
function watched(own: OpenShell, filter: MarkerFilter | null, place: MasterPlace): OpenShell {
  const output = filter ? new Filtered(own.output, filter) : own.output;
  const outcome = Promise.withResolvers<Awaited<OpenShell['exited']>>();
  outcome.promise.catch(() => undefined);
  let killed = false;
  const stopListening = place.onLost((error) => {
    outcome.reject(error);
    own.kill();
  });
  void own.exited.then(async (exit) => {
    stopListening();
    // 255 is also what ssh says when there is no connection any more.
    if (!killed && exit.exitCode === 255 && !(await place.isThere()))
      outcome.reject(connectionLost(place.host));
    else if (filter && !killed) {
      await new Promise((resolve) => (output.readableEnded ? resolve(null) : output.once('end', resolve)));
      if (filter.passed) outcome.resolve(exit);
      else outcome.reject(shellFailed(place.host, filter.head));
    } else outcome.resolve(exit);
  });
  return {
    input: own.input,
    output,
    exited: outcome.promise,
    resize: (size) => own.resize(size),
    kill() {
      killed = true;
      own.kill();
    },
  };
}

/** `ssh -W` over the master; it says on stderr whether the connection was made. PORT_REFUSED, FORWARDING_DISABLED. */
export function connectThrough(
  place: MasterPlace,
  host: string,
  port: number,
  signal?: AbortSignal,
): Promise<Duplex> {
  const to = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled(signal));
    const child = spawn(place.program, [...place.shared, '-v', '-T', '-W', to, '--', 'box'], {
      stdio: 'pipe',
      env: { ...process.env, LC_ALL: 'C' },
    });
    let said = '';
    let begun = false;
    const fail = (error: TrainyardError) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      stopListening();
      child.kill('SIGTERM');
      reject(error);
    };
    const timer = setTimeout(() => fail(connectionTimedOut(host, port)), connectMs);
    const onAbort = () => signal && fail(cancelled(signal));
    signal?.addEventListener('abort', onAbort, { once: true });
    const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
    stream.on('error', () => undefined);
    const stopListening = place.onLost((error) => {
      if (begun) stream.destroy(error);
      else fail(error);
    });
    child.stdin.on('error', () => undefined); // its end tells
    child.once('error', (error) =>
      fail(openSshMissing(place.host, saySsh('NEEDS_PROGRAM', because('why', systemTold(error))))),
    );
    child.once('close', () => {
      stopListening();
      // The master has written why before ssh ended; it comes by another pipe.
      if (!begun)
        setTimeout(() => fail(whyNot(place.complaints() + said, place.host, host, port)), afterwardsMs);
    });
    child.stderr.on('data', (bytes: Buffer) => {
      if (begun) return; // what it still says is of no interest, but it must be read
      said = (said + bytes.toString('latin1')).slice(-8192);
      if (!/stdio_fwd: master session id|mux_client_request_stdio_fwd: .*session id/.test(said)) return;
      begun = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      stream.once('close', () => child.kill('SIGTERM'));
      resolve(stream);
    });
  });
}

function whyNot(said: string, machine: string, host: string, port: number): TrainyardError {
  if (/administratively prohibited|prohibited/i.test(said)) return forwardingDisabled(machine);
  if (/open failed|refused by peer|request failed|Connection refused/i.test(said))
    return portRefused(host, port, said.slice(-500));
  return connectionLost(machine, { details: said.slice(-500) });
}
