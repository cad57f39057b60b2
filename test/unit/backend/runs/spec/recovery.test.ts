import { describe, expect, test } from 'vitest';
import { checkTasks, describeRecovery, recoveryDefaults, renderTask } from '#backend/runs/spec/index.ts';
import type { RecoverySpec } from '#shared/domain/recovery.ts';
import { taskSpec } from '#shared/domain/spec.ts';

const read = (block: string) => checkTasks(`run: x\nrecovery:${block}\n`);
const recovery = (block: string): RecoverySpec | null | undefined => read(block).tasks[0]?.recovery;

test('nothing said: nothing is done; an empty block: the defaults', () => {
  expect(checkTasks('run: x\nrecovery:\n').tasks[0]?.recovery).toBeNull();
  expect(recovery(' {}')).toEqual(recoveryDefaults);
});

test.each<[string, Partial<RecoverySpec>]>([
  [' {on: crash}', { on: ['crash'] }],
  [' {on: [reboot, preemption, reboot]}', { on: ['reboot', 'preemption'] }],
  [' {on: HOST_LOST}', { on: ['host-lost'] }],
  [' {on: []}', { on: [] }],
  [' {max: 0}', { max: 0 }],
  [' {backoff: 0}', { backoffMs: 0 }],
  [' {backoff: 10}', { backoffMs: 10_000 }],
  [' {backoff: 30s}', { backoffMs: 30_000 }],
  [' {backoff: "1.5 h"}', { backoffMs: 5_400_000 }],
  [' {backoff: 250ms}', { backoffMs: 250 }],
  [' {exit_codes: 137}', { exitCodes: [137] }],
  [' {exit_codes: [1, 137, 1]}', { exitCodes: [1, 137] }],
  [' {to: any}', { to: 'any' }],
  [' {to: heron}', { to: ['heron'] }],
  [' {to: [heron, lab:ibis]}', { to: ['heron', 'lab:ibis'] }],
  [' {ask: yes}', { ask: true }],
])('%s', (block, wanted) => {
  expect(read(block).errors).toEqual([]);
  expect(recovery(block)).toEqual({ ...recoveryDefaults, ...wanted });
});

test.each<[string, string, string]>([
  [' yes', 'recovery', 'a mapping'],
  [' {on: crsh}', 'recovery.on', "Did you mean 'crash'?"],
  [' {on: 5}', 'recovery.on', 'must be one of'],
  [' {on: {crash: 1}}', 'recovery.on', 'must be one of'],
  [' {max: -1}', 'recovery.max', '0 to 1000'],
  [' {max: many}', 'recovery.max', '0 to 1000'],
  [' {max: 1e3}', 'recovery.max', '0 to 1000'],
  [' {backoff: soon}', 'recovery.backoff', '30s or 5m'],
  [' {backoff: 25h}', 'recovery.backoff', 'one day at most'],
  [' {backoff: -5}', 'recovery.backoff', '30s or 5m'],
  [' {exit_codes: 0}', 'recovery.exit_codes', '1 to 255'],
  [' {exit_codes: [1, 256]}', 'recovery.exit_codes', '1 to 255'],
  [' {exit_codes: "1"}', 'recovery.exit_codes', '1 to 255'],
  [' {to: []}', 'recovery.to', 'at least one machine'],
  [' {to: [1]}', 'recovery.to', 'names of machines'],
  [' {ask: maybe}', 'recovery.ask', 'true or false'],
  [' {backof: 5m}', 'recovery.backof', "Did you mean 'backoff'?"],
])('%s is refused, with its line and what was meant', (block, key, message) => {
  const { ok, errors } = read(block);
  expect(ok).toBe(false);
  expect(errors).toEqual([
    expect.objectContaining({ kind: 'invalid', key, line: 2, message: expect.stringContaining(message) }),
  ]);
});

describe('what goes with it', () => {
  test('a saved task from before reads as one without', () => {
    const [task] = checkTasks('run: x').tasks;
    const { recovery: _, ...before } = taskSpec.parse(task);
    expect(taskSpec.parse(before).recovery).toBeNull();
  });

  test('the form leaves it alone', () => {
    const yaml = 'run: x\nrecovery:\n  on: crash # mine\ncheckpoint:\n  path: c\n  elastic: true\n';
    expect(renderTask({ run: 'go' }, yaml)).toBe(yaml.replace('run: x', 'run: go'));
  });

  test('in words', () => {
    const words = (block: string) => {
      const [task] = read(block).tasks;
      return task === undefined ? null : describeRecovery(task);
    };
    expect(words(' {on: [crash, reboot], to: [a, b]}')).toBe(
      'after a crash or a reboot, 3 times in a row at most, on a, then b',
    );
    expect(words(' {on: crash, max: 1, ask: true}')).toBe(
      'asks before it restarts after a crash, once in a row at most, on the same machine',
    );
    expect(words(' {max: 0}')).toBe('');
  });

  test('elastic is a yes or a no', () => {
    const { tasks, errors } = checkTasks('run: x\ncheckpoint: {path: c, elastic: maybe}');
    expect(errors).toMatchObject([{ key: 'checkpoint.elastic', line: 2 }]);
    expect(tasks[0]?.checkpoint).toBeNull();
    expect(checkTasks('run: x\ncheckpoint: {path: c, elastic: no}').tasks[0]?.checkpoint).toEqual({
      path: 'c',
      elastic: false,
    });
  });
});
