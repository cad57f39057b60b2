import { Damaged } from './damaged.ts';

/** Reads numbers and texts from bytes, one after the other. What would lie beyond the end is `Beyond`. */
export class Cursor {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  take(length: number): Buffer {
    if (!(length >= 0) || this.at + length > this.bytes.length) throw new Beyond();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  skip(length: number): void {
    this.take(length);
  }

  u8(): number {
    return this.take(1).readUInt8(0);
  }

  u16(): number {
    return this.take(2).readUInt16LE(0);
  }

  u32(): number {
    return this.take(4).readUInt32LE(0);
  }

  /** Throws Damaged where it is more than a number can hold. */
  u64(): number {
    const value = this.take(8).readBigUInt64LE(0);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Damaged('DAMAGED_NUMBER');
    return Number(value);
  }
}

/** More bytes are needed than there are. */
export class Beyond extends Error {}
