/** One line of an ssh_config, cut as OpenSSH's readconf.c cuts it. */
export interface ConfigLine {
  number: number;
  /** Lower case. */
  keyword: string;
  /** What follows the keyword, as written: for commands, which OpenSSH does not split. */
  rest: string;
  /** The words of `rest`, without quotes; null where a quote is not closed. */
  words: string[] | null;
}

/** The lines that say something; comments and empty lines are left out. Never throws. */
export function parseLines(text: string): ConfigLine[] {
  const lines: ConfigLine[] = [];
  let number = 0;
  for (const raw of text.split('\n')) {
    number++;
    const line = parseLine(raw, number);
    if (line) lines.push(line);
  }
  return lines;
}

function parseLine(raw: string, number: number): ConfigLine | null {
  const text = raw.replace(/[ \t\r\n\f]+$/, '');
  const cursor = { text: text.replace(/^\uFEFF/, '') };
  let keyword = nextWord(cursor);
  if (keyword === '') keyword = nextWord(cursor);
  if (keyword === null || keyword === '' || keyword.startsWith('#')) return null;
  const rest = (cursor.text ?? '').replace(/^[ \t\r\n]+/, '');
  return { number, keyword: keyword.toLowerCase(), rest, words: splitWords(rest) };
}

/**
 * OpenSSH's strdelim: a word ends at white space, a quote or one `=`. Null at the end, or where a quote is not closed.
 */
export function nextWord(cursor: { text: string | null }): string | null {
  const text = cursor.text;
  if (text === null) return null;
  const at = text.search(/[ \t\r\n"=]/);
  if (at === -1) {
    cursor.text = null;
    return text;
  }
  const white = /^[ \t\r\n]*/;
  const skip = (from: number) => from + (white.exec(text.slice(from))?.[0].length ?? 0);
  if (text[at] === '"') {
    const end = text.indexOf('"', at + 1);
    if (end === -1) {
      cursor.text = null;
      return null;
    }
    cursor.text = text.slice(skip(end + 1));
    return text.slice(0, at) + text.slice(at + 1, end);
  }
  let next = skip(at + 1);
  if (text[at] !== '=' && text[next] === '=') next = skip(next + 1);
  cursor.text = text.slice(next);
  return text.slice(0, at);
}

/** OpenSSH's argv_split: quotes of both kinds, a few escapes, a comment ends it. Null where a quote is not closed. */
export function splitWords(text: string): string[] | null {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (text[at] === ' ' || text[at] === '\t') at++;
    if (at >= text.length || text[at] === '#') return words;
    let word = '';
    let quote = '';
    for (; at < text.length; at++) {
      const char = text.charAt(at);
      const next = text.charAt(at + 1);
      if (char === '\\') {
        if (next === "'" || next === '"' || next === '\\' || (quote === '' && next === ' ')) at++;
        word += text.charAt(at);
      } else if (quote === '' && (char === ' ' || char === '\t')) break;
      else if (quote === '' && (char === '"' || char === "'")) quote = char;
      else if (quote !== '' && char === quote) quote = '';
      else word += char;
    }
    if (quote !== '') return null;
    words.push(word);
  }
}
