import { describe, expect, test } from 'vitest';
import type { Alternative, Placement } from '#shared/domain/plan.ts';
import { placement } from '#shared/domain/plan.ts';
import type { ModelShape, Setup } from '#shared/domain/workload.ts';
import { figureNames } from '#shared/planner/figure-names.ts';
import { inputsHashOf, type PlaceInputs, type PlaceQuestion, place } from '#shared/planner/place/index.ts';
import {
  at,
  awsInternet,
  hour,
  plainEngine,
  someDemand,
  someInputs,
  someLimits,
  someMachine,
  someOffer,
  someQuestion,
  someQuota,
} from './some-world.ts';

const GB = 1_000_000_000;
const model = { name: 'tiny', parameters: 1e9 } as ModelShape;
const setup = { kind: 'training' } as Setup;

const placed = (question: Partial<PlaceQuestion>, inputs: PlaceInputs, needGiB = 60): Placement =>
  place(someQuestion(question), inputs, plainEngine(needGiB));
const of = (answer: Placement, kind: string): Alternative => {
  const found = answer.alternatives.find(({ place: { kind: is } }) => is === kind);
  if (found === undefined) throw new Error(`nothing of kind ${kind}`);
  return found;
};
const codes = ({ reasons }: Alternative) => reasons.map(({ code }) => code);
const firstCode = (answer: Placement) => answer.alternatives[0]?.reasons[0]?.code;
const messages = ({ reasons }: Alternative) => reasons.map(({ message }) => message).join(' ');

describe('what a place costs and how long it takes', () => {
  test('an hour is billed by what the provider bills, set-up and data included', () => {
    const demand = someDemand({
      setupMs: 5 * 60_000,
      data: { bytes: 450 * GB, provider: null, region: null },
    });
    // 450 GB at 0.5 Gbit/s from here are two hours.
    const { parts, costMicros } = of(placed({ demand }, someInputs([someOffer()])), 'on-demand');
    expect(parts).toMatchObject({ setupMs: 300_000, dataMs: 2 * hour, trainMs: 10 * hour, waitMs: 0 });
    const usedHours = 12 + 5 / 60;
    expect(parts?.computeMicros).toBe(Math.ceil(usedHours * 40_000_000));
    // 450 GB on disk at 0.08 $ a month of 730 h.
    expect(parts?.storageMicros).toBe(Math.ceil((450 * 80_000 * usedHours) / 730));
    expect(costMicros?.p50).toBe((parts?.computeMicros ?? 0) + (parts?.storageMicros ?? 0));
  });

  test('minutes where the provider counts minutes', () => {
    const demand = someDemand({ duration: { accelerator: 'H100', gpus: 8, ms: 90_500 } });
    const offers = [someOffer(), someOffer({ provider: 'lambda', region: 'nowhere' })];
    const { alternatives } = placed({ demand }, someInputs(offers));
    const compute = new Map(alternatives.map((each) => [each.place.provider, each.parts?.computeMicros]));
    expect(compute.get('aws')).toBe(Math.ceil((91 * 40_000_000) / 3600));
    expect(compute.get('lambda')).toBe(Math.ceil((120 * 40_000_000) / 3600));
  });

  test('the result leaves by marginal tiers, data comes out of where it is', () => {
    const demand = someDemand({
      resultBytes: 10_240 * GB,
      data: { bytes: 100 * GB, provider: 'aws', region: 'eu-central-1' },
    });
    const region = { ...awsInternet, to: 'region' as const };
    const inputs = someInputs([someOffer()], [someMachine()]);
    const egress = [...inputs.egress, { ...region, tiers: [{ upToBytes: null, microsPerGB: 20_000 }] }];
    const answer = placed({ demand }, { ...inputs, egress });
    expect(of(answer, 'on-demand').parts?.egressMicros).toBe(921_600_000 + 2_000_000);
    expect(of(answer, 'machine').parts?.egressMicros).toBe(9_000_000);
  });

  test('what a provider takes for traffic is told where it is not known', () => {
    const demand = someDemand({ resultBytes: GB });
    const inputs = someInputs([someOffer({ provider: 'lambda', region: 'nowhere' })]);
    expect(codes(of(placed({ demand }, inputs), 'on-demand'))).toContain('PLACE_EGRESS_UNKNOWN');
  });

  test('of an own machine its GPUs’ share, from when they are free', () => {
    const gpus = Array.from({ length: 8 }, (_, index) => ({
      accelerator: 'H100',
      memoryGiB: 80,
      freeAt: index < 2 ? at : at + 3 * hour,
    }));
    const demand = someDemand({ gpuCounts: [4], duration: { accelerator: 'H100', gpus: 4, ms: 10 * hour } });
    const own = of(placed({ demand }, someInputs([], [someMachine({ gpus })])), 'machine');
    expect(own.parts).toMatchObject({ waitMs: 3 * hour, setupMs: 0, computeMicros: 80_000_000 });
    expect(own.durationMs?.p50).toBe(13 * hour);
    expect(messages(own)).toContain('4 GPUs will be free in 3 h.');
  });

  test('a machine that nobody has priced counts as nothing, and says so', () => {
    const own = of(placed({}, someInputs([], [someMachine({ microsPerHour: null })])), 'machine');
    expect(own.costMicros?.p50).toBe(0);
    expect(codes(own)).toContain('PLACE_RATE_UNKNOWN');
  });

  test('spot: cheaper by the hour, longer by what is lost', () => {
    const demand = someDemand({ checkpointEveryMs: 2 * hour, setupMs: hour / 2 });
    const offers = [someOffer({ spotMicrosPerHour: 16_000_000, spotBand: 4 })];
    const answer = placed({ demand }, someInputs(offers));
    const [spot, onDemand] = [of(answer, 'spot'), of(answer, 'on-demand')];
    const perHour = -Math.log(0.7) / 730;
    expect(spot.parts?.lostMs).toBeCloseTo((10.5 * hour * perHour * 1.5) / (1 - perHour * 1.5), 0);
    expect(spot.durationMs?.p50).toBeGreaterThan(onDemand.durationMs?.p50 ?? 0);
    expect(spot.durationMs?.p90).toBeGreaterThan(spot.durationMs?.p50 ?? 0);
    expect(spot.costMicros?.p50).toBeLessThan(onDemand.costMicros?.p50 ?? 0);
    expect(codes(spot)).toContain('PLACE_SPOT');
    expect(codes(spot)).not.toContain('PLACE_SPOT_ASSUMED');
  });

  test('under a deadline spot is told when to be left', () => {
    const offers = [someOffer({ spotMicrosPerHour: 16_000_000 })];
    const roomy = placed({ limits: someLimits({ deadlineAt: at + 20 * hour }) }, someInputs(offers));
    expect(messages(of(roomy, 'spot'))).toContain('10 h after the start at the latest');
    expect(codes(of(roomy, 'spot'))).toContain('PLACE_SPOT_ASSUMED');
    const narrow = placed(
      { limits: someLimits({ deadlineAt: at + 10.3 * hour }), demand: someDemand({ setupMs: hour / 4 }) },
      someInputs(offers),
    );
    expect(codes(of(narrow, 'spot'))).toContain('PLACE_SPOT_NO_SLACK');
  });

  test('carbon: draw × the hall × the grid, for as long as it is used', () => {
    const answer = placed({}, someInputs([someOffer({ region: 'eu-north-1' })], [someMachine()]));
    expect(of(answer, 'on-demand').carbonGrams).toBeCloseTo(0.7 * 8 * 1.15 * 10 * 30, 6);
    expect(of(answer, 'machine').carbonGrams).toBeCloseTo(0.7 * 8 * 1.4 * 10 * 360, 6);
  });

  test('several machines together where one has too few', () => {
    const demand = someDemand({ accelerators: [{ name: 'H100', count: 16 }], gpuCounts: [] });
    const alone = placed({ demand }, someInputs([someOffer()]));
    expect(firstCode(alone)).toBe('PLACE_TOO_FEW');
    const together = of(
      placed({ demand: { ...demand, maxNodes: 2 } }, someInputs([someOffer()])),
      'on-demand',
    );
    expect(together.place).toMatchObject({ gpus: 16, nodes: 2 });
    expect(together.parts?.computeMicros).toBe(2 * 40_000_000 * 5);
    expect(codes(together)).toContain('PLACE_NODES');
  });

  test('a machine with more GPUs than are used is paid for whole', () => {
    const demand = someDemand({ gpuCounts: [4] });
    const one = of(placed({ demand }, someInputs([someOffer()])), 'on-demand');
    expect(one.place.gpus).toBe(4);
    expect(one.parts?.computeMicros).toBe(40_000_000 * 20);
    expect(codes(one)).toContain('PLACE_MORE_GPUS');
  });

  test('a time on one kind is carried over by what the other reaches', () => {
    const offers = [someOffer({ instanceType: 'p4d', accelerator: 'A100' })];
    const { durationMs } = of(placed({}, someInputs(offers)), 'on-demand');
    expect(durationMs?.p50).toBeCloseTo((10 * hour * 989) / 312, -1);
    expect(durationMs?.p90).toBeGreaterThan(1.4 * (durationMs?.p50 ?? 0));
  });

  test('with neither model nor time, places are compared for an hour, and that is said', () => {
    const answer = placed({ demand: someDemand({ duration: null }) }, someInputs([someOffer()]));
    expect(of(answer, 'on-demand').costMicros?.p50).toBe(40_000_000);
    expect(answer.summary.map(({ code }) => code)).toContain('PLACE_ONE_HOUR');
  });
});

describe('why a place is left out', () => {
  const withModel = someDemand({ model, setup, tokens: 1e9, duration: null });

  test('memory: what is needed, what is there, what would help', () => {
    const offers = [someOffer({ instanceType: 'p4d', accelerator: 'A100' })];
    const [first] = placed({ demand: withModel }, someInputs(offers), 74).alternatives;
    expect(first && messages(first)).toBe(
      'Excluded: 64–74 GiB per GPU needed, 40 GiB present. It would fit so: Recompute all activations.',
    );
    expect(first).toMatchObject({ excluded: true, fit: { verdict: 'no' }, costMicros: null });
  });

  test.each([
    ['PLACE_PROVIDER', {}, { limits: someLimits({ excludedProviders: ['aws'] }) }],
    ['PLACE_PROVIDER', {}, { limits: someLimits({ providers: ['gcp'] }) }],
    ['PLACE_ACCELERATOR', {}, { demand: someDemand({ accelerators: [{ name: 'A100', count: 8 }] }) }],
    ['PLACE_NO_ACCELERATOR', { accelerator: null, acceleratorCount: 0 }, {}],
    ['PLACE_TOO_FEW', { acceleratorCount: 4 }, {}],
    ['PLACE_CPUS', { vCpus: 8 }, { demand: someDemand({ cpus: 16 }) }],
    ['PLACE_MEMORY', { memoryGiB: 64 }, { demand: someDemand({ memoryGiB: 256 }) }],
    ['PLACE_LABEL', {}, { demand: someDemand({ label: 'confidential' }) }],
    ['PLACE_COUNTRY', {}, { demand: someDemand({ countries: ['DE'] }) }],
    [
      'PLACE_COUNTRY_UNKNOWN',
      { provider: 'lambda', region: 'nowhere' },
      { demand: someDemand({ countries: ['DE'] }) },
    ],
    ['PLACE_SPOT_ONLY', {}, { demand: someDemand({ useSpot: 'only' }) }],
    ['PLACE_TIME_UNKNOWN', { accelerator: 'Mystery9' }, {}],
    ['PLACE_LATE', {}, { limits: someLimits({ deadlineAt: at + 9 * hour }) }],
    ['PLACE_OVER_BUDGET', {}, { limits: someLimits({ budgetMicros: 399_999_999 }) }],
    ['PLACE_CARBON', {}, { limits: someLimits({ maxCarbonGrams: 1000 }) }],
    [
      'PLACE_CARBON_UNKNOWN',
      { provider: 'lambda', region: 'nowhere' },
      { limits: someLimits({ maxCarbonGrams: 1e9 }) },
    ],
  ] as const)('%s (%j)', (code, offer, question) => {
    const answer = placed(question, someInputs([someOffer(offer)]));
    expect(answer).toMatchObject({ recommended: null, excludedBy: [{ code, count: 1 }], judged: 1 });
    expect(firstCode(answer)).toBe(code);
    expect(answer.alternatives[0]?.reasons[0]?.message).not.toMatch(/\{\{|undefined|NaN/);
    expect(answer.summary.map((each) => each.code)).toContain('PLACE_NONE');
  });

  test('spot where none is wanted, quotas that are too small', () => {
    const offers = [someOffer({ spotMicrosPerHour: 1_000_000 })];
    const answer = placed({ demand: someDemand({ useSpot: 'never' }) }, someInputs(offers));
    expect(answer.excludedBy).toEqual([{ code: 'PLACE_SPOT_UNWANTED', count: 1 }]);
    const quotas = [
      someQuota({ unit: 'accelerators', accelerator: 'H100', limit: 8 }),
      someQuota({ unit: 'accelerators', limit: 4, inUse: 1 }),
      someQuota({ unit: 'accelerators', accelerator: 'A100', limit: 0 }),
    ];
    const limited = placed({}, someInputs([...offers, someOffer({ region: 'eu-north-1' })], [], { quotas }));
    expect(limited.excludedBy).toEqual([{ code: 'PLACE_QUOTA', count: 1 }]);
    expect(of(limited, 'spot').excluded).toBe(false);
    expect(limited.alternatives.flatMap(({ reasons }) => reasons.slice(0, 1))).toContainEqual(
      expect.objectContaining({
        code: 'PLACE_QUOTA',
        message:
          'Excluded by your quota “aws us-east-1 · p”: 8 GPUs are needed, 3 of 4 are left. A quota of 9 GPUs would let it pass.',
      }),
    );
  });

  test('a quota in vCPUs says how many to ask for; all machines of a run together count; spot counts apart', () => {
    const offer = someOffer({ vCpus: 192, spotMicrosPerHour: 1_000_000 });
    const world = (limit: number, kind: 'on-demand' | 'spot' | 'any' = 'any') =>
      someInputs([offer], [], {
        quotas: [someQuota({ limit, kind, title: 'Running On-Demand P instances' })],
      });
    const none = placed({}, world(0));
    expect(none.excludedBy).toEqual([{ code: 'PLACE_QUOTA', count: 2 }]);
    expect(none.alternatives[0]?.reasons[0]).toMatchObject({
      code: 'PLACE_QUOTA_VCPUS',
      message:
        'Excluded by your quota “aws us-east-1 · Running On-Demand P instances”: 8 GPUs take 192 vCPUs, 0 of 0 are left. A quota of 192 vCPUs would let it pass.',
    });
    expect(placed({}, world(192)).excludedBy).toEqual([]);
    expect(of(placed({}, world(191, 'spot')), 'on-demand').excluded).toBe(false);
    expect(of(placed({}, world(191, 'spot')), 'spot').excluded).toBe(true);
    const two = someDemand({ accelerators: [{ name: 'H100', count: 16 }], maxNodes: 2 });
    expect(placed({ demand: two }, world(383)).recommended).toBeNull();
    expect(placed({ demand: two }, world(384)).recommended).toBe(0);
  });

  test('more quota never makes a plan worse', () => {
    const offers = [
      someOffer({ vCpus: 192 }),
      someOffer({ region: 'eu-north-1', vCpus: 192, onDemandMicrosPerHour: 60_000_000 }),
    ];
    let before = Number.POSITIVE_INFINITY;
    for (const limit of [0, 100, 192, 1000]) {
      const answer = placed({}, someInputs(offers, [], { quotas: [someQuota({ limit })] }));
      const cost = answer.alternatives[answer.recommended ?? -1]?.costMicros?.p50 ?? Number.POSITIVE_INFINITY;
      expect(cost).toBeLessThanOrEqual(before);
      before = cost;
    }
  });

  test.each([
    ['PLACE_DRAINING', { unready: 'draining' }, {}],
    ['PLACE_UNSEEN', { unready: 'unseen', gpus: [] }, {}],
    ['PLACE_DISK', { freeDiskBytes: 2 ** 30 }, { demand: someDemand({ diskGiB: 100 }) }],
    ['PLACE_LABEL', { maxLabel: 'public' }, {}],
    ['PLACE_COUNTRY_UNKNOWN', { country: null }, { demand: someDemand({ countries: ['DE'] }) }],
    ['PLACE_NO_ACCELERATOR', { gpus: [] }, {}],
    [
      'PLACE_BUSY',
      { gpus: Array.from({ length: 8 }, () => ({ accelerator: 'H100', memoryGiB: 80, freeAt: null })) },
      {},
    ],
  ] as const)('%s of an own machine', (code, machine, question) => {
    const answer = placed(question, someInputs([], [someMachine(machine)]));
    expect(answer.excludedBy).toEqual([{ code, count: 1 }]);
    expect(firstCode(answer)).toBe(code);
    expect(answer.alternatives[0]?.reasons[0]?.message).not.toMatch(/\{\{|undefined|NaN/);
  });

  test('who asks for an A100 may have one of 80 GB on an own machine', () => {
    const gpus = Array.from({ length: 8 }, () => ({ accelerator: 'A100-80GB', memoryGiB: 80, freeAt: at }));
    const demand = someDemand({ accelerators: [{ name: 'A100', count: 8 }] });
    expect(placed({ demand }, someInputs([], [someMachine({ gpus })])).recommended).toBe(0);
  });
});

describe('the answer', () => {
  const offers = [
    someOffer({ spotMicrosPerHour: 15_000_000, spotBand: 1 }),
    someOffer({ region: 'eu-central-1', onDemandMicrosPerHour: 50_000_000 }),
    someOffer({ instanceType: 'p4d', accelerator: 'A100-80GB', onDemandMicrosPerHour: 12_000_000 }),
  ];

  test('crosses the contract, and the same inputs give the same answer', () => {
    const inputs = () => someInputs(offers, [someMachine()]);
    const first = placed({}, inputs());
    expect(placement.parse(first)).toEqual(first);
    expect(JSON.stringify(placed({}, inputs()))).toBe(JSON.stringify(first));
    expect(inputsHashOf(inputs())).toBe(first.inputsHash);
    expect(inputsHashOf({ ...inputs(), priceFactor: 1.2 })).not.toBe(first.inputsHash);
    expect(inputsHashOf(someInputs(offers.slice(1), [someMachine()]))).not.toBe(first.inputsHash);
  });

  test('the recommended one comes first and is called what it is', () => {
    const inputs = someInputs(offers, [someMachine()]);
    for (const [objective, code] of [
      ['cheapest', 'PLACE_CHEAPEST'],
      ['fastest', 'PLACE_FASTEST'],
      ['balanced', 'PLACE_BALANCED'],
    ] as const) {
      const answer = placed({ objective }, inputs);
      expect(answer.recommended).toBe(0);
      expect(firstCode(answer)).toBe(code);
    }
  });

  test('what is not on the front says what is better, by how much', () => {
    const answer = placed({}, someInputs(offers, [someMachine()]));
    const dear = answer.alternatives.find(({ place: { region } }) => region === 'eu-central-1');
    expect(dear?.pareto).toBe(false);
    expect(dear && messages(dear)).toMatch(/heron is cheaper by \$340\.00 and as fast\./);
  });

  test('every figure of it has a name, and its parts add up', () => {
    const answer = placed({}, someInputs(offers, [someMachine()]));
    const keys = new Set<string>();
    const walk = (figure: Alternative['costFigure']) => {
      if (figure === null) return;
      keys.add(figure.key);
      figure.inputs.forEach(walk);
    };
    for (const { costFigure, timeFigure, costMicros, durationMs } of answer.alternatives) {
      walk(costFigure);
      walk(timeFigure);
      const sum = costFigure?.inputs.reduce((all, { value }) => all + Number(value), 0);
      expect(sum).toBe(costMicros?.p50);
      expect(timeFigure?.value).toBe(durationMs?.p50);
    }
    expect([...keys].filter((key) => !Object.hasOwn(figureNames, key))).toEqual([]);
  });

  test('the age of prices is told', () => {
    const old = [someOffer({ pricedAt: at - 90 * 24 * hour })];
    const answer = placed({}, someInputs(old));
    expect(answer.summary).toContainEqual(
      expect.objectContaining({ code: 'PLACE_OLDEST', params: { days: 90 } }),
    );
    expect(codes(of(answer, 'on-demand'))).toContain('PLACE_OLD_PRICE');
  });

  test('of a great many at most 200 are shown, the rest is counted', () => {
    const many = Array.from({ length: 2000 }, (_, index) =>
      someOffer({
        instanceType: `type-${index}`,
        onDemandMicrosPerHour: 10_000_000 + index * 1000,
        acceleratorCount: index % 2 === 0 ? 8 : 2,
      }),
    );
    const answer = placed({}, someInputs(many, [someMachine()]));
    expect(answer.judged).toBe(2001);
    expect(answer.alternatives.length).toBeLessThanOrEqual(200);
    expect(answer.excludedBy).toEqual([{ code: 'PLACE_TOO_FEW', count: 1000 }]);
    expect(answer.alternatives.filter(({ excluded }) => excluded).length).toBeGreaterThan(0);
  });
});
