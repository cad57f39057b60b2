import { expect, test } from 'vitest';
import { heldByOthers, isOfKind, usable, visibleDevices } from '#backend/runs/queue/accelerators.ts';
import { gpu } from './gpu.ts';

test.each<[string, string, number, boolean]>([
  ['A100', 'NVIDIA A100-SXM4-80GB', 79.3, true],
  ['A100-80GB', 'NVIDIA A100-SXM4-80GB', 79.3, true],
  ['A100-80GB', 'NVIDIA A100-PCIE-40GB', 39.4, false],
  ['A100-40GB', 'NVIDIA A100-PCIE-40GB', 39.4, true],
  ['A10', 'NVIDIA A100-SXM4-80GB', 79.3, false],
  ['A10G', 'NVIDIA A10G', 22.5, true],
  ['H100', 'NVIDIA H100 80GB HBM3', 79.6, true],
  ['H100-SXM', 'NVIDIA H100 80GB HBM3', 79.6, true],
  ['RTX4090', 'NVIDIA GeForce RTX 4090', 24, true],
  ['rtx-4090', 'NVIDIA GeForce RTX 4090', 24, true],
  ['RTX6000-Ada', 'NVIDIA RTX 6000 Ada Generation', 48, true],
  ['T4', 'Tesla T4', 15, true],
  ['V100-32GB', 'Tesla V100-SXM2-32GB', 31.7, true],
  ['V100-32GB', 'Tesla V100-SXM2-16GB', 15.8, false],
  ['MI300X', 'AMD Instinct MI300X', 192, true],
  ['any', 'NVIDIA L40S', 45, true],
  ['L4', 'NVIDIA L40S', 45, false],
])('%s asked, %s there (%d GiB): %s', (asked, model, memoryGiB, expected) => {
  expect(isOfKind(gpu(0, { model, memoryBytes: memoryGiB * 2 ** 30 }), asked)).toBe(expected);
});

test('slices: given by their profile or as any, never as a whole card; the cut card is not given', () => {
  const slice = gpu(1, { uuid: 'MIG-1', mig: { parentIndex: 0, profile: '1g.10gb' } });
  expect(isOfKind(slice, 'A100')).toBe(false);
  expect(isOfKind(slice, '1g.10gb')).toBe(true);
  expect(isOfKind(slice, 'any')).toBe(true);
  expect(usable([gpu(0), slice]).map(({ uuid }) => uuid)).toEqual(['MIG-1']);
});

test('a faulty card is not given', () => {
  expect(usable([gpu(0, { fault: 'fell off the bus' }), gpu(1)]).map(({ index }) => index)).toEqual([1]);
});

test('what a run sees', () => {
  const box = [gpu(0), gpu(1)];
  expect(visibleDevices([gpu(1)], box)).toEqual({ CUDA_VISIBLE_DEVICES: 'GPU-1' });
  expect(visibleDevices([], box)).toEqual({ CUDA_VISIBLE_DEVICES: '' });
  expect(visibleDevices([], [])).toEqual({});
  expect(visibleDevices([gpu(3, { uuid: '' })], box)).toEqual({
    CUDA_VISIBLE_DEVICES: '3',
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
  });
  const amd = [gpu(2, { vendor: 'amd' }), gpu(5, { vendor: 'amd' })];
  expect(visibleDevices(amd, amd)).toEqual({ ROCR_VISIBLE_DEVICES: '2,5', HIP_VISIBLE_DEVICES: '0,1' });
});

test('a desktop on the GPU does not hold it; a stranger’s training does', () => {
  const process = { pid: 7, user: 'ada', memoryBytes: 1, runId: null };
  expect(
    heldByOthers(gpu(0, { processes: [{ ...process, command: '/usr/lib/xorg/Xorg vt2' }] }), () => false),
  ).toBeNull();
  expect(
    heldByOthers(gpu(0, { processes: [{ ...process, command: 'python train.py' }] }), () => false)?.message,
  ).toBe('python (ada, pid 7)');
  const ours = { ...process, command: 'python', runId: 'aaaaaaaaaaaa' };
  expect(heldByOthers(gpu(0, { processes: [ours] }), (id) => id === 'aaaaaaaaaaaa')).toBeNull();
});
