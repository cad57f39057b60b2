import { describe, expect, test } from 'vitest';
import { planMove } from '#backend/migrations/plan/index.ts';
import { migrationPlan } from '#shared/domain/migration.ts';
import { moveSentences as sentences } from '#shared/domain/move-sentences.ts';
import words from '../../../../../renderer/i18n/errors/move-checks.ts';
import { elsewhere, mib, withSetup } from './judged.ts';
import { type Change, failure, GB, someCheckpoint, someFacts } from './some-facts.ts';

test('a move that nothing stands against is possible, and its plan crosses the contract', () => {
  const plan = planMove(someFacts());
  expect(plan.checks.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
  expect(plan).toMatchObject({ possible: true, mode: 'request', path: 'direct' });
  expect(() => migrationPlan.parse(plan)).not.toThrow();
});

test('what lies in the run directory comes along, so it need not be there', () => {
  const from = { box: { python: elsewhere, torchDirectory: `${elsewhere}/torch`, torch: '2.1' } };
  const { checks } = planMove(someFacts({ from, to: { box: { python: 'none' } } }));
  expect(checks.filter(({ code }) => /PYTHON|TORCH/.test(code))).toEqual([]);
});

test('where nothing is known of a machine nothing is claimed about it', () => {
  const nothing = { machine: { inventory: null, box: null } };
  const { checks } = planMove(someFacts({ from: nothing, to: nothing }));
  expect(checks.map(({ code }) => code)).not.toContain('CHECK_DISK');
  expect(checks.every(({ message }) => !/undefined|null|NaN/.test(message))).toBe(true);
});

describe('ways to hand over', () => {
  const modes = (change: Change) =>
    planMove(someFacts(change)).modes.map(({ mode, why }) => [mode, why?.code ?? 'possible']);
  test.each<[string, Change, [string, string, string]]>([
    ['all', {}, ['possible', 'possible', 'possible']],
    [
      'nothing saved yet, no rhythm',
      { yaml: 'run: x\ncheckpoint: {path: c}', facts: { checkpoints: { ok: true, value: [] } } },
      ['MODE_NEEDS_REQUEST', 'MODE_NO_RHYTHM', 'MODE_NO_CHECKPOINT'],
    ],
    [
      'nothing complete yet, but a rhythm',
      { facts: { checkpoints: { ok: true, value: [someCheckpoint(1, { complete: false })] } } },
      ['possible', 'possible', 'MODE_NO_CHECKPOINT'],
    ],
    [
      'a command that makes it save',
      {
        yaml: 'run: x\ncheckpoint: {path: c, request: {command: touch save}}',
        from: { box: { processes: 0 } },
      },
      ['possible', 'possible', 'possible'],
    ],
    [
      'processes that cannot be seen',
      { from: { box: { processes: 0, handles: 0 } } },
      ['MODE_NOT_KNOWN', 'possible', 'possible'],
    ],
    [
      'checkpoints that cannot be seen',
      {
        yaml: 'run: x\ncheckpoint: {path: c, request: {signal: USR1}}',
        facts: { checkpoints: { ok: false, why: failure('X', 'Gone.') } },
      },
      ['possible', 'MODE_CHECKPOINTS_UNSEEN', 'MODE_CHECKPOINTS_UNSEEN'],
    ],
    [
      'no checkpoints',
      { yaml: 'run: x', facts: { checkpoints: null } },
      ['MODE_NEEDS_PATH', 'MODE_NEEDS_PATH', 'MODE_NEEDS_PATH'],
    ],
  ])('%s', (_, change, [request, next, last]) => {
    expect(modes(change)).toEqual([
      ['request', request],
      ['next', next],
      ['last', last],
    ]);
  });

  test('the best that is possible is taken where none is asked for', () => {
    expect(planMove(someFacts({ from: { box: { handles: 0 } } })).mode).toBe('next');
    const late = { yaml: 'run: x\ncheckpoint: {path: c}' };
    expect(planMove(someFacts(late)).mode).toBe('next');
  });
});

describe('what it costs', () => {
  const sizes = {
    rest: { files: 12, bytes: 3 * GB },
    environment: { files: 20_000, bytes: 5 * GB },
    data: { files: 3, bytes: 7 * GB },
    checkpoints: { files: 2, bytes: 2 * GB },
  };
  const snapshot = { id: 's', workdir: '/w', files: 10, bytes: 10 * mib, git: null };

  test('what travels, before the stop and after it', () => {
    const { copies } = planMove(someFacts({ from: { box: { sizes } }, run: { snapshot } }));
    expect(copies).toEqual([
      { what: 'code', files: 10, bytes: 10 * mib, beforeStop: true },
      { what: 'environment', files: 20_000, bytes: 5 * GB, beforeStop: true },
      { what: 'data', files: 3, bytes: 7 * GB, beforeStop: true },
      { what: 'outputs', files: 2, bytes: 3 * GB - 10 * mib, beforeStop: true },
      { what: 'checkpoint', files: 2, bytes: 2 * GB, beforeStop: true },
      { what: 'checkpoint', files: 1, bytes: GB, beforeStop: false },
    ]);
  });

  test('what set-up makes is not copied, and of the last checkpoint nothing is left to send', () => {
    const facts = { asked: { mode: 'last' as const, path: undefined } };
    const { copies } = planMove(someFacts({ yaml: withSetup, from: { box: { sizes } }, facts }));
    expect(copies.map(({ what, beforeStop }) => [what, beforeStop])).toEqual([
      ['data', true],
      ['outputs', true],
      ['checkpoint', true],
    ]);
  });

  test('downtime is step, save, S/B, verify and start, as wide as it is uncertain', () => {
    const { estimate } = planMove(someFacts());
    const copied = GB / 100e6 / 1.25;
    expect(estimate?.downtimeMs.low).toBeGreaterThan(copied * 1000);
    expect(estimate?.downtimeMs.low).toBeLessThan(10_000 + 4000 + 2000);
    expect(estimate?.downtimeMs.high).toBeGreaterThan(10_000 + 4000);
    expect(estimate?.downtimeMs.high).toBeLessThan(60_000);
    expect(estimate?.totalMs.low).toBeGreaterThan(estimate?.downtimeMs.low ?? 0);
    expect(estimate).toMatchObject({ lostSteps: 0, lostMs: 0 });
  });

  test('a slower way takes longer, and the last checkpoint stands still the shortest but loses steps', () => {
    const of = (mode: 'request' | 'last', path: 'direct' | 'laptop') =>
      planMove(someFacts({ facts: { asked: { mode, path } } })).estimate;
    expect(of('request', 'laptop')?.downtimeMs.low).toBeGreaterThan(
      of('request', 'direct')?.downtimeMs.high ?? 0,
    );
    expect(of('last', 'direct')?.downtimeMs.high).toBeLessThan(of('request', 'direct')?.downtimeMs.high ?? 0);
    expect(of('last', 'direct')).toMatchObject({ lostSteps: 50, lostMs: 5000 });
  });

  test('waiting for the next checkpoint is no standstill', () => {
    const of = (every: string) =>
      planMove(
        someFacts({
          yaml: `run: x\ncheckpoint: {path: c, every: ${every}}`,
          facts: { asked: { mode: 'next', path: undefined } },
        }),
      ).estimate;
    expect((of('1h')?.totalMs.high ?? 0) - (of('1m')?.totalMs.high ?? 0)).toBe(59 * 60_000);
    expect(of('1h')?.downtimeMs).toEqual(of('1m')?.downtimeMs);
    expect((of('1000 steps')?.totalMs.high ?? 0) - (of('10 steps')?.totalMs.high ?? 0)).toBe(99_000);
  });

  test('without a way there is no estimate', () => {
    const plan = planMove(someFacts({ facts: { paths: { ok: true, value: [] } } }));
    expect(plan).toMatchObject({ estimate: null, path: null, possible: false });
  });
});

test('the page has every sentence, in English the same', () => {
  expect(words.en).toMatchObject(sentences);
  const names = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(([name]) => name).sort();
  const chinese: Record<string, string> = words['zh-CN'];
  for (const [code, english] of Object.entries(words.en)) {
    expect([code, names(chinese[code] ?? '')]).toEqual([code, names(english)]);
  }
});
