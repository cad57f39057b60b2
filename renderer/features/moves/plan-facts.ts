import type { MigrationCheck, MigrationPlan } from '#shared/domain/migration.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';

/** Whether a check is about where data may go: an owner may let it go all the same. */
export const isAboutData = ({ code }: Pick<MigrationCheck, 'code'>): boolean =>
  /SENSITIV|DATA_LABEL/.test(code);

/** Checks by how much they ask to be read: what refuses the move, what to know, what is fine. */
export function sortChecks(checks: readonly MigrationCheck[]) {
  const of = (verdict: MigrationCheck['verdict']) => checks.filter((check) => check.verdict === verdict);
  return { fails: of('fail'), warnings: of('warn'), passes: of('pass') };
}

/** Names of the secrets that have to be given anew: those that a check or the refusal names, of those that the run has. */
export function secretsNamed(
  plan: Pick<MigrationPlan, 'checks'> | null,
  failure: unknown,
  all: readonly string[],
): string[] {
  const check = plan?.checks.find(({ code, verdict }) => /SECRET/.test(code) && verdict !== 'pass');
  const refusal = failure ? TrainyardError.from(failure) : null;
  const refused = refusal !== null && /SECRET/.test(refusal.code) ? refusal : null;
  const named = refused?.params.names ?? check?.params.names;
  if (!check && !refused) return [];
  if (named === undefined) return [...all];
  const words = new Set(
    String(named)
      .split(/[\s,]+/)
      .filter(Boolean),
  );
  const known = all.filter((name) => words.has(name));
  return known.length > 0 ? known : [...words];
}

/** What travels before the stop and what after it, in bytes: the second is what the run waits for. */
export function bytesByStop(copies: MigrationPlan['copies']): { before: number; after: number } {
  const sum = (beforeStop: boolean) =>
    copies.filter((copy) => copy.beforeStop === beforeStop).reduce((all, { bytes }) => all + bytes, 0);
  return { before: sum(true), after: sum(false) };
}
