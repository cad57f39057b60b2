import { expect, it } from 'vitest';
import { fitReport, timeEstimate } from '#shared/domain/fit.ts';
import type { ModelShape, Setup } from '#shared/domain/workload.ts';
import { fit as judge } from '#shared/planner/fit/index.ts';
import { estimateTime } from '#shared/planner/time.ts';
import { seededRandom } from '#test/lab/seed.ts';
import { serving, shippedAccelerators, training } from '../fit/given.ts';

it('typed numbers of any size, on any accelerator, give answers that the contract takes', () => {
  const random = seededRandom(17);
  const upTo = (digits: number): number => Math.max(1, Math.floor(10 ** (random() * digits)));
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const gpus = shippedAccelerators();
  const model = (): ModelShape => {
    const parameters = upTo(13);
    const heads = upTo(3);
    return {
      name: 'typed',
      parameters,
      activeParameters: Math.max(1, parameters * random()),
      layers: upTo(3),
      hidden: upTo(5),
      heads,
      kvHeads: heads,
      headSize: upTo(3),
      feedForward: upTo(6),
      vocabulary: upTo(6),
      context: upTo(7),
      tiedEmbeddings: random() < 0.5,
      gated: random() < 0.5,
      experts: random() < 0.3 ? { count: upTo(3), perToken: upTo(1) } : null,
      kvElementsPerLayer: random() < 0.2 ? upTo(4) : null,
      slidingWindow: random() < 0.3 ? upTo(4) : null,
      weightType: null,
      source: 'typed',
    };
  };
  const setups = (): Setup[] => [
    training({
      method: pick(['full', 'lora', 'qlora']),
      precision: pick(['fp32', 'tf32', 'bf16', 'fp16', 'fp8']),
      sharding: pick(['ddp', 'zero1', 'zero2', 'zero3', 'fsdp']),
      offload: pick(['none', 'optimiser', 'all']),
      recomputation: pick(['none', 'selective', 'full']),
      flashAttention: random() < 0.5,
      sequence: upTo(7),
      microBatch: upTo(3),
      globalBatch: upTo(5),
      tensorParallel: pick([1, 2, 8]),
    }),
    serving({
      weights: pick(['bf16', 'int4']),
      context: upTo(7),
      batch: upTo(4),
      tensorParallel: pick([1, 2, 8]),
    }),
  ];
  for (let run = 0; run < 400; run += 1) {
    const accelerator = pick(gpus);
    const shape = model();
    for (const setup of setups()) {
      const question = { model: shape, setup, accelerator, gpus: 8 * upTo(3) };
      expect(fitReport.safeParse(judge(question)).error).toBeUndefined();
      const time = estimateTime({
        ...question,
        tokens: upTo(14),
        networkGbps: pick([null, 0, 10, 400]),
        gpusPerNode: pick([1, 4, 8]),
      });
      if (time === null) continue;
      expect(timeEstimate.safeParse(time).error).toBeUndefined();
      expect(time.ms.p10 <= time.ms.p50 && time.ms.p50 <= time.ms.p90).toBe(true);
    }
  }
});
