import type { Credential } from '#shared/domain/credential.ts';

const dayMs = 86_400_000;
/** After so long without use, or with the same value, the page points a credential out. */
export const unusedAfterMs = 90 * dayMs;
export const oldAfterMs = 180 * dayMs;

export function ageMarks({ createdAt, changedAt, usedAt, problem }: Credential, now: number) {
  if (problem !== null) return { unused: false, old: false };
  return {
    unused: now - Math.max(usedAt ?? 0, createdAt) > unusedAfterMs,
    old: now - changedAt > oldAfterMs,
  };
}
