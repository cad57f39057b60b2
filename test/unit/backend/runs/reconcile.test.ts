import { expect, test } from 'vitest';
import type { BoxAttempt } from '#backend/runs/box/interface.ts';
import { reconcile } from '#backend/runs/reconcile.ts';
import type { Attempt } from '#shared/domain/run.ts';

const now = 1_000_000;
const known = (more: Partial<Attempt> = {}): Attempt => ({
  runId: 'aaaaaaaaaaaa',
  epoch: 1,
  machineId: 'bbbbbbbbbbbb',
  machineName: 'box',
  state: 'running',
  evidence: { kind: 'heartbeat', at: 1, beat: 1 },
  createdAt: 1,
  startedAt: null,
  endedAt: null,
  seenAt: null,
  exitCode: null,
  accelerators: [],
  logBytes: 0,
  directory: null,
  pid: null,
  ...more,
});
const box = (more: Partial<BoxAttempt> = {}): BoxAttempt => ({
  runId: 'aaaaaaaaaaaa',
  epoch: 1,
  phase: 'running',
  directory: '/d',
  pid: 7,
  heartbeat: 4,
  heartbeatAgeMs: 1,
  supervisorAlive: true,
  trainerAlive: true,
  bootId: 'one',
  exit: null,
  armed: null,
  movedTo: null,
  startedAtBoot: false,
  logBytes: 10,
  logInode: '5',
  startedAgoMs: 5000,
  endedAgoMs: null,
  complaint: null,
  ...more,
});
const says = (attempt: Attempt, seen: BoxAttempt, boot: string | null = 'one') =>
  reconcile(attempt, seen, boot, now).change;
const gone = { supervisorAlive: false, trainerAlive: false } as const;

test.each<[string, BoxAttempt, string | null, object]>([
  [
    'alive',
    box(),
    'one',
    { state: 'running', evidence: { kind: 'heartbeat', beat: 4 }, startedAt: now - 5000, seenAt: now },
  ],
  [
    'setup',
    box({ phase: 'setup' }),
    'one',
    { state: 'preparing', evidence: { kind: 'launching', step: 'setup' } },
  ],
  [
    'exit 0',
    box({ phase: 'ended', exit: { code: 0, signal: null, by: 'itself' }, endedAgoMs: 100 }),
    'one',
    {
      state: 'succeeded',
      exitCode: 0,
      endedAt: now - 100,
    },
  ],
  [
    'exit 3',
    box({ phase: 'ended', exit: { code: 3, signal: null, by: 'itself' } }),
    'one',
    { state: 'failed', exitCode: 3 },
  ],
  [
    'killed by the system',
    box({ phase: 'ended', exit: { code: null, signal: 'SIGKILL', by: 'itself' } }),
    'one',
    {
      state: 'failed',
      exitCode: null,
      evidence: { kind: 'exit-record', signal: 'SIGKILL' },
    },
  ],
  [
    'stopped, with code 0',
    box({ phase: 'ended', exit: { code: 0, signal: null, by: 'user' } }),
    'one',
    { state: 'stopped' },
  ],
  [
    'an exit record while the rest is being ended',
    box({ phase: 'stopping', exit: { code: 0, signal: null, by: 'itself' } }),
    'one',
    {
      state: 'stopping',
      endedAt: null,
    },
  ],
  [
    'another boot',
    box({ phase: 'lost', ...gone }),
    'two',
    { state: 'lost', evidence: { kind: 'rebooted', bootIdBefore: 'one', bootIdNow: 'two' } },
  ],
  [
    'the same boot, nobody there',
    box({ phase: 'lost', ...gone }),
    'one',
    {
      state: 'lost',
      evidence: { kind: 'supervisor-gone', trainerAlive: false },
    },
  ],
  [
    'a boot nobody knows',
    box({ phase: 'lost', ...gone }),
    null,
    { state: 'lost', evidence: { kind: 'supervisor-gone' } },
  ],
  [
    'lost, but the trainer lives',
    box({ phase: 'lost', supervisorAlive: false }),
    'one',
    {
      state: 'running',
      evidence: { kind: 'supervisor-gone', trainerAlive: true },
    },
  ],
  [
    'supervisor killed',
    box({ supervisorAlive: false }),
    'one',
    { state: 'running', evidence: { kind: 'supervisor-gone', trainerAlive: true } },
  ],
])('%s', (_what, seen, boot, expected) => {
  expect(says(known(), seen, boot)).toMatchObject(expected);
});

test('what ended on the box’s word stays; what ended without it gives way to that', () => {
  const ended = known({
    state: 'failed',
    endedAt: 5,
    exitCode: 1,
    evidence: { kind: 'exit-record', at: 5, exitCode: 1, signal: null, by: 'itself' },
  });
  expect(says(ended, box())).toMatchObject({ state: 'failed', endedAt: 5, exitCode: 1, logBytes: 10 });
  const thought = known({
    state: 'stopped',
    endedAt: 5,
    evidence: { kind: 'user', at: 5, who: 'me', what: 'stop' },
  });
  expect(says(thought, box())).toMatchObject({ state: 'stopping', endedAt: null });
  const failed = known({
    state: 'failed',
    evidence: {
      kind: 'launch-failed',
      at: 5,
      error: { code: 'X_Y', message: '', params: {}, details: '', retryable: false },
    },
  });
  expect(says(failed, box())).toMatchObject({ state: 'running', endedAt: null });
});

test('a log never shrinks by an older report, and the start stays what it was', () => {
  expect(says(known({ logBytes: 50, startedAt: 3 }), box())).toMatchObject({ logBytes: 50, startedAt: 3 });
});
