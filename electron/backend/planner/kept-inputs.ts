import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Store } from '#backend/store/index.ts';
import { because, type Told } from '#shared/domain/because.ts';
import { acceleratorModel, catalogRegion, egressTable, storagePrice } from '#shared/domain/catalog.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { formToldAt, noJson } from '#shared/domain/form-sentences.ts';
import { quota } from '#shared/domain/quota.ts';
import { saySaved } from '#shared/domain/saved-sentences.ts';
import { labelSchema } from '#shared/domain/sensitivity.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';
import { inputsHashOf, type PlaceInputs } from '#shared/planner/place/index.ts';
import type { Prices } from '#shared/planner/price-changes.ts';

/** Unpacked, a file says at most this much: what is bigger is no plan. */
const mostBytes = 256 * 1024 * 1024;

const ownLine = z
  .object({ gbps: z.number(), basis: z.enum(['measured', 'typed']), at: z.number().nullable() })
  .nullable()
  .optional();

const ownMachine = z.object({
  id: z.string(),
  name: z.string(),
  maxLabel: labelSchema,
  country: z.string().nullable(),
  gpus: z.array(z.object({ accelerator: z.string(), memoryGiB: z.number(), freeAt: z.number().nullable() })),
  cpus: z.number().nullable(),
  memoryGiB: z.number().nullable(),
  freeDiskBytes: z.number().nullable(),
  microsPerHour: z.number().nullable(),
  ratedAt: z.number().nullable(),
  pue: z.number().nullable(),
  unready: z.enum(['draining', 'unseen']).nullable(),
  seenAt: z.number().nullable().optional(),
  lineIn: ownLine,
  lineOut: ownLine,
});

const packed = z.object({
  /** Version of the table of offers, which is kept beside: many plans share one. */
  offersVersion: z.string(),
  accelerators: z.array(acceleratorModel),
  regions: z.array(catalogRegion),
  egress: z.array(egressTable),
  storage: z.array(storagePrice),
  machines: z.array(ownMachine),
  quotas: z.array(quota),
  sourceTitles: z.record(z.string(), z.string()),
  priceFactor: z.number().positive(),
});
/** With the offers, as one plan's file carries them. */
const whole = packed.extend({ offers: z.string() });

const rowOfOffers = (version: string): string => `offers-${version}`;

/** What plans were computed from, by its hash: kept as long as a plan names it. */
export class KeptInputs {
  readonly #store: Store;
  #lastOffers: OfferTable | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  has(hash: string): boolean {
    return this.#store.sql.get('SELECT 1 FROM planInputs WHERE hash = ?', hash) !== undefined;
  }

  /** Nothing where it is kept already. */
  keep(inputs: PlaceInputs, now: number): void {
    const { offers, ...rest } = inputs;
    const hash = inputsHashOf(inputs);
    if (this.has(hash)) return;
    const offersRow = rowOfOffers(offers.version);
    if (!this.has(offersRow)) this.#write(offersRow, offers.pack(), now);
    this.#write(hash, JSON.stringify(packed.parse({ ...rest, offersVersion: offers.version })), now);
  }

  /**
   * The prices among inputs; null where they are not kept. Throws PLAN_INPUTS_DAMAGED.
   * @param now the table of now, which need not be unpacked where it is the same.
   */
  prices(hash: string, now: OfferTable): Prices | null {
    const text = this.#read(hash);
    if (text === null) return null;
    const { offersVersion, egress, storage } = parsed(packed, text);
    const offers = offersVersion === now.version ? now : this.#offers(offersVersion);
    return offers === null ? null : { offers, egress, storage };
  }

  /** Throws PLAN_INPUTS_GONE, and PLAN_INPUTS_DAMAGED where what is kept is not what it was. */
  read(hash: string): PlaceInputs {
    const text = this.#read(hash);
    if (text === null) throw inputsGone();
    const { offersVersion, ...rest } = parsed(packed, text);
    const offers = this.#offers(offersVersion);
    if (offers === null) throw inputsGone();
    return checked(hash, { ...rest, offers });
  }

  /** As a plan's file carries them. */
  export(hash: string): unknown {
    const { offers, ...rest } = this.read(hash);
    return { ...rest, offersVersion: offers.version, offers: offers.pack() };
  }

  /** Inputs of a plan's file. Throws PLAN_INPUTS_DAMAGED where they are not those of the hash. */
  import(hash: string, value: unknown, now: number): void {
    const { offersVersion: _, offers, ...rest } = parsed(whole, value);
    this.keep(checked(hash, { ...rest, offers: OfferTable.unpack(offers) }), now);
  }

  /** Forgets what none of these names any more. */
  keepOnly(hashes: ReadonlySet<string>): void {
    const rows = this.#store.sql.all<{ hash: string }>('SELECT hash FROM planInputs');
    const gone = rows.filter(({ hash }) => !hash.startsWith('offers-') && !hashes.has(hash));
    if (gone.length === 0) return;
    for (const { hash } of gone) this.#store.sql.run('DELETE FROM planInputs WHERE hash = ?', hash);
    const tables = new Set(
      [...hashes].flatMap((hash) => {
        const text = this.#read(hash);
        return text === null ? [] : [rowOfOffers(parsed(packed, text).offersVersion)];
      }),
    );
    for (const { hash } of rows)
      if (hash.startsWith('offers-') && !tables.has(hash))
        this.#store.sql.run('DELETE FROM planInputs WHERE hash = ?', hash);
  }

  /** Many plans share one table: the last that was unpacked is at hand. */
  #offers(version: string): OfferTable | null {
    if (this.#lastOffers?.version === version) return this.#lastOffers;
    const text = this.#read(rowOfOffers(version));
    if (text === null) return null;
    this.#lastOffers = OfferTable.unpack(text);
    return this.#lastOffers;
  }

  #write(hash: string, text: string, now: number): void {
    this.#store.sql.run(
      'INSERT INTO planInputs (hash, keptAt, content) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING',
      hash,
      now,
      gzipSync(text),
    );
  }

  #read(hash: string): string | null {
    const row = this.#store.sql.get<{ content: Uint8Array }>(
      'SELECT content FROM planInputs WHERE hash = ?',
      hash,
    );
    if (row === undefined) return null;
    try {
      return gunzipSync(row.content, { maxOutputLength: mostBytes }).toString('utf8');
    } catch (cause) {
      throw inputsDamaged(saySaved('SAVED_NOT_WHOLE'), cause);
    }
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(typeof value === 'string' ? parseJson(value) : value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw inputsDamaged(formToldAt(issue));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw inputsDamaged(noJson(cause), cause);
  }
}

function checked(hash: string, inputs: PlaceInputs): PlaceInputs {
  if (inputsHashOf(inputs) !== hash) throw inputsDamaged(saySaved('SAVED_OTHER_INPUTS'));
  return inputs;
}

const inputsGone = () =>
  new TrainyardError(
    'PLAN_INPUTS_GONE',
    'Prices or machines have changed since this was computed. Plan again, then save.',
  );

const inputsDamaged = (why: Told, cause?: unknown) =>
  new TrainyardError('PLAN_INPUTS_DAMAGED', `The inputs of this plan cannot be read: ${why.message}.`, {
    params: because('why', why),
    cause,
  });
