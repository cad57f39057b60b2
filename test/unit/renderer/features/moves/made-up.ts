import type { Migration, MigrationPlan } from '#shared/domain/migration.ts';

/** A move as the page gets it, plain unless told otherwise. */
export function move(id: string, more: Partial<Migration> = {}): Migration {
  return {
    id,
    runId: 'rrrrrrrrrrrr',
    runName: 'run',
    from: { machineId: 'heron', machineName: 'heron' },
    to: { machineId: 'kite', machineName: 'kite' },
    fromEpoch: 1,
    toEpoch: null,
    backEpoch: null,
    broughtBack: null,
    mode: 'request',
    reason: { kind: 'user', who: 'mei', why: null },
    path: 'direct',
    phase: 'preparing',
    startedAt: 1,
    phaseAt: 1,
    endedAt: null,
    phases: [{ phase: 'preparing', at: 1 }],
    checkpoint: null,
    progress: null,
    estimate: null,
    waitingFor: null,
    cancelConsequence: 'nothing-happened',
    downtime: null,
    lostSteps: null,
    copiedBytes: { beforeStop: 0, afterStop: 0 },
    kept: [],
    error: null,
    ...more,
  };
}

type Check = MigrationPlan['checks'][number];
export const check = (verdict: Check['verdict'], code: string, params: Check['params'] = {}): Check => ({
  verdict,
  code,
  params,
  message: code,
  remedy: null,
});
