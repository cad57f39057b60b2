import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Clues, causesOf, coveredCause, kernelKilledThen } from '#backend/recovery/causes.ts';
import { diagnose } from '#backend/recovery/diagnose.ts';
import { type RecoverySpec, recoveryCauses } from '#shared/domain/recovery.ts';
import type { Attempt, Evidence, RunState } from '#shared/domain/run.ts';

const policy = (more: Partial<RecoverySpec> = {}): RecoverySpec => ({
  on: [...recoveryCauses],
  max: 3,
  backoffMs: 1000,
  exitCodes: [],
  to: 'same',
  ask: false,
  ...more,
});
const clues = (more: Partial<Clues> = {}): Clues => ({
  stopAsked: false,
  diagnosis: null,
  kernelKilled: false,
  ...more,
});
const attempt = (state: RunState, evidence: Evidence): Attempt => ({
  runId: 'r'.repeat(12),
  epoch: 1,
  machineId: 'm'.repeat(12),
  machineName: 'box',
  state,
  evidence,
  createdAt: 0,
  startedAt: 0,
  endedAt: 1,
  seenAt: 1,
  exitCode: null,
  accelerators: [],
  logBytes: 0,
  directory: '/d',
  pid: 1,
});
const exit = (
  exitCode: number | null,
  signal: string | null,
  by: 'itself' | 'user' | 'supervisor' | 'timer' = 'itself',
) => attempt('failed', { kind: 'exit-record', at: 1, exitCode, signal, by });
const inLog = (log: string) => clues({ diagnosis: diagnose({ log, exitCode: 137, signal: null }) });

describe('what an end counts as', () => {
  const table: [string, Attempt, Clues, RecoverySpec, string[]][] = [
    ['an exit code', exit(1, null), clues(), policy(), ['crash']],
    ['an exit code that is not listed', exit(1, null), clues(), policy({ exitCodes: [33] }), []],
    ['one that is', exit(33, null), clues(), policy({ exitCodes: [33] }), ['crash']],
    ['a signal of its own doing', exit(null, 'SEGV'), clues(), policy({ exitCodes: [33] }), ['crash']],
    ['TERM that nobody here sent', exit(null, 'TERM'), clues(), policy(), ['preemption']],
    ['a trainer that saves and leaves at TERM', exit(143, null), clues(), policy(), ['preemption']],
    ['the same, listed', exit(143, null), clues(), policy({ exitCodes: [143] }), ['preemption', 'crash']],
    ['KILL without a word', exit(null, 'KILL'), clues(), policy(), ['preemption', 'crash']],
    [
      'KILL of a child, as shells say it',
      exit(137, null),
      inLog('run.sh: line 2: 99 Killed   python train.py\n'),
      policy(),
      ['preemption', 'crash'],
    ],
    ['KILL, and the kernel says why', exit(null, 'KILL'), clues({ kernelKilled: true }), policy(), ['crash']],
    [
      'KILL, and the log says why',
      exit(137, null),
      inLog('slurmstepd: error: Detected 1 oom_kill event in StepId=1.batch.\n'),
      policy(),
      ['crash'],
    ],
    [
      'another boot',
      attempt('lost', { kind: 'rebooted', at: 1, bootIdBefore: 'a', bootIdNow: 'b' }),
      clues(),
      policy(),
      ['reboot'],
    ],
    [
      'the user’s word',
      attempt('lost', { kind: 'host-lost', at: 1, who: 'ann' }),
      clues(),
      policy(),
      ['host-lost'],
    ],
    [
      'gone together with its supervisor',
      attempt('lost', { kind: 'supervisor-gone', at: 1, trainerAlive: false }),
      clues(),
      policy(),
      ['preemption', 'crash'],
    ],
    [
      'ended by the user',
      attempt('stopped', { kind: 'exit-record', at: 1, exitCode: null, signal: 'TERM', by: 'user' }),
      clues(),
      policy(),
      [],
    ],
    ['a stop that came too late', exit(1, null), clues({ stopAsked: true }), policy(), []],
    [
      'a reboot after a stop was asked for',
      attempt('lost', { kind: 'rebooted', at: 1, bootIdBefore: 'a', bootIdNow: 'b' }),
      clues({ stopAsked: true }),
      policy(),
      [],
    ],
    ['the armed stop of a move', exit(null, 'TERM', 'timer'), clues(), policy(), []],
    ['a set-up that failed', exit(1, null, 'supervisor'), clues(), policy(), []],
    [
      'a success',
      attempt('succeeded', { kind: 'exit-record', at: 1, exitCode: 0, signal: null, by: 'itself' }),
      clues(),
      policy(),
      [],
    ],
    ['moved on', attempt('stopped', { kind: 'moved', at: 1, toMachineName: 'b' }), clues(), policy(), []],
    [
      'never started',
      attempt('failed', {
        kind: 'launch-failed',
        at: 1,
        error: { code: 'X', message: 'x', params: {}, details: '', retryable: false },
      }),
      clues(),
      policy(),
      [],
    ],
  ];
  test.each(table)('%s', (_name, given, seen, rule, expected) => {
    expect(causesOf(given, rule, seen)).toEqual(expected);
  });

  test('a run that has not ended is never lost, however long its machine has not been seen', () => {
    const evidences: Evidence[] = [
      { kind: 'heartbeat', at: 0, beat: 3 },
      { kind: 'supervisor-gone', at: 0, trainerAlive: true },
      { kind: 'queued', at: 0, position: 1, reason: 'the machine is not connected' },
      { kind: 'launching', at: 0, step: 'setup', done: 0, total: 1, unit: 'steps' },
      { kind: 'user', at: 0, who: 'ann', what: 'stop' },
    ];
    const states: RunState[] = ['queued', 'preparing', 'starting', 'running', 'stopping'];
    fc.assert(
      fc.property(fc.constantFrom(...states), fc.constantFrom(...evidences), (state, evidence) => {
        expect(causesOf(attempt(state, evidence), policy(), clues())).toEqual([]);
      }),
    );
  });

  test('the policy takes the likelier cause, and the other where only that is made good', () => {
    const killed = exit(null, 'KILL');
    const causes = causesOf(killed, policy(), clues());
    expect(coveredCause(causes, policy())).toBe('preemption');
    expect(coveredCause(causes, policy({ on: ['crash'] }))).toBe('crash');
    expect(coveredCause(causes, policy({ on: ['reboot'] }))).toBeNull();
  });
});

test("the kernel's word counts where it was said at the time of the end, by the box's own clock", () => {
  const dmesg = [
    '[  100.000000] e1000: eth0: link up',
    '[90000.123456] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,task=python3,pid=1234,uid=1000',
    '[90000.223456] Memory cgroup out of memory: Killed process 1234 (python3) total-vm:81234kB',
  ].join('\n');
  expect(kernelKilledThen(dmesg, 90_030, 25_000)).toBe(true);
  expect(kernelKilledThen(dmesg, 95_000, 25_000)).toBe(false);
  expect(kernelKilledThen('', 90_030, 25_000)).toBe(false);
  expect(kernelKilledThen('[ nonsense', 90_030, 25_000)).toBe(false);
  fc.assert(
    fc.property(fc.string(), fc.double(), fc.double(), (text, uptime, ago) => {
      expect(typeof kernelKilledThen(text, uptime, ago)).toBe('boolean');
    }),
    { numRuns: 50_000 },
  );
});
