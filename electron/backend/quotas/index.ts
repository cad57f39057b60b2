/** What providers let the user rent at once: kept, typed, taken in from what their command lines print. */
export { Quotas, type QuotasDependencies } from './quotas.ts';
