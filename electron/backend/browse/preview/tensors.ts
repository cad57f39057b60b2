import type { FilePreview } from '#shared/domain/box-file.ts';

export type TensorsPreview = Extract<FilePreview, { kind: 'tensors' }>;
export type Tensor = TensorsPreview['tensors'][number];

/** More of them are counted, not listed. */
const mostTensors = 10_000;
const mostMetadata = 200;
const longestValue = 1_000;

export function tensorsPreview(
  format: TensorsPreview['format'],
  tensors: readonly Tensor[],
  metadata: Iterable<readonly [string, string]>,
): TensorsPreview {
  const kept: [string, string][] = [];
  for (const [key, value] of metadata) {
    if (kept.length >= mostMetadata) break;
    kept.push([key.slice(0, 200), value.slice(0, longestValue)]);
  }
  return {
    kind: 'tensors',
    format,
    tensors: tensors.slice(0, mostTensors),
    total: tensors.length,
    parameters: tensors.reduce((sum, { shape }) => sum + elementsOf(shape), 0),
    metadata: Object.fromEntries(kept),
  };
}

export const elementsOf = (shape: readonly number[]): number =>
  shape.reduce((product, one) => product * one, 1);

/** Sizes of one element by the names that formats give them; 0: not known. */
export function elementBytes(dtype: string): number {
  const bits = /(\d+)/.exec(dtype)?.[1];
  if (/^bool$/i.test(dtype)) return 1;
  if (/^f8_|^float8/i.test(dtype)) return 1;
  return bits === undefined ? 0 : Number(bits) / 8;
}
