import type { Offer } from '../domain/catalog.ts';
import { contentHash, fromBase64, toBase64 } from './bytes.ts';
import { Reader, Writer } from './packing.ts';

export const offerLinks = ['nvlink', 'pcie', 'xgmi', 'ici'] as const;
export const offerArchitectures = ['x86_64', 'arm64'] as const;

/** 'TYOT', and the form of what follows. */
const magic = 0x544f5954;
const form = 1;
const headerBytes = 32;

/** provider/region/zone/instanceType, `-` where there is no zone. */
export const offerId = ({
  provider,
  region,
  zone,
  instanceType,
}: Pick<Offer, 'provider' | 'region' | 'zone' | 'instanceType'>): string =>
  `${provider}/${region}/${zone ?? '-'}/${instanceType}`;

/** Words that rows name by their place, from 0 up; -1 in a row: none. */
export interface OfferWords {
  providers: readonly string[];
  regions: readonly string[];
  zones: readonly string[];
  instanceTypes: readonly string[];
  accelerators: readonly string[];
  sources: readonly string[];
}

/** One array per field, a row per offer. NaN and -1: not known, or there is none. */
export interface OfferColumnsRaw {
  /** Into `words.providers` and so on. */
  provider: Int32Array;
  region: Int32Array;
  zone: Int32Array;
  instanceType: Int32Array;
  accelerator: Int32Array;
  source: Int32Array;
  /** Into offerLinks, offerArchitectures, spotBands. */
  link: Int32Array;
  architecture: Int32Array;
  spotBand: Int32Array;
  acceleratorCount: Float64Array;
  acceleratorMemoryGiB: Float64Array;
  vCpus: Float64Array;
  memoryGiB: Float64Array;
  localDiskGiB: Float64Array;
  networkGbps: Float64Array;
  onDemandMicrosPerHour: Float64Array;
  spotMicrosPerHour: Float64Array;
  pricedAt: Float64Array;
}

const indexFields = ['provider', 'region', 'zone', 'instanceType', 'accelerator', 'source'] as const;
const enumFields = ['link', 'architecture', 'spotBand'] as const;
const enumSizes = { link: offerLinks.length, architecture: offerArchitectures.length, spotBand: 5 };
const numberFields = [
  'acceleratorCount',
  'acceleratorMemoryGiB',
  'vCpus',
  'memoryGiB',
  'localDiskGiB',
  'networkGbps',
  'onDemandMicrosPerHour',
  'spotMicrosPerHour',
  'pricedAt',
] as const;
const wordsOf = {
  provider: 'providers',
  region: 'regions',
  zone: 'zones',
  instanceType: 'instanceTypes',
  accelerator: 'accelerators',
  source: 'sources',
} as const;
const mayLack = new Set<string>(['zone', 'accelerator']);

/** Gives each word its place, in the order in which they come. */
class Words {
  readonly list: string[] = [];
  readonly #places = new Map<string, number>();

  place(word: string | null): number {
    if (word === null) return -1;
    const known = this.#places.get(word);
    if (known !== undefined) return known;
    this.#places.set(word, this.list.length);
    return this.list.push(word) - 1;
  }
}

const orNaN = (value: number | null): number => value ?? Number.NaN;
const orNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

/** All offers, as arrays: a hundred thousand are filtered, ranked and sent without making an object of each. Never changed once made. */
export class OfferTable {
  readonly length: number;
  readonly words: OfferWords;
  readonly columns: OfferColumnsRaw;
  /** Of rows whose id is not made of their fields: theirs. */
  readonly #otherIds: ReadonlyMap<number, string>;
  #bytes: Uint8Array | null = null;
  #version: string | null = null;
  #rows: Map<string, number> | null = null;

  private constructor(words: OfferWords, columns: OfferColumnsRaw, otherIds: ReadonlyMap<number, string>) {
    this.words = words;
    this.columns = columns;
    this.length = columns.provider.length;
    this.#otherIds = otherIds;
  }

  /** Rows stay in the order of `offers`. */
  static of(offers: readonly Offer[]): OfferTable {
    const columns = emptyColumns(offers.length);
    const lists = {
      provider: new Words(),
      region: new Words(),
      zone: new Words(),
      instanceType: new Words(),
      accelerator: new Words(),
      source: new Words(),
    };
    const otherIds = new Map<number, string>();
    for (const [row, offer] of offers.entries()) {
      columns.provider[row] = lists.provider.place(offer.provider);
      columns.region[row] = lists.region.place(offer.region);
      columns.zone[row] = lists.zone.place(offer.zone);
      columns.instanceType[row] = lists.instanceType.place(offer.instanceType);
      columns.accelerator[row] = lists.accelerator.place(offer.accelerator);
      columns.source[row] = lists.source.place(offer.sourceId);
      columns.link[row] = offer.link === null ? -1 : offerLinks.indexOf(offer.link);
      columns.architecture[row] =
        offer.architecture === null ? -1 : offerArchitectures.indexOf(offer.architecture);
      columns.spotBand[row] = offer.spotBand ?? -1;
      columns.acceleratorCount[row] = offer.acceleratorCount;
      columns.acceleratorMemoryGiB[row] = orNaN(offer.acceleratorMemoryGiB);
      columns.vCpus[row] = orNaN(offer.vCpus);
      columns.memoryGiB[row] = orNaN(offer.memoryGiB);
      columns.localDiskGiB[row] = orNaN(offer.localDiskGiB);
      columns.networkGbps[row] = orNaN(offer.networkGbps);
      columns.onDemandMicrosPerHour[row] = orNaN(offer.onDemandMicrosPerHour);
      columns.spotMicrosPerHour[row] = orNaN(offer.spotMicrosPerHour);
      columns.pricedAt[row] = offer.pricedAt;
      if (offer.id !== offerId(offer)) otherIds.set(row, offer.id);
    }
    const words = {
      providers: lists.provider.list,
      regions: lists.region.list,
      zones: lists.zone.list,
      instanceTypes: lists.instanceType.list,
      accelerators: lists.accelerator.list,
      sources: lists.source.list,
    };
    return new OfferTable(words, columns, otherIds);
  }

  /** The same for the same content, on any computer. */
  get version(): string {
    this.#version ??= contentHash(this.#body());
    return this.#version;
  }

  /** Text that `unpack` makes this table of again. */
  pack(): string {
    const body = this.#body();
    const all = new Uint8Array(headerBytes + body.length);
    all.set(new Uint8Array(Uint32Array.of(magic, form, this.length, body.length).buffer));
    all.set(new TextEncoder().encode(this.version), 16);
    all.set(body, headerBytes);
    return toBase64(all);
  }

  /** Throws OFFERS_DAMAGED for what `pack` did not make, or what was changed since. */
  static unpack(text: string): OfferTable {
    const bytes = fromBase64(text);
    if (!bytes || bytes.length < headerBytes) throw Reader.damaged('no table at all');
    const [kind, itsForm = 0, length = 0, bodyBytes] = new Uint32Array(bytes.buffer, 0, 4);
    if (kind !== magic) throw Reader.damaged('no table at all');
    if (itsForm !== form) throw Reader.damaged(`a table of form ${itsForm}, where ${form} is read`);
    const body = bytes.subarray(headerBytes);
    if (body.length !== bodyBytes) throw Reader.damaged('it ends too early');
    const version = new TextDecoder().decode(bytes.subarray(16, 32));
    if (contentHash(body) !== version) throw Reader.damaged('its sum is another');
    const table = readBody(body, length);
    const made = new OfferTable(table.words, table.columns, table.otherIds);
    made.#version = version;
    return made;
  }

  id(row: number): string {
    const { columns, words } = this;
    return (
      this.#otherIds.get(row) ??
      offerId({
        provider: words.providers[columns.provider[row] ?? -1] ?? '',
        region: words.regions[columns.region[row] ?? -1] ?? '',
        zone: words.zones[columns.zone[row] ?? -1] ?? null,
        instanceType: words.instanceTypes[columns.instanceType[row] ?? -1] ?? '',
      })
    );
  }

  /** Throws a RangeError where there is no such row. */
  row(row: number): Offer {
    const { columns, words } = this;
    if (!Number.isInteger(row) || row < 0 || row >= this.length)
      throw new RangeError(`there is no offer ${row} of ${this.length}`);
    return {
      id: this.id(row),
      provider: words.providers[columns.provider[row] ?? -1] ?? '',
      region: words.regions[columns.region[row] ?? -1] ?? '',
      zone: words.zones[columns.zone[row] ?? -1] ?? null,
      instanceType: words.instanceTypes[columns.instanceType[row] ?? -1] ?? '',
      accelerator: words.accelerators[columns.accelerator[row] ?? -1] ?? null,
      acceleratorCount: columns.acceleratorCount[row] ?? 0,
      acceleratorMemoryGiB: orNull(columns.acceleratorMemoryGiB[row]),
      vCpus: orNull(columns.vCpus[row]),
      memoryGiB: orNull(columns.memoryGiB[row]),
      localDiskGiB: orNull(columns.localDiskGiB[row]),
      networkGbps: orNull(columns.networkGbps[row]),
      link: offerLinks[columns.link[row] ?? -1] ?? null,
      architecture: offerArchitectures[columns.architecture[row] ?? -1] ?? null,
      onDemandMicrosPerHour: orNull(columns.onDemandMicrosPerHour[row]),
      spotMicrosPerHour: orNull(columns.spotMicrosPerHour[row]),
      spotBand: columns.spotBand[row] === -1 ? null : (columns.spotBand[row] ?? null),
      sourceId: words.sources[columns.source[row] ?? -1] ?? '',
      pricedAt: columns.pricedAt[row] ?? 0,
    };
  }

  /** -1: there is none. */
  indexOf(id: string): number {
    if (!this.#rows) {
      const rows = new Map<string, number>();
      for (let row = this.length - 1; row >= 0; row -= 1) rows.set(this.id(row), row);
      this.#rows = rows;
    }
    return this.#rows.get(id) ?? -1;
  }

  *[Symbol.iterator](): Iterator<Offer> {
    for (let row = 0; row < this.length; row += 1) yield this.row(row);
  }

  #body(): Uint8Array {
    if (this.#bytes) return this.#bytes;
    const writer = new Writer();
    for (const field of indexFields) writer.strings(this.words[wordsOf[field]]);
    for (const field of indexFields) writer.indexes(this.columns[field], this.words[wordsOf[field]].length);
    for (const field of enumFields) writer.indexes(this.columns[field], enumSizes[field]);
    for (const field of numberFields) writer.numbers(this.columns[field]);
    writer.strings([...this.#otherIds].map(([row, id]) => `${row} ${id}`));
    this.#bytes = writer.bytes();
    return this.#bytes;
  }
}

function emptyColumns(length: number): OfferColumnsRaw {
  const columns: Record<string, Int32Array | Float64Array> = {};
  for (const field of [...indexFields, ...enumFields]) columns[field] = new Int32Array(length);
  for (const field of numberFields) columns[field] = new Float64Array(length);
  return columns as unknown as OfferColumnsRaw;
}

function readBody(
  body: Uint8Array,
  length: number,
): { words: OfferWords; columns: OfferColumnsRaw; otherIds: Map<number, string> } {
  const reader = new Reader(body);
  const words: Record<string, string[]> = {};
  for (const field of indexFields) words[wordsOf[field]] = reader.strings();
  const columns: Record<string, Int32Array | Float64Array> = {};
  for (const field of indexFields)
    columns[field] = reader.indexes(length, words[wordsOf[field]]?.length ?? 0, {
      nothing: mayLack.has(field),
    });
  for (const field of enumFields)
    columns[field] = reader.indexes(length, enumSizes[field], { nothing: true });
  for (const field of numberFields) columns[field] = reader.numbers(length);
  const otherIds = new Map<number, string>();
  for (const entry of reader.strings()) {
    const [, row, id] = /^(\d+) (.+)$/s.exec(entry) ?? [];
    if (id === undefined || Number(row) >= length) throw Reader.damaged('an id of no row');
    otherIds.set(Number(row), id);
  }
  reader.end();
  return {
    words: words as unknown as OfferWords,
    columns: columns as unknown as OfferColumnsRaw,
    otherIds,
  };
}
