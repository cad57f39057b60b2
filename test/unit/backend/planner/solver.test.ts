import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '#backend/clock.ts';
import { Solver, type SolverOptions } from '#backend/planner/solver/index.ts';
import { startWorker } from '#backend/planner/solver/program.ts';
import type { PortfolioSolution } from '#shared/domain/plan.ts';
import { check } from '#shared/planner/portfolio/index.ts';
import { largeProblem, optionOf, poolOf, problemOf, runOf } from '#test/fakes/portfolio.ts';
import { SimClock } from '#test/fakes/sim-clock.ts';
import { until } from '#test/until.ts';

const solvers: Solver[] = [];
function open(options: Partial<SolverOptions> = {}): Solver {
  const solver = new Solver({ clock: systemClock, workers: 1, ...options });
  solvers.push(solver);
  return solver;
}
afterEach(async () => {
  for (const solver of solvers.splice(0)) await solver.close();
});

const once = { improveMs: 0, improved: () => undefined, signal: new AbortController().signal };
const small = problemOf(
  [runOf('r', { options: [optionOf('a', 1, 2, 4), optionOf('b', 1, 1, 10)] })],
  [poolOf('a', 1), poolOf('b', 1)],
);
/** Too large to be exact at once, and too tight to be proven at once. */
const tight = largeProblem(3, 120, 60, 0.1);

describe('the solver of plans', () => {
  it('answers from a worker: the first plan, then better ones until it is proven or told to end', async () => {
    const solver = open();
    const improved: PortfolioSolution[] = [];
    const asking = new AbortController();
    const first = await solver.solve(tight, 'optimal', {
      improveMs: 60_000,
      improved: (solution) => improved.push(solution),
      signal: asking.signal,
    });
    expect(check(tight, first)).toEqual([]);
    expect(first).toMatchObject({ strategy: 'optimal', improving: true, placed: 120 });
    expect(first.bound ?? 0).toBeGreaterThan(0);
    expect(first.gap ?? 1).toBeLessThan(0.05);
    asking.abort();
    await until('the search has ended', () => improved.at(-1)?.improving === false);
    let objective = first.objective;
    let bound = first.bound ?? 0;
    for (const solution of improved) {
      expect(check(tight, solution)).toEqual([]);
      expect(solution.objective).toBeLessThanOrEqual(objective + 1e-6);
      expect(solution.bound ?? 0).toBeGreaterThanOrEqual(bound - 1e-6);
      ({ objective } = solution);
      bound = solution.bound ?? 0;
    }
    const again = await solver.solve(tight, 'optimal', once);
    expect({ ...again, tookMs: 0 }).toEqual({ ...first, improving: false, tookMs: 0 });
  });

  it('compares strategies on the same problem, against the same bound', async () => {
    const solutions = await open().compare(tight, ['cheapest', 'fastest', 'optimal'], once.signal);
    expect(solutions.map(({ strategy }) => strategy)).toEqual(['cheapest', 'fastest', 'optimal']);
    for (const solution of solutions) {
      expect(check(tight, solution)).toEqual([]);
      expect(solution.objective).toBeGreaterThanOrEqual(solutions[2]?.objective ?? 0);
    }
    const front = await open().front(tight, 4, once.signal);
    expect(front.length).toBeGreaterThan(1);
  });

  it('says what the problem is refused with, and goes on', async () => {
    const solver = open();
    const circle = problemOf([runOf('a', { after: ['a'] })], []);
    await expect(solver.solve(circle, 'optimal', once)).rejects.toMatchObject({ code: 'PLAN_CYCLE' });
    expect(await solver.solve(small, 'optimal', once)).toMatchObject({ costMicros: 4_000_000, gap: 0 });
  });

  it('tells of a worker that fails, and gives the next question a fresh one', async () => {
    let started = 0;
    const solver = open({
      start(setup) {
        started += 1;
        return started === 1
          ? new Worker('throw new Error("out of memory, say")', { eval: true })
          : startWorker(setup);
      },
    });
    await expect(solver.solve(small, 'optimal', once)).rejects.toMatchObject({
      code: 'SOLVER_FAILED',
      details: 'out of memory, say',
      retryable: true,
    });
    expect(await solver.solve(small, 'optimal', once)).toMatchObject({ placed: 1 });
    expect(started).toBe(2);
  });

  it('ends a worker that neither answers nor stops, and one that has nothing to do', async () => {
    const clock = new SimClock();
    const workers: Worker[] = [];
    const solver = open({
      clock,
      answerMs: 1_000,
      stopMs: 500,
      idleMs: 2_000,
      start(setup) {
        const deaf = workers.length < 2;
        const worker = deaf
          ? new Worker('setInterval(() => undefined, 1000)', { eval: true })
          : startWorker(setup);
        workers.push(worker);
        return worker;
      },
    });
    const ended = (worker: Worker | undefined) =>
      until('the worker has ended', () => worker !== undefined && worker.threadId === -1);
    const slow = solver.solve(small, 'optimal', once);
    slow.catch(() => undefined);
    await until('there is a worker', () => workers.length === 1);
    await clock.step(1_000);
    await expect(slow).rejects.toMatchObject({ code: 'SOLVER_TOO_SLOW' });
    await ended(workers[0]);
    const asking = new AbortController();
    const cancelled = solver.solve(small, 'optimal', { ...once, signal: asking.signal });
    cancelled.catch(() => undefined);
    await until('there is another', () => workers.length === 2);
    asking.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    await clock.step(500);
    await ended(workers[1]);
    expect(await solver.solve(small, 'optimal', once)).toMatchObject({ placed: 1 });
    await until('it has been idle for long enough', async () => {
      await clock.step(2_000);
      return workers[2]?.threadId === -1;
    });
  });

  it('gives way to the next question while it only improves, and ends all with its end', async () => {
    const solver = open();
    const improved: PortfolioSolution[] = [];
    const first = await solver.solve(tight, 'optimal', {
      improveMs: 600_000,
      improved: (solution) => improved.push(solution),
      signal: new AbortController().signal,
    });
    expect(first.improving).toBe(true);
    expect(await solver.solve(small, 'fastest', once)).toMatchObject({ costMicros: 10_000_000 });
    expect(improved.at(-1)?.improving).toBe(false);
    const pending = solver.solve(tight, 'optimal', once);
    pending.catch(() => undefined);
    await solver.close();
    await expect(pending).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(solver.solve(small, 'optimal', once)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
