import type { RunDemand } from '#shared/domain/plan.ts';
import { findPreset } from '#shared/planner/models/index.ts';
import { type PlaceInputs, place, workEngine } from '#shared/planner/place/index.ts';
import { manyOffers, shippedCatalog } from './many-offers.ts';
import { type Bench, within } from './row.ts';

const count = 100_000;
const warmUps = 5;
const turns = 15;
const at = Date.UTC(2026, 10, 1);

/** Ten thousand million tokens for a model of 8 thousand million parameters, on one to eight GPUs of any kind. */
function demand(): RunDemand {
  const model = findPreset('Llama-3.1-8B');
  if (model === null) throw new Error('the preset Llama-3.1-8B is gone');
  return {
    name: 'bench',
    accelerators: [],
    gpuCounts: [1, 2, 4, 8],
    cpus: null,
    memoryGiB: null,
    diskGiB: 200,
    model,
    setup: {
      kind: 'training',
      method: 'full',
      lora: { rank: 16, targets: 'all-linear' },
      precision: 'bf16',
      optimiser: 'adamw',
      sharding: 'fsdp',
      offload: 'none',
      recomputation: 'selective',
      flashAttention: true,
      sequence: 4096,
      microBatch: 1,
      globalBatch: 128,
      tensorParallel: 1,
      pipelineParallel: 1,
      sequenceParallel: false,
    },
    tokens: 1e10,
    duration: null,
    measured: [],
    data: { bytes: 5e11, provider: 'aws', region: 'us-east-1' },
    resultBytes: 1e11,
    checkpointBytes: 1e11,
    checkpointEveryMs: 1_800_000,
    setupMs: 600_000,
    useSpot: 'allowed',
    label: 'internal',
    countries: [],
  };
}

/** Fit, time, cost, front and reasons for every offer, on demand and spot, as `plan.place` computes them. */
async function run() {
  const shipped = shippedCatalog();
  const { accelerators, regions, egress, storage } = shipped;
  const offers = manyOffers(count, shipped);
  const asked = demand();
  const once = () => {
    // As each call has them: machines are looked at anew, only the table stays.
    const inputs: PlaceInputs = {
      offers,
      accelerators,
      regions,
      egress,
      storage,
      machines: [],
      quotas: [],
      sourceTitles: {},
      priceFactor: 1,
    };
    const limits = {
      deadlineAt: at + 30 * 86_400_000,
      budgetMicros: 20_000_000_000,
      maxCarbonGrams: null,
      providers: [],
      excludedProviders: [],
      offerLabels: {},
    };
    const began = performance.now();
    const answer = place(
      { demand: asked, limits, objective: 'balanced', at },
      inputs,
      workEngine(accelerators),
    );
    const took = performance.now() - began;
    if (answer.judged < count || answer.recommended === null)
      throw new Error(`only ${answer.judged} places were judged, or none may be taken`);
    return took;
  };
  for (let turn = 0; turn < warmUps; turn += 1) once();
  const samples = Array.from({ length: turns }, once);
  return [
    within(
      {
        name: 'rank',
        measure: `one task over ${count.toLocaleString('en')} offers, warm`,
        unit: 'ms',
        reach: 50,
        lowerIsBetter: true,
      },
      samples,
    ),
  ];
}

export const bench: Bench = {
  name: 'rank',
  about: 'one task judged over 100,000 offers, on demand and spot',
  missing: () => null,
  run,
};
