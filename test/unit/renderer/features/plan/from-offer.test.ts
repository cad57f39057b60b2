import { expect, test } from 'vitest';
import { demandOfOffer } from '#renderer/features/plan/one/from-offer.ts';

test('an offer’s link says accelerator, count and provider; an address without them says nothing', () => {
  expect(demandOfOffer('accelerator=H100&gpus=8&provider=aws')).toEqual({
    accelerators: [{ name: 'H100', count: 8 }],
    providers: ['aws'],
  });
  expect(demandOfOffer('provider=lambda')).toEqual({ accelerators: [], providers: ['lambda'] });
  expect(demandOfOffer('accelerator=A10&gpus=none')).toEqual({
    accelerators: [{ name: 'A10', count: 1 }],
    providers: [],
  });
  expect(demandOfOffer('')).toBeNull();
  expect(demandOfOffer('view=x')).toBeNull();
});
