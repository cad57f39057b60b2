import { Beyond, Cursor } from './cursor.ts';
import { Damaged } from './damaged.ts';

/** What a pickle holds, told and never made: whatever it would call is only named. */
export type Pickled =
  | string
  | number
  | boolean
  | null
  | { kind: 'list' | 'tuple'; items: Pickled[] }
  | { kind: 'dict'; entries: [Pickled, Pickled][] }
  | { kind: 'global'; name: string }
  | { kind: 'call'; callee: Pickled; args: Pickled; state: Pickled; entries: [Pickled, Pickled][] }
  | { kind: 'stored'; id: Pickled }
  | { kind: 'bytes'; length: number };

const mostSteps = 5_000_000;
const mark = Symbol('mark');
type Slot = Pickled | typeof mark;

/** Follows the opcodes without doing any of it. Throws Damaged, and Beyond where it is cut off. */
export function readPickle(bytes: Buffer): Pickled {
  return new Machine(bytes).run();
}

class Machine {
  readonly #at: Cursor;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, Pickled>();

  constructor(bytes: Buffer) {
    this.#at = new Cursor(bytes);
  }

  run(): Pickled {
    for (let steps = 0; steps < mostSteps; steps += 1) {
      const opcode = this.#at.u8();
      if (opcode === 0x2e) return this.#pop();
      const step = opcodes[opcode];
      if (step === undefined) throw new Damaged('DAMAGED_OPCODE', { opcode });
      step(this);
    }
    throw new Damaged('DAMAGED_TOO_MUCH');
  }

  get at(): Cursor {
    return this.#at;
  }

  push(value: Slot): void {
    this.#stack.push(value);
  }

  #pop(): Pickled {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) throw new Damaged('DAMAGED_NEVER_PUT');
    return value;
  }

  pop(): Pickled {
    return this.#pop();
  }

  drop(): void {
    this.#stack.pop();
  }

  top(): Pickled {
    const value = this.#stack.at(-1);
    if (value === undefined || value === mark) throw new Damaged('DAMAGED_NEVER_PUT');
    return value;
  }

  popToMark(): Pickled[] {
    const from = this.#stack.lastIndexOf(mark);
    if (from < 0) throw new Damaged('DAMAGED_NEVER_PUT');
    const values = this.#stack.splice(from).slice(1);
    return values as Pickled[];
  }

  keep(key: number): void {
    this.#memo.set(key, this.top());
  }

  memoize(): void {
    this.#memo.set(this.#memo.size, this.top());
  }

  recall(key: number): void {
    const value = this.#memo.get(key);
    if (value === undefined) throw new Damaged('DAMAGED_NEVER_KEPT');
    this.push(value);
  }

  line(): string {
    const { bytes, at } = this.#at;
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) throw new Beyond();
    this.#at.at = end + 1;
    return bytes.toString('utf8', at, end);
  }

  call(callee: Pickled, args: Pickled): void {
    // An ordered dict is a dict to whoever looks.
    const isDict =
      typeof callee === 'object' &&
      callee?.kind === 'global' &&
      /\b(OrderedDict|defaultdict|dict)$/.test(callee.name);
    this.push(
      isDict ? { kind: 'dict', entries: [] } : { kind: 'call', callee, args, state: null, entries: [] },
    );
  }

  setItems(pairs: Pickled[]): void {
    const target = this.top();
    if (typeof target !== 'object' || target === null || !('entries' in target)) return;
    for (let n = 0; n + 1 < pairs.length; n += 2)
      target.entries.push([pairs[n] ?? null, pairs[n + 1] ?? null]);
  }

  append(items: Pickled[]): void {
    const target = this.top();
    if (typeof target === 'object' && target !== null && 'items' in target)
      for (const item of items) target.items.push(item);
  }
}

const list = (items: Pickled[]): Pickled => ({ kind: 'list', items });
const tuple = (items: Pickled[]): Pickled => ({ kind: 'tuple', items });
const dict = (pairs: Pickled[]): Pickled => ({
  kind: 'dict',
  entries: Array.from({ length: Math.floor(pairs.length / 2) }, (_, n) => [
    pairs[n * 2] ?? null,
    pairs[n * 2 + 1] ?? null,
  ]),
});
const blob = (m: Machine, length: number): void => {
  m.at.skip(length);
  m.push({ kind: 'bytes', length });
};
const text = (m: Machine, length: number): void => m.push(m.at.take(length).toString('utf8'));

function long(bytes: Buffer): number {
  let value = 0n;
  for (const byte of bytes.subarray(0, 64).toReversed()) value = value * 256n + BigInt(byte);
  const bits = BigInt(Math.min(bytes.length, 64) * 8);
  return Number(
    bytes.length > 0 && ((bytes[bytes.length - 1] ?? 0) & 0x80) !== 0 ? value - (1n << bits) : value,
  );
}

/** Opcodes of protocols 0 to 5; Python's Lib/pickletools.py lists them. */
const opcodes: Record<number, (m: Machine) => void> = {
  40: (m) => m.push(mark),
  48: (m) => m.drop(),
  49: (m) => void m.popToMark(),
  50: (m) => m.push(m.top()),
  70: (m) => m.push(Number(m.line())),
  71: (m) => m.push(m.at.take(8).readDoubleBE(0)),
  73: (m) => {
    const line = m.line();
    m.push(line === '00' ? false : line === '01' ? true : Number(line));
  },
  74: (m) => m.push(m.at.take(4).readInt32LE(0)),
  75: (m) => m.push(m.at.u8()),
  76: (m) => m.push(Number(m.line().replace(/L$/, ''))),
  77: (m) => m.push(m.at.u16()),
  78: (m) => m.push(null),
  80: (m) => m.push({ kind: 'stored', id: m.line() }),
  81: (m) => m.push({ kind: 'stored', id: m.pop() }),
  82: (m) => {
    const args = m.pop();
    m.call(m.pop(), args);
  },
  83: (m) => m.push(m.line().replace(/^(['"])(.*)\1$/, '$2')),
  84: (m) => text(m, m.at.u32()),
  85: (m) => text(m, m.at.u8()),
  86: (m) => m.push(m.line()),
  88: (m) => text(m, m.at.u32()),
  66: (m) => blob(m, m.at.u32()),
  67: (m) => blob(m, m.at.u8()),
  97: (m) => {
    const item = m.pop();
    m.append([item]);
  },
  98: (m) => {
    const state = m.pop();
    const target = m.top();
    if (typeof target === 'object' && target?.kind === 'call') target.state = state;
  },
  99: (m) => m.push({ kind: 'global', name: `${m.line()}.${m.line()}` }),
  100: (m) => m.push(dict(m.popToMark())),
  101: (m) => m.append(m.popToMark()),
  103: (m) => m.recall(Number(m.line())),
  104: (m) => m.recall(m.at.u8()),
  105: (m) => {
    const name = `${m.line()}.${m.line()}`;
    m.call({ kind: 'global', name }, tuple(m.popToMark()));
  },
  106: (m) => m.recall(m.at.u32()),
  108: (m) => m.push(list(m.popToMark())),
  111: (m) => {
    const [callee = null, ...args] = m.popToMark();
    m.call(callee, tuple(args));
  },
  112: (m) => m.keep(Number(m.line())),
  113: (m) => m.keep(m.at.u8()),
  114: (m) => m.keep(m.at.u32()),
  115: (m) => {
    const value = m.pop();
    m.setItems([m.pop(), value]);
  },
  116: (m) => m.push(tuple(m.popToMark())),
  117: (m) => m.setItems(m.popToMark()),
  41: (m) => m.push(tuple([])),
  93: (m) => m.push(list([])),
  125: (m) => m.push(dict([])),
  128: (m) => m.at.skip(1),
  129: (m) => {
    const args = m.pop();
    m.call(m.pop(), args);
  },
  130: (m) => {
    m.push({ kind: 'global', name: `extension ${m.at.u8()}` });
  },
  131: (m) => {
    m.push({ kind: 'global', name: `extension ${m.at.u16()}` });
  },
  132: (m) => {
    m.push({ kind: 'global', name: `extension ${m.at.u32()}` });
  },
  133: (m) => m.push(tuple([m.pop()])),
  134: (m) => m.push(tuple([m.pop(), m.pop()].reverse())),
  135: (m) => m.push(tuple([m.pop(), m.pop(), m.pop()].reverse())),
  136: (m) => m.push(true),
  137: (m) => m.push(false),
  138: (m) => m.push(long(m.at.take(m.at.u8()))),
  139: (m) => m.push(long(m.at.take(m.at.u32()))),
  140: (m) => text(m, m.at.u8()),
  141: (m) => text(m, m.at.u64()),
  142: (m) => blob(m, m.at.u64()),
  143: (m) => m.push(list([])),
  144: (m) => m.append(m.popToMark()),
  145: (m) => m.push(list(m.popToMark())),
  146: (m) => {
    m.pop();
    const args = m.pop();
    m.call(m.pop(), args);
  },
  147: (m) => {
    const name = m.pop();
    m.push({ kind: 'global', name: `${String(m.pop())}.${String(name)}` });
  },
  148: (m) => m.memoize(),
  149: (m) => m.at.skip(8),
  150: (m) => blob(m, m.at.u64()),
  151: (m) => m.push({ kind: 'bytes', length: 0 }),
  152: () => undefined,
};
