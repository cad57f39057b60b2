import { beforeEach, describe, expect, test } from 'vitest';
import { canMove } from '#renderer/features/moves/ask-move.ts';
import { activeMoves, learnMoves, movesPart, useMoves } from '#renderer/features/moves/move-store.ts';
import { bytesByStop, isAboutData, secretsNamed, sortChecks } from '#renderer/features/moves/plan-facts.ts';
import type { Client } from '#shared/contract/index.ts';
import type { Migration } from '#shared/domain/migration.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { until } from '#test/until.ts';
import { check, move } from './made-up.ts';

const known = () => useMoves.getState().byId;
const answering = (moves: Migration[]) => ({ migrations: { list: async () => moves } }) as unknown as Client;

describe('the moves that the page knows', () => {
  beforeEach(() => useMoves.setState({ byId: new Map() }));

  test('are those under way, and what has ended meanwhile', async () => {
    learnMoves([move('a', { phase: 'committed' }), move('b', { phase: 'copying' })]);
    await movesPart.reload(answering([move('c', { startedAt: 5 }), move('d', { startedAt: 3 })]));
    // What the backend no longer lists as under way has ended while nobody listened.
    expect([...known().keys()].sort()).toEqual(['a', 'c', 'd']);
    expect(activeMoves(known()).map(({ id }) => id)).toEqual(['d', 'c']);
  });

  test('follow what the backend says', async () => {
    movesPart.apply({ type: 'migration.changed', migration: move('a', { phase: 'armed' }) });
    movesPart.apply({ type: 'migration.changed', migration: move('a', { phase: 'committed' }) });
    await until('the move is known', () => known().get('a')?.phase === 'committed');
    expect(activeMoves(known())).toEqual([]);
  });

  test('are forgotten when many have ended, never while they are under way', () => {
    const ended = Array.from({ length: 150 }, (_, index) => move(`e${index}`, { phase: 'rolled-back' }));
    learnMoves([move('going', { phase: 'copying' }), ...ended]);
    expect(known().has('going')).toBe(true);
    expect(known().has('e0')).toBe(false);
    expect(known().has('e149')).toBe(true);
    expect(known().size).toBe(101);
  });
});

test('only a run that runs and is not moving can be moved', () => {
  expect(canMove({ state: 'running', moving: null })).toBe(true);
  expect(canMove({ state: 'queued', moving: null })).toBe(false);
  expect(canMove({ state: 'succeeded', moving: null })).toBe(false);
  const moving = { migrationId: 'mmmmmmmmmmmm', phase: 'copying' as const, toMachineName: 'kite' };
  expect(canMove({ state: 'running', moving })).toBe(false);
});

describe('a plan', () => {
  test('says first what stands against it', () => {
    const checks = [check('pass', 'A'), check('fail', 'B'), check('warn', 'C'), check('fail', 'D')];
    const { fails, warnings, passes } = sortChecks(checks);
    expect([fails, warnings, passes].map((all) => all.map(({ code }) => code))).toEqual([
      ['B', 'D'],
      ['C'],
      ['A'],
    ]);
  });

  test('names the secrets that have to be given again', () => {
    const all = ['HF_TOKEN', 'WANDB_KEY'];
    expect(secretsNamed({ checks: [check('pass', 'SECRETS_KNOWN')] }, null, all)).toEqual([]);
    expect(secretsNamed({ checks: [check('fail', 'SECRETS_NEEDED')] }, null, all)).toEqual(all);
    const refusal = new TrainyardError('RUN_SECRETS_NEEDED', 'It needs secrets.', {
      params: { names: 'WANDB_KEY' },
    });
    expect(secretsNamed({ checks: [] }, refusal, all)).toEqual(['WANDB_KEY']);
    expect(secretsNamed(null, new TrainyardError('MOVE_REFUSED', 'No.'), all)).toEqual([]);
    // Names that the page has not heard of are asked for as they are.
    expect(secretsNamed(null, refusal, [])).toEqual(['WANDB_KEY']);
  });

  test('is about data where a rule about data stands against it', () => {
    expect(isAboutData(check('fail', 'SENSITIVITY_VIOLATION'))).toBe(true);
    expect(isAboutData(check('fail', 'CHECK_GPU_COUNT'))).toBe(false);
  });

  test('says what travels before the stop and what after it', () => {
    expect(
      bytesByStop([
        { what: 'code', files: 1, bytes: 3, beforeStop: true },
        { what: 'data', files: 1, bytes: 4, beforeStop: true },
        { what: 'checkpoint', files: 1, bytes: 5, beforeStop: false },
      ]),
    ).toEqual({ before: 7, after: 5 });
  });
});
