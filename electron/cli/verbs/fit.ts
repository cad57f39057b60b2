import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { resourcesDirectory } from '#backend/resources.ts';
import { type AcceleratorModel, acceleratorModel } from '#shared/domain/catalog.ts';
import type { FitReport, TimeEstimate } from '#shared/domain/fit.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import type { InferenceSetup, ModelShape, Setup, TrainingSetup } from '#shared/domain/workload.ts';
import { acceleratorFinder } from '#shared/planner/accelerators.ts';
import { fit as fitOf, splitModel } from '#shared/planner/fit/index.ts';
import { estimateTime } from '#shared/planner/time.ts';
import { type Assumption, assumptionLines, assumptionsOf } from '../assumptions.ts';
import { didYouMean } from '../did-you-mean.ts';
import { exitCodes } from '../exit-codes.ts';
import { modelOf } from '../models.ts';
import { duration, printable, printJson, printLine, printTable, printWrapped } from '../output.ts';

export interface FitOptions {
  model: string;
  on: string;
  method: TrainingSetup['method'];
  rank?: number;
  precision?: TrainingSetup['precision'];
  optimiser: TrainingSetup['optimiser'];
  sharding?: TrainingSetup['sharding'];
  offload: TrainingSetup['offload'];
  recompute: TrainingSetup['recomputation'];
  flash: boolean;
  sequence?: number;
  microBatch?: number;
  globalBatch?: number;
  tp?: number;
  pp?: number;
  sp?: boolean;
  inference?: boolean;
  weights: InferenceSetup['weights'];
  cache: InferenceSetup['cache'];
  context?: number;
  batch?: number;
  tokens?: number;
  perMachine?: number;
  network?: number;
  /** Names of the options that were typed: the others are assumed, and said. */
  given?: readonly string[];
  json: boolean;
}

/** `trainyard fit`: 0 where it fits or may, 6 where it does not. Needs neither an app nor a network. */
export async function tellFit(options: FitOptions): Promise<number> {
  const { accelerator, gpus } = gpusOf(options.on, shippedAccelerators());
  const model = await modelOf(options.model);
  const setup = options.inference
    ? servingSetup(options, model, gpus)
    : trainingSetup(options, model, accelerator, gpus);
  const report = fitOf({ model, setup, accelerator, gpus });
  const time =
    options.tokens === undefined
      ? null
      : estimateTime({
          model,
          setup,
          accelerator,
          gpus,
          tokens: options.tokens,
          gpusPerNode: options.perMachine ?? Math.min(8, gpus),
          networkGbps: options.network ?? null,
        });
  const assumptions = assumptionsOf(setup, options.given ?? []);
  if (options.json) printJson(asJson(report, time, assumptions));
  else print(report, time, options.tokens ?? null, assumptions);
  return report.verdict === 'no' ? exitCodes.doesNotFit : exitCodes.ok;
}

/** The catalogue that the app came with. Throws CATALOG_FILE_BROKEN. */
function shippedAccelerators(): AcceleratorModel[] {
  const file = path.join(resourcesDirectory, 'catalog', 'accelerators.json');
  try {
    return z.array(acceleratorModel).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new TrainyardError('CATALOG_FILE_BROKEN', `${file} cannot be read. Install Trainyard again.`, {
      params: { file },
      cause: error,
    });
  }
}

/** "H100:8", "8xH100", "H100". Throws USAGE, ACCELERATOR_UNKNOWN. */
function gpusOf(
  given: string,
  known: readonly AcceleratorModel[],
): { accelerator: AcceleratorModel; gpus: number } {
  const [, before, name, after] = /^(?:(\d+)\s*[x×]\s*)?([^:]+?)(?::(\d+))?$/i.exec(given.trim()) ?? [];
  const gpus = Number(before ?? after ?? 1);
  if (name === undefined || gpus < 1 || gpus > 100_000 || (before !== undefined && after !== undefined))
    throw new TrainyardError('USAGE', `"${given}" does not name GPUs. Write which and how many: H100:8.`);
  const accelerator = acceleratorFinder(known)(name);
  if (accelerator === null)
    throw new TrainyardError(
      'ACCELERATOR_UNKNOWN',
      `No accelerator called "${name}" is in the catalogue. ${didYouMean(
        name,
        known.map((each) => each.name),
      )}It has H100, A100-80GB, L4, RTX4090, MI300X and others by such names.`,
      { params: { name } },
    );
  return { accelerator, gpus };
}

function trainingSetup(
  options: FitOptions,
  model: ModelShape,
  accelerator: AcceleratorModel,
  gpus: number,
): TrainingSetup {
  const parallel = { tensorParallel: options.tp ?? 1, pipelineParallel: options.pp ?? 1 };
  const { data } = splitModel(model, parallel, gpus);
  const microBatch = options.microBatch ?? 1;
  const has = (type: string): boolean => accelerator.peaks.some((peak) => peak.type === type);
  return {
    kind: 'training',
    method: options.method,
    lora: { rank: options.rank ?? 16, targets: 'all-linear' },
    precision: options.precision ?? (!has('bf16') && has('fp16') ? 'fp16' : 'bf16'),
    optimiser: options.optimiser,
    sharding: options.sharding ?? (data === 1 ? 'ddp' : parallel.pipelineParallel > 1 ? 'zero1' : 'fsdp'),
    offload: options.offload,
    recomputation: options.recompute,
    flashAttention: options.flash,
    sequence: options.sequence ?? Math.min(4096, model.context),
    microBatch,
    globalBatch: options.globalBatch ?? data * microBatch * 8,
    ...parallel,
    sequenceParallel: options.sp ?? false,
  };
}

const servingSetup = (options: FitOptions, model: ModelShape, gpus: number): InferenceSetup => ({
  kind: 'inference',
  weights: options.weights,
  cache: options.cache,
  context: options.context ?? Math.min(8192, model.context),
  batch: options.batch ?? 1,
  tensorParallel: options.tp ?? widestTensor(model, gpus),
  pipelineParallel: options.pp ?? 1,
});

/** Whoever serves on several GPUs of a machine splits each layer over them. */
const widestTensor = (model: ModelShape, gpus: number): number =>
  [8, 4, 2].find((value) => value <= gpus && model.heads % value === 0) ?? 1;

function asJson(report: FitReport, time: TimeEstimate | null, assumptions: readonly Assumption[]) {
  const { model, need, remedies, warnings } = report;
  return {
    model: { name: model.name, parameters: model.parameters, activeParameters: model.activeParameters },
    accelerator: report.accelerator,
    gpus: report.gpus,
    perGpu: need.parts.map(({ part, lowBytes, highBytes }) => ({ part, lowBytes, highBytes })),
    totalLowBytes: need.total.lowBytes,
    totalHighBytes: need.total.highBytes,
    availableBytes: report.availableBytes,
    host: need.host,
    fits: report.verdict,
    largestMicroBatch: report.largestMicroBatch,
    remedies: remedies.map(({ reason, also, setup, gpus, total, verdict }) => ({
      changes: [reason, ...also].map(({ code, message }) => ({ code, message })),
      setup,
      gpus,
      totalLowBytes: total.lowBytes,
      totalHighBytes: total.highBytes,
      fits: verdict,
    })),
    warnings: warnings.map(({ code, message }) => ({ code, message })),
    setup: report.setup,
    assumptions: assumptions.map(({ option, value, given }) => ({ option, value, given })),
    ...(time === null
      ? {}
      : { time: { ms: time.ms, tokensPerSecond: time.tokensPerSecond, basis: time.basis } }),
  };
}

const gib = (bytes: number): string => (bytes / 1024 ** 3).toFixed(1);
const partNames: Record<FitReport['need']['parts'][number]['part'], string> = {
  weights: 'weights',
  gradients: 'gradients',
  optimiser: 'optimiser',
  activations: 'activations',
  logits: 'logits',
  cache: 'keys and values',
  overhead: 'overhead',
};
const verdicts = {
  fits: 'It fits.',
  tight: 'It may fit: the low end does, the high end does not.',
  no: 'It does not fit.',
} as const;

function print(
  report: FitReport,
  time: TimeEstimate | null,
  tokens: number | null,
  assumptions: readonly Assumption[],
): void {
  const { model, need, setup, remedies, warnings } = report;
  const active =
    model.activeParameters < model.parameters ? `, ${billions(model.activeParameters)} of them active` : '';
  printLine(
    printable(`${model.name}: ${billions(model.parameters)} parameters${active}, ${model.layers} layers`),
  );
  printLine(
    `on ${report.gpus} × ${report.accelerator}, ${gib(report.availableBytes)} GiB of each to be used`,
  );
  for (const line of assumptionLines(assumptions)) printWrapped(line);
  printLine('');
  const rows = need.parts.map(({ part, lowBytes, highBytes }) => [
    partNames[part],
    gib(lowBytes),
    gib(highBytes),
  ]);
  rows.push(['total', gib(need.total.lowBytes), gib(need.total.highBytes)]);
  printAligned(['GiB per GPU', 'low', 'high'], rows);
  printLine('');
  if (need.host.highBytes > 0)
    printLine(
      `On the host, over all machines: ${gib(need.host.lowBytes)} to ${gib(need.host.highBytes)} GiB.`,
    );
  printLine(`${verdicts[report.verdict]} ${largest(setup, report.largestMicroBatch)}`);
  for (const { message } of warnings) printWrapped(`! ${message}`);
  if (remedies.length > 0) printLine('\nWhat would change that:');
  for (const { reason, also, total, verdict } of remedies) {
    const need = `${gib(total.lowBytes)}–${gib(total.highBytes)} GiB${verdict === 'tight' ? ', may fit' : ''}`;
    printWrapped(`- ${[reason, ...also].map(({ message }) => message).join(' ')} (${need})`);
  }
  // Of what does not fit no time is told; it would take one of the changes first.
  if (tokens !== null && report.verdict !== 'no') printTime(report, time, tokens);
}

const largest = (setup: Setup, count: number): string => {
  const what = setup.kind === 'training' ? 'micro-batch' : 'batch';
  return count === 0 ? `No ${what} fits for sure.` : `A ${what} of up to ${count} fits for sure.`;
};

const billions = (count: number): string =>
  count >= 1e12
    ? `${(count / 1e12).toFixed(2)} T`
    : count >= 1e9
      ? `${(count / 1e9).toFixed(2)} B`
      : `${(count / 1e6).toFixed(1)} M`;

/** Names to the left, numbers to the right. */
function printAligned(header: [string, string, string], rows: string[][]): void {
  const width = (column: number): number =>
    Math.max(...[header, ...rows].map((row) => (row[column] ?? '').length));
  const [, second, third] = [0, width(1), width(2)];
  printTable(
    header.map((title, column) => (column === 0 ? title : title.padStart(column === 1 ? second : third))),
    rows.map((row) =>
      row.map((cell, column) => (column === 0 ? cell : cell.padStart(column === 1 ? second : third))),
    ),
  );
}

function printTime({ gpus, setup }: FitReport, time: TimeEstimate | null, tokens: number): void {
  printLine('');
  if (time === null) {
    printLine('How fast these GPUs compute is not known: no time can be told.');
    return;
  }
  const { p10, p50, p90 } = time.ms;
  const did = setup.kind === 'training' ? 'Training on' : 'Writing';
  printLine(
    `${did} ${amountOf(tokens)} tokens: about ${duration(p50)}, likely from ${duration(p10)} to ${duration(p90)}`,
  );
  printLine(
    `(${amountOf(Math.round((p50 / 3_600_000) * gpus))} GPU hours, ${amountOf(Math.round(time.tokensPerSecond.p50))} tokens a second)`,
  );
}

function amountOf(value: number): string {
  for (const [unit, factor] of [
    ['T', 1e12],
    ['B', 1e9],
    ['M', 1e6],
  ] as const)
    if (value >= factor) return `${Number((value / factor).toPrecision(4))} ${unit}`;
  return value.toLocaleString('en-US');
}
