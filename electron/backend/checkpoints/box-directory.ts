import type { RunsPrograms } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import {
  answerInvalid,
  directoryForbidden,
  directoryMissing,
  directoryTooLarge,
  listFailed,
  notADirectory,
} from './errors.ts';
import type { CheckpointTree } from './interface.ts';
import { parseLook } from './parse-look.ts';

const deepest = 10;
const mostEntries = 200_000;
const mostLookBytes = 64 * 1024 * 1024;
const lookTimeoutMs = 120_000;
/** One batch of reads, on the way as hexadecimal digits. */
const mostBatchBytes = 8 * 1024 * 1024;
const mostBatchReads = 256;

interface PendingRead {
  path: string;
  offset: number;
  length: number;
  resolve(bytes: Buffer): void;
  reject(error: unknown): void;
}

/** A directory of a machine, looked at with resources/remote/checkpoints.sh: one round trip for a look or a batch of reads. */
export class BoxDirectory {
  readonly #programs: RunsPrograms;
  readonly #script: string;
  readonly #directory: string;

  constructor(programs: RunsPrograms, script: string, directory: string) {
    this.#programs = programs;
    this.#script = script;
    this.#directory = directory;
  }

  /**
   * Everything in it now, down ten levels; links are not followed. Rejects with CHECKPOINT_DIRECTORY_MISSING,
   * CHECKPOINT_NOT_A_DIRECTORY, CHECKPOINT_DIRECTORY_FORBIDDEN, CHECKPOINT_DIRECTORY_TOO_LARGE.
   */
  async look(signal: AbortSignal): Promise<CheckpointTree> {
    const args = ['look', this.#directory, String(deepest), '1'];
    const result = await this.#programs
      .exec(
        { script: this.#script, args },
        { signal, maxOutputBytes: mostLookBytes, timeoutMs: lookTimeoutMs },
      )
      .catch((error: unknown) => {
        throw error instanceof TrainyardError && error.code === 'OUTPUT_TOO_LARGE'
          ? directoryTooLarge(this.#directory, mostEntries)
          : error;
      });
    if (result.exitCode === 66) throw directoryMissing(this.#directory);
    if (result.exitCode === 67) throw notADirectory(this.#directory);
    if (result.exitCode === 77) throw directoryForbidden(this.#directory);
    const look = parseLook(result.stdout);
    if (look === null) throw answerInvalid(result.stderr.toString('utf8'));
    if (look.entries.length > mostEntries) throw directoryTooLarge(this.#directory, mostEntries);
    const pending: PendingRead[] = [];
    return {
      ...look,
      read: (path, offset, length) =>
        new Promise((resolve, reject) => {
          if (pending.length === 0) setImmediate(() => this.#readAll(pending.splice(0), signal));
          pending.push({ path, offset, length, resolve, reject });
        }),
    };
  }

  /** What a command of the user's prints, a line each. Rejects with CHECKPOINT_COMMAND_FAILED. */
  async list(command: string, signal: AbortSignal): Promise<string[]> {
    const result = await this.#programs.exec(
      { script: this.#script, args: ['list', this.#directory, command] },
      { signal, timeoutMs: 60_000, maxOutputBytes: 1024 * 1024 },
    );
    if (result.exitCode === 66) throw directoryMissing(this.#directory);
    if (result.exitCode !== 0) throw listFailed(result.exitCode, result.stderr.toString('utf8').slice(-2000));
    return result.stdout
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
  }

  /** In batches, one after the other: a box is not to be flooded. */
  async #readAll(reads: PendingRead[], signal: AbortSignal): Promise<void> {
    for (let batch = nextBatch(reads); batch.length > 0; batch = nextBatch(reads)) {
      try {
        const answers = await this.#readBatch(batch, signal);
        for (const [at, read] of batch.entries()) read.resolve(answers[at] ?? Buffer.alloc(0));
      } catch (error) {
        for (const read of [...batch, ...reads.splice(0)]) read.reject(error);
      }
    }
  }

  async #readBatch(batch: readonly PendingRead[], signal: AbortSignal): Promise<Buffer[]> {
    const addressable = batch.map(({ path }) => !path.includes('\n'));
    const wanted = batch.filter((_read, at) => addressable[at]);
    const stdin = wanted.map(({ path, offset, length }) => `${offset}\n${length}\n${path}\n`).join('');
    const bytes = wanted.reduce((sum, { length }) => sum + length, 0);
    const result = await this.#programs.exec(
      { script: this.#script, args: ['read', this.#directory] },
      { signal, stdin, timeoutMs: lookTimeoutMs, maxOutputBytes: bytes * 4 + 65_536 },
    );
    const parts = result.stdout.toString('latin1').split('=');
    if (parts.length !== wanted.length + 1) throw answerInvalid(result.stderr.toString('utf8'));
    let at = 0;
    return addressable.map((sent) =>
      sent ? Buffer.from((parts[at++] ?? '').replace(/\s+/g, ''), 'hex') : Buffer.alloc(0),
    );
  }
}

function nextBatch(reads: PendingRead[]): PendingRead[] {
  let bytes = 0;
  let count = 0;
  for (const { length } of reads) {
    if (count > 0 && (bytes + length > mostBatchBytes || count >= mostBatchReads)) break;
    bytes += length;
    count += 1;
  }
  return reads.splice(0, count);
}
