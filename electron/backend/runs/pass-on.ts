import type { Store } from '#backend/store/index.ts';
import { because } from '#shared/domain/because.ts';
import { boxTold } from '#shared/domain/box-sentences.ts';
import type { Attempt } from '#shared/domain/run.ts';

/** A notice of why it ended, where the box says more than its exit code: setup failed, the disk was full. */
export function passOn(store: Store, { runId, machineName }: Attempt, complaint: string): void {
  const name = store.runs.summary(runId)?.name ?? runId;
  store.notices.add({
    level: 'error',
    code: 'RUN_COMPLAINT',
    params: { name, machine: machineName, ...because('complaint', boxTold(complaint)) },
    message: `Run "${name}" on ${machineName}: ${complaint}`,
    runId,
  });
}
