import { broken } from '#shared/domain/broken-sentences.ts';
import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';
import type { TreeIndex } from '../tree-index.ts';
import { fileDamaged, fileMissing, fileUnreadable } from '../verdicts.ts';
import { readWhole } from './read.ts';

const footerSize = 48;
const magic = 0xdb4775248b80fb57n;
const largestIndex = 32 * 1024 * 1024;

/**
 * TensorFlow's index is a sorted table (LevelDB's form): each tensor with its shard, offset and size. Whether the table is
 * whole, and each shard at least as long as its tensors reach.
 */
export async function bundleProblem(
  index: TreeIndex,
  path: string,
  shards: readonly string[],
): Promise<CheckpointVerdict | null> {
  const entry = index.file(path);
  if (entry === null) return fileMissing(path);
  if (entry.bytes < footerSize) return fileDamaged(path, broken('BROKEN_ONLY', { bytes: entry.bytes }));
  if (entry.bytes > largestIndex) return null;
  const table = await readWhole(index.tree, entry);
  if (table === null) return fileUnreadable(path);
  if (table.readBigUInt64LE(table.length - 8) !== magic)
    return fileDamaged(path, broken('BROKEN_END_MISSING'));
  const ends = shardEnds(table);
  if (ends === null) return fileDamaged(path, broken('BROKEN_TABLE'));
  for (const [shard, end] of ends) {
    const file = shards[shard];
    const bytes = file === undefined ? undefined : index.file(file)?.bytes;
    if (file === undefined || bytes === undefined) return fileMissing(`${path} (${shard})`);
    if (bytes < end) return fileDamaged(file, broken('BROKEN_LISTED', { bytes, said: end }));
  }
  return null;
}

/** Where the last tensor in each shard ends. null: the table is broken. */
export function shardEnds(table: Buffer): Map<number, number> | null {
  const ends = new Map<number, number>();
  try {
    const footer = new Reader(table.subarray(table.length - footerSize));
    footer.varint(); // the meta index: offset and size
    footer.varint();
    for (const { value } of blockAt(table, footer.varint(), footer.varint())) {
      const handle = new Reader(value);
      for (const { key, value: tensor } of blockAt(table, handle.varint(), handle.varint())) {
        if (key.length === 0) continue; // the header
        const { shard, offset, size } = tensorOf(tensor);
        ends.set(shard, Math.max(ends.get(shard) ?? 0, offset + size));
      }
    }
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  return ends;
}

function* blockAt(table: Buffer, offset: number, size: number): Generator<{ key: Buffer; value: Buffer }> {
  if (offset + size + 5 > table.length) throw new RangeError('a block beyond the end');
  if (table.readUInt8(offset + size) !== 0) return; // compressed: TensorFlow never does
  const block = table.subarray(offset, offset + size);
  const restarts = block.readUInt32LE(block.length - 4);
  const end = block.length - 4 - restarts * 4;
  if (end < 0) throw new RangeError('a block without room for its entries');
  const reader = new Reader(block.subarray(0, end));
  let key = Buffer.alloc(0);
  while (!reader.atEnd) {
    const [shared, own, length] = [reader.varint(), reader.varint(), reader.varint()];
    if (shared > key.length) throw new RangeError('a key that continues none');
    key = Buffer.concat([key.subarray(0, shared), reader.take(own)]);
    yield { key, value: reader.take(length) };
  }
}

/** BundleEntryProto: 3 shard, 4 offset, 5 size. */
function tensorOf(message: Buffer): { shard: number; offset: number; size: number } {
  const tensor = { shard: 0, offset: 0, size: 0 };
  const reader = new Reader(message);
  while (!reader.atEnd) {
    const tag = reader.varint();
    const [field, kind] = [Math.floor(tag / 8), tag % 8];
    if (kind === 0) {
      const value = reader.varint();
      if (field === 3) tensor.shard = value;
      else if (field === 4) tensor.offset = value;
      else if (field === 5) tensor.size = value;
    } else if (kind === 2) reader.take(reader.varint());
    else if (kind === 5) reader.take(4);
    else if (kind === 1) reader.take(8);
    else throw new RangeError('a field of no known kind');
  }
  return tensor;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 10; shift += 1) {
      const byte = this.#bytes.readUInt8(this.#at);
      this.#at += 1;
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number that does not end');
  }
  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError('bytes beyond the end');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
