import { sayScript } from '#shared/domain/script-sentences.ts';
import { NotUnderstood, readTokens, type Token } from './shell-tokens.ts';

/** A command at the script's top level: a simple one, or something made of several (a loop, a function, a group). */
export interface Command {
  simple: boolean;
  /** Its words without assignments before it and without redirections. */
  words: string[];
  hasHereDocument: boolean;
  /** After its last word or redirection. */
  end: number;
}

/** Commands joined by `|`, how they follow what is before them, and whether they are sent to the background. */
export interface Pipeline {
  after: ';' | '&&' | '||';
  commands: Command[];
  background: boolean;
}

export interface Script {
  /** Those at the top level, in order. */
  pipelines: Pipeline[];
  functions: ReadonlySet<string>;
}

const opens: Readonly<Record<string, string>> = {
  if: 'fi',
  while: 'done',
  until: 'done',
  for: 'done',
  select: 'done',
  case: 'esac',
  '{': '}',
};
const closes = new Set(['fi', 'done', 'esac', '}']);
/** After these comes a command, too. */
const goesOn = new Set(['then', 'do', 'else', 'elif', '!', 'time']);
const redirections = new Set(['<', '>', '>>', '<<', '<<-', '<<<', '<&', '>&', '<>', '>|', '&>', '&>>']);
const assignment = /^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=/;

/** The commands of a script for bash or sh; throws NotUnderstood. */
export function readScript(text: string): Script {
  return new Parser(readTokens(text)).read();
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;
  readonly #pipelines: Pipeline[] = [];
  readonly #functions = new Set<string>();
  /** What closes the compounds that are open. */
  readonly #open: string[] = [];
  #after: Pipeline['after'] = ';';
  #pipeline: Pipeline | null = null;
  #command: Command | null = null;
  /** A command may begin here. */
  #begins = true;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  read(): Script {
    for (let token = this.#take(); token !== undefined; token = this.#take()) {
      if (token.kind === 'newline') this.#newline();
      else if (token.kind === 'operator') this.#operator(token);
      else this.#word(token);
    }
    if (this.#open.length > 0) throw new NotUnderstood(sayScript('SCRIPT_OPEN'));
    this.#endPipeline(false);
    return { pipelines: this.#pipelines, functions: this.#functions };
  }

  #take(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  #peek(text: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === 'operator' && token.text === text;
  }

  get #atTop(): boolean {
    return this.#open.length === 0;
  }

  #newline(): void {
    // `a |` goes on in the next line.
    const last = this.#tokens[this.#at - 2];
    if (last?.kind === 'operator' && ['|', '|&', '&&', '||'].includes(last.text)) return;
    if (last?.kind === 'newline') return;
    this.#separate(';', false);
  }

  #separate(next: Pipeline['after'], background: boolean): void {
    if (this.#atTop) {
      this.#endPipeline(background);
      this.#after = next;
    }
    this.#begins = true;
  }

  #endPipeline(background: boolean): void {
    this.#endCommand();
    if (this.#pipeline !== null) this.#pipelines.push({ ...this.#pipeline, background });
    this.#pipeline = null;
  }

  #endCommand(): void {
    if (this.#command === null) return;
    this.#pipeline ??= { after: this.#after, commands: [], background: false };
    this.#pipeline.commands.push(this.#command);
    this.#command = null;
  }

  #operator({ text, end }: Token): void {
    if (redirections.has(text)) this.#redirection(text);
    else if (text === '&&' || text === '||') this.#separate(text, false);
    else if (text === '|' || text === '|&') {
      if (this.#atTop) this.#endCommand();
      this.#begins = true;
    } else if (text === '(') this.#parenthesis();
    else if (text === ')') this.#close(')', end);
    else if (text.startsWith(';') && text !== ';') this.#nextPattern();
    else this.#separate(';', text === '&');
  }

  #redirection(text: string): void {
    const command = this.#current(true);
    const target = this.#take();
    if (target === undefined || target.kind !== 'word')
      throw new NotUnderstood(sayScript('SCRIPT_REDIRECTION'));
    if (command === null) return;
    command.hasHereDocument ||= text.startsWith('<<');
    command.end = target.end;
  }

  #parenthesis(): void {
    if (!this.#begins || this.#peek('(')) throw new NotUnderstood(sayScript('SCRIPT_PARENTHESES'));
    this.#enter(')');
  }

  /** What a compound command holds is not looked at, but for where it ends. */
  #enter(closing: string): void {
    if (this.#atTop) this.#command = { simple: false, words: [], hasHereDocument: false, end: 0 };
    this.#open.push(closing);
    this.#begins = true;
  }

  #close(closing: string, end: number): void {
    if (this.#open.pop() !== closing) throw new NotUnderstood(sayScript('SCRIPT_CLOSED'));
    if (this.#command !== null) this.#command.end = end;
    this.#begins = false;
  }

  /** The command that is being read at the top level; within a compound: none. */
  #current(simple: boolean): Command | null {
    if (!this.#atTop) return null;
    this.#command ??= { simple, words: [], hasHereDocument: false, end: 0 };
    return this.#command;
  }

  #word(token: Token): void {
    const { text, end } = token;
    if (this.#begins && this.#reserved(token)) return;
    if (this.#begins && this.#definesFunction(text)) return;
    const command = this.#current(true);
    const isAssignment = this.#begins && assignment.test(text);
    // A file descriptor before a redirection is none of its words.
    const next = this.#tokens[this.#at];
    const isDescriptor = /^\d+$|^\{\w+\}$/.test(text) && next?.start === end && /^[<>]/.test(next.text);
    if (command !== null) {
      if (!command.simple && !isDescriptor) throw new NotUnderstood(sayScript('SCRIPT_WORDS'));
      if (!isAssignment && !isDescriptor) command.words.push(text);
      command.end = end;
    }
    if (!isAssignment && !isDescriptor) this.#begins = false;
  }

  #reserved({ text, end }: Token): boolean {
    const closing = opens[text];
    // After an assignment a reserved word is an ordinary one.
    if (this.#atTop && this.#command !== null) return false;
    if (text === '[[') this.#test(end);
    else if (text === 'coproc') throw new NotUnderstood(sayScript('SCRIPT_COPROCESS'));
    else if (text === 'function') this.#functionByWord();
    else if (closing !== undefined) {
      this.#enter(closing);
      if (text === 'case') this.#caseHead();
      else if (text === 'for' || text === 'select') this.#begins = false;
    } else if (closes.has(text)) this.#close(text, end);
    else if (goesOn.has(text)) {
      if (text === '!' && this.#atTop) throw new NotUnderstood(sayScript('SCRIPT_NEGATED'));
      this.#begins = true;
    } else return false;
    return true;
  }

  #test(start: number): void {
    const command = this.#current(false);
    for (let token = this.#take(); token !== undefined; token = this.#take()) {
      if (token.kind !== 'word' || token.text !== ']]') continue;
      if (command !== null) command.end = token.end;
      this.#begins = false;
      return;
    }
    throw new NotUnderstood(sayScript('SCRIPT_BRACKETS', { at: start }));
  }

  #definesFunction(name: string): boolean {
    if (!this.#peek('(')) return false;
    this.#at++;
    if (!this.#peek(')')) throw new NotUnderstood(sayScript('SCRIPT_PARENTHESES'));
    this.#at++;
    this.#functions.add(name);
    this.#body();
    return true;
  }

  #functionByWord(): void {
    const name = this.#take();
    if (name?.kind !== 'word') throw new NotUnderstood(sayScript('SCRIPT_FUNCTION_NAME'));
    this.#functions.add(name.text);
    if (this.#peek('(')) {
      this.#at++;
      if (this.#peek(')')) this.#at++;
    }
    this.#body();
  }

  #body(): void {
    while (this.#tokens[this.#at]?.kind === 'newline') this.#at++;
    this.#begins = true;
  }

  /** `case WORD in`, up to the first pattern's end. */
  #caseHead(): void {
    for (let token = this.#take(); token !== undefined; token = this.#take()) {
      if (token.kind !== 'word' || token.text !== 'in') continue;
      this.#nextPattern();
      return;
    }
    throw new NotUnderstood(sayScript('SCRIPT_CASE_IN'));
  }

  #nextPattern(): void {
    if (this.#open.at(-1) !== 'esac') throw new NotUnderstood(sayScript('SCRIPT_CASE_END'));
    while (this.#tokens[this.#at]?.kind === 'newline') this.#at++;
    this.#begins = true;
    const next = this.#tokens[this.#at];
    if (next?.kind === 'word' && next.text === 'esac') return;
    if (this.#peek('(')) this.#at++;
    for (let token = this.#take(); token !== undefined; token = this.#take()) {
      if (token.kind === 'operator' && token.text === ')') return;
    }
    throw new NotUnderstood(sayScript('SCRIPT_CASE_OPEN'));
  }
}
