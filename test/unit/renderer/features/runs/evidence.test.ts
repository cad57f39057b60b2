import { describe, expect, it } from 'vitest';
import { type Describable, describeRun } from '#renderer/features/runs/evidence.ts';
import { setLanguage, t } from '#renderer/i18n/index.ts';
import type { Evidence, RunState } from '#shared/domain/run.ts';

const now = Date.UTC(2026, 10, 28, 12);
const minutesAgo = (minutes: number) => now - minutes * 60_000;

function described(state: RunState, evidence: Evidence, rest: Partial<Describable> = {}) {
  return describeRun(
    { state, evidence, seenAt: now - 2000, machineConnection: 'connected', ...rest },
    now,
    t,
  );
}
const heartbeat = (at: number): Evidence => ({ kind: 'heartbeat', at, beat: 7 });
const exit = (rest: Partial<Extract<Evidence, { kind: 'exit-record' }>>): Evidence => ({
  kind: 'exit-record',
  at: minutesAgo(5),
  exitCode: 0,
  signal: null,
  by: 'itself',
  ...rest,
});

describe('a run in words', () => {
  it.each<[string, RunState, Evidence, Partial<Describable>, string]>([
    ['running', 'running', heartbeat(now - 2000), {}, 'Heartbeat now'],
    [
      'with its step',
      'running',
      heartbeat(now - 4000),
      { step: 18_400, totalSteps: 24_000 },
      'Heartbeat 4 s ago, step 18,400 of 24,000',
    ],
    [
      'quiet though its machine answers',
      'running',
      heartbeat(minutesAgo(7)),
      { step: null },
      'Its machine answers, but the last heartbeat was 7 min ago',
    ],
    ['succeeded', 'succeeded', exit({}), {}, 'Exit code 0, recorded on the box'],
    ['failed', 'failed', exit({ exitCode: 1 }), {}, 'Exit code 1, recorded on the box'],
    [
      'stopped by the user',
      'stopped',
      exit({ exitCode: null, signal: 'SIGTERM', by: 'user' }),
      {},
      'Ended by SIGTERM after it was asked to stop, recorded on the box',
    ],
    [
      'rebooted',
      'lost',
      { kind: 'rebooted', at: now, bootIdBefore: 'a', bootIdNow: 'b' },
      {},
      'Its machine was restarted and the process is gone: proven by the new boot id',
    ],
    [
      'queued',
      'queued',
      { kind: 'queued', at: now, position: 2, reason: '' },
      { seenAt: null },
      'Place 2 in the queue',
    ],
    [
      'copying',
      'preparing',
      { kind: 'launching', at: now, step: 'sync', done: 1210, total: 2000, unit: 'files' },
      {},
      'Copying the code, 1,210 of 2,000 files',
    ],
    [
      'that could not be started',
      'failed',
      {
        kind: 'launch-failed',
        at: now,
        error: {
          code: 'NOBODY_KNOWS',
          message: 'The disk is full.',
          params: {},
          details: '',
          retryable: false,
        },
      },
      {},
      'Could not be started. The disk is full.',
    ],
  ])('%s', (_, state, evidence, rest, sentence) => {
    setLanguage('en');
    expect(described(state, evidence, rest).sentence).toBe(sentence);
  });

  it('that is out of sight is never called dead, whatever the connection says', () => {
    for (const machineConnection of ['unreachable', 'blocked', 'disconnected', 'connecting']) {
      const words = described('running', heartbeat(minutesAgo(4)), {
        machineConnection,
        seenAt: minutesAgo(4),
        step: 9120,
      });
      expect(words).toMatchObject({ unseen: true, tone: 'unseen', shape: 'ring', state: 'Not seen' });
      expect(words.sentence).toBe('Last seen 4 min ago, was at step 9,120. Nothing is known to be wrong.');
    }
  });

  it('that has ended stays ended when its box is out of sight', () => {
    expect(described('succeeded', exit({}), { machineConnection: 'unreachable' })).toMatchObject({
      unseen: false,
      state: 'Succeeded',
    });
  });

  it('has a shape of its own for each state, so that colour is never alone', () => {
    const ended: RunState[] = ['succeeded', 'failed', 'stopped', 'lost'];
    const shapes = ended.map((state) => described(state, exit({})).shape);
    expect(new Set(shapes).size).toBe(4);
  });

  it('in Chinese', () => {
    setLanguage('zh-CN');
    expect(described('succeeded', exit({})).sentence).toBe('退出码 0，已记录在机器上');
    expect(described('running', heartbeat(now), { step: 5, totalSteps: 10 }).sentence).toBe(
      '心跳：刚刚，第 5 步，共 10 步',
    );
    setLanguage('en');
  });
});

describe('a run that moves', () => {
  const moving = { migrationId: 'mmmmmmmmmmmm', phase: 'copying' as const, toMachineName: 'kite' };

  it('says where to and how far, then what is known of it', () => {
    const said = described('running', heartbeat(now - 4000), { moving, step: 12 });
    expect(said.state).toBe('Moving');
    expect(said.shape).toBe('arrow');
    expect(said.sentence).toBe('Moving to kite, copying. Heartbeat 4 s ago, step 12');
  });

  it('is not said to be stopped between its stop there and its start here', () => {
    const said = described('stopped', exit({ by: 'user' }), { moving });
    expect(said.sentence).toBe('Moving to kite, copying');
    expect(said.tone).toBe('accent');
  });

  it('stays a hollow ring where its box is out of sight', () => {
    const said = described('running', heartbeat(minutesAgo(4)), { moving, machineConnection: 'unreachable' });
    expect([said.shape, said.unseen]).toEqual(['ring', true]);
    expect(said.sentence).toContain('Moving to kite');
    expect(said.sentence).toContain('Nothing is known to be wrong');
  });

  it('leaves behind an attempt that says where it went', () => {
    const said = described('stopped', { kind: 'moved', at: minutesAgo(2), toMachineName: 'kite' });
    expect([said.state, said.sentence]).toEqual(['Moved', 'Moved to kite 2 min ago']);
  });
});
