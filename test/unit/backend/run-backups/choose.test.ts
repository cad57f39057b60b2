import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyable, newestFirst, tooMany, wanted, wantedAtEnd } from '#backend/run-backups/choose.ts';
import { leaveAllBut } from '#backend/run-backups/globs.ts';
import type { Backup, KeepPolicy } from '#shared/domain/run-backup.ts';

const policy = (more: Partial<KeepPolicy> = {}): KeepPolicy => ({
  enabled: true,
  machineIds: ['b'],
  directory: '',
  checkpoints: 'every',
  everySteps: 1,
  artefacts: [],
  keep: 3,
  ...more,
});
const checkpoint = (step: number | null, more: object = {}) => ({
  path: `step-${step}`,
  step,
  complete: true,
  gone: false,
  modifiedAt: step ?? 0,
  why: { code: 'CHECKPOINT_COMPLETE', params: {}, message: '' },
  ...more,
});
const backup = (id: string, step: number, more: Partial<Backup> = {}) => ({
  shown: {
    id,
    machineId: 'b',
    state: 'verified' as Backup['state'],
    createdAt: step,
    epoch: 1,
    checkpoint: { path: `step-${step}`, step, framework: 'torch' },
    ...more,
  },
  writtenAt: step as number | null,
});
const steps = (found: { step: number | null }[]) => found.map(({ step }) => step);

test('of each: what is not kept yet, oldest first, no more than are kept; of the newest: only that', () => {
  const all = [50, 40, 30, 20, 10].map((step) => checkpoint(step));
  expect(steps(wanted(policy(), all, [], 'b', true))).toEqual([30, 40, 50]);
  expect(steps(wanted(policy(), all, [backup('x', 40)], 'b', true))).toEqual([30, 50]);
  const three = [30, 40, 50].map((step) => backup(`k${step}`, step));
  expect(wanted(policy(), all, three, 'b', true)).toEqual([]);
  expect(steps(wanted(policy({ everySteps: 20 }), all, [], 'b', true))).toEqual([20, 40]);
  expect(steps(wanted(policy({ checkpoints: 'newest' }), all, [backup('x', 40)], 'b', true))).toEqual([50]);
  expect(wanted(policy({ checkpoints: 'newest' }), all, [backup('x', 50)], 'b', true)).toEqual([]);
  expect(wanted(policy({ checkpoints: 'none' }), all, [], 'b', true)).toEqual([]);
  expect(wanted(policy({ enabled: false }), all, [], 'b', true)).toEqual([]);
});

test('a failed or damaged copy, and one on another machine, does not count; one on its way does', () => {
  const all = [checkpoint(50)];
  for (const more of [
    { state: 'failed' },
    { state: 'damaged' },
    { state: 'removed' },
    { machineId: 'c' },
  ] as const)
    expect(steps(wanted(policy(), all, [backup('x', 50, more)], 'b', true))).toEqual([50]);
  expect(wanted(policy(), all, [backup('x', 50, { state: 'copying' })], 'b', true)).toEqual([]);
});

test('a checkpoint that was written anew under its name is another one, whatever the clocks say', () => {
  const anew = [{ ...checkpoint(50), modifiedAt: 51 }];
  expect(steps(wanted(policy(), anew, [backup('x', 50, { createdAt: 9e15 })], 'b', true))).toEqual([50]);
  // Found on a machine, without knowing when it was written: by path and step.
  expect(wanted(policy(), anew, [{ ...backup('x', 50), writtenAt: null }], 'b', true)).toEqual([]);
});

test('what is gone, incomplete, or overwritten in place by a trainer that lives is not copied', () => {
  const inPlace = { why: { code: 'CHECKPOINT_COMPLETE_IN_PLACE', params: {}, message: '' } };
  expect(copyable(checkpoint(1, { gone: true }), false)).toBe(false);
  expect(copyable(checkpoint(1, { complete: false }), false)).toBe(false);
  expect(copyable(checkpoint(1, inPlace), true)).toBe(false);
  expect(copyable(checkpoint(1, inPlace), false)).toBe(true);
});

test('files alone are kept once per attempt, at its end', () => {
  const only = policy({ checkpoints: 'none', artefacts: ['*.tsv'] });
  expect(wantedAtEnd(only, [], 'b', { state: 'running', epoch: 1 })).toBe(false);
  expect(wantedAtEnd(only, [], 'b', { state: 'succeeded', epoch: 1 })).toBe(true);
  expect(wantedAtEnd(only, [backup('x', 1)], 'b', { state: 'succeeded', epoch: 1 })).toBe(false);
  expect(wantedAtEnd(only, [backup('x', 1)], 'b', { state: 'succeeded', epoch: 2 })).toBe(true);
});

test('pruning never takes the newest verified one, and never counts what is not verified', () => {
  const one = fc.record({
    id: fc.string({ minLength: 1, maxLength: 4 }),
    machineId: fc.constantFrom('b', 'c'),
    state: fc.constantFrom<Backup['state']>('verified', 'failed', 'copying', 'damaged', 'removed'),
    createdAt: fc.nat({ max: 50 }),
    epoch: fc.integer({ min: 1, max: 3 }),
    checkpoint: fc.constant(null),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(one, { selector: ({ id }) => id }),
      fc.integer({ min: 0, max: 5 }),
      (all, keep) => {
        const gone = tooMany(all, 'b', keep);
        const whole = all.filter(({ machineId, state }) => machineId === 'b' && state === 'verified');
        const left = whole.filter((each) => !gone.includes(each));
        expect(gone.every((each) => whole.includes(each))).toBe(true);
        expect(left.length).toBe(Math.min(whole.length, Math.max(1, keep)));
        const [newest] = [...whole].sort(newestFirst);
        if (newest !== undefined) expect(left).toContain(newest);
        expect(gone.every((each) => left.every((other) => newestFirst(each, other) > 0))).toBe(true);
      },
    ),
    { numRuns: 5000 },
  );
});

test('globs name files, directories with all below them, and nothing else', () => {
  const left = leaveAllBut(['metrics.jsonl', 'outputs/**', 'logs/*.txt', '**/notes.md', 'plots/']);
  expect(
    ['metrics.jsonl', 'outputs', 'outputs/a/b', 'logs', 'logs/x.txt', 'plots', 'plots/p'].filter(left),
  ).toEqual([]);
  const without = leaveAllBut(['metrics.jsonl', 'outputs/**', 'logs/*.txt', 'plots/']);
  expect(['other', 'metrics.jsonl/x', 'logs/x.bin', 'logs/d/x.txt', 'output', 'plotsx'].every(without)).toBe(
    true,
  );
  expect(leaveAllBut(['*'.repeat(100)])('a'.repeat(5000))).toBe(false);
  expect(leaveAllBut([`${'*a'.repeat(50)}b`])('a'.repeat(2000))).toBe(true);
});
