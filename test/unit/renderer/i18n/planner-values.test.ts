import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type Language, languages, setLanguage, translateError } from '#renderer/i18n/index.ts';
import { formatMoney, showMoneyIn } from '#renderer/ui/format.ts';
import { because } from '#shared/domain/because.ts';
import type { Reason } from '#shared/domain/figure.ts';
import { type Currency, currencies } from '#shared/domain/money.ts';
import { moneyWriter } from '#shared/domain/money-text.ts';
import { reasonOf } from '#shared/domain/sentence.ts';
import { englishWords, numberText, timeText } from '#shared/domain/sentence-values.ts';
import type { TrainingSetup } from '#shared/domain/workload.ts';
import { findPreset } from '#shared/planner/models/index.ts';
import { place } from '#shared/planner/place/index.ts';
import { firstPlan, readProblem, toSolution } from '#shared/planner/portfolio/index.ts';
import { priceSentences } from '#shared/planner/price-sentences.ts';
import { plannerSentences, saidWithin, sayReason } from '#shared/planner/sentences.ts';
import { optionOf, poolOf, problemOf, runOf, smallProblem } from '#test/fakes/portfolio.ts';
import {
  at,
  hour,
  plainEngine,
  someDemand,
  someInputs,
  someLimits,
  someMachine,
  someOffer,
  someQuestion,
} from '../../shared/planner/place/some-world.ts';

afterEach(() => {
  setLanguage('en');
  showMoneyIn('USD', 1);
});

/** What nobody should read in a sentence: four digits in a row, or three decimals where there is anything before them. */
function unreadable(text: string): string | undefined {
  const plain = text.replace(/20\d\d(?=\D)/g, '').replace(/<?\b0\.0\d{1,3}\b/g, '');
  return /\d{4,}|\d\.\d{3,}/.exec(plain)?.[0];
}

function said(language: Language, currency: Currency, { code, params, message }: Reason): string {
  setLanguage(language);
  showMoneyIn(currency, 0.9);
  return translateError(code, params, message);
}

const anyValue = (name: string): fc.Arbitrary<number> => {
  if (name.endsWith('At')) return fc.integer({ min: at, max: at + 1e10 });
  if (name.endsWith('Ms')) return fc.double({ min: 0, max: 1e12, noNaN: true });
  if (name.endsWith('Micros')) return fc.integer({ min: 100_000, max: 1e15 });
  return fc.oneof(fc.integer({ min: 0, max: 1e9 }), fc.double({ min: 0.01, max: 1e7, noNaN: true }));
};
const namesIn = (sentence: string) => [...sentence.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name);

describe('every sentence of planning and costs', () => {
  it('has its amounts in the currency of the settings and its numbers readable, in both languages', () => {
    for (const [code, sentence] of Object.entries(plannerSentences)) {
      const names = namesIn(sentence);
      const params = fc.record(Object.fromEntries(names.map((name) => [name, anyValue(name)])));
      fc.assert(
        fc.property(params, (values) => {
          for (const language of languages) {
            const text = said(language, 'EUR', { code, params: values, message: '' });
            expect(text).not.toMatch(/\$|\{\{/);
            expect([code, unreadable(text)]).toEqual([code, undefined]);
            if (names.some((name) => name.endsWith('Micros'))) expect(text).toContain('€');
          }
        }),
        { seed: 7, numRuns: 15 },
      );
    }
  });

  it('names no currency by itself, but for what a price file may be written in', () => {
    const names = Object.entries(plannerSentences).filter(([, text]) => /\$|€|USD|dollar/i.test(text));
    expect(names.map(([code]) => code)).toEqual(['PRICE_CURRENCY']);
  });

  it('is as it came where an older version saved it with other values', () => {
    const old = { code: 'PLACE_CHEAPEST', params: { cost: '$12.00', time: '3 h' }, message: 'As it was.' };
    expect(said('zh-CN', 'EUR', old)).toBe('As it was.');
    expect(sayReason(old, englishWords)).toBe('As it was.');
  });
});

const model = findPreset('Llama-3.1-8B');
const setup: TrainingSetup = {
  kind: 'training',
  method: 'full',
  lora: { rank: 16, targets: 'all-linear' },
  precision: 'bf16',
  optimiser: 'adamw',
  sharding: 'fsdp',
  offload: 'none',
  recomputation: 'none',
  flashAttention: true,
  sequence: 131072,
  microBatch: 1,
  globalBatch: 64,
  tensorParallel: 1,
  pipelineParallel: 1,
  sequenceParallel: false,
};
const amountInText = /[$€£¥]|\d{4,}|\d\.\d{2,}/;

function expectReadable(reasons: readonly Reason[]): void {
  for (const reason of reasons) {
    for (const [name, value] of Object.entries(reason.params))
      if (typeof value === 'string') expect(`${reason.code} ${name} ${value}`).not.toMatch(amountInText);
    expect([reason.code, unreadable(reason.message)]).toEqual([reason.code, undefined]);
    for (const language of languages) {
      const text = said(language, 'GBP', reason);
      expect(text).not.toMatch(/\$/);
      expect([reason.code, unreadable(text)]).toEqual([reason.code, undefined]);
    }
  }
}

describe('reasons as they are made', () => {
  it('of one run: whatever is chosen, doubtful or left out', () => {
    const offers = [1_234_567, 98_765_432, 12_345_678_901].flatMap((onDemandMicrosPerHour, index) =>
      ['aws', 'gcp'].map((provider) =>
        someOffer({
          provider,
          instanceType: `type ${index}`,
          onDemandMicrosPerHour,
          spotMicrosPerHour: Math.round(onDemandMicrosPerHour / 3),
          memoryGiB: 8063.1234,
        }),
      ),
    );
    const machines = [
      someMachine({ microsPerHour: 7_654_321, seenAt: at - 700 * hour }),
      someMachine({ id: 'ibis', name: 'ibis', freeDiskBytes: 8063.1234 * 2 ** 30, microsPerHour: null }),
    ];
    const codes = new Set<string>();
    for (const change of [
      {},
      { deadlineAt: at + 7.77 * hour },
      { deadlineAt: at + 1111.11 * hour, budgetMicros: 1_234_567_891 },
      { budgetMicros: 12_345 },
      { maxCarbonGrams: 1234.5678 },
    ])
      for (const wants of [
        {},
        { model, setup, tokens: 1e9 },
        { memoryGiB: 10_000 },
        { diskGiB: 20_000 },
        { gpuCounts: [4096] },
      ]) {
        const demand = someDemand({ useSpot: 'allowed', resultBytes: 5e12, ...wants });
        const question = someQuestion({ demand, limits: someLimits(change) });
        for (const needGiB of [61.23456, 80, 8063.1234]) {
          const answer = place(question, someInputs(offers, machines), plainEngine(needGiB));
          const reasons = [...answer.summary, ...answer.alternatives.flatMap((each) => each.reasons)];
          expectReadable(reasons);
          for (const { code } of reasons) codes.add(code);
        }
      }
    for (const code of [
      'PLACE_CHEAPEST',
      'PLACE_DOMINATED',
      'PLACE_OVER_BUDGET',
      'PLACE_LATE',
      'PLACE_CARBON',
    ])
      expect([...codes]).toContain(code);
    for (const code of ['PLACE_MEMORY', 'PLACE_DISK', 'PLACE_SPOT', 'PLACE_SEEN', 'PLACE_NO_FIT_UNLESS'])
      expect([...codes]).toContain(code);
  });

  it('of many runs', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const instance = readProblem(smallProblem(seed, { runs: 1 + (seed % 14), pools: 1 + (seed % 5) }));
      const answer = toSolution(firstPlan(instance, []), {
        strategy: 'optimal',
        bound: null,
        improving: false,
        tookMs: 0,
        conflict: [],
      });
      expectReadable(answer.assignments.flatMap(({ reasons }) => reasons));
    }
    const dear = problemOf([runOf('r', { options: [optionOf('a', 1, 1, 123_456.789)] })], [poolOf('a', 1)], {
      budgetMicros: 0,
    });
    const left = toSolution(firstPlan(readProblem(dear), []), {
      strategy: 'optimal',
      bound: null,
      improving: false,
      tookMs: 0,
      conflict: [],
    }).assignments.flatMap(({ reasons }) => reasons);
    expect(left.map(({ message }) => message)).toEqual([
      'Left out: its cheapest place costs $123,457, more than is left of the budget.',
    ]);
    expect(left.map((reason) => said('en', 'EUR', reason))).toEqual([
      'Left out: its cheapest place costs €111,111, more than is left of the budget.',
    ]);
  });
});

describe('values', () => {
  it.each([
    [8063.1234, '8,063'],
    [61.23, '61.2'],
    [0.03412, '0.034'],
    [0.00001, '<0.001'],
    [131072, '131,072'],
    [0, '0'],
    [7, '7'],
    [Number.NaN, '–'],
  ])('%d is %s', (value, text) => expect(numberText(value)).toBe(text));

  it.each([
    [0, '0 s'],
    [1, '1 s'],
    [40_000, '40 s'],
    [12 * 60_000, '12 min'],
    [3.21 * hour, '3.2 h'],
    [98.4 * hour, '4.1 d'],
    [48_000 * hour, '2,000 d'],
  ])('%d ms are %s', (ms, text) => expect(timeText(ms)).toBe(text));

  it.each([
    ['USD', 1, 1_234_567_890, '$1,235'],
    ['USD', 1, 12_340_000, '$12.34'],
    ['USD', 1, 4_200, '$0.0042'],
    ['EUR', 0.9, 10_000_000, '€9.00'],
    ['CAD', 1.4, 10_000_000, 'CA$14.00'],
    ['JPY', 150, 1_000_000, '¥150'],
    ['JPY', 150, 4_000, '¥0.60'],
  ] as const)('%s at %d: %d micro-dollars are %s', (currency, perDollar, micros, text) => {
    expect(moneyWriter('en', currency, perDollar)(micros)).toBe(text);
    showMoneyIn(currency, perDollar);
    expect(formatMoney(micros)).toBe(text);
  });

  it('of no currency but the US dollar read as US dollars', () => {
    for (const currency of currencies)
      for (const language of languages)
        if (currency !== 'USD') expect(moneyWriter(language, currency, 1)(5_000_000)).not.toMatch(/^(US)?\$/);
  });

  it('of a sentence within another are said anew, too', () => {
    const inner = reasonOf(priceSentences, 'PRICE_FAR_FROM_KNOWN', {
      offer: 'aws/x',
      priceMicros: 1_006_000_000,
      knownMicros: 1_006_000,
    });
    const message = `2 prices of us-east-1 cannot be right. The first: ${inner.message}`;
    const outer = {
      code: 'PRICES_GARBAGE',
      params: { region: 'us-east-1', ...because('why', inner) },
      message,
    };
    const words = { ...englishWords, money: moneyWriter('en', 'EUR', 0.5) };
    expect(sayReason(outer, words)).toBe(
      '2 prices of us-east-1 cannot be right. The first: €503.00 an hour for aws/x is too far from the price known before, €0.50.',
    );
    for (const language of languages) {
      const text = said(language, 'EUR', outer);
      expect(text).toContain('€905.40');
      expect(text).not.toMatch(/\$/);
    }
  });

  it('are said anew wherever an answer has reasons; all else is as it was', () => {
    const reason = { code: 'PORTFOLIO_BUDGET', params: { costMicros: 2_000_000 }, message: 'Old.' };
    const other = { code: 'NOBODY_KNOWS', params: {}, message: 'It broke.' };
    const words = { ...englishWords, money: moneyWriter('en', 'EUR', 0.5) };
    expect(saidWithin({ a: [reason, other, null], n: 1 }, words)).toEqual({
      a: [
        { ...reason, message: 'Left out: its cheapest place costs €1.00, more than is left of the budget.' },
        other,
        null,
      ],
      n: 1,
    });
  });
});
