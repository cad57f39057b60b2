import { Damaged, TooLarge } from './damaged.ts';
import type { PreviewFile } from './file.ts';
import { elementBytes, elementsOf, type Tensor, type TensorsPreview, tensorsPreview } from './tensors.ts';

/** The format itself allows 100 MB. */
const largestHeader = 16 * 1024 * 1024;
const portionBytes = 4 * 1024 * 1024;

/** Whether a file begins with a length and then a JSON object, as safetensors do. */
export function looksLikeSafetensors(head: Buffer, bytes: number): boolean {
  if (head.length < 10) return false;
  const length = head.readBigUInt64LE(0);
  return length >= 2n && length <= 100_000_000n && Number(length) + 8 <= bytes && head[8] === 0x7b;
}

/** What its header lists. Throws Damaged, TooLarge. */
export async function safetensorsPreview(file: PreviewFile): Promise<TensorsPreview> {
  if (file.bytes < 10) throw new Damaged('DAMAGED_ONLY', { bytes: file.bytes });
  const first = await file.read(0, 8);
  const long = first.readBigUInt64LE(0);
  if (long < 2n || long > 100_000_000n) throw new Damaged('DAMAGED_HEADER_NO_LENGTH');
  const length = Number(long);
  if (8 + length > file.bytes) throw new Damaged('DAMAGED_CUT_HEADER');
  if (length > largestHeader) throw new TooLarge(largestHeader);
  const parts: Buffer[] = [];
  for (let at = 0; at < length; at += portionBytes)
    parts.push(await file.read(8 + at, Math.min(portionBytes, length - at)));
  const { tensors, metadata, dataBytes } = readSafetensorsHeader(Buffer.concat(parts));
  if (8 + length + dataBytes > file.bytes)
    throw new Damaged('DAMAGED_LENGTH', { bytes: file.bytes, said: 8 + length + dataBytes });
  return tensorsPreview('safetensors', tensors, metadata);
}

/** Throws Damaged. */
export function readSafetensorsHeader(bytes: Buffer): {
  tensors: Tensor[];
  metadata: [string, string][];
  dataBytes: number;
} {
  let header: unknown;
  try {
    header = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Damaged('DAMAGED_HEADER_NO_JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw new Damaged('DAMAGED_HEADER_NO_OBJECT');
  const tensors: Tensor[] = [];
  const metadata: [string, string][] = [];
  let dataBytes = 0;
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      for (const [key, one] of Object.entries(value ?? {})) metadata.push([key, String(one)]);
      continue;
    }
    const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
    const isShape = Array.isArray(shape) && shape.every(isCount);
    if (typeof dtype !== 'string' || !isShape || !Array.isArray(offsets) || !offsets.every(isCount))
      throw new Damaged('DAMAGED_TENSOR_UNSAID', { tensor: name.slice(0, 100) });
    const [from = 0, to = 0] = offsets as number[];
    if (
      to < from ||
      (elementBytes(dtype) > 0 && Math.ceil(elementBytes(dtype) * elementsOf(shape)) !== to - from)
    )
      throw new Damaged('DAMAGED_TENSOR_LENGTH', { tensor: name.slice(0, 100) });
    dataBytes = Math.max(dataBytes, to);
    tensors.push({ name, dtype, shape, bytes: to - from });
  }
  return { tensors, metadata, dataBytes };
}

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
