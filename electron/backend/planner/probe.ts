import type { Activity } from '#backend/activity/index.ts';
import type { LaunchRequest } from '#shared/contract/runs.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Run } from '#shared/domain/run.ts';
import type { CheckedTasks } from '#shared/domain/spec.ts';
import { probeTask } from './probe-task.ts';

/** What the trainer may read to end by itself; who does not is ended by the watch beside it. */
export const stepsVariable = 'TRAINYARD_PROBE_STEPS';
/** A probe that is slow to step ends after half an hour all the same. */
const mostSeconds = 30 * 60;

export interface ProbeDependencies {
  activity: Pick<Activity, 'record'>;
  check(yaml: string): CheckedTasks;
  launch(request: LaunchRequest, actor: Actor): Run;
}

export interface ProbeRequest {
  requestId: string;
  machineId: string;
  yaml: string;
  baseDirectory: string | null;
  steps: number;
}

/**
 * Short runs that measure a throughput: runs like any other, so that they are seen, stopped and picked up again by whoever
 * opens the app; what ends them after their steps, or after half an hour, is on the box (probe-task.ts).
 */
export class Probes {
  readonly #dependencies: ProbeDependencies;

  constructor(dependencies: ProbeDependencies) {
    this.#dependencies = dependencies;
  }

  /** Throws what a launch does, and PROBE_NOTHING_TO_RUN. */
  launch(
    { requestId, machineId, yaml, baseDirectory, steps }: ProbeRequest,
    actor: Actor,
  ): { runId: string } {
    const { check, launch, activity } = this.#dependencies;
    const { ok, tasks } = check(yaml);
    const [task] = tasks;
    if (ok && task?.run === null) {
      throw new TrainyardError(
        'PROBE_NOTHING_TO_RUN',
        'This task has no “run:”: there is nothing whose speed could be measured.',
      );
    }
    const run = launch(
      {
        requestId,
        machineId,
        yaml: ok ? probeTask(yaml, { steps, seconds: mostSeconds }) : yaml,
        baseDirectory,
        name: `probe of ${task?.name ?? 'a run'}`,
        envs: { [stepsVariable]: String(steps) },
        secrets: {},
        priority: 0,
      },
      actor,
    );
    activity.record({
      actor,
      action: 'plan.probe',
      target: run.name,
      details: { runId: run.id, machineId, steps },
    });
    return { runId: run.id };
  }
}
