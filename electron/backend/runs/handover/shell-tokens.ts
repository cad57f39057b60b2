import { sayScript } from '#shared/domain/script-sentences.ts';
import { ToldMistake } from '#shared/domain/told-mistake.ts';
/** A piece of a shell script, as far as it matters where commands begin and end. */
export interface Token {
  kind: 'word' | 'operator' | 'newline';
  /** As written; of a word without the line continuations in it. */
  text: string;
  start: number;
  /** After its last character. */
  end: number;
}

/** The script holds something that is not read here; what it does cannot be said surely. */
export class NotUnderstood extends ToldMistake {}

const operators = [
  '&>>',
  '<<-',
  '<<<',
  ';;&',
  '&&',
  '||',
  ';;',
  ';&',
  '|&',
  '&>',
  '>>',
  '<<',
  '<&',
  '>&',
  '<>',
  '>|',
  ';',
  '&',
  '|',
  '<',
  '>',
  '(',
  ')',
];
const endsWord = /[ \t\n;&|<>()]/;

/**
 * The tokens of a script for bash or sh. Quotes, substitutions and here-documents are passed over as the shell does; what
 * differs between shells, or is not finished, is NotUnderstood. Linear in the script's length.
 */
export function readTokens(script: string): Token[] {
  return new Reader(script).all();
}

class Reader {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  /** Here-documents whose bodies begin after this line. */
  #awaited: { delimiter: string; indented: boolean }[] = [];

  constructor(text: string) {
    if (text.includes('\r')) throw new NotUnderstood(sayScript('SCRIPT_LINE_ENDS'));
    this.#text = text;
  }

  all(): Token[] {
    while (this.#at < this.#text.length) this.#next();
    if (this.#awaited.length > 0) throw new NotUnderstood(sayScript('SCRIPT_HERE_OPEN'));
    return this.#tokens;
  }

  #next(): void {
    const character = this.#text.charAt(this.#at);
    if (character === '\n') this.#newline();
    else if (character === ' ' || character === '\t') this.#at++;
    else if (this.#text.startsWith('\\\n', this.#at)) this.#at += 2;
    else if (character === '#') this.#at = this.#lineEnd(this.#at);
    else if (this.#text.startsWith('<(', this.#at) || this.#text.startsWith('>(', this.#at)) this.#word();
    else {
      const operator = operators.find((each) => this.#text.startsWith(each, this.#at));
      if (operator === undefined) this.#word();
      else this.#operator(operator);
    }
  }

  #newline(): void {
    this.#push('newline', '\n', this.#at, this.#at + 1);
    this.#at++;
    for (const { delimiter, indented } of this.#awaited) this.#passBody(delimiter, indented);
    this.#awaited = [];
  }

  #passBody(delimiter: string, indented: boolean): void {
    while (this.#at < this.#text.length) {
      const end = this.#lineEnd(this.#at);
      const line = this.#text.slice(this.#at, end);
      this.#at = Math.min(end + 1, this.#text.length);
      if ((indented ? line.replace(/^\t+/, '') : line) === delimiter) return;
    }
    throw new NotUnderstood(sayScript('SCRIPT_HERE_OPEN'));
  }

  #operator(text: string): void {
    this.#push('operator', text, this.#at, this.#at + text.length);
    this.#at += text.length;
    if (text !== '<<' && text !== '<<-') return;
    while (/[ \t]/.test(this.#text.charAt(this.#at))) this.#at++;
    const before = this.#tokens.length;
    if (this.#at < this.#text.length && !endsWord.test(this.#text.charAt(this.#at))) this.#word();
    const word = this.#tokens[before];
    if (word === undefined || /[$`]/.test(word.text)) throw new NotUnderstood(sayScript('SCRIPT_HERE_END'));
    this.#awaited.push({ delimiter: word.text.replace(/["'\\]/g, ''), indented: text === '<<-' });
  }

  #word(): void {
    const start = this.#at;
    let text = '';
    let end = this.#at;
    while (this.#at < this.#text.length) {
      if (this.#text.startsWith('\\\n', this.#at)) {
        this.#at += 2;
        continue;
      }
      const from = this.#at;
      const character = this.#text.charAt(from);
      if (/^[<>]\($/.test(this.#text.slice(from, from + 2))) this.#substitution(from + 2);
      else if (character === '(' && /^[A-Za-z_]\w*\+?=$/.test(text)) this.#substitution(from + 1);
      else if (endsWord.test(character)) break;
      else this.#piece();
      text += this.#text.slice(from, this.#at);
      end = this.#at;
    }
    this.#push('word', text, start, end);
  }

  /** One character of a word, or all that its quotes or braces hold. */
  #piece(): void {
    const character = this.#text.charAt(this.#at);
    if (character === '\\') this.#at += 2;
    else if (character === "'") this.#at = this.#after("'", this.#at + 1);
    else if (character === '"') this.#doubleQuoted();
    else if (character === '`') this.#backquoted();
    else if (character === '$') this.#dollar();
    else this.#at++;
    if (this.#at > this.#text.length) throw new NotUnderstood(sayScript('SCRIPT_CUT'));
  }

  #after(text: string, from: number): number {
    const found = this.#text.indexOf(text, from);
    if (found === -1) throw new NotUnderstood(sayScript('SCRIPT_QUOTE'));
    return found + text.length;
  }

  #doubleQuoted(): void {
    this.#at++;
    for (;;) {
      const character = this.#text.charAt(this.#at);
      if (character === '') throw new NotUnderstood(sayScript('SCRIPT_QUOTE'));
      if (character === '"') break;
      if (character === '\\') this.#at += 2;
      else if (character === '`') this.#backquoted();
      else if (character === '$') this.#dollar(true);
      else this.#at++;
    }
    this.#at++;
  }

  #backquoted(): void {
    this.#at++;
    for (;;) {
      const character = this.#text.charAt(this.#at);
      if (character === '') throw new NotUnderstood(sayScript('SCRIPT_QUOTE'));
      this.#at += character === '\\' ? 2 : 1;
      if (character === '`') return;
    }
  }

  #dollar(quoted = false): void {
    const next = this.#text.charAt(this.#at + 1);
    if (next === '(') this.#substitution(this.#at + 2);
    else if (next === '{') this.#braces();
    else if (!quoted && (next === "'" || next === '"'))
      throw new NotUnderstood(sayScript('SCRIPT_DOLLAR', { text: `$${next}` }));
    else this.#at++;
  }

  #braces(): void {
    this.#at += 2;
    for (;;) {
      const character = this.#text.charAt(this.#at);
      if (character === '') throw new NotUnderstood(sayScript('SCRIPT_BRACE'));
      if (character === '}') break;
      if (character === "'") throw new NotUnderstood(sayScript('SCRIPT_BRACE_QUOTE'));
      this.#piece();
    }
    this.#at++;
  }

  /** To the `)` of what began before `from`. */
  #substitution(from: number): void {
    this.#at = from;
    let depth = 1;
    while (depth > 0) {
      const character = this.#text.charAt(this.#at);
      if (character === '') throw new NotUnderstood(sayScript('SCRIPT_PARENTHESIS'));
      if (character === '#' && /[\s;&|(]/.test(this.#text.charAt(this.#at - 1)))
        throw new NotUnderstood(sayScript('SCRIPT_COMMENT'));
      if (this.#text.startsWith('<<', this.#at) || /^case\s/.test(this.#text.slice(this.#at, this.#at + 5)))
        throw new NotUnderstood(sayScript('SCRIPT_DEEP'));
      if (character === '(' || character === ')') {
        depth += character === '(' ? 1 : -1;
        this.#at++;
      } else this.#piece();
    }
  }

  #lineEnd(from: number): number {
    const found = this.#text.indexOf('\n', from);
    return found === -1 ? this.#text.length : found;
  }

  #push(kind: Token['kind'], text: string, start: number, end: number): void {
    this.#tokens.push({ kind, text, start, end });
  }
}
