import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { cancelled, type RunningProgram } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { type BoxConnection, startedProgram } from './connection.ts';
import { boxAnswerInvalid, printable } from './errors.ts';
import type { LogMatch, LogQuery } from './interface.ts';

/** How long the box's tail may stay silent after the end while bytes are still missing, before they are read directly. */
const drainMs = 2_000;
const chunkBytes = 1024 * 1024;

interface AttemptLog {
  box: BoxConnection;
  runId: string;
  epoch: number;
  read(offset: number, length: number, signal: AbortSignal): Promise<Buffer>;
}

/**
 * The log from `offset` on. What counts is counted here: the box only says how long the log is once the attempt has
 * ended, so a tail that was killed, slow or cut cannot lose or double a byte.
 */
export async function followLog(log: AttemptLog, offset: number, signal: AbortSignal): Promise<Readable> {
  const args = [log.runId, String(log.epoch), String(offset)];
  const follower = new Follower(await startedProgram(log.box, 'follow', args, log, signal), offset);
  return Readable.from(follower.bytes(log, signal), { objectMode: false, highWaterMark: 65_536 });
}

class Follower {
  readonly #program: RunningProgram;
  #position: number;
  #end: number | null = null;
  #drain: NodeJS.Timeout | undefined;
  #cutShort = false;

  constructor(program: RunningProgram, offset: number) {
    this.#program = program;
    this.#position = offset;
    let said = '';
    program.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('latin1')).slice(-4096);
      if (/truncated|replaced/.test(said)) this.#cutShort = true;
      const match = /(?:^|\n)ended (\d{1,15})\n/.exec(said);
      if (match && this.#end === null) this.#ended(Number(match[1]));
    });
    program.stderr.resume();
  }

  async *bytes(log: AttemptLog, signal: AbortSignal): AsyncGenerator<Buffer> {
    const program = this.#program;
    try {
      try {
        for await (const chunk of program.stdout as AsyncIterable<Buffer>) {
          if (this.#cutShort) break;
          this.#position += chunk.length;
          if (this.#end !== null && this.#position < this.#end) this.#awaitDrain();
          yield chunk;
          if (this.#end !== null && this.#position >= this.#end) break;
        }
      } catch (error) {
        // A stream that broke off: what the program or its connection says about it counts.
        if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
      }
      if (signal.aborted) throw cancelled(signal);
      if (this.#cutShort) throw logChanged();
      if (this.#end === null) {
        await program.exited;
        if (signal.aborted) throw cancelled(signal);
        throw followBroken();
      }
      while (this.#position < this.#end) {
        const length = Math.min(chunkBytes, this.#end - this.#position);
        const chunk = await log.read(this.#position, length, signal);
        if (chunk.length === 0) throw logChanged();
        this.#position += chunk.length;
        yield chunk;
      }
    } finally {
      clearTimeout(this.#drain);
      program.exited.catch(() => undefined);
      this.#close();
    }
  }

  #ended(bytes: number): void {
    this.#end = bytes;
    if (this.#position >= bytes) this.#close();
    else this.#awaitDrain();
  }

  #awaitDrain(): void {
    clearTimeout(this.#drain);
    this.#drain = setTimeout(() => this.#close(), drainMs);
  }

  #close(): void {
    this.#program.stdin.end();
    this.#program.kill();
  }
}

/** Lines that match, as the box finds them. LOG_PATTERN_INVALID for a pattern that grep over there does not accept. */
export async function* searchLog(
  log: AttemptLog,
  query: LogQuery,
  signal: AbortSignal,
): AsyncGenerator<LogMatch> {
  if (query.pattern === '' || /[\0\n\r]/.test(query.pattern))
    throw patternInvalid('it is empty or more than one line');
  const args = [
    log.runId,
    String(log.epoch),
    String(query.limit),
    query.regex ? 'regex' : 'fixed',
    query.ignoreCase ? 'nocase' : 'case',
    query.pattern,
  ];
  const program = await log.box.start('search', args, signal);
  program.stdin.end();
  let said = '';
  program.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-4096);
  });
  const stderrDone = new Promise<void>((resolve) =>
    program.stderr.once('close', resolve).once('end', resolve),
  );
  try {
    let found = 0;
    for await (const line of lines(program.stdout)) {
      const match = parseMatch(line);
      if (!match) throw boxAnswerInvalid(line);
      yield match;
      if (++found >= query.limit) return;
    }
    const exit = await program.exited;
    await stderrDone;
    if (signal.aborted) throw cancelled(signal);
    checkSearchEnd(said, exit.exitCode, log);
  } finally {
    program.exited.catch(() => undefined);
    program.kill();
  }
}

function checkSearchEnd(said: string, exitCode: number | null, log: AttemptLog): void {
  log.box.checkExit(exitCode, log.runId, log.epoch);
  const code = /(?:^|\n)code (\d{1,3})\n$/.exec(said)?.[1];
  if (code === '0' || code === '1') return;
  const reason = printable(said.replace(/(?:^|\n)code \d+\n$/, '')).slice(0, 300);
  if (/memory|exhausted|alloc/i.test(reason) || Number(code) > 128) {
    throw new TrainyardError(
      'LOG_LINE_TOO_LONG',
      'The log has a line so long that the machine cannot search it within its memory limit.',
      { details: reason },
    );
  }
  if (code === undefined) throw boxAnswerInvalid(said);
  throw patternInvalid(reason);
}

/** "LINE:OFFSET:TEXT", or null for anything else. */
export function parseMatch(line: string): LogMatch | null {
  const match = /^(\d{1,15}):(\d{1,15}):(.*)$/s.exec(line);
  if (!match) return null;
  return { lineNumber: Number(match[1]), offset: Number(match[2]), text: match[3] ?? '' };
}

const longestLine = 16_384;
async function* lines(stream: Readable): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const parts = (rest + decoder.write(chunk)).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > longestLine) throw boxAnswerInvalid('an endless line');
    yield* parts;
  }
  if (rest !== '') throw boxAnswerInvalid(rest);
}

const patternInvalid = (reason: string): TrainyardError =>
  new TrainyardError('LOG_PATTERN_INVALID', `This search pattern is not valid: ${reason}`, {
    params: { reason },
  });
const logChanged = (): TrainyardError =>
  new TrainyardError(
    'LOG_CHANGED',
    'The log was cut short or replaced on the machine while it was being read.',
  );
const followBroken = (): TrainyardError =>
  new TrainyardError(
    'LOG_FOLLOW_BROKEN',
    'The machine stopped sending the log. It can be followed again from where it stands.',
    {
      retryable: true,
    },
  );
