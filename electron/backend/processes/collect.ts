import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TrainyardError } from '#shared/domain/error.ts';
import { cancelled, commandTimedOut, outputTooLarge } from './errors.ts';
import type { ExecOptions, ExecResult, RunningProgram } from './programs.ts';

const defaultTimeoutMs = 30_000;
const defaultMaxOutputBytes = 16 * 1024 * 1024;

/**
 * `exec` in terms of `spawn`, for every transport: feeds stdin, gathers what is printed within the limits, and ends the
 * program on abort (CANCELLED), on timeout (COMMAND_TIMED_OUT) and on endless output (OUTPUT_TOO_LARGE).
 */
export async function collect(program: RunningProgram, options: ExecOptions = {}): Promise<ExecResult> {
  const { signal, timeoutMs = defaultTimeoutMs, maxOutputBytes = defaultMaxOutputBytes } = options;
  const stop = Promise.withResolvers<never>();
  const timer = setTimeout(() => stop.reject(commandTimedOut(timeoutMs)), timeoutMs);
  const onAbort = () => signal && stop.reject(cancelled(signal));
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();

  let bytes = 0;
  const gather = (stream: Readable): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxOutputBytes) {
          stream.pause();
          reject(outputTooLarge(maxOutputBytes));
        } else chunks.push(chunk);
      });
      const done = () => resolve(Buffer.concat(chunks));
      stream.once('end', done);
      stream.once('close', done);
      stream.once('error', (error) => reject(TrainyardError.from(error)));
    });

  const fed = feed(program, options.stdin);
  try {
    const [stdout, stderr, exit] = await Promise.race([
      stop.promise,
      Promise.all([gather(program.stdout), gather(program.stderr), program.exited, fed]),
    ]);
    return { stdout, stderr, ...exit };
  } catch (error) {
    program.kill();
    // What still flows in until it is dead is thrown away: nothing may hold its end back.
    program.stdout.resume();
    program.stderr.resume();
    program.exited.catch(() => undefined);
    fed.catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** A program that ends without reading all of its stdin is no error of ours: its exit code says what it thought of it. */
async function feed(program: RunningProgram, stdin: ExecOptions['stdin']): Promise<void> {
  if (!(stdin instanceof Readable)) {
    program.stdin.on('error', () => undefined);
    program.stdin.end(stdin ?? '');
    return;
  }
  try {
    await pipeline(stdin, program.stdin);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ERR_STREAM_DESTROYED') {
      if (!stdin.errored || stdin.errored === error) return;
    }
    throw TrainyardError.from(error);
  }
}
