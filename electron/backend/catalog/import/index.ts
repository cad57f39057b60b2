import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Offer } from '#shared/domain/catalog.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { PriceCheck } from '../price-check.ts';
import { csvRecords, detectDelimiter } from './csv.ts';
import type { Reading, ReadingContext, ReadOffer } from './reading.ts';
import { isSheet, readSheet } from './sheet.ts';
import { isSkypilot, readSkypilot } from './skypilot.ts';

export type PriceFormat = 'skypilot' | 'sheet';

/** A price file whose header was understood. */
export interface PriceFile {
  format: PriceFormat;
  /** Null: each row says it. */
  provider: string | null;
  read(
    context: Omit<ReadingContext, 'text' | 'delimiter' | 'provider'>,
    check: PriceCheckMaker,
  ): Promise<Reading>;
}

/** Made once the file is read: what is usual is learnt from the file, too. */
export type PriceCheckMaker = (offers: readonly Offer[]) => PriceCheck;

/**
 * Looks at the header only. Throws CATALOG_FILE_EMPTY, CATALOG_FILE_UNKNOWN (no price file that we know), CATALOG_PROVIDER_UNKNOWN (it is
 * one of SkyPilot's, which do not say whose prices they are).
 */
export function openPriceFile(fileName: string, text: string, provider: string | null): PriceFile {
  const delimiter = detectDelimiter(text.startsWith('\ufeff') ? text.slice(1) : text);
  const [first] = csvRecords(text.slice(0, 1 << 20), delimiter);
  if (!first)
    throw new TrainyardError('CATALOG_FILE_EMPTY', 'There is nothing in this file.', {
      params: { fileName },
    });
  const header = first.fields ?? [];
  if (isSkypilot(header)) {
    const whose = (provider ?? providerOfPath(fileName))?.toLowerCase() ?? null;
    if (whose === null)
      throw new TrainyardError(
        'CATALOG_PROVIDER_UNKNOWN',
        'A SkyPilot catalogue does not say whose prices it has. Choose the provider and import it again.',
        { params: { fileName } },
      );
    return {
      format: 'skypilot',
      provider: whose,
      read: (context, check) => judged(readSkypilot, { ...context, text, delimiter, provider: whose }, check),
    };
  }
  if (isSheet(header))
    return {
      format: 'sheet',
      provider: provider?.toLowerCase() ?? null,
      read: (context, check) => judged(readSheet, { ...context, text, delimiter, provider }, check),
    };
  throw new TrainyardError(
    'CATALOG_FILE_UNKNOWN',
    `${fileName} is no price file: its first line must have a SkyPilot catalogue’s columns, or region, instance_type and on_demand or spot.`,
    { params: { fileName } },
  );
}

/** SkyPilot keeps its files as …/aws/vms.csv. */
const providerOfPath = (fileName: string): string | null =>
  /([a-z][a-z0-9_]{1,30})[/\\]vms\.csv$/i.exec(fileName)?.[1] ?? null;

/** Others are served in between: a file has up to 64 MB. */
const pause = (): Promise<void> => nextTurn();

/** What was read, without rows that stand twice and prices that cannot be. */
async function judged(
  reader: (context: ReadingContext, pause: () => Promise<void>) => Promise<Reading>,
  context: ReadingContext,
  makeCheck: PriceCheckMaker,
): Promise<Reading> {
  const reading = await reader(context, pause);
  await pause();
  const check = makeCheck(reading.offers.map(({ offer }) => offer));
  const taken = new Map<string, ReadOffer>();
  for (const [place, one] of reading.offers.entries()) {
    if (place % 2000 === 0) await pause();
    const { row, offer } = one;
    const doubt = check.doubt(offer);
    const before = taken.get(offer.id);
    if (doubt) reading.refusals.add(row, doubt);
    else if (!before) taken.set(offer.id, one);
    else if (samePrices(before.offer, offer)) reading.skipped += 1;
    else reading.refusals.add(row, { code: 'ROW_DUPLICATE', params: { offer: offer.id, first: before.row } });
  }
  reading.refusals.list.sort((left, right) => left.row - right.row);
  return { ...reading, offers: [...taken.values()] };
}

export const samePrices = (left: Offer, right: Offer): boolean =>
  left.onDemandMicrosPerHour === right.onDemandMicrosPerHour &&
  left.spotMicrosPerHour === right.spotMicrosPerHour;
