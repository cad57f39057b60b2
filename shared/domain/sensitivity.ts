import { z } from 'zod';
import { countrySchema } from './country.ts';
import { idSchema } from './id.ts';
import { isAbove, type Label, labels } from './label.ts';
import type { SiteKind } from './site.ts';

export { isAbove, type Label, labelRank, labels } from './label.ts';

export const labelSchema = z.enum(labels);
/** Null of nothing. */
export const highest = (all: readonly Label[]): Label | null =>
  all.reduce<Label | null>((top, label) => (top === null || isAbove(label, top) ? label : top), null);

/** What nobody has labelled counts as this. */
export const unlabelled: Label = 'internal';
/** What a site may hold where nobody has said. */
export const defaultMaxLabel = (kind: SiteKind): Label => (kind === 'local' ? 'restricted' : 'internal');

export const dataSet = z.object({
  id: idSchema,
  name: z.string().min(1).max(200),
  /** A file or a folder on this computer, absolute; all below it belongs to it. */
  path: z.string().min(1).max(4096),
  label: labelSchema,
  /** It may go to these only; empty: to any. */
  countries: z.array(countrySchema).max(300),
  createdAt: z.number(),
});
export type DataSet = z.infer<typeof dataSet>;

/** What a site may hold, and where it stands. */
export const sitePolicy = z.object({
  siteId: idSchema,
  siteName: z.string(),
  maxLabel: labelSchema,
  country: countrySchema.nullable(),
  region: z.string().trim().min(1).max(100).nullable(),
  /** Nobody has said anything about it: `maxLabel` is the default. */
  isDefault: z.boolean(),
});
export type SitePolicy = z.infer<typeof sitePolicy>;

/** A data set as it was when something was judged. */
export const judgedData = dataSet.omit({ createdAt: true });
export type JudgedData = z.infer<typeof judgedData>;
export const judgedPlace = sitePolicy.pick({
  siteId: true,
  siteName: true,
  maxLabel: true,
  country: true,
  region: true,
});
export type JudgedPlace = z.infer<typeof judgedPlace>;

/** One rule that is broken: which, by what, and at which place. */
export const violation = z.object({
  /** `label`: more sensitive than the place may hold. `country`: the place stands elsewhere; `country-unknown`: nobody has said where. */
  rule: z.enum(['label', 'country', 'country-unknown']),
  /** Null: the run itself, by the label it was given. */
  dataId: idSchema.nullable(),
  data: z.string(),
  label: labelSchema,
  countries: z.array(z.string()),
  siteId: idSchema,
  place: z.string(),
  maxLabel: labelSchema,
  country: z.string().nullable(),
});
export type Violation = z.infer<typeof violation>;

export const judgement = z.object({
  allowed: z.boolean(),
  /** The run's. */
  label: labelSchema,
  data: z.array(judgedData),
  place: judgedPlace,
  violations: z.array(violation),
});
export type Judgement = z.infer<typeof judgement>;

/** An owner's word that something may go all the same. */
export const override = z.object({ reason: z.string().trim().min(3).max(500) });
export type Override = z.infer<typeof override>;

export interface Reading {
  /** What the launch said; a run may be called more sensitive than what it reads, never less. */
  asked: Label | null;
  data: readonly JudgedData[];
  /** Some of what it reads (or, where it reads nothing, the run itself) belongs to no data set. */
  hasUnlabelled: boolean;
}

/** The highest label of what a run reads and of what it was called. What nobody has labelled takes the word of the launch. */
export function runLabel({ asked, data, hasUnlabelled }: Reading): Label {
  const rest = asked ?? (hasUnlabelled ? unlabelled : null);
  return highest([...data.map(({ label }) => label), ...(rest === null ? [] : [rest])]) ?? unlabelled;
}

/** Whether a run that reads this may go there, and every rule that says no. */
export function judge(reading: Reading, place: JudgedPlace): Judgement {
  const label = runLabel(reading);
  const { siteId, siteName, maxLabel, country } = place;
  const at = { siteId, place: siteName, maxLabel, country };
  const violations = reading.data.flatMap((data): Violation[] => {
    const what = { dataId: data.id, data: data.name, label: data.label, countries: data.countries, ...at };
    const { countries } = data;
    return [
      ...(isAbove(data.label, maxLabel) ? [{ rule: 'label' as const, ...what }] : []),
      ...(countries.length > 0 && country === null ? [{ rule: 'country-unknown' as const, ...what }] : []),
      ...(countries.length > 0 && country !== null && !countries.includes(country)
        ? [{ rule: 'country' as const, ...what }]
        : []),
    ];
  });
  const explained = violations.some(({ rule, label: of }) => rule === 'label' && of === label);
  if (isAbove(label, maxLabel) && !explained) {
    violations.push({ rule: 'label', dataId: null, data: '', label, countries: [], ...at });
  }
  return { allowed: violations.length === 0, label, data: [...reading.data], place, violations };
}

/** What of `found` was not there yet when `before` was overridden: an override covers what was known, nothing that came later. */
export function notCovered(found: readonly Violation[], before: readonly Violation[]): Violation[] {
  const covered = new Set(before.map(violationKey));
  return found.filter((each) => !covered.has(violationKey(each)));
}

const violationKey = ({ rule, dataId, label, countries, siteId, maxLabel, country }: Violation): string =>
  JSON.stringify([rule, dataId, label, [...countries].sort(), siteId, maxLabel, country]);
