/** Moving a run that is alive from one machine to another: docs/moving.md. */
export type { ActivityKeeper, MigrationsDependencies, MovingHands, Planner } from './context.ts';
export type { Migrations, MoveRequest } from './interface.ts';
export { type Pace, usualPace } from './pace.ts';
export { createPlanner } from './plan/index.ts';
export { MigrationsService } from './service.ts';
