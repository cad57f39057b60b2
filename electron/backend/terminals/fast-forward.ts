const esc = 0x1b;
const newline = 0x0a;
const carriageReturn = 0x0d;
/** Less than this is read faster than it is judged. */
const leastSkippedBytes = 64 * 1024;

/** What need not be read by the emulator, of output that nobody will ever scroll to. Offsets count from the start of `bytes`. */
export interface FastForward {
  /** Up to here it must be read as usual. */
  readTo: number;
  /** From here on it must be read again; what lies between is skipped. */
  skipTo: number;
  /** The colours and the like that were set in what is skipped: written in its place. */
  style: Buffer;
}

/**
 * A flood of text leaves the scrollback as fast as it comes; this finds what of it an emulator would read for nothing. It is
 * exact: after what is skipped come at least `lines` lines (scrollback and two screens), so all that it had drawn is gone; it
 * holds nothing but text, line ends and colours; and what follows begins in column 1. The emulator must be between sequences,
 * in its normal screen, without margins, when it has read up to `readTo`: the caller's to check. Null: nothing worth it.
 */
export function fastForward(bytes: Buffer, lines: number): FastForward | null {
  const skipTo = startOfLastLines(bytes, lines);
  if (skipTo < leastSkippedBytes) return null;
  const head = bytes.subarray(0, skipTo);
  const style: Buffer[] = [];
  const unsafe = lastUnsafe(head, style);
  const lineEnd = head.indexOf(newline, unsafe + 1);
  if (lineEnd < 0 || skipTo - lineEnd - 1 < leastSkippedBytes) return null;
  return { readTo: lineEnd + 1, skipTo, style: Buffer.concat(style.reverse()) };
}

/** Where the last `lines` lines begin, after a CR LF; 0: there are fewer. */
function startOfLastLines(bytes: Buffer, lines: number): number {
  let found = 0;
  for (let at = bytes.lastIndexOf(newline); at > 0; at = bytes.lastIndexOf(newline, at - 1)) {
    found += 1;
    if (found > lines && bytes[at - 1] === carriageReturn) return at + 1;
  }
  return 0;
}

/** The last byte of what is more than text, line ends and colours; -1: none. Collects the colours behind it, last first. */
function lastUnsafe(head: Buffer, style: Buffer[]): number {
  // Shifts to other character sets.
  let unsafe = Math.max(head.lastIndexOf(0x0e), head.lastIndexOf(0x0f));
  // U+0080–U+009F are controls of one character.
  for (let at = head.lastIndexOf(0xc2); at > unsafe; at = at > 0 ? head.lastIndexOf(0xc2, at - 1) : -1) {
    const next = head[at + 1] ?? 0x80;
    if (next >= 0x80 && next <= 0x9f) unsafe = at;
  }
  let reset = false;
  for (let at = head.lastIndexOf(esc); at > unsafe; at = at > 0 ? head.lastIndexOf(esc, at - 1) : -1) {
    const end = endOfHarmless(head, at);
    if (end < 0) return at;
    if (reset || head[end - 1] !== 0x6d) continue;
    style.push(Buffer.from(head.subarray(at, end)));
    reset = end === at + 3 || (end === at + 4 && head[at + 2] === 0x30);
  }
  return unsafe;
}

/** Where the colours or the erasing of a line's rest that begin at `at` end; -1: it is something else. */
function endOfHarmless(head: Buffer, at: number): number {
  if (head[at + 1] !== 0x5b) return -1;
  for (let end = at + 2; end < head.length && end < at + 64; end++) {
    const byte = head[end] ?? 0;
    if (byte === 0x6d || byte === 0x4b) return end + 1;
    if (byte < 0x30 || byte > 0x3b) return -1;
  }
  return -1;
}
