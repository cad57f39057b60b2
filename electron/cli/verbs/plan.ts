import type { Client } from '#shared/contract/index.ts';
import type { Label } from '#shared/domain/label.ts';
import type { Alternative, Placement, RunDemand } from '#shared/domain/plan.ts';
import { numberText } from '#shared/domain/sentence-values.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import type { ModelShape, TrainingSetup } from '#shared/domain/workload.ts';
import { OfferTable } from '#shared/planner/offer-table.ts';
import { type Assumption, assumptionLines, assumptionsOf } from '../assumptions.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { textOfFile } from '../input-file.ts';
import { checkProviders, knownAccelerator } from '../known-names.ts';
import { modelOf } from '../models.ts';
import { type Money, moneyOf } from '../money.ts';
import { duration, printable, printJson, printLine, printTable, printWrapped } from '../output.ts';
import { type Unknown, unknownsOf } from '../plan-unknowns.ts';

export interface PlanOptions {
  model?: string;
  tokens?: number;
  takes?: { accelerator: string; gpus: number; ms: number };
  method: TrainingSetup['method'];
  sharding: TrainingSetup['sharding'];
  recompute: TrainingSetup['recomputation'];
  sequence?: number;
  microBatch?: number;
  globalBatch?: number;
  tp?: number;
  gpus?: number[];
  nodes?: number;
  objective: Placement['objective'];
  deadline?: { at: number } | { inMs: number };
  budget?: string;
  spot?: RunDemand['useSpot'];
  data?: RunDemand['data'];
  result?: number;
  sensitivity?: Label;
  countries?: string[];
  provider?: string[];
  top?: number;
  /** Names of the options that were typed: the others are assumed, and said. */
  given?: readonly string[];
  json: boolean;
}

const dayMs = 86_400_000;

/** `trainyard plan FILE`: 0 where there is a place that may be taken, 1 where there is none. Needs no network. */
export async function planTask(file: string, options: PlanOptions): Promise<number> {
  const yaml = await textOfFile(file, 'TASK_FILE_NOT_FOUND');
  const model = options.model === undefined ? null : await modelOf(options.model);
  const setup = model === null ? null : setupOf(options, model);
  return withBackend(async ({ client }) => {
    const money = await moneyOf(client);
    const [read] = await client.plan.demandOf({ yaml, model, setup });
    if (read === undefined) throw new TrainyardError('TASK_INVALID', 'The task file holds no task.');
    const { deadline, budget, provider = [], objective, takes } = options;
    if (takes !== undefined) knownAccelerator(takes.accelerator, await client.catalog.accelerators());
    if (provider.length > 0) checkProviders(provider, await providersOf(client));
    const demand = demandWith(read, options);
    const answer = await client.plan.place({
      demand,
      limits: {
        deadlineAt:
          deadline === undefined ? null : 'at' in deadline ? deadline.at : Date.now() + deadline.inMs,
        budgetMicros: budget === undefined ? null : money.read(budget, '--budget'),
        maxCarbonGrams: null,
        providers: provider,
        excludedProviders: [],
        offerLabels: {},
      },
      objective,
      scenario: null,
    });
    const assumptions = setup === null ? [] : assumptionsOf(setup, options.given ?? []);
    const unknown = unknownsOf(yaml, demand);
    if (options.json) {
      const assumed = assumptions.map(({ option, value, given }) => ({ option, value, given }));
      printJson({ ...money.within(answer), assumptions: assumed, unknown });
    } else {
      print(answer, options.top ?? 10, money);
      printBasis(assumptions, unknown);
    }
    return answer.recommended === null ? exitCodes.failed : exitCodes.ok;
  });
}

/** Whose prices there are. */
async function providersOf(client: Client): Promise<readonly string[]> {
  const table = await client.catalog.offers({ have: null });
  return table === null ? [] : OfferTable.unpack(table.packed).words.providers;
}

function setupOf(options: PlanOptions, model: ModelShape): TrainingSetup {
  return {
    kind: 'training',
    method: options.method,
    lora: { rank: 16, targets: 'all-linear' },
    precision: 'bf16',
    optimiser: 'adamw',
    sharding: options.sharding,
    offload: 'none',
    recomputation: options.recompute,
    flashAttention: true,
    sequence: options.sequence ?? Math.min(4096, model.context),
    microBatch: options.microBatch ?? 1,
    globalBatch: options.globalBatch ?? 64,
    tensorParallel: options.tp ?? 1,
    pipelineParallel: 1,
    sequenceParallel: false,
  };
}

/** What the task says, and over it what was typed. */
function demandWith(read: RunDemand, options: PlanOptions): RunDemand {
  const { tokens, takes, gpus, nodes, spot, data, result, sensitivity, countries } = options;
  const needsCounts = read.accelerators.length === 0 && read.gpuCounts.length === 0 && takes !== undefined;
  return {
    ...read,
    tokens: tokens ?? read.tokens,
    duration: takes ?? read.duration,
    gpuCounts: gpus ?? (needsCounts ? [takes.gpus] : read.gpuCounts),
    ...(nodes === undefined ? {} : { maxNodes: Math.min(nodes, 64) }),
    useSpot: spot ?? read.useSpot,
    data: data ?? read.data,
    resultBytes: result ?? read.resultBytes,
    label: sensitivity ?? read.label,
    countries: countries?.map((code) => code.toUpperCase()) ?? read.countries,
  };
}

function print(
  { alternatives, recommended, summary, excludedBy, judged }: Placement,
  top: number,
  money: Money,
): void {
  for (const each of summary) printWrapped(money.reason(each));
  const possible = alternatives.filter(({ excluded }) => !excluded);
  const best = recommended === null ? undefined : alternatives[recommended];
  if (best !== undefined) {
    printLine('');
    printLine(printable(`Recommended: ${best.place.title}${how(best)}`));
    for (const each of best.reasons) printWrapped(`  ${money.reason(each)}`);
    printLine('');
    printTable(
      ['', 'place', 'gpus', 'cost', 'likely', 'time', 'likely', 'lost', 'priced'],
      possible.slice(0, top).map((one) => rowOf(one, money)),
      [7, 6, 4, 8],
    );
    if (possible.some(({ pareto }) => pareto)) printLine('* nothing is both cheaper and faster');
  }
  const excluded = alternatives.filter((one) => one.excluded);
  if (excluded.length > 0) {
    const count = excludedBy.reduce((sum, each) => sum + each.count, 0);
    printLine('');
    printLine(`Left out (${numberText(count)} of ${numberText(judged)}), those nearest first:`);
    for (const { place, reasons } of excluded.slice(0, top)) {
      printWrapped(`- ${place.title}: ${reasons.map(money.reason).join(' ')}`);
    }
  }
}

/** What the answer rests on, last: it is read by who doubts the answer. */
function printBasis(assumptions: readonly Assumption[], unknown: readonly Unknown[]): void {
  if (assumptions.length + unknown.length > 0) printLine('');
  for (const line of assumptionLines(assumptions)) printWrapped(line);
  if (unknown.length > 0) printLine('Not known:');
  for (const { text } of unknown) printWrapped(`- ${text}`);
}

const how = ({ place }: Alternative): string =>
  `${place.nodes > 1 ? ` × ${place.nodes}` : ''}${place.kind === 'spot' ? ', spot' : ''}`;

function rowOf(one: Alternative, money: Money): string[] {
  const { place, costMicros, durationMs, parts, pareto, pricedAt } = one;
  const range = <T>(spread: { p10: T; p90: T } | null, say: (value: T) => string) =>
    spread === null ? '' : `${say(spread.p10)}–${say(spread.p90)}`;
  return [
    pareto ? '*' : '',
    `${place.title}${how(one)}`,
    place.accelerator === null || place.gpus === 0 ? '–' : `${place.accelerator}:${place.gpus}`,
    costMicros === null ? '' : money.say(costMicros.p50),
    range(costMicros, money.say),
    durationMs === null ? '' : duration(durationMs.p50),
    range(durationMs, duration),
    parts === null || parts.lostMs === 0 ? '' : duration(parts.lostMs),
    pricedAt === null ? '' : `${Math.max(0, Math.floor((Date.now() - pricedAt) / dayMs))} d ago`,
  ];
}
