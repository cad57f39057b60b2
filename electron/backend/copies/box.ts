import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Command,
  cancelled,
  type ExecResult,
  quote,
  type RunningProgram,
  type RunsPrograms,
} from '#backend/processes/index.ts';
import { remoteScript } from '#backend/resources.ts';
import { backOffMs } from '#shared/domain/back-off.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import {
  answerInvalid,
  cannotWrite,
  diskFull,
  interrupted,
  sourceChanging,
  sourceMissing,
  sourceUnreadable,
  toolMissing,
} from './errors.ts';
import { nameList } from './names.ts';
import { type Entry, parseListing } from './scan.ts';

const scripts = {
  box: remoteScript('copy.sh'),
  send: remoteScript('copy-send.sh'),
  receive: remoteScript('copy-receive.sh'),
  key: remoteScript('authorized-keys.sh') + remoteScript('copy-key.sh'),
};
/** Texts that are left on a machine while a key of ours is there. */
export const { receive: receiveScript, key: keyScript } = scripts;
/** For this computer. */
export const joinScript = remoteScript('copy-join.sh');

/** What `look` says of a machine and a place on it. */
export interface Look {
  kind: 'none' | 'file' | 'directory' | 'link';
  /** Absolute. */
  place: string;
  freeBytes: number | null;
  writable: boolean;
  has: { tar: boolean; ssh: boolean; keygen: boolean; gzip: boolean; zstd: boolean };
  /** What prints the SHA-256 of files there, as words of a shell. */
  hasher: string;
  gnuTar: boolean;
  /** Cores that nobody uses; null: not known. */
  idleCores: number | null;
  /** tar reads a list of names with NULs between them. */
  tarNull: boolean;
}

export interface Ask {
  signal: AbortSignal;
  stdin?: Buffer;
  timeoutMs?: number;
  maxOutputBytes?: number;
  /** What would be needed, to be named where the disk is full. */
  neededBytes?: number;
  /** Fails at once where there is no connection; else it is waited for. */
  hasty?: boolean;
}

const hourMs = 3_600_000;
/** So often in a row a connection may break before it is given up: after about a minute and a half. */
const mostCuts = 12;

/** One machine of a copy, and the scripts on it. The programs are asked for anew each time: a connection may have been made again. */
export class CopyBox {
  readonly machineId: string;
  readonly name: string;
  readonly gentle: boolean;
  readonly #programs: (signal: AbortSignal) => Promise<RunsPrograms>;

  constructor(
    machine: { id: string; name: string },
    programs: (signal: AbortSignal) => Promise<RunsPrograms>,
    gentle = false,
  ) {
    this.machineId = machine.id;
    this.name = machine.name;
    this.gentle = gentle;
    this.#programs = programs;
  }

  gently(): CopyBox {
    return new CopyBox({ id: this.machineId, name: this.name }, this.#programs, true);
  }

  programs(signal: AbortSignal): Promise<RunsPrograms> {
    return this.#programs(signal);
  }

  /**
   * One of copy.sh's verbs, each of which may be done twice: a connection that breaks is waited for. Refusals are thrown as the
   * errors that they mean; COPY_INTERRUPTED where it does not come back.
   */
  async ask(verb: string, args: readonly string[], ask: Ask): Promise<ExecResult> {
    for (let cuts = 0; ; cuts++) {
      try {
        return await this.#askOnce(verb, args, ask);
      } catch (thrown) {
        const error = TrainyardError.from(thrown);
        if (ask.signal.aborted) throw cancelled(ask.signal);
        if (!error.retryable || ask.hasty === true || error.code.startsWith('COPY_')) throw error;
        if (cuts >= mostCuts) throw interrupted(error);
        await sleep(backOffMs(Math.min(cuts, 4)) / 2, undefined, { signal: ask.signal });
      }
    }
  }

  async #askOnce(verb: string, args: readonly string[], ask: Ask): Promise<ExecResult> {
    const programs = await this.#programs(ask.signal);
    const result = await programs.exec(this.command('box', [verb, ...args]), {
      signal: ask.signal,
      stdin: ask.stdin ?? '',
      timeoutMs: ask.timeoutMs ?? hourMs,
      maxOutputBytes: ask.maxOutputBytes ?? 268_435_456,
    });
    this.check(result, ask.neededBytes ?? 0, args[0] ?? '');
    return result;
  }

  /** A script with what it is told by variables: constants of ours. */
  command(
    script: keyof typeof scripts,
    args: readonly string[],
    variables: Record<string, string> = {},
  ): Command {
    const all = { TY_GENTLE: this.gentle ? '1' : '', ...variables };
    const set = Object.entries(all).map(([name, value]) => `${name}=${quote(value)}\n`);
    return { script: `${set.join('')}${scripts[script]}`, args };
  }

  /** Throws what a script's end means. */
  check({ exitCode, signal, stderr }: ExecResult, neededBytes: number, place: string): void {
    if (exitCode === 0) return;
    const said = stderr.toString('utf8');
    throw (
      this.refusal(said, neededBytes, place) ??
      answerInvalid(this.name, `exit ${exitCode ?? signal}: ${said}`)
    );
  }

  /** The error that a script's complaint (`!word details`) means; null where it made none. */
  refusal(said: string, neededBytes: number, place: string) {
    const match = /^!(\w+) ?(.*)$/m.exec(said);
    if (match === null) return null;
    const [, word, rest = ''] = match;
    switch (word) {
      case 'full': {
        const free = Number(rest);
        return diskFull(this.name, neededBytes, rest !== '' && Number.isFinite(free) ? free * 1024 : null);
      }
      case 'write':
        return cannotWrite(this.name, rest);
      case 'read':
        return sourceUnreadable(this.name, rest);
      case 'short':
        return sourceChanging(place);
      case 'missing':
        return sourceMissing(place, this.name);
      case 'tool':
        return toolMissing(this.name, rest);
      default:
        return null;
    }
  }

  async look(path: string, signal: AbortSignal): Promise<Look> {
    const { stdout } = await this.ask('look', [path], {
      signal,
      timeoutMs: 60_000,
      maxOutputBytes: 65_536,
      hasty: true,
    });
    const text = stdout.toString('utf8');
    const at = text.indexOf('\nplace=');
    if (at < 0) throw answerInvalid(this.name, text);
    const said = new Map(
      text
        .slice(0, at)
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
    );
    const kind = said.get('kind');
    const free = Number(said.get('free'));
    const yes = (name: string) => said.get(name) === '1';
    return {
      kind: kind === 'file' || kind === 'directory' || kind === 'link' ? kind : 'none',
      place: text.slice(at + '\nplace='.length),
      freeBytes: said.get('free') !== '' && Number.isFinite(free) ? free * 1024 : null,
      writable: yes('writable'),
      has: { tar: yes('tar'), ssh: yes('ssh'), keygen: yes('keygen'), gzip: yes('gzip'), zstd: yes('zstd') },
      hasher: said.get('hasher') ?? '',
      idleCores: idleOf(said.get('cores') ?? '', said.get('load') ?? ''),
      gnuTar: yes('gnutar'),
      tarNull: yes('tarnull'),
    };
  }

  /** Everything there; of a file itself only that, with its name as path. COPY_SOURCE_MISSING where there is nothing. */
  async scan(place: string, signal: AbortSignal): Promise<Entry[]> {
    return parseListing((await this.ask('scan', [place], { signal })).stdout);
  }

  /** These names (with what is below them, or alone) as far as they are there. */
  async list(
    place: string,
    paths: readonly string[],
    how: 'deep' | 'flat',
    signal: AbortSignal,
  ): Promise<Entry[]> {
    if (paths.length === 0) return [];
    return parseListing((await this.ask('list', [place, how], { signal, stdin: nameList(paths) })).stdout);
  }

  async spawn(command: Command, signal: AbortSignal): Promise<RunningProgram> {
    return (await this.#programs(signal)).spawn(command, { signal });
  }

  /** ms until a command that does nothing has been done. */
  async answerMs(signal: AbortSignal): Promise<number> {
    const began = performance.now();
    await this.exec({ script: ':' }, { signal, timeoutMs: 30_000 });
    return performance.now() - began;
  }

  async exec(command: Command, ask: Ask): Promise<ExecResult> {
    const programs = await this.#programs(ask.signal);
    return programs.exec(command, {
      signal: ask.signal,
      stdin: ask.stdin ?? '',
      timeoutMs: ask.timeoutMs ?? hourMs,
      maxOutputBytes: ask.maxOutputBytes ?? 1_048_576,
    });
  }
}

const idleOf = (cores: string, load: string): number | null =>
  cores === '' || load === '' || !Number.isFinite(Number(cores) - Number(load))
    ? null
    : Math.max(0, Number(cores) - Number(load));
