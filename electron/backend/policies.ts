import { Places, type PlacesDependencies, Proposals } from './places/index.ts';
import { logTailOf, Recovery, type RecoveryDependencies } from './recovery/index.ts';
import type { RunsService } from './runs/index.ts';

type Shared = Omit<RecoveryDependencies, 'handover' | 'logTail' | 'proposals'> &
  Pick<PlacesDependencies, 'migrations'> & { runs: RunsService };

export interface PoliciesOfRuns {
  recovery: Recovery;
  places: Places;
  /** Takes up what an earlier process left. After the moves, before machines are connected. */
  start(): void;
  close(): Promise<void>;
}

/** What is done with runs where nobody asks: made good when they are lost, brought to better places. They share the proposals. */
export function openPolicies({ runs, migrations, ...shared }: Shared): PoliciesOfRuns {
  const proposals = new Proposals(shared);
  const recovery = new Recovery({
    ...shared,
    handover: runs.handover,
    logTail: logTailOf(runs),
    proposals,
  });
  const places = new Places({ ...shared, migrations, proposals, recovery });
  return {
    recovery,
    places,
    start() {
      recovery.start();
      places.start();
    },
    async close() {
      await Promise.all([places.close(), recovery.close()]);
    },
  };
}
