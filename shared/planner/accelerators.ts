import type { AcceleratorModel, PeakType } from '../domain/catalog.ts';

/** As names of accelerators are compared: without case, spaces, hyphens and underscores, and without the maker's name. */
export const acceleratorKey = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[\s_-]+/g, '')
    .replace(/^(nvidia|amd|intel|google)(?=.)/, '');

export type FindAccelerator = (name: string) => AcceleratorModel | null;

/** Looks models up by their name or any of their aliases; a name wins over another model's alias. */
export function acceleratorFinder(models: readonly AcceleratorModel[]): FindAccelerator {
  const known = new Map<string, AcceleratorModel>();
  for (const model of models)
    for (const alias of [model.title, ...model.aliases]) {
      const key = acceleratorKey(alias);
      if (!known.has(key)) known.set(key, model);
    }
  for (const model of models) known.set(acceleratorKey(model.name), model);
  return (name) => known.get(acceleratorKey(name)) ?? null;
}

/** Dense peak of one accelerator in 10^12 operations a second; null where its maker names none. */
export const peakTflops = (model: AcceleratorModel, type: PeakType): number | null =>
  model.peaks.find((peak) => peak.type === type)?.tflops ?? null;

/** What trains in 16 bits there: bf16, and fp16 on those from before it (V100, T4). */
export const trainingTflops = (model: AcceleratorModel): number | null =>
  peakTflops(model, 'bf16') ?? peakTflops(model, 'fp16');
