// Apart from sensitivity.ts, so that the command line's own words need not load zod.

/** How sensitive something is. Rising order. */
export const labels = ['public', 'internal', 'confidential', 'restricted'] as const;
export type Label = (typeof labels)[number];

export const labelRank = (label: Label): number => labels.indexOf(label);
export const isAbove = (a: Label, b: Label): boolean => labelRank(a) > labelRank(b);
