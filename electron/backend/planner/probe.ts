import type { Logger } from 'pino';
import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { LaunchRequest } from '#shared/contract/runs.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Actor } from '#shared/domain/role.ts';
import { hasEnded, type Run, type RunSummary } from '#shared/domain/run.ts';
import type { CheckedTasks } from '#shared/domain/spec.ts';

/** What the trainer may read to end by itself; who does not is stopped from here. */
export const stepsVariable = 'TRAINYARD_PROBE_STEPS';
/** A probe that prints no step by then is stopped all the same. */
const mostMs = 30 * 60_000;

export interface ProbeDependencies {
  events: EventBus;
  activity: Pick<Activity, 'record'>;
  clock: Clock;
  log: Pick<Logger, 'warn'>;
  check(yaml: string): CheckedTasks;
  launch(request: LaunchRequest, actor: Actor): Run;
  stop(runId: string, actor: Actor): void;
}

export interface ProbeRequest {
  requestId: string;
  machineId: string;
  yaml: string;
  baseDirectory: string | null;
  steps: number;
}

/**
 * Short runs that measure a throughput. The task gets TRAINYARD_PROBE_STEPS in its environment, and may end by itself; it is
 * stopped once it has printed so many steps, or after half an hour.
 */
export class Probes {
  readonly #dependencies: ProbeDependencies;
  readonly #ending = new AbortController();
  /** Steps after which each is stopped. */
  readonly #going = new Map<string, { steps: number; actor: Actor }>();
  #endSubscription: () => void = () => undefined;

  constructor(dependencies: ProbeDependencies) {
    this.#dependencies = dependencies;
  }

  start(): void {
    this.#endSubscription = this.#dependencies.events.subscribe((event) => {
      if (event.type === 'run.changed') this.#look(event.run);
    });
  }

  close(): void {
    this.#endSubscription();
    this.#ending.abort();
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
        yaml,
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
    if (!hasEnded(run.state)) {
      this.#going.set(run.id, { steps, actor });
      this.#stopLater(run.id);
    }
    return { runId: run.id };
  }

  #look({ id, state, step }: RunSummary): void {
    const probe = this.#going.get(id);
    if (probe === undefined) return;
    if (hasEnded(state)) this.#going.delete(id);
    else if (step !== null && step >= probe.steps) this.#stop(id);
  }

  #stopLater(runId: string): void {
    this.#dependencies.clock.sleep(mostMs, this.#ending.signal).then(
      () => this.#stop(runId),
      () => undefined,
    );
  }

  #stop(runId: string): void {
    const probe = this.#going.get(runId);
    if (probe === undefined) return;
    this.#going.delete(runId);
    try {
      this.#dependencies.stop(runId, probe.actor);
    } catch (error) {
      this.#dependencies.log.warn({ err: error, runId }, 'a probe could not be stopped');
    }
  }
}
