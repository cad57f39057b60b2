import type { ModelShape, Setup } from '../../domain/workload.ts';
import { needOf } from './need.ts';

/** More sequences than anybody puts on one GPU. */
const most = 1 << 20;

export const withBatch = (setup: Setup, batch: number): Setup =>
  setup.kind === 'training' ? { ...setup, microBatch: batch } : { ...setup, batch };

/** The most sequences per GPU whose high end fits; 0: not even one. Memory never falls as the batch grows: bisection is exact. */
export function largestBatch(model: ModelShape, setup: Setup, gpus: number, availableBytes: number): number {
  const fits = (batch: number): boolean =>
    needOf(model, withBatch(setup, batch), gpus).total.high <= availableBytes;
  if (!fits(1)) return 0;
  let good = 1;
  while (good < most && fits(good * 2)) good *= 2;
  let bad = Math.min(good * 2, most + 1);
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (fits(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
