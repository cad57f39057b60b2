import { expect, test } from 'vitest';
import { fitOf, orderMachines } from '#renderer/features/new-run/fit.ts';
import type { TaskSpec } from '#shared/domain/spec.ts';
import { accelerator, machine } from '../machines.ts';

const asks = (...accelerators: { name: string; count: number }[]): TaskSpec => ({
  name: null,
  resources: { accelerators, cpus: null, memoryGiB: null, diskGiB: null, ports: [], infra: null, cloud: {} },
  numNodes: 1,
  workdir: null,
  fileMounts: {},
  envs: {},
  secretNames: [],
  setup: null,
  run: 'true',
  checkpoint: null,
  recovery: null,
});
const held = { processes: [{ pid: 1, user: 'x', command: 'python', memoryBytes: 1, runId: null }] };
const half = machine('half', [accelerator(0), accelerator(1, held)]);
const none = machine('none', []);
const unknown = machine('unknown', null);

test('free, taken, lacking and unknown are told apart', () => {
  expect(fitOf(half, asks({ name: 'H100', count: 1 }))).toEqual({ kind: 'fits', free: 1, all: 2 });
  expect(fitOf(half, asks({ name: 'H100', count: 2 }))).toEqual({ kind: 'waits', free: 1, all: 2 });
  expect(fitOf(half, asks({ name: 'H100', count: 3 })).kind).toBe('lacks');
  expect(fitOf(half, asks({ name: 'A100', count: 1 })).kind).toBe('lacks');
  expect(fitOf(half, asks({ name: 'A100', count: 1 }, { name: 'H100', count: 1 })).kind).toBe('fits');
  expect(fitOf(none, asks({ name: 'H100', count: 1 })).kind).toBe('lacks');
  expect(fitOf(none, asks()).kind).toBe('fits');
  expect(fitOf(unknown, asks({ name: 'H100', count: 1 }))).toEqual({ kind: 'unknown' });
});

test('a broken GPU is not offered', () => {
  expect(
    fitOf(machine('broken', [accelerator(0, { fault: 'lost' })]), asks({ name: 'H100', count: 1 })).kind,
  ).toBe('lacks');
});

test('what fits and is connected comes first', () => {
  const away = machine('a-away', [accelerator(0)], { connectionState: 'unreachable' });
  const order = orderMachines([none, unknown, away, half], asks({ name: 'H100', count: 1 })).map(
    ({ name }) => name,
  );
  expect(order).toEqual(['half', 'a-away', 'unknown', 'none']);
});
