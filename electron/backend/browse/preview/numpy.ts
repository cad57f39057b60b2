import { Damaged } from './damaged.ts';
import { elementsOf, type Tensor } from './tensors.ts';

export const numpyStart = Buffer.from('\x93NUMPY', 'latin1');
/** A header is some 100 bytes long; of a structured type it may be thousands. */
export const numpyHeadBytes = 16_384;

/** What an array's header says. Throws Damaged. */
export function readNumpyHeader(head: Buffer, name: string): Tensor & { dataAt: number } {
  if (!head.subarray(0, 6).equals(numpyStart) || head.length < 12)
    throw new Damaged('DAMAGED_START', { kind: 'NumPy' });
  const isLong = (head[6] ?? 0) >= 2;
  const length = isLong ? head.readUInt32LE(8) : head.readUInt16LE(8);
  const at = isLong ? 12 : 10;
  if (at + length > head.length) throw new Damaged('DAMAGED_CUT_HEADER');
  const text = head.toString('utf8', at, at + length);
  const shape = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  const descr = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[.*?\])\s*,\s*['"])/s.exec(text);
  const dtype = descr?.[1] ?? descr?.[2];
  if (shape === undefined || dtype === undefined) throw new Damaged('DAMAGED_HEADER');
  const sizes = shape
    .split(',')
    .map((one) => one.trim().replace(/L$/, ''))
    .filter((one) => one !== '');
  const dimensions = sizes.map(Number);
  if (!dimensions.every((one) => Number.isSafeInteger(one) && one >= 0)) throw new Damaged('DAMAGED_HEADER');
  const bytes = elementsOf(dimensions) * itemBytes(dtype);
  return { name, dtype: readableType(dtype), shape: dimensions, bytes, dataAt: at + length };
}

/** `<f4` → 4, `<U10` → 40; 0: not known (objects, structures). */
function itemBytes(descr: string): number {
  const match = /^[<>|=]?([a-zA-Z])(\d+)/.exec(descr);
  if (match === null || match[1] === 'O') return 0;
  return Number(match[2]) * (match[1] === 'U' ? 4 : 1);
}

const kinds: Record<string, string> = { f: 'float', i: 'int', u: 'uint', c: 'complex' };

/** `<f4` → `float32`; what is none of those stays as it is. */
function readableType(descr: string): string {
  const match = /^[<>|=]?([a-zA-Z])(\d+)$/.exec(descr);
  if (match === null) return descr.slice(0, 200);
  const kind = kinds[match[1] ?? ''];
  if (kind !== undefined) return `${kind}${Number(match[2]) * 8}`;
  return match[1] === 'b' ? 'bool' : descr;
}
