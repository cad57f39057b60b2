import { expect, test } from 'vitest';
import { LoadHistory } from '#backend/places/load.ts';
import type { Accelerator, Machine } from '#shared/domain/machine.ts';
import { gpu } from '../runs/queue/gpu.ts';

const minute = 60_000;
const machine = (takenAt: number, load1: number | null, accelerators: Accelerator[] = []): Machine =>
  ({ id: 'm', inventory: { takenAt, load1, cpuCount: 4, accelerators } }) as unknown as Machine;
const nobody = () => false;

test('overloaded is what has been so in every look for five minutes, seen lately', () => {
  const history = new LoadHistory();
  const add = (at: number, load: number | null) => history.add(machine(at, load), nobody);
  for (let at = 0; at < 5; at++) add(at * minute, 12);
  expect(history.isOver('m', 1.5, 4 * minute)).toBe(false);
  add(5 * minute, 12);
  expect(history.isOver('m', 1.5, 5 * minute)).toBe(true);
  expect(history.isOver('m', 3.5, 5 * minute)).toBe(false);
  expect(history.now('m')).toBe(3);
  // Not seen since: nothing is known of now.
  expect(history.isOver('m', 1.5, 11 * minute)).toBe(false);
  add(6 * minute, 2);
  add(7 * minute, 12);
  expect(history.isOver('m', 1.5, 7 * minute)).toBe(false);
  for (let at = 8; at <= 12; at++) add(at * minute, 12);
  expect(history.isOver('m', 1.5, 12 * minute)).toBe(true);
  add(13 * minute, null);
  expect(history.isOver('m', 1.5, 13 * minute)).toBe(false);
  expect(history.now('m')).toBeNull();
  expect(history.now('other')).toBeNull();
});

test('two looks far apart, or one told again and again, are not minutes of load', () => {
  const history = new LoadHistory();
  history.add(machine(0, 12), nobody);
  history.add(machine(6 * minute, 12), nobody);
  for (let again = 0; again < 9; again++) history.add(machine(6 * minute, 12), nobody);
  expect(history.isOver('m', 1.5, 6 * minute)).toBe(false);
});

test('a GPU is crowded where it is nearly full and others are on it, for minutes', () => {
  const history = new LoadHistory();
  const process = { pid: 7, user: 'bob', command: 'python', memoryBytes: 1, runId: null };
  const full = { ...gpu(0), memoryBytes: 100, memoryUsedBytes: 99, processes: [process] };
  const ours = {
    ...gpu(1),
    memoryBytes: 100,
    memoryUsedBytes: 99,
    processes: [{ ...process, runId: 'r'.repeat(12) }],
  };
  for (let at = 0; at <= 6; at++) history.add(machine(at * minute, 0, [full, ours]), () => true);
  expect(history.crowded('m', 6 * minute)).toEqual(new Set([full.uuid]));
  history.add(machine(7 * minute, 0, [{ ...full, memoryUsedBytes: 50 }, ours]), () => true);
  expect(history.crowded('m', 7 * minute)).toEqual(new Set());
});
