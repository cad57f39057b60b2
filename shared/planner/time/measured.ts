import type { AcceleratorModel } from '../../domain/catalog.ts';
import type { Figure, Spread } from '../../domain/figure.ts';
import type { MeasuredThroughput } from '../../domain/workload.ts';
import { type FindAccelerator, trainingTflops } from '../accelerators.ts';
import { computed, given } from '../fit/figures.ts';

/** 90th percentile of a normal distribution, in standard deviations. */
const z90 = 1.2816;

/** What a large matrix product reaches on one accelerator, 10^12 operations a second; null where nothing is known of it. */
function reachable(model: AcceleratorModel): number | null {
  const peak = trainingTflops(model) ?? model.peaks[0]?.tflops ?? null;
  return peak === null ? null : peak * (model.achievable?.share ?? 0.75);
}

/**
 * Tokens a second by what was seen: each observation is carried over by accelerators and what they reach, and the less like
 * the question it is, the less it weighs. Combined as logarithms by the inverse of their variance, so that the spread narrows
 * with evidence. Null where no observation can be compared.
 */
export function fromMeasured(
  measured: readonly MeasuredThroughput[],
  accelerator: AcceleratorModel,
  gpus: number,
  find: FindAccelerator,
): { tokensPerSecond: Spread; figure: Figure } | null {
  const here = reachable(accelerator);
  const carried = measured.flatMap((seen) => {
    const same = seen.accelerator === accelerator.name || find(seen.accelerator)?.name === accelerator.name;
    const there = find(seen.accelerator);
    const ratio = same
      ? 1
      : here !== null && there !== null
        ? here / (reachable(there) ?? Number.NaN)
        : Number.NaN;
    if (!Number.isFinite(ratio) || ratio <= 0 || seen.tokensPerSecond <= 0) return [];
    const doublings = Math.abs(Math.log2(gpus / seen.gpus));
    // 4 % from run to run, 6 % more for each doubling of the count, 20 % for another kind.
    const sigma = Math.hypot(0.04, 0.06 * doublings, same ? 0 : 0.2);
    const value = seen.tokensPerSecond * (gpus / seen.gpus) * ratio;
    return [{ seen, value, sigma }];
  });
  if (carried.length === 0) return null;
  const weight = carried.reduce((sum, { sigma }) => sum + 1 / sigma ** 2, 0);
  const mean = carried.reduce((sum, { value, sigma }) => sum + Math.log(value) / sigma ** 2, 0) / weight;
  // Runs of one's own share what they get wrong: never narrower than 2 %.
  const sigma = Math.max(0.02, Math.sqrt(1 / weight));
  const at = (z: number) => Math.exp(mean + z * sigma);
  const tokensPerSecond = { p10: at(-z90), p50: at(0), p90: at(z90) };
  return {
    tokensPerSecond,
    figure: {
      ...computed(
        'tokensPerSecond',
        { low: tokensPerSecond.p10, high: tokensPerSecond.p90 },
        'count',
        'exp(Σ ln(v·n/n_i·r/r_i)/σ_i² ÷ Σ 1/σ_i²)',
        carried.map(({ seen, value }) => ({
          ...given('carriedOver', value, 'count', 'measured', seen.at),
          formula: 'v·n/n_i·r/r_i',
          inputs: [
            given('measuredThroughput', seen.tokensPerSecond, 'count', 'measured', seen.at),
            given('measuredOn', `${seen.accelerator}:${seen.gpus}`, 'text', 'measured', seen.at),
          ],
        })),
      ),
      value: tokensPerSecond.p50,
    },
  };
}
