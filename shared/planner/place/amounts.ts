import { numberText } from '#shared/domain/sentence-values.ts';

export const gibibyte = 2 ** 30;
const gibText = (bytes: number): string => numberText(bytes / gibibyte);

/** "61–74" or "61". */
export function gibRange(lowBytes: number, highBytes: number): string {
  const [low, high] = [gibText(lowBytes), gibText(highBytes)];
  return low === high ? low : `${low}–${high}`;
}
