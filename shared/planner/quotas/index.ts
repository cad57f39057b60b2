/** What accounts may rent at once: which machines count against which quota, and what is missing. */
export { azureFamilyOfName, familyKey } from './families.ts';
export {
  countsAgainst,
  leftOf,
  type QuotaShortage,
  quotaId,
  quotaName,
  type Rentable,
  shortageOf,
  takenByOne,
} from './judge.ts';
