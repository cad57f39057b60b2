import { Beyond, Cursor } from './cursor.ts';
import { Damaged, TooLarge } from './damaged.ts';
import type { PreviewFile } from './file.ts';
import { elementsOf, type Tensor, type TensorsPreview, tensorsPreview } from './tensors.ts';

const largestHeader = 32 * 1024 * 1024;
const portionBytes = 4 * 1024 * 1024;
const mostTensors = 200_000;
const mostValues = 10_000;

/** Types of ggml: name, elements of a block, bytes of a block. Source: ggml/src/ggml-common.h and ggml.h of llama.cpp. */
const types = new Map<number, readonly [string, number, number]>([
  [0, ['F32', 1, 4]],
  [1, ['F16', 1, 2]],
  [2, ['Q4_0', 32, 18]],
  [3, ['Q4_1', 32, 20]],
  [6, ['Q5_0', 32, 22]],
  [7, ['Q5_1', 32, 24]],
  [8, ['Q8_0', 32, 34]],
  [9, ['Q8_1', 32, 36]],
  [10, ['Q2_K', 256, 84]],
  [11, ['Q3_K', 256, 110]],
  [12, ['Q4_K', 256, 144]],
  [13, ['Q5_K', 256, 176]],
  [14, ['Q6_K', 256, 210]],
  [15, ['Q8_K', 256, 292]],
  [16, ['IQ2_XXS', 256, 66]],
  [17, ['IQ2_XS', 256, 74]],
  [18, ['IQ3_XXS', 256, 98]],
  [19, ['IQ1_S', 256, 50]],
  [20, ['IQ4_NL', 32, 18]],
  [21, ['IQ3_S', 256, 110]],
  [22, ['IQ2_S', 256, 82]],
  [23, ['IQ4_XS', 256, 136]],
  [24, ['I8', 1, 1]],
  [25, ['I16', 1, 2]],
  [26, ['I32', 1, 4]],
  [27, ['I64', 1, 8]],
  [28, ['F64', 1, 8]],
  [29, ['IQ1_M', 256, 56]],
  [30, ['BF16', 1, 2]],
]);

/** Sizes of plain values by their type's number; strings (8) and arrays (9) are apart. */
const valueBytes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];

/** What its header lists; more of it is read only as far as it goes. Throws Damaged, TooLarge. */
export async function ggufPreview(file: PreviewFile): Promise<TensorsPreview> {
  let bytes = file.head;
  for (;;) {
    try {
      const { tensors, metadata, endsAt } = readGgufHeader(bytes);
      if (endsAt > file.bytes) throw new Damaged('DAMAGED_LENGTH', { bytes: file.bytes, said: endsAt });
      return tensorsPreview('gguf', tensors, metadata);
    } catch (thrown) {
      if (!(thrown instanceof Beyond)) throw thrown;
      if (bytes.length >= file.bytes) throw new Damaged('DAMAGED_CUT_HEADER');
      if (bytes.length >= largestHeader) throw new TooLarge(largestHeader);
      const more = await file.read(bytes.length, Math.min(portionBytes, file.bytes - bytes.length));
      if (more.length === 0) throw new Damaged('DAMAGED_CUT_HEADER');
      bytes = Buffer.concat([bytes, more]);
    }
  }
}

/** Throws Damaged; Beyond where it needs more bytes. */
export function readGgufHeader(bytes: Buffer): {
  tensors: Tensor[];
  metadata: [string, string][];
  /** As far as the last tensor reaches in the file. */
  endsAt: number;
} {
  const at = new Cursor(bytes);
  if (at.take(4).toString('latin1') !== 'GGUF') throw new Damaged('DAMAGED_START', { kind: 'GGUF' });
  const version = at.u32();
  if (version < 2 || version > 3) throw new Damaged('DAMAGED_VERSION', { version });
  const count = at.u64();
  const values = at.u64();
  if (count > mostTensors || values > mostValues) throw new Damaged('DAMAGED_LISTS_TOO_MUCH');
  const metadata: [string, string][] = [];
  for (let n = 0; n < values; n += 1) metadata.push([textAt(at), valueAt(at, at.u32(), 0)]);
  const tensors: Tensor[] = [];
  let last = 0;
  for (let n = 0; n < count; n += 1) {
    const { offset, ...tensor } = tensorAt(at);
    tensors.push(tensor);
    last = Math.max(last, offset + tensor.bytes);
  }
  const alignment = Number(metadata.find(([key]) => key === 'general.alignment')?.[1] ?? 32) || 32;
  return { tensors, metadata, endsAt: last === 0 ? 0 : Math.ceil(at.at / alignment) * alignment + last };
}

function tensorAt(at: Cursor): Tensor & { offset: number } {
  const name = textAt(at);
  const dimensions = at.u32();
  if (dimensions > 8) throw new Damaged('DAMAGED_DIMENSIONS');
  const shape = Array.from({ length: dimensions }, () => at.u64());
  const number = at.u32();
  const offset = at.u64();
  const [dtype, elements, blockBytes] = types.get(number) ?? [`type ${number}`, 1, 0];
  // Written with the dimension that varies fastest first; everybody else writes it last.
  return {
    name,
    dtype,
    offset,
    shape: shape.reverse(),
    bytes: Math.ceil(elementsOf(shape) / elements) * blockBytes,
  };
}

const textAt = (at: Cursor): string => at.take(at.u64()).toString('utf8');

function valueAt(at: Cursor, type: number, depth: number): string {
  if (type === 8) return textAt(at);
  if (type === 9) return arrayAt(at, depth);
  const size = valueBytes[type] ?? 0;
  if (size === 0) throw new Damaged('DAMAGED_VALUE_KIND');
  const bytes = at.take(size);
  switch (type) {
    case 0:
      return String(bytes.readUInt8(0));
    case 1:
      return String(bytes.readInt8(0));
    case 2:
      return String(bytes.readUInt16LE(0));
    case 3:
      return String(bytes.readInt16LE(0));
    case 4:
      return String(bytes.readUInt32LE(0));
    case 5:
      return String(bytes.readInt32LE(0));
    case 6:
      return String(Number(bytes.readFloatLE(0).toPrecision(7)));
    case 7:
      return bytes[0] === 0 ? 'false' : 'true';
    case 10:
      return String(bytes.readBigUInt64LE(0));
    case 11:
      return String(bytes.readBigInt64LE(0));
    default:
      return String(bytes.readDoubleLE(0));
  }
}

/** Its first values; the rest is passed. */
function arrayAt(at: Cursor, depth: number): string {
  if (depth > 3) throw new Damaged('DAMAGED_LISTS_NESTED');
  const type = at.u32();
  const length = at.u64();
  const shown: string[] = [];
  const size = valueBytes[type] ?? 0;
  for (let n = 0; n < length; n += 1) {
    if (n >= 8 && size > 0) {
      at.skip((length - n) * size);
      break;
    }
    const value = valueAt(at, type, depth + 1);
    if (n < 8) shown.push(value.slice(0, 100));
  }
  return `[${shown.join(', ')}${length > 8 ? `, … ${length} in all` : ''}]`;
}
