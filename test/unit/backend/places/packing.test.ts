import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Bin, type Item, pack } from '#backend/places/packing.ts';
import { gpu } from '../runs/queue/gpu.ts';

const item = (runId: string, count: number, more: Partial<Item> = {}): Item => ({
  runId,
  priority: 0,
  createdAt: 0,
  requests: count === 0 ? [] : [{ name: 'A100', count }],
  memoryBytes: 0,
  cpus: 0,
  ...more,
});
const bin = (machineId: string, gpus: number, more: Partial<Bin> = {}): Bin => ({
  machineId,
  name: machineId,
  free: Array.from({ length: gpus }, (_, index) => gpu(index)),
  memoryBytes: null,
  cpus: null,
  preference: 0,
  runs: 0,
  ...more,
});
const where = (placed: ReturnType<typeof pack>) =>
  Object.fromEntries(placed.map((each) => [each.runId, each.machineId]));
const none = new Set<string>();

test('by priority, then age: who finds no room is told why of each machine', () => {
  const items = [item('low', 2, { priority: -1 }), item('old', 2), item('new', 2, { createdAt: 9 })];
  const placed = pack(items, [bin('a', 2), bin('b', 2)], none);
  expect(placed.map(({ runId }) => runId)).toEqual(['old', 'new', 'low']);
  expect(placed[2]).toMatchObject({
    machineId: null,
    why: [
      { message: expect.stringContaining('a: not enough free') },
      { message: expect.stringContaining('b: not enough free') },
    ],
  });
  expect(pack([item('alone', 1)], [], none)[0]?.why).toMatchObject([{ code: 'ROOM_NO_OTHER' }]);
});

test('each to where it leaves the least over, so that a large one still fits', () => {
  const placed = pack(
    [item('small', 1, { priority: 1 }), item('large', 4)],
    [bin('big', 4), bin('tiny', 1)],
    none,
  );
  expect(where(placed)).toEqual({ small: 'tiny', large: 'big' });
});

test('alternatives, memory, processors, preference, and pairs that were refused', () => {
  const either = item('either', 0, {
    requests: [
      { name: 'H100', count: 1 },
      { name: 'A100', count: 1 },
    ],
  });
  expect(where(pack([either], [bin('a', 1)], none))).toEqual({ either: 'a' });
  const hungry = item('hungry', 0, { memoryBytes: 100, cpus: 8 });
  const bins = [
    bin('small', 0, { memoryBytes: 50 }),
    bin('slow', 0, { cpus: 4 }),
    bin('fit', 0, { memoryBytes: 150, cpus: 8 }),
  ];
  expect(where(pack([hungry, item('other', 0, { memoryBytes: 100, priority: -1 })], bins, none))).toEqual({
    hungry: 'fit',
    other: 'slow',
  });
  const liked = [bin('a', 1), bin('b', 1, { preference: 5 })];
  expect(where(pack([item('x', 1)], liked, none))).toEqual({ x: 'b' });
  expect(where(pack([item('x', 1)], liked, new Set(['x/b'])))).toEqual({ x: 'a' });
});

test('whatever there is: no accelerator twice, no more memory than there is, nobody overtaken by a lesser one of the same wish', () => {
  const items = fc.array(
    fc.record({
      count: fc.integer({ min: 0, max: 4 }),
      priority: fc.integer({ min: -2, max: 2 }),
      memory: fc.integer({ min: 0, max: 9 }),
    }),
    { maxLength: 12 },
  );
  const bins = fc.array(
    fc.record({ gpus: fc.integer({ min: 0, max: 8 }), memory: fc.integer({ min: 0, max: 30 }) }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(items, bins, (wanted, there) => {
      const given = wanted.map(({ count, priority, memory }, index) =>
        item(`run${index}`, count, { priority, createdAt: index, memoryBytes: memory }),
      );
      const machines = there.map(({ gpus, memory }, index) =>
        bin(`m${index}`, gpus, { memoryBytes: memory }),
      );
      const placed = pack(given, machines, none);
      expect(placed.map(({ runId }) => runId).sort()).toEqual(given.map(({ runId }) => runId).sort());
      const byId = new Map(given.map((each) => [each.runId, each]));
      for (const machine of machines) {
        const here = placed
          .filter(({ machineId }) => machineId === machine.machineId)
          .map(({ runId }) => byId.get(runId));
        const gpus = here.reduce((sum, each) => sum + (each?.requests[0]?.count ?? 0), 0);
        expect(gpus).toBeLessThanOrEqual(machine.free.length);
        expect(here.reduce((sum, each) => sum + (each?.memoryBytes ?? 0), 0)).toBeLessThanOrEqual(
          machine.memoryBytes ?? 0,
        );
      }
      for (const [index, loser] of placed.entries()) {
        if (loser.machineId !== null) continue;
        const mine = byId.get(loser.runId);
        const later = placed.slice(index + 1).filter(({ runId, machineId }) => {
          const other = byId.get(runId);
          return (
            machineId !== null &&
            other?.requests[0]?.count === mine?.requests[0]?.count &&
            other?.memoryBytes === mine?.memoryBytes
          );
        });
        expect(later).toEqual([]);
      }
    }),
    { numRuns: 3_000 },
  );
});
