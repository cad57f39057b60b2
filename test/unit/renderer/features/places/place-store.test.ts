import { expect, test } from 'vitest';
import { evacuationOf, openProposals } from '#renderer/features/places/place-store.ts';
import type { Evacuation, Proposal } from '#shared/domain/recovery.ts';

const proposal = (id: string, at: number, state: Proposal['state']): Proposal => ({
  id,
  at,
  kind: 'move',
  runId: 'r',
  runName: 'run',
  fromMachineId: 'a',
  fromMachineName: 'a',
  toMachineId: 'b',
  toMachineName: 'b',
  rule: 'overloaded',
  reason: { code: 'X', params: {}, message: 'x' },
  state,
  migrationId: null,
});
const evacuation = (
  id: string,
  machineId: string,
  startedAt: number,
  state: Evacuation['state'],
): Evacuation => ({
  id,
  machineId,
  machineName: machineId,
  who: 'mei',
  startedAt,
  endedAt: null,
  state,
  items: [],
});

test('proposals that nobody has answered, the newest first', () => {
  const all = [proposal('a', 1, 'open'), proposal('b', 3, 'dismissed'), proposal('c', 2, 'open')];
  expect(openProposals(all).map(({ id }) => id)).toEqual(['c', 'a']);
});

test('of a machine’s evacuations the one under way, else the last', () => {
  const all = [
    evacuation('old', 'ibis', 1, 'running'),
    evacuation('new', 'ibis', 9, 'done'),
    evacuation('other', 'kite', 10, 'running'),
    evacuation('first', 'wren', 1, 'done'),
    evacuation('second', 'wren', 2, 'cancelled'),
  ];
  expect(evacuationOf(all, 'ibis')?.id).toBe('old');
  expect(evacuationOf(all, 'wren')?.id).toBe('second');
  expect(evacuationOf(all, 'heron')).toBeUndefined();
});
