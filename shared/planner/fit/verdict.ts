import type { FitVerdict } from '../../domain/fit.ts';
import type { Range } from './figures.ts';

/** `fits`: the high end does; `tight`: between the ends; `no`: not even the low end. */
export const judge = (total: Range, availableBytes: number): FitVerdict =>
  total.high <= availableBytes ? 'fits' : total.low <= availableBytes ? 'tight' : 'no';
