import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import type { Activity } from '#backend/activity/index.ts';
import type { BytePiece, BytesContext } from '#backend/bytes/index.ts';
import { cancelled, type RunningProgram } from '#backend/processes/index.ts';
import type { OpenStreamOf } from '#shared/contract/bytes.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Actor } from '#shared/domain/role.ts';
import { boxOf, type FileAccess } from './access.ts';
import type { BrowseBox } from './box.ts';
import { answerInvalid, cutShort, uploadLength, uploadStalled } from './errors.ts';
import { textOf } from './names.ts';
import { within } from './patience.ts';
import { SmallFiles } from './small-files.ts';
import { timeWords } from './times.ts';

type Request = OpenStreamOf<'upload'>;
type Piece = BytePiece<'upload'>;

export interface UploadsOptions extends FileAccess {
  activity: Pick<Activity, 'record'>;
  /** Throws where this may not go there; see `CopyPolicy`. */
  admit(upload: { machineId: string; id: string; name: string; actor: Actor }): void;
}

const mib = 1024 * 1024;
/** Up to this a file is taken in whole and brought together with others. */
const smallBytes = 512 * 1024;
const windowBytes = 4 * mib;
/** The hash is kept at such places: an upload goes on from one of them. */
const markEveryBytes = 4 * mib;
const mostMarks = 32;
const stalledMs = 60_000;
/** So long the last of it may take to reach a slow disk. */
const endMs = 600_000;
const hourMs = 3_600_000;
/** An upload that nobody has gone on with for so long is given up. */
const deadMs = 6 * hourMs;

interface Mark {
  at: number;
  hash: Hash;
  digest: string;
}

/** Where an upload goes on. */
interface Start extends Mark {
  /** From here on `hash` has what came. Not 0: what lies before came to another process, and only the page can say whether it is right. */
  since: number;
}

/** One upload as long as this process remembers it. */
interface Session {
  machineId: string;
  path: string;
  bytes: number;
  marks: Mark[];
  usedAt: number;
  going: { stop(): void; finished: Promise<void> } | null;
  /** What comes is not what was said to come. */
  isLost: boolean;
}

/** Files from the page to machines: taken in below another name, verified over there, then renamed to their own. */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #small = new SmallFiles();

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /**
   * The byte source. Its errors: those of files, SENSITIVITY_VIOLATION, FILE_UPLOAD_… . One that is `retryable` leaves what has
   * arrived: the same upload opened again goes on from there.
   */
  async *receive(request: Request, context: BytesContext): AsyncGenerator<Piece> {
    const { activity, machine, admit } = this.#options;
    const { machineId, path, bytes, uploadId } = request;
    const target = machine(machineId).name;
    const record = (result: 'done' | 'failed', more: Record<string, unknown>) =>
      activity.record({
        actor: context.actor,
        action: 'files.upload',
        target,
        result,
        details: { path, bytes, ...more },
      });
    try {
      admit({ machineId, id: uploadId, name: `upload → ${target}:${path}`, actor: context.actor });
      yield* bytes <= smallBytes ? this.#whole(request, context) : this.#inPieces(request, context);
      record('done', {});
    } catch (thrown) {
      const error = TrainyardError.from(thrown);
      if (!error.retryable && error.code !== 'CLIENT_GONE') record('failed', { code: error.code });
      throw thrown;
    }
  }

  async *#whole(request: Request, context: BytesContext): AsyncGenerator<Piece> {
    const { machineId, path, bytes, modifiedAt, replace, uploadId } = request;
    const box = await boxOf(this.#options, machineId, context.signal);
    yield { info: { kind: 'upload', offset: 0, done: null } };
    const parts: Uint8Array[] = [];
    let got = 0;
    for await (const part of inputOf(context, Math.max(bytes, 1))) {
      got += part.byteLength;
      if (got > bytes) throw uploadLength(path, bytes, got);
      parts.push(part);
    }
    if (context.signal.aborted) throw cancelled(context.signal);
    if (got !== bytes) throw uploadLength(path, bytes, got);
    const content = Buffer.concat(parts);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const file = { uploadId, path, content, sha256, modifiedAt, replace };
    const there = await this.#small.send(machineId, box, file, context.signal);
    yield { info: { kind: 'upload', offset: bytes, done: { path: there, sha256 } } };
  }

  async *#inPieces(request: Request, context: BytesContext): AsyncGenerator<Piece> {
    const { machineId, bytes, uploadId } = request;
    const session = await this.#enter(request);
    const finished = Promise.withResolvers<void>();
    const stop = new AbortController();
    session.going = {
      stop: () => stop.abort(new TrainyardError('CANCELLED', 'The same upload was opened anew.')),
      finished: finished.promise,
    };
    const signal = AbortSignal.any([context.signal, stop.signal]);
    let box: BrowseBox | null = null;
    try {
      box = await boxOf(this.#options, machineId, signal);
      await this.#sweep(machineId, box);
      const start = await begun(box, session, request, signal);
      yield { info: { kind: 'upload', offset: start.at, done: null, ...begunWith(start) } };
      const sent = await this.#take(box, session, start, request, { ...context, signal });
      const args = [String(bytes), sent, ...timeWords(request.modifiedAt), request.replace ? '1' : '0'];
      if (start.since > 0) args.push(String(start.since / mib), start.digest);
      const there = await box.upload('finish', session.path, uploadId, args, { signal, timeoutMs: hourMs });
      this.#sessions.delete(uploadId);
      const end = there.indexOf(0);
      const done = { path: textOf(there.subarray(0, end)), sha256: there.toString('latin1', end + 1) };
      yield { info: { kind: 'upload', offset: bytes, done } };
    } finally {
      // Given up by the user, or by a page whose file has changed: nothing of it stays. Who is gone may come back.
      if ((isGivenUp(context.signal) || session.isLost) && this.#sessions.delete(uploadId) && box !== null)
        await this.#drop(box, uploadId, session.path);
      session.usedAt = this.#options.clock.elapsed();
      session.going = null;
      finished.resolve();
    }
  }

  /** What is known of this upload; one that still goes on elsewhere is ended first: the newest page has it. */
  async #enter({ uploadId, machineId, path, bytes }: Request): Promise<Session> {
    for (let known = this.#sessions.get(uploadId); known?.going; known = this.#sessions.get(uploadId)) {
      known.going.stop();
      await known.going.finished;
    }
    const known = this.#sessions.get(uploadId);
    const isSame = known?.machineId === machineId && known.bytes === bytes;
    const session: Session =
      known !== undefined && isSame
        ? known
        : { machineId, path, bytes, marks: [], usedAt: 0, going: null, isLost: false };
    this.#sessions.set(uploadId, session);
    return session;
  }

  /** Takes in the rest, and returns the hash of all that came since `start.since`. */
  async #take(
    box: BrowseBox,
    session: Session,
    start: Start,
    { uploadId, bytes, path }: Request,
    context: BytesContext,
  ): Promise<string> {
    const { signal } = context;
    const command = box.uploadCommand('take', session.path, uploadId, [String(start.at / mib)]);
    const program = await box.spawn(command, signal);
    const said = outputOf(program, box.name);
    const hash = start.hash.copy();
    let at = start.at;
    try {
      for await (const part of inputOf(context, windowBytes)) {
        if (at + part.byteLength > bytes) throw uploadLength(path, bytes, at + part.byteLength);
        for (const piece of cutAtMarks(part, at)) {
          hash.update(piece);
          at += piece.byteLength;
          if (start.since === 0 && at % markEveryBytes === 0) keepMark(session, at, hash);
          await write(program, piece, said.failed, { signal, machine: box.name });
        }
        session.usedAt = this.#options.clock.elapsed();
      }
      if (signal.aborted) throw cancelled(signal);
      if (at !== bytes) throw uploadLength(path, bytes, at);
      program.stdin.end();
      const { exitCode, signal: by } = await within(program.exited, endMs, () =>
        uploadStalled(endMs / 1000, box.name),
      );
      const { stdout, stderr } = await said.all;
      if (exitCode !== 0) throw box.complaint(stderr, path, `exit ${exitCode ?? by}`);
      if (Number(stdout) !== bytes) throw answerInvalid(box.name, stdout);
      return hash.digest('hex');
    } catch (thrown) {
      if (TrainyardError.from(thrown).code === 'FILE_UPLOAD_LENGTH') session.isLost = true;
      // A program over there that ended says why better than the pipe that broke.
      const { stderr } = said.soFar();
      throw /^!/m.test(stderr) && !signal.aborted ? box.complaint(stderr, path, 'ended') : thrown;
    } finally {
      program.kill();
      program.exited.catch(() => undefined);
    }
  }

  /** Uploads that nobody goes on with. */
  async #sweep(machineId: string, box: BrowseBox): Promise<void> {
    const now = this.#options.clock.elapsed();
    for (const [id, session] of this.#sessions) {
      if (session.machineId !== machineId || session.going !== null || now - session.usedAt < deadMs)
        continue;
      this.#sessions.delete(id);
      await this.#drop(box, id, session.path);
    }
  }

  /** Nothing is waited for long; what stays is found by its name and age with the next upload to that folder. */
  async #drop(box: BrowseBox, uploadId: string, path: string): Promise<void> {
    const ask = { signal: AbortSignal.timeout(15_000), timeoutMs: 15_000 };
    await box
      .upload('drop', path, uploadId, [], ask)
      .catch((error: unknown) =>
        this.#options.log.debug({ err: error, uploadId }, 'the rest of an upload stays'),
      );
  }
}

const isGivenUp = (signal: AbortSignal): boolean =>
  signal.aborted && TrainyardError.from(signal.reason).code === 'CANCELLED';

const begunWith = ({ at, digest, since }: Start) =>
  at === 0 ? {} : { begunSha256: digest, ...(since > 0 ? { toCompare: true } : {}) };

/**
 * Where an upload goes on: from the last place at which what is over there is what was sent. What came to a process before this one
 * is found by its name; its hash over there is left to the page to compare.
 */
async function begun(
  box: BrowseBox,
  session: Session,
  { path, bytes, replace, uploadId }: Request,
  signal: AbortSignal,
): Promise<Start> {
  const args = [replace ? '1' : '0', String(Math.ceil(bytes / 1024))];
  const answer = await box.upload('open', path, uploadId, args, { signal });
  const end = answer.indexOf(0);
  const size = Number(answer.toString('latin1', end + 1));
  if (end < 0 || !Number.isSafeInteger(size))
    throw answerInvalid(box.name, answer.toString('latin1', 0, 200));
  // A link was followed: what comes lies beside what it leads to.
  session.path = textOf(answer.subarray(0, end));
  const hashOver = async (until: number) => {
    const ask = { signal, timeoutMs: hourMs };
    return (await box.upload('begun', session.path, uploadId, [String(until / mib)], ask)).toString('latin1');
  };
  const last = session.marks.filter(({ at }) => at <= size).at(-1);
  if (last !== undefined && (await hashOver(last.at)) === last.digest) {
    session.marks = session.marks.filter(({ at }) => at <= last.at);
    return { ...last, since: 0 };
  }
  const anew = { at: 0, hash: createHash('sha256'), digest: '', since: 0 };
  const found = Math.floor(Math.min(size, bytes) / markEveryBytes) * markEveryBytes;
  const isOurs = session.marks.length > 0;
  session.marks = [];
  if (isOurs || found === 0) return anew;
  return { ...anew, at: found, digest: await hashOver(found), since: found };
}

function keepMark(session: Session, at: number, hash: Hash): void {
  session.marks.push({ at, hash: hash.copy(), digest: hash.copy().digest('hex') });
  if (session.marks.length > mostMarks) session.marks.shift();
}

function* cutAtMarks(part: Uint8Array, from: number): Generator<Uint8Array> {
  for (let at = 0; at < part.byteLength; ) {
    const length = Math.min(part.byteLength - at, markEveryBytes - ((from + at) % markEveryBytes));
    yield part.subarray(at, at + length);
    at += length;
  }
}

function inputOf(context: BytesContext, bytes: number): AsyncIterable<Uint8Array> {
  if (context.input === undefined) throw new TypeError('an upload needs a channel that takes input');
  return context.input(bytes);
}

/** Waits where the machine takes no more; not for ever. */
async function write(
  program: RunningProgram,
  piece: Uint8Array,
  failed: Promise<never>,
  { signal, machine }: { signal: AbortSignal; machine: string },
): Promise<void> {
  if (signal.aborted) throw cancelled(signal);
  if (program.stdin.write(piece)) return;
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(uploadStalled(stalledMs / 1000, machine)), stalledMs);
  const either = AbortSignal.any([signal, waiting.signal]);
  try {
    await Promise.race([once(program.stdin, 'drain', { signal: either }), failed]);
  } catch (thrown) {
    if (either.aborted) throw cancelled(either);
    throw thrown;
  } finally {
    clearTimeout(timer);
    waiting.abort();
  }
}

/** What a program prints, and its early end as a failure. */
function outputOf(program: RunningProgram, machine: string) {
  const texts = { stdout: '', stderr: '' };
  const gather = (which: 'stdout' | 'stderr') =>
    new Promise<void>((resolve) => {
      program[which].on('data', (chunk: Buffer) => {
        if (texts[which].length < 65_536) texts[which] += chunk.toString('latin1');
      });
      program[which].once('end', resolve);
      program[which].once('close', resolve);
      program[which].once('error', () => resolve());
    });
  const both = Promise.all([gather('stdout'), gather('stderr')]);
  const ended = Promise.all([program.exited, both]);
  const failed = ended.then(() => {
    throw cutShort(machine);
  });
  failed.catch(() => undefined);
  program.stdin.on('error', () => undefined); // the program's end tells why
  return { all: both.then(() => texts), failed, soFar: () => texts };
}
