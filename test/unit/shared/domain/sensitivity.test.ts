import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isAbove,
  type JudgedData,
  type JudgedPlace,
  judge,
  type Label,
  labelRank,
  labels,
  notCovered,
  type Reading,
} from '#shared/domain/sensitivity.ts';

const label = fc.constantFrom<Label>(...labels);
const country = fc.constantFrom('DE', 'FR', 'US', 'CN');
const data: fc.Arbitrary<JudgedData> = fc.record({
  id: fc.constantFrom('aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'),
  name: fc.constantFrom('patients', 'images'),
  path: fc.constant('/data'),
  label,
  countries: fc.uniqueArray(country, { maxLength: 3 }),
});
// A run that reads nothing labelled is unlabelled itself.
const reading: fc.Arbitrary<Reading> = fc
  .record({
    asked: fc.option(label),
    data: fc.array(data, { maxLength: 4 }),
    hasUnlabelled: fc.boolean(),
  })
  .map((what) => ({ ...what, hasUnlabelled: what.hasUnlabelled || what.data.length === 0 }));
const place: fc.Arbitrary<JudgedPlace> = fc.record({
  siteId: fc.constant('ssssssssssss'),
  siteName: fc.constant('box'),
  maxLabel: label,
  country: fc.option(country),
  region: fc.constant(null),
});
const raised = (from: Label): Label => labels[Math.min(labelRank(from) + 1, labels.length - 1)] ?? from;

test('what is allowed breaks no rule, and what is refused names one with its place', () => {
  fc.assert(
    fc.property(reading, place, (what, where) => {
      const { allowed, label: run, violations } = judge(what, where);
      const tooHigh = [run, ...what.data.map((each) => each.label)].some((l) => isAbove(l, where.maxLabel));
      const elsewhere = what.data.some(
        ({ countries }) =>
          countries.length > 0 && (where.country === null || !countries.includes(where.country)),
      );
      expect(allowed).toBe(!tooHigh && !elsewhere);
      expect(allowed).toBe(violations.length === 0);
      for (const each of violations) expect(each).toMatchObject({ siteId: where.siteId, place: 'box' });
    }),
    { numRuns: 5_000 },
  );
});

test('a run is never less sensitive than what it reads, whatever it was called', () => {
  fc.assert(
    fc.property(reading, place, (what, where) => {
      const { label: run } = judge(what, where);
      for (const each of what.data) expect(isAbove(each.label, run)).toBe(false);
      if (what.asked !== null) expect(isAbove(what.asked, run)).toBe(false);
    }),
  );
});

test('raising a label, or adding data, or lowering a place never allows what was refused', () => {
  fc.assert(
    fc.property(reading, place, data, (what, where, more) => {
      if (judge(what, where).allowed) return;
      const higher = what.data.map((each) => ({ ...each, label: raised(each.label) }));
      const asked = what.asked === null ? null : raised(what.asked);
      const lower = labels[Math.max(0, labelRank(where.maxLabel) - 1)] ?? 'public';
      expect(judge({ ...what, data: higher, asked }, where).allowed).toBe(false);
      expect(judge({ ...what, data: [...what.data, more] }, where).allowed).toBe(false);
      expect(judge(what, { ...where, maxLabel: lower }).allowed).toBe(false);
    }),
    { numRuns: 5_000 },
  );
});

test('an override covers all that was known, and nothing of what changed afterwards', () => {
  fc.assert(
    fc.property(reading, place, (what, where) => {
      const known = judge(what, where).violations;
      expect(notCovered(known, known)).toEqual([]);
      const raisedData = what.data.map((each) => ({ ...each, label: 'restricted' as const }));
      const after = judge({ ...what, data: raisedData }, where).violations;
      for (const each of notCovered(after, known)) expect(known).not.toContainEqual(each);
      for (const each of known)
        expect(notCovered([{ ...each, siteId: 'other0000000' }], known)).toHaveLength(1);
    }),
  );
});

test('a site that nobody has said anything about takes unlabelled work; one for public data takes it when called so', () => {
  const nothing = { asked: null, data: [], hasUnlabelled: true };
  const at = (maxLabel: Label) => ({ siteId: 's', siteName: 'box', maxLabel, country: null, region: null });
  expect(judge(nothing, at('internal')).allowed).toBe(true);
  expect(judge(nothing, at('public')).violations).toMatchObject([{ rule: 'label', dataId: null }]);
  expect(judge({ ...nothing, asked: 'public' }, at('public')).allowed).toBe(true);
});
