import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import type { CopyPathKind } from '#shared/domain/copy.ts';
import type { MigrationPlan } from '#shared/domain/migration.ts';
import type { MigrationMode } from '#shared/domain/migration-phases.ts';

export interface PlanQuestion {
  runId: string;
  machineId: string | null;
  /** null: the plan chooses. */
  mode: MigrationMode | null;
  path: CopyPathKind | null;
}

export interface Planning {
  /** The last answer for this machine; another mode's while the new one is looked for. */
  plan: MigrationPlan | null;
  looking: boolean;
  failure: unknown;
  again(): void;
}

/** Asks what a move would be whenever the question changes; an older question's answer is dropped. */
export function usePlan({ runId, machineId, mode, path }: PlanQuestion): Planning {
  const [state, setState] = useState<Omit<Planning, 'again'>>({ plan: null, looking: false, failure: null });
  const [asked, setAsked] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asking again is another look
  useEffect(() => {
    if (machineId === null) {
      setState({ plan: null, looking: false, failure: null });
      return;
    }
    const abort = new AbortController();
    setState(({ plan }) => ({
      plan: plan?.toMachineId === machineId ? plan : null,
      looking: true,
      failure: null,
    }));
    rpc()
      .migrations.plan(
        { runId, machineId, ...(mode === null ? {} : { mode }), ...(path === null ? {} : { path }) },
        { signal: abort.signal },
      )
      .then((plan) => {
        if (!abort.signal.aborted) setState({ plan, looking: false, failure: null });
      })
      .catch((failure: unknown) => {
        if (!abort.signal.aborted) setState({ plan: null, looking: false, failure });
      });
    return () => abort.abort();
  }, [runId, machineId, mode, path, asked]);
  return { ...state, again: () => setAsked((before) => before + 1) };
}
