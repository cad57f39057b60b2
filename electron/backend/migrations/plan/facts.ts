import type { Told } from '#shared/domain/because.ts';
import type { FoundCheckpoint } from '#shared/domain/checkpoint.ts';
import type { CopyPath, CopyPathKind } from '#shared/domain/copy.ts';
import type { Accelerator, Inventory } from '#shared/domain/machine.ts';
import type { MigrationMode } from '#shared/domain/migration.ts';
import type { Attempt, Run } from '#shared/domain/run.ts';
import type { ErrorShape } from '#shared/domain/trainyard-error.ts';
import type { BoxFacts } from './box-facts.ts';

export interface MachineFacts {
  id: string;
  name: string;
  /** Why it cannot be reached; null: it can. */
  unreachable: ErrorShape | null;
  inventory: Inventory | null;
  /** What the script found; null where it was not asked or did not answer. */
  box: BoxFacts | null;
  /** Why the script did not answer. */
  unanswered: ErrorShape | null;
}

export type Found<T> = { ok: true; value: T } | { ok: false; why: ErrorShape };

/** All that is known when a move is judged. */
export interface MoveFacts {
  run: Run;
  /** The newest attempt: what would be moved. */
  attempt: Attempt;
  claimed: boolean;
  from: MachineFacts;
  to: MachineFacts;
  draining: boolean;
  /** What it holds now. */
  held: readonly Accelerator[];
  /** What it would get there. */
  room: Found<readonly Accelerator[]>;
  objection: ErrorShape | null;
  missingSecrets: readonly string[];
  /** Null: the task names no directory for them. Newest last. */
  checkpoints: Found<readonly FoundCheckpoint[]> | null;
  paths: Found<readonly CopyPath[]>;
  step: number | null;
  pace: { stepMs: number | null; startMs: number | null };
  /** Why `checkpoint.resume.argument` cannot be put into the script. */
  untold: Told | null;
  /** The paths that `box.paths` of both machines are about. */
  neededPaths: readonly string[];
  graceSeconds: number;
  asked: { mode: MigrationMode | undefined; path: CopyPathKind | undefined };
}

/** The newest complete checkpoint. */
export const newestOf = ({ checkpoints }: Pick<MoveFacts, 'checkpoints'>): FoundCheckpoint | null =>
  checkpoints?.ok ? (checkpoints.value.filter(({ complete }) => complete).at(-1) ?? null) : null;
