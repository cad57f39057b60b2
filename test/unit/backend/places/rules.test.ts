import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Before,
  type MachineNow,
  quietMs,
  type RunNow,
  type World,
  wishes,
} from '#backend/places/rules.ts';
import type { RebalancePolicy } from '#shared/domain/recovery.ts';

const hour = 3_600_000;
const policy: RebalancePolicy = {
  mode: 'act',
  rules: { overloaded: true, gpuFailing: true, betterPlace: true, windowClosing: true },
  coolDownMs: 2 * hour,
  loadPerCpu: 1.5,
};
const machine = (id: string, more: Partial<MachineNow> = {}): MachineNow => ({
  id,
  name: id,
  takes: true,
  minutesLeft: null,
  preference: 0,
  load: 0.1,
  cpus: 8,
  isOverloaded: false,
  crowded: new Set(),
  faults: new Map(),
  ...more,
});
const run = (id: string, machineId: string, more: Partial<RunNow> = {}): RunNow => ({
  id,
  name: id,
  machineId,
  priority: 0,
  createdAt: 0,
  accelerators: [],
  movedAt: null,
  leadMs: 30 * 60_000,
  ...more,
});
const world = (machines: MachineNow[], runs: RunNow[], more: Partial<World> = {}): World => ({
  now: 100 * hour,
  policy,
  machines,
  runs,
  moved: [],
  dismissed: [],
  proposed: new Map(),
  fits: () => true,
  ...more,
});
const brief = (found: ReturnType<typeof wishes>) =>
  found.map((wish) => `${wish.rule}: ${wish.runId} to ${wish.toMachineId}`);

describe('what should be moved where', () => {
  test('a failing GPU, first of all; only the run that has it', () => {
    const bad = machine('bad', {
      faults: new Map([['GPU-1', 'needs a reset']]),
      isOverloaded: true,
      load: 3,
    });
    const found = wishes(
      world(
        [bad, machine('good')],
        [run('x', 'bad', { accelerators: ['GPU-0'] }), run('y', 'bad', { accelerators: ['GPU-1'] })],
      ),
    );
    expect(brief(found)[0]).toBe('gpu-failing: y to good');
    expect(found[0]?.reason).toMatchObject({
      code: 'REBALANCE_GPU_FAILING',
      params: { fault: 'needs a reset', machine: 'bad', to: 'good' },
    });
    expect(found.filter(({ rule }) => rule === 'gpu-failing')).toHaveLength(1);
  });

  test('a window that closes sooner than a move takes; a machine that would close too is no place', () => {
    const closing = machine('night', { minutesLeft: 25 });
    const soon = machine('soon', { minutesLeft: 60, preference: 9 });
    expect(brief(wishes(world([closing, soon, machine('day')], [run('x', 'night')])))).toEqual([
      'window-closing: x to day',
    ]);
    expect(
      wishes(world([machine('night', { minutesLeft: 40 }), machine('day')], [run('x', 'night')])),
    ).toEqual([]);
    expect(
      brief(
        wishes(
          world(
            [machine('night', { minutesLeft: 40 }), machine('day')],
            [run('x', 'night', { leadMs: hour })],
          ),
        ),
      ),
    ).toEqual(['window-closing: x to day']);
    const over = wishes(world([machine('night', { minutesLeft: 0 }), machine('day')], [run('x', 'night')]));
    expect(over[0]?.reason.code).toBe('REBALANCE_WINDOW_CLOSED');
  });

  test('an overloaded machine loses its least important run, one at a time, to where it stays calm', () => {
    const busy = machine('busy', { isOverloaded: true, load: 2 });
    const runs = [
      run('high', 'busy', { priority: 5 }),
      run('old', 'busy'),
      run('new', 'busy', { createdAt: 9 }),
    ];
    const found = wishes(world([busy, machine('calm')], runs));
    expect(brief(found)).toEqual(['overloaded: new to calm']);
    expect(found[0]?.reason).toMatchObject({ code: 'REBALANCE_OVERLOADED', params: { load: 2, limit: 1.5 } });
    // A third of 16 on 8 processors more: too much for one that has its share already.
    expect(wishes(world([busy, machine('warm', { load: 0.8 })], runs))).toEqual([]);
    expect(wishes(world([busy, machine('unknown', { load: null })], runs))).toEqual([]);
    // The load is all of one run's own: it would take it along.
    expect(wishes(world([busy, machine('calm')], [run('alone', 'busy')]))).toEqual([]);
  });

  test('a better place only upwards, only where it fits', () => {
    const machines = [
      machine('dear', { preference: -1 }),
      machine('cheap', { preference: 3 }),
      machine('same', { preference: -1 }),
    ];
    expect(brief(wishes(world(machines, [run('x', 'dear')])))).toEqual(['better-place: x to cheap']);
    expect(wishes(world(machines, [run('x', 'cheap')]))).toEqual([]);
    expect(wishes(world(machines, [run('x', 'dear')], { fits: (_run, id) => id !== 'cheap' }))).toEqual([]);
    const off = { ...policy, rules: { ...policy.rules, betterPlace: false } };
    expect(wishes(world(machines, [run('x', 'dear')], { policy: off }))).toEqual([]);
    expect(
      wishes(world([machine('dear'), machine('cheap', { preference: 3, takes: false })], [run('x', 'dear')])),
    ).toEqual([]);
  });

  test('not within the cool-down, not what was dismissed a moment ago, not back to where it was taken away', () => {
    const machines = [machine('dear'), machine('cheap', { preference: 3 })];
    const now = 100 * hour;
    const once: Before = { runId: 'x', fromMachineId: 'dear', rule: 'better-place', at: now - hour };
    expect(wishes(world(machines, [run('x', 'dear', { movedAt: now - hour })]))).toEqual([]);
    expect(wishes(world(machines, [run('x', 'dear', { movedAt: now - 3 * hour })]))).toHaveLength(1);
    expect(wishes(world(machines, [run('x', 'dear')], { dismissed: [once] }))).toEqual([]);
    expect(
      wishes(world(machines, [run('x', 'dear')], { dismissed: [{ ...once, at: now - quietMs }] })),
    ).toHaveLength(1);
    const left: Before = { runId: 'x', fromMachineId: 'cheap', rule: 'overloaded', at: now - 48 * hour };
    expect(wishes(world(machines, [run('x', 'dear')], { moved: [left] }))).toEqual([]);
    // One whose window had closed may be gone back to when it is open again.
    expect(
      wishes(world(machines, [run('x', 'dear')], { moved: [{ ...left, rule: 'window-closing' }] })),
    ).toHaveLength(1);
  });

  test('a proposal keeps its place while that is possible', () => {
    const machines = [machine('from'), machine('a', { preference: 1 }), machine('b', { preference: 2 })];
    expect(brief(wishes(world(machines, [run('x', 'from')], { proposed: new Map([['x', 'a']]) })))).toEqual([
      'better-place: x to a',
    ]);
    expect(brief(wishes(world(machines, [run('x', 'from')])))).toEqual(['better-place: x to b']);
  });
});

/** Machines whose load is what runs on them make, and a policy that acts at each look. */
test('it comes to rest: whatever the machines and runs, no run twice within the cool-down, none back and forth', () => {
  const machines = fc.array(
    fc.record({
      cpus: fc.integer({ min: 1, max: 16 }),
      base: fc.double({ min: 0, max: 20, noNaN: true }),
      preference: fc.integer({ min: -2, max: 2 }),
    }),
    { minLength: 2, maxLength: 5 },
  );
  const runs = fc.array(
    fc.record({
      weight: fc.double({ min: 0, max: 16, noNaN: true }),
      at: fc.nat(4),
      priority: fc.integer({ min: 0, max: 2 }),
    }),
    {
      minLength: 1,
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(machines, runs, fc.boolean(), (boxes, trainings, fails) => {
      const place = trainings.map(({ at }) => at % boxes.length);
      const movedAt: (number | null)[] = trainings.map(() => null);
      const moved: Before[] = [];
      for (let now = 1000 * hour; now < 1000 * hour + 6 * 24 * hour; now += hour) {
        const loadOf = (index: number) => {
          const weight = trainings.reduce(
            (sum, each, number) => sum + (place[number] === index ? each.weight : 0),
            0,
          );
          return ((boxes[index]?.base ?? 0) + weight) / (boxes[index]?.cpus ?? 1);
        };
        const now_ = boxes.map(({ cpus, preference }, index) =>
          machine(`m${index}`, {
            cpus,
            preference,
            load: loadOf(index),
            isOverloaded: loadOf(index) > policy.loadPerCpu,
            faults: new Map(fails && index === 0 ? [['GPU-0', 'reports an error']] : []),
          }),
        );
        const runsNow = trainings.map(({ priority }, index) =>
          run(`r${index}`, `m${place[index]}`, {
            priority,
            movedAt: movedAt[index] ?? null,
            accelerators: place[index] === 0 ? ['GPU-0'] : [],
          }),
        );
        for (const wish of wishes(world(now_, runsNow, { now, moved }))) {
          const index = Number(wish.runId.slice(1));
          const last = movedAt[index] ?? null;
          expect(last === null || now - last >= policy.coolDownMs).toBe(true);
          expect(
            moved.some((each) => each.runId === wish.runId && each.fromMachineId === wish.toMachineId),
          ).toBe(false);
          place[index] = Number(wish.toMachineId.slice(1));
          movedAt[index] = now;
          moved.push({ runId: wish.runId, fromMachineId: wish.fromMachineId, rule: wish.rule, at: now });
        }
      }
      expect(moved.length).toBeLessThanOrEqual(trainings.length * (boxes.length - 1));
      const lastMove = Math.max(0, ...moved.map(({ at }) => at));
      // At rest for the last days, not merely slow.
      expect(lastMove).toBeLessThan(1000 * hour + 4 * 24 * hour);
    }),
    { numRuns: 200, seed: 20261128 },
  );
});
