import { describe, expect, it } from 'vitest';
import { answerOf, cheapestOffers, compareKinds } from '#renderer/features/fit/answer.ts';
import { usualTraining } from '#renderer/features/fit/question.ts';
import { acceleratorFinder } from '#shared/planner/accelerators.ts';
import { findPreset } from '#shared/planner/models/index.ts';
import { offerColumns } from '#shared/planner/offer-columns.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';
import { aModel, anOffer } from '#test/unit/shared/planner/offers.ts';

const models = [
  aModel({ name: 'H100' }),
  aModel({ name: 'B200', memoryGiB: 180 }),
  aModel({ name: 'T4', memoryGiB: 16 }),
];
const find = acceleratorFinder(models);
const llama = findPreset('Llama-3.1-8B');
if (!llama) throw new Error('there is no such preset');
const question = { model: llama, setup: usualTraining };
const work = { tokens: 1e9, measured: [], find };

const offersOf = (...offers: Parameters<typeof anOffer>[0][]) => {
  const table = OfferTable.of(
    offers.map((changes, row) => anOffer({ instanceType: `type${row}`, ...changes })),
  );
  return cheapestOffers(question, table, offerColumns(table, models, []), work, 5).map(({ row, kind }) => ({
    row,
    kind,
  }));
};

describe('the cheapest offers that hold a model', () => {
  it('are one of each kind of GPU, by the cost of the work; those that it does not fit on are not among them', () => {
    const found = offersOf(
      { accelerator: 'T4', acceleratorCount: 4, onDemandMicrosPerHour: 1_000 },
      { accelerator: 'H100', acceleratorCount: 8, onDemandMicrosPerHour: 50_000_000 },
      { accelerator: 'H100', acceleratorCount: 8, onDemandMicrosPerHour: 30_000_000 },
      { accelerator: 'B200', acceleratorCount: 8, onDemandMicrosPerHour: 60_000_000 },
    );
    expect(found).toEqual([
      { row: 2, kind: 'on-demand' },
      { row: 3, kind: 'on-demand' },
    ]);
  });

  it('count with the spot price where it is lower or the only one; without any price they are not offered', () => {
    expect(
      offersOf(
        { onDemandMicrosPerHour: 50_000_000, spotMicrosPerHour: 20_000_000 },
        { accelerator: 'B200', onDemandMicrosPerHour: null, spotMicrosPerHour: 90_000_000 },
      ),
    ).toEqual([
      { row: 0, kind: 'spot' },
      { row: 1, kind: 'spot' },
    ]);
    expect(offersOf({ onDemandMicrosPerHour: null })).toEqual([]);
  });

  it('come last where their speed is not known: no cost is not the least cost', () => {
    const slow = [...models, aModel({ name: 'X9', memoryGiB: 180, peaks: [] })];
    const table = OfferTable.of([
      anOffer({ instanceType: 'a', accelerator: 'X9', onDemandMicrosPerHour: 1_000 }),
      anOffer({ instanceType: 'b', accelerator: 'H100', onDemandMicrosPerHour: 50_000_000 }),
    ]);
    const asked = { tokens: 1e9, measured: [], find: acceleratorFinder(slow) };
    const rows = (work: typeof asked | (Omit<typeof asked, 'tokens'> & { tokens: null })) =>
      cheapestOffers(question, table, offerColumns(table, slow, []), work, 5).map(({ row }) => row);
    expect(rows(asked)).toEqual([1, 0]);
    expect(rows({ ...asked, tokens: null })).toEqual([0, 1]);
  });

  it('leave out slices, and what nobody knows', () => {
    expect(offersOf({ acceleratorCount: 0.5 }, { accelerator: 'X1' }, { accelerator: null })).toEqual([]);
  });
});

describe('what is said of one choice', () => {
  it('has memory and time; without an amount of work no time', () => {
    const h100 = find('H100');
    if (!h100) throw new Error('there is no H100');
    const asked = { ...question, accelerator: h100, gpus: 8 };
    expect(answerOf(asked, work)).toMatchObject({ report: { verdict: 'fits' }, time: { basis: 'prior' } });
    expect(answerOf(asked, { ...work, tokens: null }).time).toBeNull();
  });

  it('over several kinds and counts has an empty place where it cannot be split over so few', () => {
    const setup = { ...usualTraining, tensorParallel: 4 };
    const [row] = compareKinds({ model: llama, setup }, models.slice(0, 1), [1, 4]);
    expect(row?.fits.map((fit) => fit?.verdict ?? null)[0]).toBeNull();
    expect(row?.fits[1]).not.toBeNull();
  });
});
