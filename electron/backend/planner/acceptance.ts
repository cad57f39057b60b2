import { createHash } from 'node:crypto';
import type { LaunchRequest } from '#shared/contract/runs.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Reason } from '#shared/domain/figure.ts';
import { newId } from '#shared/domain/id.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Run } from '#shared/domain/run.ts';
import { type PortfolioContent, readPlanContent } from '#shared/planner/plan-file.ts';
import { portfolioReason } from '#shared/planner/portfolio/index.ts';
import type { PortfolioDependencies } from './portfolio.ts';

export interface AcceptRequest {
  requestId: string;
  planId: string;
  runs: { runId: string; yaml: string; machineId: string; priority: number; baseDirectory: string | null }[];
}

export interface Accepted {
  runId: string;
  queued: string | null;
  why: Reason | null;
}

type AcceptanceDependencies = Pick<
  PortfolioDependencies,
  'store' | 'activity' | 'launch' | 'openPlan' | 'noteRuns'
>;

/** What the runs' queue takes. */
const mostPriority = 100;

/** Makes runs of a plan: queued on the machines that it chose. */
export class Acceptance {
  readonly #dependencies: AcceptanceDependencies;

  constructor(dependencies: AcceptanceDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Queues what can be queued, the most important and earliest first; each run is answered for, in the order asked. A run that
   * waits for another is left until that one has succeeded: the queue knows no waiting for each other, and begun too early it
   * would train on what is not there. The same run of the same plan is launched once, whoever asks and however often.
   * Throws PLAN_NOT_PORTFOLIO, and what opening the plan throws.
   */
  accept({ planId, runs }: AcceptRequest, actor: Actor): Accepted[] {
    const { activity, noteRuns } = this.#dependencies;
    const content = readPlanContent(this.#dependencies.openPlan(planId));
    if (content.kind !== 'portfolio') {
      throw new TrainyardError(
        'PLAN_NOT_PORTFOLIO',
        'This plan is not one for several runs: there is nothing in it to accept.',
      );
    }
    const answers = new Map<string, Accepted>();
    const startOf = (runId: string) =>
      content.answer.assignments.find((each) => each.runId === runId)?.startAt ?? Number.POSITIVE_INFINITY;
    const order = runs.toSorted((a, b) => b.priority - a.priority || startOf(a.runId) - startOf(b.runId));
    for (const asked of order) answers.set(asked.runId, this.#acceptOne(planId, content, asked, actor));
    const queued = [...answers.values()].flatMap((answer) => answer.queued ?? []);
    if (queued.length > 0) noteRuns(planId, queued);
    activity.record({
      actor,
      action: 'plan.accept',
      target: planId,
      details: { queued, left: answers.size - queued.length },
    });
    return runs.flatMap(({ runId }) => answers.get(runId) ?? []);
  }

  #acceptOne(
    planId: string,
    content: PortfolioContent,
    asked: AcceptRequest['runs'][number],
    actor: Actor,
  ): Accepted {
    const { store, launch } = this.#dependencies;
    const { runId } = asked;
    const requestId = launchIdOf(planId, runId);
    const earlier = store.runs.byRequest(requestId);
    if (earlier !== undefined) return { runId, queued: earlier.id, why: null };
    const why = this.#whyNot(planId, content, asked);
    if (why !== null) return { runId, queued: null, why };
    const request: LaunchRequest = {
      requestId,
      yaml: asked.yaml,
      baseDirectory: asked.baseDirectory,
      machineId: asked.machineId,
      name: content.question.problem.runs.find(({ id }) => id === runId)?.name,
      envs: {},
      secrets: {},
      priority: Math.max(-mostPriority, Math.min(mostPriority, asked.priority)),
    };
    try {
      return { runId, queued: launch(request, actor).id, why: null };
    } catch (error) {
      // One that is refused keeps none of the others from being queued.
      const { code, params, message } = TrainyardError.from(error);
      return { runId, queued: null, why: { code, params, message } };
    }
  }

  #whyNot(
    planId: string,
    { question: { problem }, answer }: PortfolioContent,
    { runId, machineId }: AcceptRequest['runs'][number],
  ): Reason | null {
    const run = problem.runs.find(({ id }) => id === runId);
    const assignment = answer.assignments.find((each) => each.runId === runId);
    if (run === undefined || assignment === undefined) return portfolioReason('ACCEPT_UNKNOWN');
    if (assignment.poolId === null) return portfolioReason('ACCEPT_NOT_PLACED');
    const place = problem.pools.find(({ id }) => id === assignment.poolId)?.place;
    if (place?.kind !== 'machine')
      return portfolioReason('ACCEPT_RENTED', { place: place?.title ?? assignment.poolId });
    if (place.id !== machineId) return portfolioReason('ACCEPT_OTHER_MACHINE', { place: place.title });
    const open = run.after.find((id) => this.#launched(planId, id)?.state !== 'succeeded');
    if (open === undefined) return null;
    return portfolioReason('ACCEPT_WAITS', { run: problem.runs.find(({ id }) => id === open)?.name ?? open });
  }

  #launched(planId: string, runId: string): Run | undefined {
    return this.#dependencies.store.runs.byRequest(launchIdOf(planId, runId));
  }
}

/** The id under which a run of a plan is launched: the same every time, so that it is launched once. */
export function launchIdOf(planId: string, runId: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([planId, runId]))
    .digest();
  return newId((bytes) => {
    bytes.set(digest.subarray(0, bytes.length));
    return bytes;
  });
}
