import type { AcceleratorModel } from '../../domain/catalog.ts';
import type { Setup } from '../../domain/workload.ts';
import { computed, given, type Range } from './figures.ts';
import type { Split } from './split.ts';
import type { Part } from './states.ts';

const gib = 1024 ** 3;

/** CUDA context, libraries' workspaces: 0.4 GiB on older GPUs, about 1 with all kernels loaded. */
const context: Range = { low: 0.4 * gib, high: 1.2 * gib };
/** NCCL's buffers for one communicator and for several. */
const channels: Range = { low: 0.1 * gib, high: 0.8 * gib };
/** Share of what comes and goes that the caching allocator cannot use again. */
const fragmentation: Range = { low: 0.01, high: 0.08 };
/** DeepSpeed's buckets are 5·10^8 elements unless told otherwise. */
const bucketElements = 5e8;

/** What no formula of a model names: context, communication, buckets, fragmentation of `moving` bytes. */
export function overhead(setup: Setup, split: Split, gpus: number, parameters: number, moving: Range): Part {
  const many = gpus > 1;
  const zero =
    setup.kind === 'training' && split.data > 1 && /^zero/.test(setup.sharding) && setup.method === 'full';
  const buckets = zero ? 2 * Math.min(bucketElements, parameters) : 0;
  const graphs = setup.kind === 'inference' ? gib : 0;
  const bytes: Range = {
    low: context.low + (many ? channels.low : 0) + moving.low * fragmentation.low,
    high: context.high + (many ? channels.high : 0) + moving.high * fragmentation.high + buckets + graphs,
  };
  return {
    bytes,
    figure: () =>
      computed('overhead', bytes, 'bytes', many ? 'c + n + f·M + B' : 'c + f·M', [
        computed('cudaContext', context, 'bytes', '', [], 'PyTorch on A100 and H100'),
        ...(many ? [computed('ncclBuffers', channels, 'bytes', '', [], 'NCCL')] : []),
        computed('fragmentation', fragmentation, 'share', '', [], 'PyTorch caching allocator'),
        given('movingBytes', (moving.low + moving.high) / 2, 'bytes', null),
        ...(buckets > 0 ? [given('buckets', buckets, 'bytes', 'DeepSpeed: reduce_bucket_size')] : []),
      ]),
  };
}

/** What programs can have of one GPU's memory, bytes: its driver keeps a little under 1 %. */
export function availableBytes({ memoryGiB }: AcceleratorModel): number {
  return Math.floor((memoryGiB - Math.max(0.3, memoryGiB * 0.008)) * gib);
}
