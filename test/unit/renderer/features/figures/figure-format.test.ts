import { afterEach, describe, expect, it } from 'vitest';
import { figureText, formatAmount, formatFigure, formatRange } from '#renderer/features/figures/index.ts';
import { setLanguage } from '#renderer/i18n/index.ts';
import { type Figure, figureUnits } from '#shared/domain/figure.ts';

const gib = 1024 ** 3;
const aFigure = (changes: Partial<Figure> = {}): Figure => ({
  key: 'weights',
  value: 16 * gib,
  unit: 'bytes',
  formula: 'w·P',
  inputs: [],
  source: null,
  asOf: null,
  ...changes,
});

afterEach(() => setLanguage('en'));

describe('a number of the planner', () => {
  it.each([
    [61.5 * gib, 'bytes', '61.5 GiB'],
    [8.03e9, 'parameters', '8.03 B'],
    [1.5e13, 'tokens', '15 T'],
    [6.31e23, 'flops', '6.31×10²³ FLOP'],
    [989, 'tflops', '989 TFLOPS'],
    [90_000, 'ms', '1 min 30 s'],
    [2.5, 'hours', '2 h 30 min'],
    [2_490_000, 'micros', '$2.49'],
    [2_490_000, 'microsPerHour', '$2.49/h'],
    [0.385, 'share', '38.5 %'],
    [8, 'gpus', '8 GPU'],
    [1234.5, 'gpuHours', '1,235 GPU-h'],
    [3350, 'GBps', '3,350 GB/s'],
    [700, 'W', '700 W'],
    [12.34, 'kWh', '12.3 kWh'],
    [4200, 'gramsCO2', '4.2 kg CO₂'],
    [3.2e6, 'gramsCO2', '3.2 t CO₂'],
    [0.25, 'perHour', '0.25 an hour'],
    ['H100:8', 'text', 'H100:8'],
  ] as const)('%s in %s reads %s', (value, unit, words) => {
    expect(formatAmount(value, unit)).toBe(words);
  });

  it('says something in every unit and language, also where it is no number', () => {
    for (const language of ['en', 'zh-CN'] as const) {
      setLanguage(language);
      for (const unit of figureUnits)
        for (const value of [0, 1, 1e-9, 1e18, Number.NaN, Number.POSITIVE_INFINITY])
          expect(formatAmount(value, unit).length, `${value} ${unit}`).toBeGreaterThan(0);
    }
  });

  it('as a range names its unit once, and is one number where both ends read the same', () => {
    expect(formatRange(61 * gib, 74 * gib, 'bytes')).toBe('61–74 GiB');
    expect(formatRange(0.5 * gib, 4 * gib, 'bytes')).toBe('512 MiB–4 GiB');
    expect(formatRange(gib, gib, 'bytes')).toBe('1 GiB');
    expect(formatRange(1e6, 2e6, 'micros')).toBe('$1.00–$2.00');
    expect(formatFigure(aFigure({ low: 15 * gib, high: 17 * gib }))).toBe('15–17 GiB');
  });

  it('as text has its formula, and below it what went in with source and date', () => {
    const input = aFigure({
      key: 'vocabulary',
      value: 128_256,
      unit: 'count',
      formula: '',
      source: 'config.json',
      asOf: Date.UTC(2026, 9, 1, 12),
    });
    expect(figureText(aFigure({ inputs: [input] }))).toBe(
      'Weights: 16 GiB = w·P\n  Vocabulary V: 128,256 [Source: config.json, as of Oct 1, 2026]',
    );
  });
});
