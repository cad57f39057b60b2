import type { Figure, FigureUnit } from '#shared/domain/figure.ts';
import type {
  Alternative,
  Placement,
  PlaceRef,
  PlanLimits,
  Pool,
  PortfolioProblem,
  PortfolioRun,
  PriceChanges,
  RunDemand,
} from '#shared/domain/plan.ts';
import { say } from '#shared/planner/fit-sentences.ts';
import { placeReason } from '#shared/planner/place-sentences.ts';

/** Made-up plans for drawing pages: deterministic, so that two pictures can be compared. */
const hour = 3_600_000;
const dollar = 1_000_000;
const GiB = 1024 ** 3;

export const fixtureDemand: RunDemand = {
  name: 'llama-3.1-8b-sft',
  accelerators: [],
  gpuCounts: [4, 8],
  cpus: null,
  memoryGiB: null,
  diskGiB: 500,
  model: null,
  setup: null,
  tokens: null,
  duration: { accelerator: 'H100', gpus: 8, ms: 22 * hour },
  measured: [],
  data: { bytes: 420e9, provider: null, region: null },
  resultBytes: 16e9,
  checkpointBytes: 96e9,
  checkpointEveryMs: hour / 2,
  setupMs: 8 * 60_000,
  useSpot: 'allowed',
  label: 'internal',
  countries: [],
};

interface Spot {
  kind: PlaceRef['kind'];
  title: string;
  provider: string | null;
  region: string | null;
  country: string | null;
  accelerator: string;
  gpus: number;
  hours: number;
  perHour: number;
  carbon: number;
  out?: ReturnType<typeof placeReason>;
}

const own = (title: string, accelerator: string, gpus: number, hours: number, perHour: number): Spot => ({
  kind: 'machine',
  title,
  provider: null,
  region: null,
  country: 'DE',
  accelerator,
  gpus,
  hours,
  perHour,
  carbon: 380,
});
const rented = (
  kind: 'on-demand' | 'spot',
  where: string,
  country: string,
  type: string,
  accelerator: string,
  gpus: number,
  hours: number,
  perHour: number,
): Spot => {
  const [provider = '', region = ''] = where.split('/');
  const carbon = region.length * 21;
  return { kind, title: type, provider, region, country, accelerator, gpus, hours, perHour, carbon };
};

const spots: Spot[] = [
  own('heron', 'H100', 8, 31.5, 9.4),
  own('ibis', 'A100-80GB', 4, 118, 3.1),
  rented('spot', 'aws/us-east-2', 'US', 'p5.48xlarge', 'H100', 8, 27.2, 24.6),
  rented('spot', 'gcp/us-central1', 'US', 'a3-highgpu-8g', 'H100', 8, 28.9, 21.2),
  rented('on-demand', 'lambda/us-west-1', 'US', 'gpu_8x_h100_sxm5', 'H100', 8, 23.4, 23.92),
  rented('on-demand', 'runpod/eu-se-1', 'SE', '8x H200 SXM', 'H200', 8, 20.6, 31.92),
  rented('on-demand', 'azure/swedencentral', 'SE', 'Standard_ND96isr_H100_v5', 'H100', 8, 24.1, 98.32),
  rented('on-demand', 'aws/us-east-2', 'US', 'p5en.48xlarge', 'H200', 8, 20.9, 63.3),
  rented('spot', 'aws/eu-north-1', 'SE', 'p4de.24xlarge', 'A100-80GB', 8, 60.4, 16.1),
  rented('on-demand', 'gcp/europe-west4', 'NL', 'a2-ultragpu-8g', 'A100-80GB', 8, 55.8, 40.5),
  rented('on-demand', 'lambda/us-south-2', 'US', 'gpu_8x_b200_sxm6', 'B200', 8, 11.7, 39.92),
  rented('spot', 'azure/eastus', 'US', 'Standard_NC96ads_A100_v4', 'A100-80GB', 4, 119, 6.4),
  {
    ...rented('on-demand', 'aws/us-east-1', 'US', 'g6e.48xlarge', 'L40S', 8, 0, 30.1),
    out: placeReason('PLACE_NO_FIT_UNLESS', { need: '61–74', has: 45 }),
  },
  {
    ...own('kite', 'RTX4090', 2, 0, 0.6),
    out: placeReason('PLACE_TOO_FEW', { has: 2, accelerator: 'RTX4090', asked: 4 }),
  },
  { ...own('wren', 'A6000', 2, 0, 0.8), out: placeReason('PLACE_UNSEEN') },
  {
    ...rented('on-demand', 'aws/ap-northeast-1', 'JP', 'p4d.24xlarge', 'A100', 8, 71, 44.9),
    out: placeReason('PLACE_LATE', { lateMs: 8 * hour }),
  },
];

const given = (
  key: string,
  value: number,
  unit: FigureUnit,
  source: string,
  asOf: number | null,
): Figure => ({
  key,
  value,
  unit,
  formula: '',
  inputs: [],
  source,
  asOf,
});

function alternativeOf(spot: Spot, index: number, at: number): Alternative {
  const { kind, hours, perHour, out } = spot;
  const pricedAt = kind === 'machine' ? null : at - (index + 2) * 24 * hour;
  const cost = Math.round(hours * perHour * dollar);
  const known = hours > 0;
  const parts = {
    computeMicros: Math.round(cost * 0.94),
    storageMicros: Math.round(cost * 0.02),
    egressMicros: kind === 'machine' ? 0 : Math.round(cost * 0.04),
    waitMs: kind === 'machine' ? 4 * hour : 0,
    setupMs: 8 * 60_000,
    dataMs: 0.7 * hour,
    trainMs: hours * hour,
    lostMs: kind === 'spot' ? 1.9 * hour : 0,
    expectedInterruptions: kind === 'spot' ? 0.8 : 0,
  };
  const asOf = pricedAt;
  return {
    place: {
      kind,
      id: kind === 'machine' ? spot.title : `${spot.provider}/${spot.region}/-/${spot.title}`,
      title: spot.title,
      provider: spot.provider,
      region: spot.region,
      country: spot.country,
      accelerator: spot.accelerator,
      gpus: spot.gpus,
      nodes: 1,
    },
    reasons: out
      ? [out, ...(out.code === 'PLACE_NO_FIT_UNLESS' ? [say('REMEDY_RECOMPUTE')] : [])]
      : [
          placeReason('PLACE_FITS', { need: '58–71', has: spot.accelerator === 'H200' ? 139 : 78 }),
          ...(kind === 'spot' ? [placeReason('PLACE_SPOT', { count: 0.8, lostMs: 1.9 * hour })] : []),
          ...(kind === 'machine'
            ? [placeReason('PLACE_FREE_LATER', { gpus: spot.gpus, timeMs: 4 * hour })]
            : []),
        ],
    excluded: out !== undefined,
    fit: {
      verdict: out?.code === 'PLACE_NO_FIT_UNLESS' ? 'no' : 'fits',
      need: { lowBytes: 61 * GiB, highBytes: 74 * GiB },
      availableBytes: 78 * GiB,
    },
    durationMs: known ? { p10: hours * 0.86 * hour, p50: hours * hour, p90: hours * 1.38 * hour } : null,
    costMicros: known ? { p10: Math.round(cost * 0.86), p50: cost, p90: Math.round(cost * 1.38) } : null,
    parts: known ? parts : null,
    carbonGrams: known ? hours * spot.gpus * 0.7 * spot.carbon : null,
    pareto: false,
    pricedAt,
    costFigure: known
      ? {
          key: 'cost',
          value: cost,
          low: Math.round(cost * 0.86),
          high: Math.round(cost * 1.38),
          unit: 'micros',
          formula: 'r · t + storage + egress',
          inputs: [
            given('rate', perHour * dollar, 'microsPerHour', kind === 'machine' ? 'you' : 'price list', asOf),
            given('duration', hours * hour, 'ms', 'measured', null),
          ],
          source: null,
          asOf: null,
        }
      : null,
    timeFigure: known
      ? {
          key: 'duration',
          value: hours * hour,
          unit: 'ms',
          formula: 'wait + set-up + data + training + lost',
          inputs: [given('training', parts.trainMs, 'ms', 'measured', null)],
          source: null,
          asOf: null,
        }
      : null,
  };
}

/** One run's plan as if it had been judged: limits and the objective are held to, prices are as they were made up. */
export function fixturePlacement(
  at: number,
  demand: RunDemand,
  limits: PlanLimits,
  objective: Placement['objective'],
  priceFactor = 1,
): Placement {
  const all = spots
    .filter(({ kind }) => demand.useSpot !== 'never' || kind !== 'spot')
    .map((spot) => ({ ...spot, perHour: spot.perHour * (spot.kind === 'machine' ? 1 : priceFactor) }))
    .map((spot, index) => {
      const one = alternativeOf(spot, index, at);
      const cost = one.costMicros?.p50 ?? 0;
      if (one.excluded || limits.budgetMicros === null || cost <= limits.budgetMicros) return one;
      const why = placeReason('PLACE_OVER_BUDGET', {
        costMicros: cost,
        overMicros: cost - limits.budgetMicros,
      });
      return { ...one, excluded: true, reasons: [why] };
    });
  const open = all.filter(({ excluded }) => !excluded);
  const beats = (a: Alternative, b: Alternative) =>
    (a.costMicros?.p50 ?? 0) < (b.costMicros?.p50 ?? 0) &&
    (a.durationMs?.p50 ?? 0) < (b.durationMs?.p50 ?? 0);
  const measure = ({ costMicros, durationMs }: Alternative) => {
    const [cost, time] = [costMicros?.p50 ?? 0, durationMs?.p50 ?? 0];
    if (objective === 'cheapest') return cost;
    return objective === 'fastest' ? time : Math.log(cost) + Math.log(time);
  };
  const sorted = [...open].sort((a, b) => measure(a) - measure(b));
  const alternatives = [...sorted, ...all.filter(({ excluded }) => excluded)].map((one) => ({
    ...one,
    pareto: !one.excluded && !open.some((other) => beats(other, one)),
  }));
  const best = alternatives[0];
  if (best && !best.excluded) {
    const code = (
      { cheapest: 'PLACE_CHEAPEST', fastest: 'PLACE_FASTEST', balanced: 'PLACE_BALANCED' } as const
    )[objective];
    const why = placeReason(code, {
      costMicros: best.costMicros?.p50 ?? 0,
      timeMs: best.durationMs?.p50 ?? 0,
    });
    best.reasons = [why, ...best.reasons];
  }
  return {
    demand,
    limits,
    objective,
    at,
    inputsHash: '0123456789abcdef',
    judged: 5_412,
    alternatives,
    recommended: open.length > 0 ? 0 : null,
    excludedBy: [
      { code: 'PLACE_TOO_FEW', count: 3_120 },
      { code: 'PLACE_NO_FIT', count: 1_204 },
      { code: 'PLACE_NO_ACCELERATOR', count: 988 },
      { code: 'PLACE_LATE', count: 41 },
    ],
    summary: [placeReason('PLACE_JUDGED', { all: 5_412, left: open.length })],
  };
}

const pool = (
  id: string,
  kind: PlaceRef['kind'],
  title: string,
  accelerator: string,
  gpus: number,
  busy = 0,
  at = 0,
): Pool => ({
  id,
  place: {
    kind,
    id,
    title,
    provider: kind === 'machine' ? null : (title.split(' ')[0] ?? null),
    region: null,
    country: null,
    accelerator,
    gpus: Math.min(gpus, 8),
    nodes: 1,
  },
  gpus,
  busy: busy > 0 ? [{ gpus: busy, untilAt: at + 5 * hour }] : [],
});

export const fixturePools = (at: number): Pool[] => [
  pool('heron', 'machine', 'heron', 'H100', 8, 4, at),
  pool('ibis', 'machine', 'ibis', 'A100-80GB', 4),
  pool('gpu-07', 'machine', 'gpu-07.cluster.example.org', 'H200', 2),
  pool('aws-p5', 'on-demand', 'aws p5.48xlarge', 'H100', 16),
  pool('lambda-spot', 'spot', 'lambda gpu_8x_a100', 'A100-80GB', 16),
];

/** Speed of a pool and dollars per GPU hour. */
const traits: Record<string, [number, number]> = {
  heron: [1, 1.1],
  ibis: [0.42, 0.8],
  'gpu-07': [1.15, 1.6],
  'aws-p5': [1, 12.3],
  'lambda-spot': [0.42, 1.2],
};

export function fixtureRuns(at: number, count: number): PortfolioRun[] {
  return Array.from({ length: count }, (_, index) => {
    const gpus = [1, 2, 4, 8][(index * 7) % 4] ?? 1;
    const work = 2 + ((index * 37) % 29);
    return {
      id: `run-${index + 1}`,
      name: `${['llama-sft', 'vit-l', 'whisper', 'sdxl-lora', 'bert-probe'][index % 5]}-${index + 1}`,
      priority: [0, 0, 5, 0, 10][index % 5] ?? 0,
      deadlineAt: index % 3 === 0 ? at + (18 + (index % 7) * 12) * hour : null,
      earliestAt: null,
      after: index % 11 === 10 ? [`run-${index}`] : [],
      project: ['speech', 'vision', null][index % 3] ?? null,
      options: Object.entries(traits)
        .filter(([id]) => gpus <= (id === 'ibis' ? 4 : id === 'gpu-07' ? 2 : 8))
        .map(([poolId, [speed, price]]) => {
          const hours = work / speed;
          return {
            poolId,
            gpus,
            durationMs: hours * hour,
            costMicros: Math.round(hours * gpus * price * dollar),
            carbonGrams: Math.round(hours * gpus * 250),
          };
        }),
    };
  });
}

export const fixtureProblem = (at: number, count: number): PortfolioProblem => ({
  at,
  runs: fixtureRuns(at, count),
  pools: fixturePools(at),
  budgetMicros: null,
  projectBudgets: {},
  weights: { cost: 1, time: 1, carbon: 0 },
});

/** As if some of the prices that a plan looked at were others now. */
export const fixturePriceChanges = (isOld: boolean): PriceChanges => ({
  of: 24,
  changed: isOld ? 3 : 0,
  top: isOld
    ? [
        {
          what: 'offer',
          kind: 'spot',
          title: 'a3-highgpu-8g · gcp us-central1-a',
          chosen: true,
          beforeMicros: 28 * dollar,
          nowMicros: 33.6 * dollar,
        },
        {
          what: 'offer',
          kind: 'on-demand',
          title: 'p5.48xlarge · aws us-east-1',
          chosen: false,
          beforeMicros: 98.32 * dollar,
          nowMicros: 55.04 * dollar,
        },
        {
          what: 'offer',
          kind: 'on-demand',
          title: 'Standard_ND96isr_H100_v5 · azure westeurope',
          chosen: false,
          beforeMicros: 98.32 * dollar,
          nowMicros: null,
        },
      ]
    : [],
});
