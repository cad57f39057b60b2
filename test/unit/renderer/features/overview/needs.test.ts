import { expect, test } from 'vitest';
import { countAccelerators } from '#renderer/features/overview/figures.tsx';
import { happenings } from '#renderer/features/overview/lately.tsx';
import { expectedEnd, findNeeds } from '#renderer/features/overview/needs.ts';
import { t } from '#renderer/i18n/index.ts';
import type { Proposal } from '#shared/domain/recovery.ts';
import type { Site } from '#shared/domain/site.ts';
import { accelerator, machine, runOn } from '../machines.ts';
import { move } from '../moves/made-up.ts';

const now = 1_000_000_000;
const box = machine('heron', [accelerator(0, { fault: 'needs reset' }), accelerator(1, { utilisation: 50 })]);
const site = (state: Site['connection']['state']): Site => ({
  id: 'ssssssssssss',
  kind: 'ssh',
  name: 'heron',
  autoConnect: true,
  createdAt: 0,
  connection: { state, sinceAt: 0 },
});

test('what needs the user, most urgent first; what does not is left out', () => {
  const failed = runOn(box, { id: 'failed', state: 'failed', endedAt: now - 1000 });
  const needs = findNeeds(
    {
      prompts: [],
      sites: [site('blocked'), site('unreachable')],
      machines: [box],
      ended: [
        failed,
        { ...failed, id: 'old', endedAt: now - 48 * 3_600_000 },
        { ...failed, id: 'archived', archived: true },
        { ...failed, id: 'fine', state: 'succeeded' },
      ],
    },
    now,
  );
  expect(needs.map(({ kind, id }) => [kind, id])).toEqual([
    ['blocked', 'site ssssssssssss'],
    ['fault', `gpu ${box.id} 0`],
    ['run', 'run failed'],
  ]);
});

test('a disk is short below 5 % and 20 GiB', () => {
  const full = machine('full', []);
  if (full.inventory)
    full.inventory.disks = [
      { path: '/', filesystem: 'ext4', sizeBytes: 2 ** 40, freeBytes: 2 ** 30, readOnly: false },
    ];
  expect(findNeeds({ prompts: [], sites: [], machines: [full], ended: [] }, now)).toMatchObject([
    { kind: 'disk', freeBytes: 2 ** 30 },
  ]);
});

test('the expected end follows the steps, and is not said without them', () => {
  expect(expectedEnd(runOn(box, { startedAt: 1000, step: 25, totalSteps: 100 }), 2000)).toBe(5000);
  for (const more of [
    { step: null },
    { step: 0 },
    { step: 100 },
    { totalSteps: null },
    { state: 'stopping' as const },
  ]) {
    expect(expectedEnd(runOn(box, { startedAt: 1000, step: 25, totalSteps: 100, ...more }), 2000)).toBeNull();
  }
});

test('accelerators held by runs, busy and seen', () => {
  const away = machine('away', [accelerator(0, { utilisation: 90 })], { connectionState: 'unreachable' });
  const runs = [
    runOn(box, { acceleratorIndexes: [1] }),
    runOn(box, { state: 'queued', acceleratorIndexes: [0] }),
  ];
  expect(countAccelerators([box, away], runs)).toEqual({ all: 3, held: 1, busy: 1, seen: 1 });
});

test('an open proposal asks for an answer, before what is only running short', () => {
  const proposal: Proposal = {
    id: 'p',
    at: 1,
    kind: 'move',
    runId: 'r',
    runName: 'run',
    fromMachineId: 'a',
    fromMachineName: 'a',
    toMachineId: 'b',
    toMachineName: 'b',
    rule: 'overloaded',
    reason: { code: 'X', params: {}, message: 'x' },
    state: 'open',
    migrationId: null,
  };
  const proposals = [proposal, { ...proposal, id: 'q', state: 'dismissed' as const }];
  const needs = findNeeds({ prompts: [], sites: [], machines: [box], ended: [], proposals }, now);
  expect(needs.map(({ id }) => id)).toEqual([`gpu ${box.id} 0`, 'proposal p']);
});

test('moves are among what happened lately, with how they ended', () => {
  const moves = [
    move('a', { phase: 'committed', startedAt: 1, endedAt: 6 }),
    move('b', { phase: 'rolled-back', startedAt: 2, endedAt: 5 }),
    move('c', { phase: 'copying', startedAt: 4 }),
  ];
  expect(happenings([], moves, 9, t).map(({ id, key }) => [id, key])).toEqual([
    ['a', 'move.committedLately'],
    ['b', 'move.wentBackLately'],
    ['c', 'move.startedLately'],
  ]);
});

test('what happened lately, newest first, each once', () => {
  const runs = [
    runOn(box, { id: 'a', startedAt: 5, endedAt: 9, state: 'succeeded' }),
    runOn(box, { id: 'b', startedAt: 7 }),
    runOn(box, { id: 'c', startedAt: null, createdAt: 8, state: 'queued' }),
  ];
  expect(happenings(runs, [], 3, t).map(({ id, at }) => [id, at])).toEqual([
    ['a end', 9],
    ['c queue', 8],
    ['b start', 7],
  ]);
});
