import { formatInteger } from '#renderer/ui/format.ts';

/** How many numbers it holds; a scalar holds one. */
export const parametersOf = ({ shape }: { shape: readonly number[] }): number =>
  shape.reduce((product, size) => product * size, 1);

/** 6,738,415,616 → "6.74 B"; as people say a model's size. */
export function shortCount(count: number): string {
  const units = [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  const unit = units.find(([size]) => count >= size);
  return unit ? `${(count / unit[0]).toPrecision(3)} ${unit[1]}` : formatInteger(count);
}
