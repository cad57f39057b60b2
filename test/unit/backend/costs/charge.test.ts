import fc from 'fast-check';
import { expect, it } from 'vitest';
import { heldOf, wholeAccelerators } from '#backend/costs/accelerators.ts';
import { type Charge, chargeMachine, type Use } from '#backend/costs/charge.ts';
import type { HourlyRate } from '#shared/domain/cost.ts';
import { accelerator } from '#shared/domain/machine.ts';

const hour = 3_600_000;
const dollar = 1_000_000;
const rate = (dollars: number, since = 0, basis: HourlyRate['basis'] = 'own'): HourlyRate => ({
  microsPerHour: Math.round(dollars * dollar),
  basis,
  since,
});
const use = (runId: string, more: Partial<Use>): Use => ({
  runId,
  epoch: 1,
  machineId: 'm',
  machineName: 'box',
  gpus: 1,
  machineGpus: 8,
  startedAt: 0,
  endedAt: hour,
  ...more,
});
const sum = (charges: readonly { micros: number }[]) =>
  charges.reduce((total, { micros }) => total + micros, 0);
const of = (charges: readonly Charge[], runId: string) =>
  sum(charges.filter((charge) => charge.use.runId === runId));

it('charges an attempt its share of its machine’s accelerators', () => {
  const uses = [use('a', { gpus: 2, endedAt: 3 * hour }), use('b', { gpus: 4, startedAt: hour })];
  const { charges, paid } = chargeMachine(uses, [rate(16)], [0, 4 * hour]);
  expect(of(charges, 'a')).toBe(12 * dollar);
  expect(of(charges, 'b')).toBe(0);
  expect(sum(paid)).toBe(64 * dollar);
  expect(paid[0]).toMatchObject({ pricedMs: 4 * hour, chargedMs: (3 * hour * 2) / 8 });
});

it('lets attempts without accelerators share what the others leave', () => {
  const uses = [use('gpu', { gpus: 2 }), use('one', { gpus: 0 }), use('two', { gpus: 0, endedAt: hour / 2 })];
  const { charges } = chargeMachine(uses, [rate(16)], [0, hour]);
  expect(of(charges, 'gpu')).toBe(4 * dollar);
  expect(of(charges, 'two')).toBe(3 * dollar);
  expect(of(charges, 'one')).toBe(9 * dollar);
  expect(charges.find((charge) => charge.use.runId === 'one')?.leftovers).toBe(true);

  const bare = [
    use('one', { gpus: 0, machineGpus: 0 }),
    use('two', { gpus: 0, machineGpus: 0, startedAt: hour / 2 }),
  ];
  const shared = chargeMachine(bare, [rate(1)], [0, hour]).charges;
  expect([of(shared, 'one'), of(shared, 'two')]).toEqual([0.75 * dollar, 0.25 * dollar]);
  expect(shared.every(({ leftovers }) => !leftovers)).toBe(true);
});

it('splits at a change of rate, and says what had no price', () => {
  const rates = [rate(8, hour), rate(16, 2 * hour), rate(0, 3 * hour, 'none')];
  const { charges, paid } = chargeMachine([use('a', { gpus: 8, endedAt: 4 * hour })], rates, [0, 5 * hour]);
  expect(sum(charges)).toBe(24 * dollar);
  expect(charges[0]?.unpricedMs).toBe(2 * hour);
  expect([...(charges[0]?.bases ?? [])]).toEqual(['own']);
  expect(paid[0]).toMatchObject({ micros: 24 * dollar, pricedMs: 2 * hour });
});

it('counts what holds more accelerators than there are as the whole, no more', () => {
  const uses = ['a', 'b', 'c'].map((id) => use(id, { gpus: 8 }));
  const { charges } = chargeMachine(uses, [rate(3)], [0, hour]);
  expect(charges.map(({ micros }) => micros)).toEqual([dollar, dollar, dollar]);
});

it('cuts charges, and leaves out what is no time at all', () => {
  const uses = [use('a', { gpus: 8, startedAt: hour, endedAt: 3 * hour }), use('none', { endedAt: 0 })];
  const { charges } = chargeMachine(uses, [rate(1)], [2 * hour, 2.5 * hour, 4 * hour]);
  expect(charges.map(({ from, to, micros }) => [from / hour, to / hour, micros])).toEqual([
    [2, 2.5, 500_000],
    [2.5, 3, 500_000],
  ]);
});

const instant = fc.integer({ min: 0, max: 50 * hour });
const anyUses = fc.array(
  fc.record({
    from: instant,
    ms: fc.integer({ min: 0, max: 20 * hour }),
    gpus: fc.integer({ min: 0, max: 8 }),
  }),
  { maxLength: 12 },
);
const anyRates = fc
  .uniqueArray(
    fc.record({
      since: instant,
      microsPerHour: fc.integer({ min: 0, max: 100 * dollar }),
      basis: fc.constantFrom('own', 'offer', 'none'),
    }),
    { maxLength: 5, selector: ({ since }) => since },
  )
  .map((rates): HourlyRate[] => rates.sort((a, b) => a.since - b.since));
const usesOf = (given: { from: number; ms: number; gpus: number }[]) =>
  given.map(({ from, ms, gpus }, index) =>
    use(`run-${index}`, { gpus, startedAt: from, endedAt: from + ms }),
  );
const end = 80 * hour;

it('adds up wherever a period is cut, per run and in all, whatever order things are told in', () => {
  const property = fc.property(
    anyUses,
    anyRates,
    fc.array(instant, { maxLength: 6 }),
    (given, rates, inner) => {
      const cuts = [...new Set([0, ...inner, end])].sort((a, b) => a - b);
      const uses = usesOf(given);
      const whole = chargeMachine(uses, rates, [0, end]);
      const parts = chargeMachine([...uses].reverse(), rates, cuts);
      for (const { runId } of uses) expect(of(parts.charges, runId)).toBe(of(whole.charges, runId));
      expect(sum(parts.paid)).toBe(sum(whole.paid));
      const apart = cuts.slice(1).flatMap((to, index) => {
        const from = cuts[index] ?? 0;
        return chargeMachine(uses, rates, [from, to]).charges;
      });
      for (const { runId } of uses) expect(of(apart, runId)).toBe(of(whole.charges, runId));
    },
  );
  fc.assert(property, { numRuns: 200, seed: 7 });
});

it('never charges more than the machine costs, in all and in any stretch to a micro-dollar a run', () => {
  const property = fc.property(anyUses, anyRates, instant, instant, (given, rates, a, b) => {
    const uses = usesOf(given);
    const whole = chargeMachine(uses, rates, [0, end]);
    expect(sum(whole.charges)).toBeLessThanOrEqual(sum(whole.paid));
    for (const { micros } of whole.charges) expect(micros).toBeGreaterThanOrEqual(0);
    if (a === b) return;
    const stretch = chargeMachine(uses, rates, [Math.min(a, b), Math.max(a, b)]);
    expect(sum(stretch.charges)).toBeLessThanOrEqual(sum(stretch.paid) + uses.length);
  });
  fc.assert(property, { numRuns: 300, seed: 8 });
});

it('gives the same for one rate and for the same rate said again and again', () => {
  const property = fc.property(anyUses, fc.uniqueArray(instant, { maxLength: 6 }), (given, again) => {
    const said = [0, ...again.filter((at) => at > 0)]
      .sort((a, b) => a - b)
      .map((since) => rate(7.123457, since));
    const once = chargeMachine(usesOf(given), said.slice(0, 1), [0, end]);
    const often = chargeMachine(usesOf(given), said, [0, end]);
    expect(often.charges.map(({ micros }) => micros)).toEqual(once.charges.map(({ micros }) => micros));
  });
  fc.assert(property, { numRuns: 100, seed: 9 });
});

it('counts a slice as its part of an accelerator', () => {
  const none = { memoryBytes: null, memoryUsedBytes: null, utilisation: null, temperatureC: null };
  const one = (uuid: string, index: number, parentIndex?: number) =>
    accelerator.parse({
      ...none,
      ...{ uuid, index, vendor: 'nvidia', model: 'A100', powerW: null, powerLimitW: null },
      mig: parentIndex === undefined ? null : { parentIndex, profile: '1g.10gb' },
    });
  const there = [one('GPU-0', 0), one('GPU-1', 1), one('MIG-a', 0, 1), one('MIG-b', 1, 1)];
  expect(wholeAccelerators(there)).toBe(2);
  expect(heldOf(['GPU-0', 'MIG-a'], there)).toBe(1.5);
  expect(heldOf(['gone'], there)).toBe(1);
});
