import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { RunsPrograms } from '#backend/processes/index.ts';
import {
  answerInvalid,
  arrivedDamaged,
  boxCannotWrite,
  boxDiskFull,
  destinationExists,
  toolMissing,
} from '../errors.ts';

/** What `ty-sync.sh` answered, word by word, without its mark. */
export type Answer = string[];

export interface Ask {
  signal?: AbortSignal | undefined;
  stdin?: Buffer | Readable;
  timeoutMs?: number;
}

const scriptOfClone = (): string =>
  fileURLToPath(new URL('../../../../resources/remote/ty-sync.sh', import.meta.url));

const scripts = new Map<string, Promise<string>>();

/** `ty-sync.sh` on one box. The script travels along with each call: nothing of it needs to be installed there. */
export class SyncBox {
  readonly #programs: RunsPrograms;
  readonly #scriptFile: string;

  constructor(programs: RunsPrograms, scriptsDirectory?: string) {
    this.#programs = programs;
    this.#scriptFile =
      scriptsDirectory === undefined ? scriptOfClone() : path.join(scriptsDirectory, 'ty-sync.sh');
  }

  /** Its answers; a refusal is thrown as the error that it means (`needed`: bytes to name where the disk is full). */
  async ask(
    verb: string,
    args: readonly string[],
    about: { needed: number; place: string },
    ask: Ask,
  ): Promise<Answer[]> {
    const script = await this.#script();
    const { stdout, stderr, exitCode } = await this.#programs.exec(
      { script, args: [verb, ...args] },
      {
        timeoutMs: ask.timeoutMs ?? 120_000,
        maxOutputBytes: 4_194_304,
        stdin: ask.stdin ?? '',
        ...(ask.signal === undefined ? {} : { signal: ask.signal }),
      },
    );
    const answers = stdout
      .toString('utf8')
      .split('\n')
      .filter((line) => line.startsWith('ty-sync '))
      .map((line) => line.slice('ty-sync '.length).trim().split(' '));
    const refused = answers.find(([word]) => word === 'refused');
    if (refused !== undefined) throw refusal(refused.slice(1), about);
    if (answers.length === 0)
      throw answerInvalid(`exit ${exitCode}: ${stderr.toString('utf8')} ${stdout.toString('utf8')}`);
    return answers;
  }

  #script(): Promise<string> {
    let script = scripts.get(this.#scriptFile);
    if (script === undefined) {
      script = readFile(this.#scriptFile, 'utf8');
      scripts.set(this.#scriptFile, script);
      script.catch(() => scripts.delete(this.#scriptFile));
    }
    return script;
  }
}

function refusal(
  [kind = '', ...rest]: readonly string[],
  { needed, place }: { needed: number; place: string },
) {
  switch (kind) {
    case 'full': {
      const free = Number(rest[0]);
      return boxDiskFull(needed, rest[0] !== undefined && Number.isFinite(free) ? free : null);
    }
    case 'exists':
      return destinationExists(place);
    case 'notar':
      return toolMissing('tar');
    case 'nohash':
      return toolMissing('sha256sum');
    case 'damaged':
      return arrivedDamaged();
    default:
      return boxCannotWrite(rest.join(' '));
  }
}
