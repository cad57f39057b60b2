import type { MigrationMode, MigrationPlan } from '#shared/domain/migration.ts';
import { type MoveFacts, newestOf } from './facts.ts';

type Copies = MigrationPlan['copies'];

const none = { files: 0, bytes: 0 };

/** What travels, before the stop and after it. */
export function copiesOf(facts: MoveFacts, mode: MigrationMode): Copies {
  const { run, from } = facts;
  const sizes = from.box?.sizes ?? {};
  const snapshot = run.snapshot ?? none;
  const rest = sizes.rest ?? none;
  const made = run.spec.setup !== null && run.spec.setup.trim() !== '';
  const newest = newestOf(facts);
  const last = newest === null ? none : { files: newest.files.length, bytes: newest.bytes };
  const copies: Copies = [
    { what: 'code', files: snapshot.files, bytes: snapshot.bytes, beforeStop: true },
    // What set-up makes over there is not copied.
    { what: 'environment', ...(made ? none : (sizes.environment ?? none)), beforeStop: true },
    { what: 'data', ...(sizes.data ?? none), beforeStop: true },
    {
      what: 'outputs',
      files: Math.max(0, rest.files - snapshot.files),
      bytes: Math.max(0, rest.bytes - snapshot.bytes),
      beforeStop: true,
    },
    { what: 'checkpoint', ...(sizes.checkpoints ?? last), beforeStop: true },
    // With `last` it is there before the stop; else a new one is made, about as large.
    ...(mode === 'last' ? [] : [{ what: 'checkpoint' as const, ...last, beforeStop: false }]),
  ];
  return copies.filter(({ bytes, files }) => bytes > 0 || files > 0);
}

/** All that will lie over there. */
export const bytesThere = (facts: MoveFacts): number =>
  copiesOf(facts, 'request').reduce((sum, { bytes }) => sum + bytes, 0);
