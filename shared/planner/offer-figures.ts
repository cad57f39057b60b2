import type { AcceleratorModel, CatalogSource, Offer } from '../domain/catalog.ts';
import type { Figure, FigureUnit } from '../domain/figure.ts';
import { type FindAccelerator, trainingTflops } from './accelerators.ts';

/** What an offer's prices come from: where the figures of a catalogue are to be looked up. */
export interface OfferOrigins {
  sources: readonly CatalogSource[];
  find: FindAccelerator;
}

export interface OfferFigures {
  price: Figure;
  perGpu: Figure | null;
  perGiB: Figure | null;
  perPflop: Figure | null;
}

const given = (
  key: string,
  value: number,
  unit: FigureUnit,
  source: string | null,
  asOf: number | null,
): Figure => ({ key, value, unit, formula: '', inputs: [], source, asOf });

const computed = (
  key: string,
  value: number,
  unit: FigureUnit,
  formula: string,
  inputs: Figure[],
): Figure => ({
  key,
  value,
  unit,
  formula,
  inputs,
  source: null,
  asOf: null,
});

/** The first day of the month that a data sheet was read in, epoch ms. */
const monthStart = (month: string): number => Date.parse(`${month}-01T00:00:00Z`);

/**
 * Prices of an offer by what people compare, each with its formula, source and age; null where the offer has no such price.
 * Parts of an accelerator count as parts. Per PFLOP: of the dense 16-bit peak by the data sheet.
 */
export function offerFigures(
  offer: Offer,
  kind: 'on-demand' | 'spot',
  { sources, find }: OfferOrigins,
): OfferFigures | null {
  const micros = kind === 'spot' ? offer.spotMicrosPerHour : offer.onDemandMicrosPerHour;
  if (micros === null) return null;
  const source = sources.find(({ id }) => id === offer.sourceId);
  const title = source?.title ?? offer.sourceId;
  const price = given(
    kind === 'spot' ? 'spotPrice' : 'price',
    micros,
    'microsPerHour',
    source?.url ? `${title} (${source.url})` : title,
    offer.pricedAt,
  );
  const count = offer.acceleratorCount;
  if (count <= 0) return { price, perGpu: null, perGiB: null, perPflop: null };
  const gpus = given('gpusOfOffer', count, 'gpus', title, null);
  const model = offer.accelerator === null ? null : find(offer.accelerator);
  const memory = memoryFigure(offer, model, gpus);
  const peak = model && peakFigure(model);
  const per = (key: string, amount: number, formula: string, inputs: Figure[]) =>
    computed(key, micros / amount, 'microsPerHour', formula, [price, ...inputs]);
  return {
    price,
    perGpu: per('pricePerGpu', count, 'p ÷ n', [gpus]),
    perGiB: memory && per('pricePerGiB', memory.gib, 'p ÷ M', [memory.figure]),
    perPflop:
      peak && per('pricePerPflop', (count * peak.tflops) / 1000, '1000 · p ÷ (n · F)', [gpus, peak.figure]),
  };
}

const gibBytes = 1024 ** 3;

function memoryFigure(
  offer: Offer,
  model: AcceleratorModel | null,
  gpus: Figure,
): { gib: number; figure: Figure } | null {
  const count = offer.acceleratorCount;
  const stated = offer.acceleratorMemoryGiB;
  const each = stated ?? (model ? model.memoryGiB * Math.min(1, count) : null);
  if (each === null) return null;
  const gib = each * Math.max(1, count);
  const one =
    stated === null && model
      ? given('gpuMemory', each * gibBytes, 'bytes', model.source, monthStart(model.asOf))
      : given('gpuMemory', each * gibBytes, 'bytes', null, null);
  return { gib, figure: computed('allGpuMemory', gib * gibBytes, 'bytes', 'n · m', [gpus, one]) };
}

function peakFigure(model: AcceleratorModel): { tflops: number; figure: Figure } | null {
  const tflops = trainingTflops(model);
  if (tflops === null) return null;
  const peak = model.peaks.find((one) => one.tflops === tflops);
  return {
    tflops,
    figure: given(
      'peakTflops',
      tflops,
      'tflops',
      peak?.source ?? model.source,
      monthStart(peak?.asOf ?? model.asOf),
    ),
  };
}
