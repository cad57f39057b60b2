import { numberText } from '#shared/domain/sentence-values.ts';
import type { Setup } from '#shared/domain/workload.ts';

/** What an answer about a model rests on, and whether somebody said it or it was taken as usual. */
export interface Assumption {
  /** The option that says it, without dashes. */
  option: string;
  value: string | number | boolean;
  given: boolean;
  /** As it is printed. */
  text: string;
}

const shardings: Readonly<Record<string, string>> = {
  ddp: 'no sharding (DDP)',
  zero1: 'sharded by ZeRO-1',
  zero2: 'sharded by ZeRO-2',
  zero3: 'sharded by ZeRO-3',
  fsdp: 'sharded by FSDP',
};
const recomputations: Readonly<Record<string, string>> = {
  none: 'no recomputation',
  selective: 'selective recomputation',
  full: 'full recomputation',
};

/**
 * All of a setup, in the order in which it matters.
 * @param given Names of the options that were typed, as the command line calls them.
 */
export function assumptionsOf(setup: Setup, given: readonly string[]): Assumption[] {
  const typed = new Set(given);
  const one = (option: string, name: string, value: Assumption['value'], text: string): Assumption => ({
    option,
    value,
    given: typed.has(name),
    text,
  });
  const parallel = [
    one('tp', 'tp', setup.tensorParallel, `tensor parallelism ${setup.tensorParallel}`),
    one('pp', 'pp', setup.pipelineParallel, `pipeline parallelism ${setup.pipelineParallel}`),
  ];
  if (setup.kind === 'inference')
    return [
      one('context', 'context', setup.context, `context of ${numberText(setup.context)} tokens`),
      one('batch', 'batch', setup.batch, `${numberText(setup.batch)} at a time`),
      one('weights', 'weights', setup.weights, `weights as ${setup.weights}`),
      one('cache', 'cache', setup.cache, `keys and values as ${setup.cache}`),
      ...parallel,
    ];
  const { method, lora, sequence, microBatch, globalBatch, offload } = setup;
  return [
    one('sequence', 'sequence', sequence, `sequences of ${numberText(sequence)} tokens`),
    one('micro-batch', 'microBatch', microBatch, `micro-batch ${numberText(microBatch)}`),
    one('global-batch', 'globalBatch', globalBatch, `global batch ${numberText(globalBatch)}`),
    one('method', 'method', method, method === 'full' ? 'all parameters trained' : `trained by ${method}`),
    ...(method === 'full' ? [] : [one('rank', 'rank', lora.rank, `rank ${lora.rank}`)]),
    one('precision', 'precision', setup.precision, setup.precision),
    one('optimiser', 'optimiser', setup.optimiser, `optimiser ${setup.optimiser}`),
    one('sharding', 'sharding', setup.sharding, shardings[setup.sharding] ?? setup.sharding),
    one('offload', 'offload', offload, offload === 'none' ? 'nothing offloaded' : `${offload} offloaded`),
    one('recompute', 'recompute', setup.recomputation, recomputations[setup.recomputation] ?? ''),
    one('flash', 'flash', setup.flashAttention, `flash attention ${setup.flashAttention ? 'on' : 'off'}`),
    ...parallel,
    one('sp', 'sp', setup.sequenceParallel, `sequence parallelism ${setup.sequenceParallel ? 'on' : 'off'}`),
  ];
}

/** "Given: …" and "Assumed: …"; a line of which there is nothing is left out. */
export function assumptionLines(assumptions: readonly Assumption[]): string[] {
  const line = (title: string, given: boolean) => {
    const texts = assumptions.filter((each) => each.given === given).map(({ text }) => text);
    return texts.length === 0 ? [] : [`${title}: ${texts.join(', ')}`];
  };
  return [...line('Given', true), ...line('Assumed', false)];
}
