import { type CsvMoney, csvMoney, inDollars } from '#shared/planner/csv-money.ts';
import { useSession } from './session-store.ts';

/** What amounts are shown in now, for a table that is taken away. */
export function shownMoney(): CsvMoney {
  const { settings } = useSession.getState();
  return settings ? csvMoney(settings) : inDollars;
}
