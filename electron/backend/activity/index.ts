export { Activity, type ActivityQuery, type NewActivity } from './activity.ts';
export type { Verdict } from './chain.ts';
export { csvLine } from './export.ts';
export { refusedOnRecord } from './refusal.ts';
