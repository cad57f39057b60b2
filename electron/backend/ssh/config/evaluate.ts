import path from 'node:path';
import { because, type Told } from '#shared/domain/because.ts';
import { saySsh } from '#shared/domain/ssh-sentences.ts';
import { systemTold } from '#shared/domain/system-sentences.ts';
import type { ConfigSurroundings } from './files.ts';
import { knownKeywords } from './keywords.ts';
import { type ConfigLine, nextWord, parseLines } from './lines.ts';
import { LineError, type RawOptions, takeOption } from './options.ts';
import { matchesHostLine, matchesHostList, matchesList } from './patterns.ts';
import { expandTilde, expandTokens, TokenError, type TokenValues } from './tokens.ts';

/** OpenSSH's own limit for Includes within Includes; the second one bounds files that include themselves twice. */
const deepestInclude = 16;
const mostIncludes = 512;

/** Runs the command of a `Match exec`; resolves with whether it ended with 0. Null: a preview, where no program runs. */
export type MatchExec = ((command: string) => Promise<boolean>) | null;

export interface Evaluation {
  options: RawOptions;
  /** The name after HostName, in lower case. */
  hostName: string;
  /** Lines that apply to this host and cannot be understood, as `file line n: why`. */
  errors: Told[];
  /** `file:line` of the Host lines that matched. */
  matched: Set<string>;
  /** A `Match exec` that was not run may have changed something. */
  skippedExec: boolean;
}

interface Pass {
  /** What Host lines are compared with. */
  host: string;
  original: string;
  final: boolean;
}

/** Reads configuration files as OpenSSH's client does; one for all hosts of a preview, so that each file is read once. */
export class ConfigReader {
  readonly #around: ConfigSurroundings;
  readonly #parsed = new Map<string, ConfigLine[] | null>();

  constructor(around: ConfigSurroundings) {
    this.#around = around;
  }

  get surroundings(): ConfigSurroundings {
    return this.#around;
  }

  /** The lines of a file, or null when there is none. Rejects when it cannot be read. */
  async lines(file: string): Promise<ConfigLine[] | null> {
    let lines = this.#parsed.get(file);
    if (lines === undefined) {
      const text = await this.#around.read(file);
      lines = text === null ? null : parseLines(text);
      this.#parsed.set(file, lines);
    }
    return lines;
  }

  /** The files an Include line names. `~` and relative paths stand for the user's directories (or the system's). */
  async included(words: readonly string[], userFile: boolean): Promise<string[]> {
    const files: string[] = [];
    for (const word of words) {
      if (word === '') throw new LineError(saySsh('CONFIG_INCLUDE_EMPTY'));
      if (word.startsWith('~') && !userFile)
        throw new LineError(saySsh('CONFIG_INCLUDE_SYSTEM', { text: word }));
      const base = userFile ? path.join(this.#around.home, '.ssh') : this.#around.systemDirectory;
      const full = word.startsWith('~') ? expandTilde(word, this.#around.home) : path.resolve(base, word);
      files.push(...(/[*?[]/.test(full) ? await this.#around.glob(full) : [full]));
    }
    return files;
  }

  /** What `files` say about `host`, first value first. `given` stands before them, as ssh's command line does. */
  async evaluate(
    host: string,
    files: readonly { file: string; userFile: boolean }[],
    given: Partial<RawOptions>,
    exec: MatchExec,
  ): Promise<Evaluation> {
    const run = new Evaluator(this, host, given, exec);
    return run.all(files);
  }
}

class Evaluator {
  readonly #reader: ConfigReader;
  readonly #options: RawOptions;
  readonly #exec: MatchExec;
  readonly #host: string;
  readonly #errors = new Map<string, Told>();
  readonly #matched = new Set<string>();
  #skippedExec = false;
  #wantsFinal = false;
  #includes = 0;

  constructor(reader: ConfigReader, host: string, given: Partial<RawOptions>, exec: MatchExec) {
    this.#reader = reader;
    this.#host = host;
    this.#options = { identityFiles: [], certificateFiles: [], ...given };
    this.#exec = exec;
  }

  async all(files: readonly { file: string; userFile: boolean }[]): Promise<Evaluation> {
    const pass = (host: string, final: boolean) => ({ host, original: this.#host, final });
    for (const { file, userFile } of files) await this.#file(file, userFile, pass(this.#host, false));
    let hostName = this.#hostName(this.#host);
    if (this.#wantsFinal || /^(yes|true|always)$/i.test(this.#options.canonicalizeHostname ?? '')) {
      this.#options.hostname = hostName;
      for (const { file, userFile } of files) await this.#file(file, userFile, pass(hostName, true));
      hostName = this.#hostName(hostName);
    }
    return {
      options: this.#options,
      hostName,
      errors: [...this.#errors.values()],
      matched: this.#matched,
      skippedExec: this.#skippedExec,
    };
  }

  /** A file that is read twice has its mistakes once. */
  #add(mistake: Told): void {
    this.#errors.set(mistake.message, mistake);
  }

  async #file(file: string, userFile: boolean, pass: Pass): Promise<void> {
    await this.#lines(file, userFile, pass, true, false, 0);
  }

  #hostName(fallback: string): string {
    const { hostname } = this.#options;
    if (hostname === undefined) return fallback.toLowerCase();
    try {
      return expandTokens(hostname, this.#tokens(fallback), 'hostname').toLowerCase();
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      this.#add(
        saySsh('CONFIG_AT_OPTION', { option: 'HostName', text: hostname, ...because('why', error.told) }),
      );
      return hostname.toLowerCase();
    }
  }

  #tokens(host: string): TokenValues {
    const around = this.#reader.surroundings;
    return {
      home: around.home,
      localUser: around.user,
      localHost: around.localHost,
      original: this.#host,
      host,
      port: this.#options.port ?? 22,
      user: this.#options.user ?? around.user,
      jump: '',
      hostKeyAlias: this.#options.hostKeyAlias ?? null,
    };
  }

  /** One file. `never`: it is included from a block that does not apply, so nothing in it does. */
  async #lines(file: string, userFile: boolean, pass: Pass, active: boolean, never: boolean, depth: number) {
    const lines = await this.#read(file, active);
    for (const line of lines ?? []) {
      try {
        active = await this.#line(line, file, userFile, pass, active, never, depth);
      } catch (error) {
        if (!(error instanceof LineError)) throw error;
        // In a block for other hosts a mistake is theirs. (OpenSSH refuses to work for any host then.)
        if (active || line.keyword === 'match')
          this.#add(saySsh('CONFIG_AT_LINE', { file, line: line.number, ...because('why', error.told) }));
        if (line.keyword === 'match' || line.keyword === 'host') active = false;
      }
    }
  }

  async #read(file: string, active: boolean): Promise<ConfigLine[] | null> {
    try {
      return await this.#reader.lines(file);
    } catch (error) {
      if (active) this.#add(saySsh('CONFIG_AT_FILE', { file, ...because('why', systemTold(error)) }));
      return null;
    }
  }

  /** Returns whether what follows applies. */
  async #line(
    line: ConfigLine,
    file: string,
    userFile: boolean,
    pass: Pass,
    active: boolean,
    never: boolean,
    depth: number,
  ): Promise<boolean> {
    const { keyword, rest, words } = line;
    if (rest === '') throw new LineError(saySsh('CONFIG_NOTHING_AFTER', { keyword }));
    if (!knownKeywords.has(keyword) && !matchesHostList(keyword, this.#options.ignoreUnknown ?? '')) {
      throw new LineError(saySsh('CONFIG_OPTION_UNKNOWN', { keyword }));
    }
    if (words === null) throw new LineError(saySsh('CONFIG_QUOTE_OPEN'));
    if (keyword === 'host') {
      if (words.includes('')) throw new LineError(saySsh('CONFIG_HOST_EMPTY'));
      const matches = !never && matchesHostLine(pass.host, words);
      if (matches) this.#matched.add(`${file}:${line.number}`);
      return matches;
    }
    if (keyword === 'match') return (await this.#match(rest, pass)) && !never;
    if (keyword === 'include') {
      if (depth >= deepestInclude) throw new LineError(saySsh('CONFIG_INCLUDES_DEEP'));
      for (const name of await this.#reader.included(words, userFile)) {
        if (++this.#includes > mostIncludes) throw new LineError(saySsh('CONFIG_INCLUDES_MANY'));
        await this.#lines(name, userFile, pass, active, !active, depth + 1);
      }
      return active;
    }
    takeOption(this.#options, keyword, words, rest, active);
    return active;
  }

  async #match(rest: string, pass: Pass): Promise<boolean> {
    const cursor: { text: string | null } = { text: rest };
    const host = pass.final ? (this.#options.hostname ?? pass.host) : this.#hostName(pass.host);
    let [result, count] = [true, 0];
    for (let word = nextWord(cursor); word !== null && word !== ''; word = nextWord(cursor)) {
      if (word.startsWith('#')) break;
      const negated = word.startsWith('!');
      const name = (negated ? word.slice(1) : word).toLowerCase();
      if (name === 'all') {
        const more = nextWord(cursor);
        if (count > 1 || (more !== null && more !== '' && !more.startsWith('#'))) {
          throw new LineError(saySsh('CONFIG_MATCH_ALL'));
        }
        return result && !negated;
      }
      count++;
      if (name === 'final' || name === 'canonical') {
        if (name === 'final') this.#wantsFinal = true;
        if (pass.final === negated) result = false;
        continue;
      }
      const argument = nextWord(cursor);
      if (argument === null || argument === '' || argument.startsWith('#')) {
        throw new LineError(saySsh('CONFIG_CONDITION_VALUE', { name }));
      }
      if (name === 'exec' && !this.#exec) {
        if (result) this.#skippedExec = true;
        result = false; // unknown, negated or not
        continue;
      }
      const holds = await this.#condition(name, argument, host, pass, result);
      if (holds === negated) result = false;
    }
    if (count === 0) throw new LineError(saySsh('CONFIG_MATCH_EMPTY'));
    return result;
  }

  async #condition(
    name: string,
    argument: string,
    host: string,
    pass: Pass,
    sofar: boolean,
  ): Promise<boolean> {
    const around = this.#reader.surroundings;
    switch (name) {
      case 'host':
        return matchesHostList(host, argument);
      case 'originalhost':
        return matchesHostList(pass.original, argument);
      case 'user':
        return matchesList(this.#options.user ?? around.user, argument);
      case 'localuser':
        return matchesList(around.user, argument);
      case 'exec':
        return this.#runCondition(argument, host, sofar);
      case 'localnetwork':
      case 'tagged':
      case 'command':
      case 'version':
      case 'sessiontype':
        return false; // newer conditions that describe other uses of ssh than ours
      default:
        throw new LineError(saySsh('CONFIG_CONDITION_UNKNOWN', { name }));
    }
  }

  async #runCondition(command: string, host: string, sofar: boolean): Promise<boolean> {
    if (!sofar || !this.#exec) return false;
    try {
      return await this.#exec(expandTokens(command, this.#tokens(host), 'all'));
    } catch (error) {
      if (error instanceof TokenError) throw new LineError(error.told);
      throw error;
    }
  }
}
