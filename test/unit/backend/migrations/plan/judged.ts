import { expect, test } from 'vitest';
import { planMove } from '#backend/migrations/plan/index.ts';
import { type Change, runId, someFacts, someGpu, usualTask } from './some-facts.ts';

const gpuTask = `${usualTask}\nresources: {accelerators: "A100:2"}`;
export const two = [someGpu(0), someGpu(1)];
export const withGpus = (change: Change = {}): Change => ({
  yaml: gpuTask,
  ...change,
  facts: { held: two, room: { ok: true, value: two }, ...change.facts },
});
export const using = (bytes: number) =>
  two.map((one) => ({
    ...one,
    processes: [{ pid: 1, user: 'u', command: 'python', memoryBytes: bytes, runId }],
  }));
export const elsewhere = `/home/u/.trainyard/runs/${runId}/code/.venv/bin/python3.11`;
export const withSetup = `${usualTask}\nsetup: pip install torch`;
export const mib = 2 ** 20;

/** What is changed, the check that it gives, and (but for a pass) the remedy. */
export type Case = [string, Change, string, 'pass' | 'warn' | 'fail', string | null];

/** A test of each case: its check, in words without gaps, and whether the move stays possible. */
export function judged(cases: readonly Case[]): void {
  test.each(cases)('%s', (_, change, code, verdict, remedy) => {
    const plan = planMove(someFacts(change));
    const check = plan.checks.find((each) => each.code === code);
    expect(check).toMatchObject({ code, verdict, remedy: remedy === null ? null : { code: remedy } });
    expect(check?.message).not.toMatch(/\{\{|undefined|null|NaN/);
    expect(check?.remedy?.message ?? '').not.toMatch(/\{\{|undefined|null|NaN/);
    if (verdict === 'fail') expect(plan.possible).toBe(false);
  });
}
