/** What a pickle says, opcode by opcode, without doing any of it: texts, whole numbers, `None`, in their order. */
export type Word = string | number | null;

export interface PickleWords {
  words: Word[];
  /** Its last opcode was STOP: it was not cut off. */
  whole: boolean;
  /** Where it ended. */
  length: number;
}

const mostWords = 4_000_000;
/** Opcodes with an argument of fixed length. BINPERSID, marks, builders have none. */
const fixed: Record<number, number> = {
  71: 8, // BINFLOAT
  113: 1, // BINPUT
  114: 4, // LONG_BINPUT
  128: 1, // PROTO
  149: 8, // FRAME
  130: 1,
  131: 2,
  132: 4, // EXT
};
/** Opcodes with a length before their bytes: how many bytes the length has, and whether it is text. */
const counted: Record<number, { size: number; text: boolean }> = {
  88: { size: 4, text: true }, // BINUNICODE
  140: { size: 1, text: true }, // SHORT_BINUNICODE
  141: { size: 8, text: true }, // BINUNICODE8
  84: { size: 4, text: false }, // BINSTRING
  85: { size: 1, text: false }, // SHORT_BINSTRING
  66: { size: 4, text: false }, // BINBYTES
  67: { size: 1, text: false }, // SHORT_BINBYTES
  142: { size: 8, text: false }, // BINBYTES8
  150: { size: 8, text: false }, // BYTEARRAY8
};
const lines = new Set([0x49, 0x4c, 0x46, 0x53, 0x56, 0x70, 0x67, 0x50]); // INT LONG FLOAT STRING UNICODE PUT GET PERSID

/** Reads as far as the bytes go, for nobody's sake but ours: unknown opcodes end it. */
export function pickleWords(bytes: Buffer): PickleWords {
  const words: Word[] = [];
  const memo = new Map<number, Word>();
  /** What a memo opcode would keep: only texts matter to us. */
  let top: Word | undefined;
  let memoized = 0;
  let at = 0;
  const say = (word: Word) => {
    words.push(word);
    top = word;
  };
  const keep = (key: number) => {
    if (top !== undefined) memo.set(key, top);
    else memo.delete(key);
  };
  const recall = (key: number) => {
    const word = memo.get(key);
    if (word === undefined) top = undefined;
    else say(word);
  };
  try {
    while (at < bytes.length && words.length < mostWords) {
      const opcode = bytes.readUInt8(at);
      at += 1;
      if (opcode === 0x2e) return { words, whole: true, length: at };
      const size = fixed[opcode];
      const long = counted[opcode];
      if (long) {
        const length = lengthAt(bytes, at, long.size);
        at += long.size;
        if (at + length > bytes.length) break;
        if (long.text) say(bytes.toString('utf8', at, at + length));
        else top = undefined;
        at += length;
      } else if (opcode === 0x4b) {
        say(bytes.readUInt8(at));
        at += 1;
      } else if (opcode === 0x4d) {
        say(bytes.readUInt16LE(at));
        at += 2;
      } else if (opcode === 0x4a) {
        say(bytes.readInt32LE(at));
        at += 4;
      } else if (opcode === 0x8a || opcode === 0x8b) {
        const head = opcode === 0x8a ? 1 : 4;
        const length = lengthAt(bytes, at, head);
        say(longOf(bytes.subarray(at + head, at + head + length)));
        at += head + length;
      } else if (opcode === 0x4e) {
        say(null);
      } else if (opcode === 0x94) {
        keep(memoized);
        memoized += 1;
      } else if (opcode === 0x71) {
        keep(bytes.readUInt8(at));
        at += 1;
      } else if (opcode === 0x72) {
        keep(bytes.readUInt32LE(at));
        at += 4;
      } else if (opcode === 0x68) {
        recall(bytes.readUInt8(at));
        at += 1;
      } else if (opcode === 0x6a) {
        recall(bytes.readUInt32LE(at));
        at += 4;
      } else if (opcode === 0x63 || opcode === 0x69) {
        at = lineEnd(bytes, lineEnd(bytes, at)); // GLOBAL, INST: two lines
        top = undefined;
      } else if (lines.has(opcode)) {
        at = lineEnd(bytes, at);
        top = undefined;
      } else {
        at += size ?? 0;
        if (opcode !== 0x95 && opcode !== 0x80) top = undefined;
      }
    }
  } catch (error) {
    // A number that begins within the bytes and ends beyond them: cut off.
    if (!(error instanceof RangeError)) throw error;
  }
  return { words, whole: false, length: at };
}

function lengthAt(bytes: Buffer, at: number, size: number): number {
  if (size === 1) return bytes.readUInt8(at);
  if (size === 4) return bytes.readUInt32LE(at);
  const long = bytes.readBigUInt64LE(at);
  return long > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(long);
}

function lineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(0x0a, from);
  if (end < 0) throw new RangeError('a line that does not end');
  return end + 1;
}

/** Little-endian, two's complement; beyond what a double holds exactly it is of no interest. */
function longOf(bytes: Buffer): number {
  if (bytes.length === 0) return 0;
  if (bytes.length > 8) return Number.NaN;
  const padded = Buffer.alloc(8, (bytes[bytes.length - 1] ?? 0) & 0x80 ? 0xff : 0);
  bytes.copy(padded);
  return Number(padded.readBigInt64LE(0));
}

/** From DCP's metadata: which file holds bytes up to where (`relative_path`, `offset`, `length` of each stored piece). */
export function storedParts(words: readonly Word[]): Map<string, number> {
  const parts = new Map<string, number>();
  for (let at = 0; at + 5 < words.length; at += 1) {
    if (words[at] !== 'relative_path' || words[at + 2] !== 'offset' || words[at + 4] !== 'length') continue;
    const [path, offset, length] = [words[at + 1], words[at + 3], words[at + 5]];
    if (typeof path !== 'string' || typeof offset !== 'number' || typeof length !== 'number') continue;
    parts.set(path, Math.max(parts.get(path) ?? 0, offset + length));
  }
  return parts;
}

/** The whole number that follows this text, the first time; undefined: none does. */
export function numberAfter(words: readonly Word[], key: string): number | undefined {
  for (let at = 0; at + 1 < words.length; at += 1) {
    const next = words[at + 1];
    if (words[at] === key && typeof next === 'number') return next;
  }
  return undefined;
}
