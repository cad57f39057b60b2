import type { CopyPathKind } from '#shared/domain/copy.ts';
import type { Cleaned, Leftover } from '#shared/domain/leftover.ts';
import type { Migration, MigrationMode, MigrationPlan } from '#shared/domain/migration.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { Label, Override } from '#shared/domain/sensitivity.ts';

export interface MoveRequest {
  requestId: string;
  runId: string;
  machineId: string;
  mode?: MigrationMode | undefined;
  path?: CopyPathKind | undefined;
  acceptedLoss?: number | undefined;
  secrets?: Record<string, string> | undefined;
  sensitivity?: Label | undefined;
  override?: Override | undefined;
  reason?: Migration['reason'] | undefined;
}

/** Moving runs that are alive. What each phase does is in docs/moving.md. */
export interface Migrations {
  /** Looks at both machines and the ways between them. */
  plan(
    request: Pick<MoveRequest, 'runId' | 'machineId' | 'mode' | 'path'>,
    actor: Actor,
    signal: AbortSignal,
  ): Promise<MigrationPlan>;
  /** Throws MOVE_REFUSED. Resolves once it is in the journal. */
  start(request: MoveRequest, actor: Actor, signal: AbortSignal): Promise<Migration>;
  get(id: string): Migration;
  list(filter: {
    runId?: string | undefined;
    machineId?: string | undefined;
    active?: boolean | undefined;
    limit?: number | undefined;
  }): Migration[];
  cancel(id: string, actor: Actor): Migration;
  /** What moves have left on machines where their runs are no more. `connect`: machines that are not connected are, for it. */
  leftovers(
    filter: { runId?: string | undefined; machineId?: string | undefined; connect?: boolean | undefined },
    signal: AbortSignal,
  ): Promise<Leftover[]>;
  /** Removes those of them with which nothing is lost. Throws MOVE_LEFT_GONE where none of them is there. */
  clean(
    request: { ids: readonly string[]; connect?: boolean },
    actor: Actor,
    signal: AbortSignal,
  ): Promise<Cleaned[]>;
  /** Resolves when the move has ended, either way. */
  ended(id: string, signal: AbortSignal): Promise<Migration>;
}
