import fc from 'fast-check';
import { expect, test } from 'vitest';
import { carsOf, describeHardware, heatOf, layTracks } from '#renderer/features/overview/tracks.ts';
import { shortModel } from '#renderer/ui/models.ts';
import { accelerator, machine, runOn } from '../machines.ts';
import { move } from '../moves/made-up.ts';

const eight = machine(
  'heron',
  [0, 1, 2, 3, 4, 5, 6, 7].map((index) => accelerator(index)),
);

test('a run stands on the cells it holds; neighbours make one car', () => {
  const track = layTracks([eight], [runOn(eight, { acceleratorIndexes: [0, 1, 5] })], 'name')[0]?.tracks[0];
  expect(track?.cars.map(({ from, span }) => [from, span])).toEqual([
    [0, 2],
    [5, 1],
  ]);
});

test('cars cover exactly the cells that a run holds, whatever these are', () => {
  const cells = layTracks([eight], [], 'name')[0]?.tracks[0]?.cells ?? [];
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat({ max: 9 })), (indexes) => {
      const covered = carsOf(runOn(eight, { acceleratorIndexes: indexes }), cells).flatMap(({ from, span }) =>
        Array.from({ length: span }, (_, step) => from + step),
      );
      expect(covered).toEqual(indexes.filter((index) => index < 8).sort((a, b) => a - b));
    }),
  );
});

test('runs that wait or have ended stand nowhere; a run without GPUs stands beside', () => {
  const runs = [
    runOn(eight, { id: 'a', state: 'queued' }),
    runOn(eight, { id: 'b', state: 'succeeded' }),
    runOn(eight, { id: 'c' }),
  ];
  const track = layTracks([eight], runs, 'name')[0]?.tracks[0];
  expect(track?.cars).toEqual([]);
  expect(track?.besides.map(({ id }) => id)).toEqual(['c']);
});

test('a sliced GPU is shown by its slices', () => {
  const slices = [0, 1].map((device) =>
    accelerator(100 + device, { uuid: `MIG-${device}`, mig: { parentIndex: 0, profile: '1g.10gb' } }),
  );
  const track = layTracks([machine('wren', [accelerator(0), accelerator(1), ...slices])], [], 'name')[0]
    ?.tracks[0];
  expect(track?.cells.map(({ accelerator: { index } }) => index)).toEqual([1, 100, 101]);
});

test('by need: faults first, then runs out of sight, then what is busy', () => {
  const fault = machine('a-fault', [accelerator(0, { fault: 'fell off the bus' })]);
  const unseen = machine('b-unseen', [accelerator(0)], { connectionState: 'unreachable' });
  const busy = machine('c-busy', [accelerator(0, { utilisation: 99 })]);
  const idle = machine('a-idle', [accelerator(0)]);
  const groups = layTracks([idle, busy, unseen, fault], [runOn(unseen)], 'need');
  expect(groups[0]?.tracks.map((track) => track.machine.name)).toEqual([
    'a-fault',
    'b-unseen',
    'c-busy',
    'a-idle',
  ]);
  expect(groups[0]?.seen).toBe(3);
});

test('this computer comes last, in a group of its own', () => {
  const here = machine('This computer', [], { siteKind: 'local' });
  expect(layTracks([here, eight], [], 'name').map(({ kind }) => kind)).toEqual(['ssh', 'local']);
});

test('hardware in words', () => {
  const track = layTracks([eight], [], 'name')[0]?.tracks[0];
  expect(track && describeHardware(track)).toEqual({ hardware: '8×H100', hottestC: 40, powerW: 800 });
});

test.each([
  ['NVIDIA H100 80GB HBM3', 'H100'],
  ['NVIDIA A100-SXM4-80GB', 'A100'],
  ['NVIDIA A100-SXM4-80GB 1g.10gb', 'A100 1g.10gb'],
  ['NVIDIA GeForce RTX 4090', 'RTX 4090'],
  ['Tesla V100-PCIE-16GB', 'V100'],
  ['AMD Instinct MI300X', 'MI300X'],
  ['Apple M4 Max', 'M4 Max'],
])('%s is called %s', (model, short) => {
  expect(shortModel(model)).toBe(short);
});

test('heat rises with load and is unknown without it', () => {
  expect([null, 0, 10, 45, 70, 100].map(heatOf)).toEqual([null, 0, 1, 2, 3, 4]);
});

test('runs that arrive stand on free cells, beside them where there are too few', () => {
  const all = Array.from({ length: 4 }, (_, index) => accelerator(index));
  const heron = machine('heron', all);
  const kite = machine('kite', [accelerator(0)]);
  const standing = runOn(heron, { id: 'standing', acceleratorIndexes: [1] });
  const coming = runOn(kite, { id: 'coming', acceleratorIndexes: [0, 1] });
  const wide = runOn(kite, { id: 'wide', acceleratorIndexes: [0, 1, 2] });
  const to = { machineId: heron.id, machineName: heron.name };
  const moves = [move('a', { runId: 'coming', to }), move('b', { runId: 'wide', to })];
  const tracks = layTracks([heron, kite], [standing, coming, wide], 'name', moves).flatMap(
    (group) => group.tracks,
  );
  const arrivals = tracks.find((track) => track.machine === heron)?.arrivals;
  expect(arrivals?.map(({ from, span }) => [from, span])).toEqual([
    [2, 2],
    [null, 3],
  ]);
  // Started over there it is a car, and arrives no more.
  const there = layTracks([heron], [runOn(heron, { id: 'coming' })], 'name', moves);
  expect(there[0]?.tracks[0]?.arrivals.map((arrival) => arrival.move.id)).toEqual(['b']);
});
