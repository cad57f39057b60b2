import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { cancelled, type RunningProgram } from '#backend/processes/index.ts';
import { because, type Told } from '#shared/domain/because.ts';
import { sayBox } from '#shared/domain/box-sentences.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { quoted } from '#shared/domain/quoted.ts';
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
  return new Follower(log, await startedProgram(log.box, 'follow', args, log, signal), offset, signal);
}

/** Passes on what comes in the same breath: a line waits for no turn of the event loop here. */
class Follower extends Readable {
  readonly #log: AttemptLog;
  readonly #program: RunningProgram;
  readonly #signal: AbortSignal;
  #position: number;
  #end: number | null = null;
  #drain: NodeJS.Timeout | undefined;
  #cutShort = false;
  #isOver = false;
  #wanted: () => void = () => undefined;

  constructor(log: AttemptLog, program: RunningProgram, offset: number, signal: AbortSignal) {
    super({ highWaterMark: 65_536 });
    this.#log = log;
    this.#program = program;
    this.#signal = signal;
    this.#position = offset;
    let said = '';
    program.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('latin1')).slice(-4096);
      if (/truncated|replaced/.test(said)) this.#cutShort = true;
      const match = /(?:^|\n)ended (\d{1,15})\n/.exec(said);
      if (match && this.#end === null) this.#ended(Number(match[1]));
    });
    program.stderr.resume();
    program.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    program.stdout.on('error', (error) => this.destroy(error));
    // Without an `end` before it the stream broke off: what the program or its connection says about it counts.
    for (const over of ['end', 'close']) program.stdout.on(over, () => this.#tailOver());
  }

  override _read(): void {
    this.#program.stdout.resume();
    this.#wanted();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#isOver = true;
    clearTimeout(this.#drain);
    this.#program.exited.catch(() => undefined);
    this.#close();
    this.#wanted();
    done(error);
  }

  #take(chunk: Buffer): void {
    if (this.#isOver) return;
    if (this.#cutShort) {
      this.#tailOver();
      return;
    }
    this.#position += chunk.length;
    if (this.#end !== null && this.#position < this.#end) this.#awaitDrain();
    if (!this.push(chunk)) this.#program.stdout.pause();
    if (this.#end !== null && this.#position >= this.#end) this.#tailOver();
  }

  /** The tail gives no more: what is missing is read directly. */
  #tailOver(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#giveRest().then(
      () => this.push(null),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  }

  async #giveRest(): Promise<void> {
    const signal = this.#signal;
    if (signal.aborted) throw cancelled(signal);
    if (this.#cutShort) throw logChanged();
    if (this.#end === null) {
      await this.#program.exited;
      if (signal.aborted) throw cancelled(signal);
      throw followBroken();
    }
    while (this.#position < this.#end && !this.destroyed) {
      const length = Math.min(chunkBytes, this.#end - this.#position);
      const chunk = await this.#log.read(this.#position, length, signal);
      if (chunk.length === 0) throw logChanged();
      this.#position += chunk.length;
      const wanted = new Promise<void>((resolve) => {
        this.#wanted = resolve;
      });
      if (!this.push(chunk)) await wanted;
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
  if (query.pattern === '' || /[\0\n\r]/.test(query.pattern)) throw patternInvalid(sayBox('PATTERN_EMPTY'));
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
  throw patternInvalid(quoted(reason));
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

const patternInvalid = (why: Told): TrainyardError =>
  new TrainyardError('LOG_PATTERN_INVALID', `This search pattern is not valid: ${why.message}`, {
    params: because('reason', why),
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
