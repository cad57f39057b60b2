import type { FilePreview } from '#shared/domain/box-file.ts';

type TextPreview = Extract<FilePreview, { kind: 'text' }>;

/** More of a text is looked at elsewhere: what is shown is its beginning. */
export const shownTextBytes = 256 * 1024;
/** A text up to this length comes whole, and can be edited. */
export const editableBytes = 1024 * 1024;

export interface DecodedText {
  text: string;
  /** Every byte became what it meant: the same bytes come of it again, as UTF-8. */
  isExact: boolean;
}

/** Text in UTF-8, or UTF-16 with its mark; null: it is no text. `cut`: the bytes end somewhere in the middle of it. */
export function decodeText(bytes: Buffer, cut: boolean): DecodedText | null {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return ofUtf16(bytes.subarray(2), 'utf-16le');
  if (first === 0xfe && second === 0xff) return ofUtf16(bytes.subarray(2), 'utf-16be');
  if (bytes.includes(0)) return null;
  const whole = cut ? bytes.subarray(0, wholeCharacters(bytes)) : bytes;
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(whole), isExact: true };
  } catch {
    return mostlyText(whole);
  }
}

function ofUtf16(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be'): DecodedText | null {
  const text = new TextDecoder(encoding).decode(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  return text.includes('\0') ? null : { text, isExact: false };
}

/** An older encoding, or a text with some damage: shown with marks in the places of what is not readable. */
function mostlyText(bytes: Buffer): DecodedText | null {
  const text = bytes.toString('utf8');
  let odd = 0;
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code === 0xfffd || (code < 0x20 && code !== 9 && code !== 10 && code !== 13 && code !== 27)) odd += 1;
  }
  return odd > text.length / 20 ? null : { text, isExact: false };
}

/** How many of the bytes are whole characters: what is cut off at the end of a portion is no damage. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

const languages: Record<string, TextPreview['language']> = {
  yaml: 'yaml',
  yml: 'yaml',
  json: 'json',
  ipynb: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  py: 'python',
  pyi: 'python',
  md: 'markdown',
  markdown: 'markdown',
  sh: 'shell',
  bash: 'shell',
  zsh: 'shell',
  toml: 'toml',
  xml: 'xml',
  svg: 'xml',
  html: 'xml',
  log: 'log',
  out: 'log',
  err: 'log',
};

export function languageOf(name: string, text: string): TextPreview['language'] {
  const extension = /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const known = languages[extension];
  if (known !== undefined) return known;
  const program = /^#!\S*?(python|sh|bash|zsh|dash)[\d.]*\b|^#!\/usr\/bin\/env (python|bash|sh|zsh)/.exec(
    text,
  );
  if (program === null) return 'plain';
  return (program[1] ?? program[2]) === 'python' ? 'python' : 'shell';
}

export function textPreview(
  name: string,
  decoded: DecodedText,
  { cut, bytes }: { cut: boolean; bytes: number },
): TextPreview {
  const { text, isExact } = decoded;
  const crlf = text.split('\r\n').length - 1;
  const returns = text.split('\r').length - 1;
  const lines = text.split('\n').length - 1;
  // An editor writes one kind of line end: a text with several would come back as another.
  const isEven = returns === crlf && (crlf === 0 || crlf === lines);
  return {
    kind: 'text',
    text,
    language: languageOf(name, text),
    cut,
    editable: !cut && isExact && isEven && bytes <= editableBytes,
    newline: crlf > 0 && crlf * 2 >= lines ? '\r\n' : '\n',
  };
}
