import { TrainyardError } from '../domain/trainyard-error.ts';

/**
 * Columns as bytes. Every column stands at a multiple of 8 and is little-endian, as all computers are that this runs on, so that
 * it can be read where it stands. Numbers of few distinct values (most are: memory sizes, counts, dates) are an index of one or
 * two bytes into those.
 */
export class Writer {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  #raw(bytes: Uint8Array): void {
    const padded = new Uint8Array((bytes.length + 7) & ~7);
    padded.set(bytes);
    this.#parts.push(padded);
    this.#length += padded.length;
  }

  header(...words: number[]): void {
    this.#raw(bytesOf(Uint32Array.from(words)));
  }

  strings(values: readonly string[]): void {
    const bytes = new TextEncoder().encode(JSON.stringify(values));
    this.header(bytes.length);
    this.#raw(bytes);
  }

  /** Whole numbers from -1 up; -1 is nothing. */
  indexes(values: ArrayLike<number>, most: number): void {
    const width = most < 0xff ? 1 : most < 0xffff ? 2 : 4;
    const packed = widths[width](values.length);
    for (let row = 0; row < values.length; row += 1) packed[row] = (values[row] ?? -1) + 1;
    this.header(width, values.length);
    this.#raw(bytesOf(packed));
  }

  numbers(values: Float64Array): void {
    const known = new Map<number, number>();
    const indexes = new Int32Array(values.length);
    let last = Number.NaN;
    let lastIndex = -1;
    for (let row = 0; row < values.length; row += 1) {
      const value = values[row] ?? Number.NaN;
      if (Number.isNaN(value)) indexes[row] = -1;
      // Neighbours are mostly alike.
      else if (value === last) indexes[row] = lastIndex;
      else {
        const found = known.get(value);
        last = value;
        lastIndex = found ?? known.size;
        if (found === undefined) {
          if (known.size >= mostDistinct) {
            this.#asTheyAre(values);
            return;
          }
          known.set(value, lastIndex);
        }
        indexes[row] = lastIndex;
      }
    }
    this.header(numberForms.indexed, known.size);
    this.#raw(bytesOf(Float64Array.from(known.keys())));
    this.indexes(indexes, known.size);
  }

  /** Of many distinct values, as prices are: four bytes each where they are whole and small, else as they are. */
  #asTheyAre(values: Float64Array): void {
    const small = new Uint32Array(values.length);
    for (let row = 0; row < values.length; row += 1) {
      const value = values[row] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      if (!Number.isInteger(value) || value < 0 || value >= 0xffffffff || Object.is(value, -0)) {
        this.header(numberForms.asTheyAre, values.length);
        this.#raw(bytesOf(values));
        return;
      }
      small[row] = value + 1;
    }
    this.header(numberForms.small, values.length);
    this.#raw(bytesOf(small));
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

/** Beyond so many values an index saves little and takes long to make. */
const mostDistinct = 2000;
const numberForms = { asTheyAre: 0, indexed: 1, small: 2 };

const widths = {
  1: (length: number) => new Uint8Array(length),
  2: (length: number) => new Uint16Array(length),
  4: (length: number) => new Uint32Array(length),
};

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const damaged = (what: string): TrainyardError =>
  new TrainyardError('OFFERS_DAMAGED', 'The table of offers came damaged. Ask for it again.', {
    details: what,
    retryable: true,
  });

/** What a Writer wrote. Throws OFFERS_DAMAGED for anything else, however it is made. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    // From the start of a buffer of its own, so that views of 8 bytes fit.
    this.#bytes = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  }

  static damaged = damaged;

  #take(length: number): { buffer: ArrayBufferLike; at: number } {
    const padded = Math.ceil(length / 8) * 8;
    if (this.#at + padded > this.#bytes.length) throw damaged('it ends too early');
    const at = this.#bytes.byteOffset + this.#at;
    this.#at += padded;
    return { buffer: this.#bytes.buffer, at };
  }

  header(count: number): number[] {
    const { buffer, at } = this.#take(count * 4);
    return [...new Uint32Array(buffer, at, count)];
  }

  strings(): string[] {
    const [length = 0] = this.header(1);
    const { buffer, at } = this.#take(length);
    let parsed: unknown;
    try {
      parsed = JSON.parse(
        new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(buffer, at, length)),
      );
    } catch (error) {
      throw damaged(`a dictionary cannot be read: ${String(error)}`);
    }
    if (!Array.isArray(parsed) || !parsed.every((entry) => typeof entry === 'string'))
      throw damaged('a dictionary is no list of words');
    return parsed;
  }

  /** Indexes below `most`; -1: nothing, only where that is allowed. */
  indexes(rows: number, most: number, { nothing }: { nothing: boolean }): Int32Array {
    const [width = 0, length = 0] = this.header(2);
    if (length !== rows) throw damaged('a column is of another length');
    const { buffer, at } = this.#take(rows * width);
    const packed =
      width === 1
        ? new Uint8Array(buffer, at, rows)
        : width === 2
          ? new Uint16Array(buffer, at, rows)
          : width === 4
            ? new Uint32Array(buffer, at, rows)
            : null;
    if (!packed) throw damaged('a column of unknown width');
    const values = new Int32Array(rows);
    const least = nothing ? 0 : 1;
    for (let row = 0; row < rows; row += 1) {
      const value = packed[row] ?? 0;
      if (value < least || value > most) throw damaged('an entry names nothing');
      values[row] = value - 1;
    }
    return values;
  }

  numbers(rows: number): Float64Array {
    const [form = -1, length = 0] = this.header(2);
    if (length > rows || (form !== numberForms.indexed && length !== rows))
      throw damaged('a column of numbers is of another length');
    const values = new Float64Array(rows);
    if (form === numberForms.small) {
      const { buffer, at } = this.#take(rows * 4);
      const small = new Uint32Array(buffer, at, rows);
      for (let row = 0; row < rows; row += 1)
        values[row] = small[row] === 0 ? Number.NaN : (small[row] ?? 0) - 1;
      return values;
    }
    const { buffer, at } = this.#take(length * 8);
    const distinct = new Float64Array(buffer, at, length);
    if (form === numberForms.asTheyAre) return distinct.slice();
    if (form !== numberForms.indexed) throw damaged('a column of numbers in an unknown form');
    const indexes = this.indexes(rows, length, { nothing: true });
    for (let row = 0; row < rows; row += 1) values[row] = distinct[indexes[row] ?? -1] ?? Number.NaN;
    return values;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw damaged('there is more than was written');
  }
}
