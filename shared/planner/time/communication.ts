import type { AcceleratorModel } from '../../domain/catalog.ts';
import type { ModelShape, TrainingSetup } from '../../domain/workload.ts';
import { adapterParameters } from '../fit/index.ts';

export interface Cluster {
  accelerator: AcceleratorModel;
  gpus: number;
  gpusPerNode: number;
  /** Of one machine, 10^9 bits a second; null: not known, and nothing is counted for it. */
  networkGbps: number | null;
}

/** PCIe 4.0 ×16 as collectives reach it, where the catalogue names no figure. */
export const pcieGBps = 20;
/** Share of a network's rate that collectives reach. */
const networkShare = 0.8;
/** Parameters that Adam updates on a host, per second and machine (DeepSpeed's CPUAdam). */
const hostUpdatesPerSecond = 1e9;

/**
 * Seconds that one step spends on exchanging gradients and weights: a ring moves 2(N−1)/N of the gradients; ZeRO-3 and FSDP
 * gather the weights twice a micro-batch besides (arXiv 1910.02054, §7). Hierarchical: within machines over their link, between
 * them over the network.
 */
export function exchangeSeconds(
  model: ModelShape,
  setup: TrainingSetup,
  cluster: Cluster,
  micro: number,
): { link: number; network: number } {
  const { tensorParallel: tensor, pipelineParallel: pipeline } = setup;
  const group = tensor * pipeline;
  const data = Math.max(1, Math.floor(cluster.gpus / group));
  if (data === 1) return { link: 0, network: 0 };
  const element = setup.precision === 'fp32' || setup.precision === 'tf32' ? 4 : 2;
  const trained = setup.method === 'full' ? model.parameters : adapterParameters(model, setup.lora);
  const sharded = setup.sharding === 'zero3' || setup.sharding === 'fsdp';
  const held = setup.method === 'qlora' ? 0.55 : element;
  const bytes = sharded ? trained * element + 2 * micro * model.parameters * held : 2 * trained * element;
  const nodes = Math.ceil(cluster.gpus / cluster.gpusPerNode);
  const here = Math.min(data, Math.max(1, Math.floor(cluster.gpusPerNode / group)));
  const { link } = cluster.accelerator;
  const GBps = link.GBps ?? pcieGBps;
  const within = here > 1 ? ((here - 1) / here) * (bytes / group / (GBps * 1e9)) : 0;
  if (nodes === 1 || cluster.networkGbps === null) return { link: within, network: 0 };
  const onNode = bytes * Math.min(1, cluster.gpusPerNode / group);
  const rings = Math.max(2, Math.floor(data / here));
  const network = (((rings - 1) / rings) * onNode) / ((cluster.networkGbps / 8) * 1e9 * networkShare);
  return { link: within, network };
}

/** Seconds of a step in all-reduces of tensor parallelism, where its GPUs are not joined by a fast link: 4 a layer of s·b·h. */
export function tensorSeconds(
  model: ModelShape,
  setup: TrainingSetup,
  cluster: Cluster,
  micro: number,
): number {
  const { tensorParallel: tensor, pipelineParallel: pipeline } = setup;
  const { link } = cluster.accelerator;
  const fast = link.kind === 'nvlink' || link.kind === 'xgmi' || link.kind === 'ici';
  if (tensor === 1 || (fast && tensor <= cluster.gpusPerNode)) return 0;
  const layers = Math.ceil(model.layers / pipeline);
  const bytes = 4 * 2 * ((tensor - 1) / tensor) * 2 * setup.sequence * setup.microBatch * model.hidden;
  const across =
    tensor > cluster.gpusPerNode
      ? (cluster.networkGbps ?? 100) / 8 / cluster.gpusPerNode
      : Number.POSITIVE_INFINITY;
  const GBps = Math.min(fast ? Number.POSITIVE_INFINITY : (link.GBps ?? pcieGBps), across);
  return (micro * layers * bytes) / (GBps * 1e9);
}

/** Seconds of a step for an optimiser on the host: gradients down, weights up, the update itself. */
export function offloadSeconds(model: ModelShape, setup: TrainingSetup, cluster: Cluster): number {
  if (setup.offload === 'none' || setup.method !== 'full') return 0;
  const nodes = Math.ceil(cluster.gpus / cluster.gpusPerNode);
  const moved = (4 * model.parameters) / cluster.gpus / (pcieGBps * 1e9);
  const gathers = setup.offload === 'all' ? moved : 0;
  return moved + gathers + model.parameters / nodes / hostUpdatesPerSecond;
}
