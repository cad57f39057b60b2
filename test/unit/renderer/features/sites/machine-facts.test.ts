import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressFrom } from '#renderer/features/sites/add-host-dialog.tsx';
import {
  homeDiskFree,
  type MachineSort,
  meanUtilisation,
  pickMachines,
} from '#renderer/features/sites/machine-facts.ts';
import { accelerator, machine } from '../machines.ts';

const machines = [
  machine('box10', [accelerator(0, { utilisation: 20 })]),
  machine('box2', [accelerator(0, { utilisation: 80 }), accelerator(1, { utilisation: null })]),
  machine('box1', null),
];

test('names are sorted as numbers are read', () => {
  expect(pickMachines(machines, '', 'name', false).map(({ name }) => name)).toEqual([
    'box1',
    'box2',
    'box10',
  ]);
});

test('what is not known comes last, either way', () => {
  const names = (descending: boolean) =>
    pickMachines(machines, '', 'busy', descending).map(({ name }) => name);
  expect(names(false)).toEqual(['box10', 'box2', 'box1']);
  expect(names(true)).toEqual(['box2', 'box10', 'box1']);
});

test('the filter takes several words, of names, sites and models', () => {
  expect(pickMachines(machines, 'H100 box2', 'name', false).map(({ name }) => name)).toEqual(['box2']);
  expect(pickMachines(machines, 'h200', 'name', false)).toEqual([]);
});

test('sorting keeps every machine, whatever the key', () => {
  const key = fc.constantFrom<MachineSort>(
    'name',
    'accelerators',
    'busy',
    'memory',
    'disk',
    'load',
    'runs',
    'seen',
  );
  fc.assert(
    fc.property(key, fc.boolean(), (sort, descending) => {
      expect(new Set(pickMachines(machines, '', sort, descending))).toEqual(new Set(machines));
    }),
  );
});

test('the disk that counts is the one that holds the home', () => {
  expect(homeDiskFree(machines[0] ?? machine('none', null))).toBe(2 ** 38);
  expect(homeDiskFree(machine('none', null))).toBeNull();
});

test('the mean leaves out what reports nothing', () => {
  expect(meanUtilisation(machines[1] ?? machine('none', null))).toBe(80);
  expect(meanUtilisation(machine('none', []))).toBeNull();
});

test.each([
  ['heron', { host: 'heron' }],
  ['mei@heron', { host: 'heron', user: 'mei' }],
  ['mei@heron:2222', { host: 'heron', user: 'mei', port: 2222 }],
  ['[::1]:2222', { host: '::1', port: 2222 }],
])('%s is taken apart as ssh would', (host, address) => {
  expect(addressFrom({ host, name: '', user: '', port: '', identityFile: '' })).toEqual(address);
});
