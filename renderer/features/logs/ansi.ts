import { applySgr, plain, type Style } from './style.ts';
import { type LogLine, TerminalLine, withLink } from './terminal-line.ts';

export type { LogLine, Span } from './terminal-line.ts';

/** A finished line and where it begins in the log, in bytes. */
export interface PlacedLine extends LogLine {
  readonly offset: number;
}

const states = { text: 0, escape: 1, csi: 2, string: 3, stringEscape: 4, charset: 5 } as const;
type State = (typeof states)[keyof typeof states];

const newline = 0x0a;
const maxParameters = 128;
const maxString = 2048;
const asciiRun = /[\x20-\x7e]+/y;

/**
 * Reads a log as a terminal would and keeps what it would show: colours, overwritten progress bars, wide characters.
 * Nothing in it ever acts: titles, clipboard, modes and whatever else a sequence asks for are read over; a link is only
 * remembered. Every newline byte ends a line, also in the middle of a sequence, so that lines and bytes stay together.
 * The same bytes give the same lines, however they are cut into pieces; no bytes make it throw.
 */
export class LogParser {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #line = new TerminalLine();
  #style: Style = plain;
  #state: State = states.text;
  #parameters = '';
  #string = '';
  #lineOffset: number;
  #nextOffset: number;

  /** `offset`: where in the log the first byte lies, which must be the start of a line. */
  constructor(offset = 0) {
    this.#lineOffset = offset;
    this.#nextOffset = offset;
  }

  /** Offset of the byte after the last one that was pushed. */
  get offset(): number {
    return this.#nextOffset;
  }

  push(bytes: Uint8Array): PlacedLine[] {
    const ends: number[] = [];
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) {
      ends.push(this.#nextOffset + at + 1);
    }
    const lines: PlacedLine[] = [];
    let ended = 0;
    const text = this.#decoder.decode(bytes, { stream: true });
    for (let at = 0; at < text.length; ) {
      if (this.#line.isFull) this.#finishLine(lines, this.#lineOffset);
      if (this.#state === states.text) {
        asciiRun.lastIndex = at;
        const run = asciiRun.exec(text)?.[0];
        if (run !== undefined) {
          at += this.#line.writeAscii(run, this.#style);
          continue;
        }
      }
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      at += character.length;
      if (character === '\n') {
        this.#state = states.text;
        this.#finishLine(lines, ends[ended] ?? this.#nextOffset);
        ended += 1;
      } else this.#take(character);
    }
    this.#nextOffset += bytes.byteLength;
    return lines;
  }

  /** The line under way, as it looks now; null where nothing has been written since the last newline. */
  current(): PlacedLine | null {
    if (this.#line.isEmpty) return null;
    return { ...this.#line.finish(), offset: this.#lineOffset };
  }

  #finishLine(lines: PlacedLine[], next: number): void {
    lines.push({ ...this.#line.finish(), offset: this.#lineOffset });
    this.#line = new TerminalLine();
    this.#lineOffset = next;
  }

  #take(character: string): void {
    switch (this.#state) {
      case states.text:
        this.#takeText(character);
        break;
      case states.escape:
        this.#takeEscape(character);
        break;
      case states.csi:
        this.#takeCsi(character);
        break;
      case states.charset:
        this.#state = states.text;
        break;
      case states.string:
        this.#takeString(character);
        break;
      case states.stringEscape:
        this.#state = states.text;
        if (character === '\\') this.#endString();
        else this.#takeEscape(character);
        break;
    }
  }

  #takeText(character: string): void {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\u001b') this.#state = states.escape;
    else if (character === '\r') this.#line.moveTo(0);
    else if (character === '\b') this.#line.moveTo(this.#line.cursor - 1);
    else if (character === '\t') this.#line.tab(this.#style);
    else if (code >= 0x20 && !(code >= 0x7f && code < 0xa0)) this.#line.write(character, this.#style);
  }

  #takeEscape(character: string): void {
    this.#parameters = '';
    this.#string = '';
    if (character === '[') this.#state = states.csi;
    else if (']PX^_'.includes(character)) {
      this.#state = states.string;
      // Only an operating system command can carry a link.
      this.#string = character === ']' ? ']' : '';
    } else if ('()*+-./#% '.includes(character)) this.#state = states.charset;
    else this.#state = character === '\u001b' ? states.escape : states.text;
  }

  #takeCsi(character: string): void {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0x40 && code <= 0x7e) {
      this.#state = states.text;
      this.#act(character);
    } else if (character === '\u001b') this.#state = states.escape;
    else if (character === '\u0018' || character === '\u001a' || code > 0x7e) this.#state = states.text;
    else if (code >= 0x20 && this.#parameters.length < maxParameters) this.#parameters += character;
  }

  #act(final: string): void {
    // Private sequences ("?25l", ">c") and those with intermediates are for real terminals.
    if (!/^[0-9;:]*$/.test(this.#parameters)) return;
    const count = Number.parseInt(this.#parameters, 10) || 0;
    const line = this.#line;
    if (final === 'm') this.#style = applySgr(this.#style, this.#parameters);
    else if (final === 'K') line.erase(count);
    else if (final === 'G') line.moveTo(count - 1);
    else if (final === 'C') line.moveTo(line.cursor + Math.max(1, count));
    else if (final === 'D') line.moveTo(line.cursor - Math.max(1, count));
  }

  #takeString(character: string): void {
    if (character === '\u0007') {
      this.#state = states.text;
      this.#endString();
    } else if (character === '\u001b') this.#state = states.stringEscape;
    else if (character === '\u0018' || character === '\u001a') this.#state = states.text;
    else if (this.#string !== '' && this.#string.length < maxString) this.#string += character;
  }

  #endString(): void {
    const link = /^\]8;[^;]*;(.*)$/.exec(this.#string)?.[1];
    if (link === undefined) return;
    const allowed = this.#string.length < maxString && /^https?:\/\/[^\s]+$/i.test(link);
    this.#style = withLink(this.#style, allowed ? link : null);
  }
}
