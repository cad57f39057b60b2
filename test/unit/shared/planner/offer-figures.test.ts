import { describe, expect, it } from 'vitest';
import type { Figure } from '#shared/domain/figure.ts';
import { acceleratorFinder } from '#shared/planner/accelerators.ts';
import { figureNames } from '#shared/planner/figure-names.ts';
import { offerColumns } from '#shared/planner/offer-columns.ts';
import { offerFigures } from '#shared/planner/offer-figures.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';
import { anOffer, manyOffers, testModels } from './offers.ts';

const origins = {
  find: acceleratorFinder(testModels),
  sources: [
    {
      id: 'test',
      kind: 'shipped' as const,
      title: 'AWS price list',
      provider: 'aws',
      region: null,
      url: 'https://example.com/prices',
      rows: 1,
      pricedAt: 0,
      takenAt: 0,
    },
  ],
};

const near = (one: number, other = Number.NaN) =>
  Number.isNaN(one) ? Number.isNaN(other) : Math.abs(one - other) <= 1e-9 * Math.abs(other);

describe('the figures of an offer', () => {
  it('are the numbers that the table shows', () => {
    const offers = manyOffers(400);
    const table = OfferTable.of(offers);
    const { onDemand, spot } = offerColumns(table, testModels, []);
    for (const [row, offer] of offers.entries())
      for (const [kind, prices] of [
        ['on-demand', onDemand],
        ['spot', spot],
      ] as const) {
        const figures = offerFigures(offer, kind, origins);
        const value = (figure: Figure | null | undefined) => Number(figure?.value ?? Number.NaN);
        expect(value(figures?.price)).toBe(prices.microsPerHour[row]);
        expect(value(figures?.perGpu)).toBe(prices.perGpu[row]);
        expect(near(value(figures?.perGiB), prices.perGiB[row])).toBe(true);
        expect(near(value(figures?.perPflop), prices.perPflop[row])).toBe(true);
      }
  });

  it('say where the price is from and how old it is, down to every input', () => {
    const figures = offerFigures(anOffer(), 'on-demand', origins);
    expect(figures?.price).toMatchObject({
      source: 'AWS price list (https://example.com/prices)',
      asOf: anOffer().pricedAt,
      formula: '',
    });
    const named = (figure: Figure): void => {
      expect(Object.hasOwn(figureNames, figure.key), figure.key).toBe(true);
      if (figure.formula !== '') expect(figure.inputs.length).toBeGreaterThan(0);
      for (const input of figure.inputs) named(input);
    };
    for (const figure of Object.values(figures ?? {})) if (figure) named(figure);
  });

  it('are none where there is no such price, and none per GPU where there is no GPU', () => {
    expect(offerFigures(anOffer({ spotMicrosPerHour: null }), 'spot', origins)).toBeNull();
    expect(
      offerFigures(anOffer({ accelerator: null, acceleratorCount: 0 }), 'on-demand', origins),
    ).toMatchObject({ perGpu: null, perGiB: null, perPflop: null });
    expect(offerFigures(anOffer({ accelerator: 'X1' }), 'on-demand', origins)?.perPflop).toBeNull();
  });
});
