/** The solver of portfolios: HiGHS and the heuristics, in worker threads. */
export { type SolveOptions, Solver, type SolverOptions } from './solver.ts';
