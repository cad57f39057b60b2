import type { HourlyRate } from '#shared/domain/cost.ts';

/** What machines cost, by whose word, and since when: the catalogue's to know. */
export interface RateSource {
  /** Everything that was ever said, oldest first. A rate holds until the next one; `basis: none` takes it back. Empty: nobody has said. */
  ratesOf(machineId: string): readonly HourlyRate[];
}
