import type { PaceNote } from '../notes.ts';

/** Fewer steps, or less time, between the two looks say nothing. */
const fewestSteps = 3;
const shortestMs = 1000;

/**
 * How long a step takes, and how long it took from the launch to the first one. Steps are known when they were read: what
 * was read together is reckoned back to its start.
 */
export function paceOf(
  note: PaceNote | null,
  startedAt: number | null,
  fromStep: number,
): { stepMs: number | null; startMs: number | null } {
  if (note === null) return { stepMs: null, startMs: null };
  const { first, last } = note;
  const steps = last.step - first.step;
  const tookMs = last.at - first.at;
  const stepMs = steps >= fewestSteps && tookMs >= shortestMs ? tookMs / steps : null;
  if (startedAt === null || stepMs === null) return { stepMs, startMs: null };
  const startMs = first.at - startedAt - Math.max(0, first.step - fromStep) * stepMs;
  return { stepMs, startMs: Math.max(0, startMs) };
}
