import {
  type Command,
  cancelled,
  type ExecOptions,
  type ExecResult,
  type RunningProgram,
  type RunsPrograms,
} from '#backend/processes/index.ts';
import type { TrainyardError } from '#shared/domain/error.ts';
import { boxAnswerInvalid, cannotWrite, printable, refusal, runUnknownOnBox } from './errors.ts';
import type { BoxPlaces } from './interface.ts';
import {
  findPlaceScript,
  installScript,
  loadScripts,
  type Scripts,
  scriptsMissing,
  scriptsOfClone,
  verbScript,
} from './scripts.ts';

export interface BoxOptions {
  /** Folder with resources/remote's scripts. Default: this clone's. */
  scriptsDirectory?: string;
  /** The shell that runs them over there. */
  shell?: string;
  /** How often `watch` tells of what has not ended (the heartbeats). Default 30. */
  watchEverySeconds?: number;
}

const attemptMissing = 66;
const loaded = new Map<string, Promise<Scripts>>();
const scriptsIn = (directory: string): Promise<Scripts> => {
  let scripts = loaded.get(directory);
  if (!scripts) {
    scripts = loadScripts(directory);
    loaded.set(directory, scripts);
    scripts.catch(() => loaded.delete(directory));
  }
  return scripts;
};

/** Calls verbs of the scripts on one box, and puts the scripts there when they are missing. */
export class BoxConnection {
  readonly #programs: RunsPrograms;
  readonly #directory: string;
  readonly #shell: string;
  #places: Promise<BoxPlaces> | null = null;

  constructor(programs: RunsPrograms, options: BoxOptions = {}) {
    this.#programs = programs;
    this.#directory = options.scriptsDirectory ?? scriptsOfClone();
    this.#shell = options.shell ?? 'sh';
  }

  /** Where everything is on the box; found (and the scripts installed) once, by whoever asks first. */
  places(signal?: AbortSignal): Promise<BoxPlaces> {
    if (!this.#places) {
      const places = this.#install(signal);
      this.#places = places;
      places.catch(() => {
        if (this.#places === places) this.#places = null;
      });
    }
    return this.#places;
  }

  async #install(signal?: AbortSignal): Promise<BoxPlaces> {
    const scripts = await scriptsIn(this.#directory);
    const abort = signal ? { signal } : {};
    const found = text(
      await this.#programs.exec(
        { script: findPlaceScript, args: [scripts.hash] },
        { ...abort, maxOutputBytes: 65_536 },
      ),
    );
    if (found === 'none\n') throw cannotWrite('neither the home directory nor /var/tmp can be written');
    if (found.startsWith('full\n')) throw cannotWrite(found.slice('full\n'.length));
    const match = /^(present|absent) (home|elsewhere)\n(\/[^\0]*)\n$/.exec(found);
    const root = match?.[3];
    if (!match || !root) throw boxAnswerInvalid(found);
    if (match[1] === 'absent') {
      const answer = text(
        await this.#programs.exec(
          { script: installScript, args: [root, scripts.hash] },
          { ...abort, stdin: scripts.payload, maxOutputBytes: 65_536, timeoutMs: 60_000 },
        ),
      );
      if (answer !== 'ok\n') throw refused(answer, '', 0);
    }
    const warning =
      match[2] === 'home'
        ? null
        : `The home directory cannot be written, so Trainyard keeps its files in ${printable(root)}.`;
    return { root, warning };
  }

  /** Runs a verb to its end. Where the scripts have vanished (a wiped home), they are put back first, once. */
  async call(verb: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const command = await this.#command(verb, args, options.signal);
    const result = await this.#programs.exec(command, options);
    if (result.exitCode !== scriptsMissing) return result;
    this.#places = null;
    return this.#programs.exec(await this.#command(verb, args, options.signal), options);
  }

  /** Starts a verb whose streams flow. */
  async start(verb: string, args: readonly string[], signal?: AbortSignal): Promise<RunningProgram> {
    return this.#programs.spawn(await this.#command(verb, args, signal), signal ? { signal } : {});
  }

  /** Throws what the exit code of a verb on an attempt's log means; nothing for 0. */
  checkExit(exitCode: number | null, runId: string, epoch: number): void {
    if (exitCode === 0) return;
    if (exitCode === attemptMissing) throw runUnknownOnBox(runId, epoch);
    if (exitCode === scriptsMissing) this.#places = null;
    throw boxAnswerInvalid(`exit code ${exitCode}`);
  }

  /** The scripts are not where they were: the next call finds a place again. */
  forget(): void {
    this.#places = null;
  }

  async #command(verb: string, args: readonly string[], signal?: AbortSignal): Promise<Command> {
    const { root } = await this.places(signal);
    const { hash } = await scriptsIn(this.#directory);
    return { script: verbScript, args: [root, hash, this.#shell, verb, ...args] };
  }
}

/**
 * Starts a verb that first says "ready" on stderr, and resolves when it has. RUN_UNKNOWN_ON_BOX where the attempt's log
 * is not there; scripts that have vanished are put back, once.
 */
export async function startedProgram(
  box: BoxConnection,
  verb: string,
  args: readonly string[],
  { runId, epoch }: { runId: string; epoch: number },
  signal: AbortSignal,
): Promise<RunningProgram> {
  for (const last of [false, true]) {
    const program = await box.start(verb, args, signal);
    const exitCode = await readyOrExit(program);
    if (exitCode === 'ready') return program;
    if (exitCode !== scriptsMissing || last) box.checkExit(exitCode, runId, epoch);
    if (signal.aborted) throw cancelled(signal);
    if (exitCode === 0) break;
    box.forget();
  }
  throw boxAnswerInvalid(`${verb} ended at once`);
}

function readyOrExit(program: RunningProgram): Promise<number | null | 'ready'> {
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (chunk: Buffer) => {
      said = (said + chunk.toString('latin1')).slice(-4096);
      const at = /(?:^|\n)ready\n/.exec(said);
      if (!at) return;
      program.stderr.off('data', listen);
      program.stderr.pause();
      // What came in the same piece belongs to whoever listens next.
      const rest = said.slice(at.index + at[0].length);
      if (rest !== '') program.stderr.unshift(Buffer.from(rest, 'latin1'));
      resolve('ready');
    };
    program.stderr.on('data', listen);
    program.exited.then((exit) => resolve(exit.exitCode), reject);
  });
}

const text = (result: ExecResult): string => result.stdout.toString('utf8');

/** The one line a verb answered with, when it is not the one hoped for. */
export function refused(answer: string, runId: string, epoch: number): TrainyardError {
  const line = answer.split('\n', 1)[0] ?? '';
  return line.startsWith('refused ')
    ? refusal(line.slice('refused '.length), runId, epoch)
    : boxAnswerInvalid(answer);
}
