import { type Command, InvalidArgumentError, Option } from 'commander';
import { optimisers, precisions, quantisations, recomputations, shardings } from '#shared/domain/workload.ts';
import type { Act, Add } from './adding.ts';
import { count, tokens } from './planning-words.ts';
import type { FitOptions } from './verbs/fit.ts';

const positive = (text: string): number => {
  const value = Number(text);
  if (!(Number.isFinite(value) && value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
};

/** `trainyard fit`, with its options. */
export function addFitVerb(
  program: Command,
  add: Add,
  act: Act,
  json: (options: { json?: boolean }) => boolean,
): void {
  const fit = add(
    program,
    'fit',
    'whether a model fits on GPUs, what would make it fit, and how long it takes',
  )
    .requiredOption(
      '--model <model>',
      'a config.json, a file or folder of weights, or the name of a known model',
    )
    .requiredOption('--on <gpus>', 'which GPUs and how many: H100:8')
    .addOption(
      new Option('--method <method>', 'how it is trained').choices(['full', 'lora', 'qlora']).default('full'),
    )
    .option('--rank <number>', 'of LoRA and QLoRA (16)', count)
    .addOption(
      new Option('--precision <format>', 'what it computes in; else bf16, or fp16').choices(precisions),
    )
    .addOption(
      new Option('--optimiser <optimiser>', 'how it is updated').choices(optimisers).default('adamw'),
    )
    .addOption(new Option('--sharding <sharding>', 'over replicas; else FSDP').choices(shardings))
    .addOption(
      new Option('--offload <what>', 'kept on the host')
        .choices(['none', 'optimiser', 'all'])
        .default('none'),
    )
    .addOption(
      new Option('--recompute <what>', 'in the backward pass').choices(recomputations).default('none'),
    )
    .option('--flash', 'with flash attention', true)
    .option('--no-flash', 'without')
    .option('--sequence <tokens>', 'of one sequence; else 4096, or what the model was made for', count)
    .option('--micro-batch <number>', 'sequences on a GPU at once (1)', count)
    .option('--global-batch <number>', 'sequences of a step; else 8 micro-batches a replica', count)
    .option('--tp <number>', 'tensor parallelism (1; serving: as wide as the GPUs allow)', count)
    .option('--pp <number>', 'pipeline parallelism (1)', count)
    .option('--sp', 'sequence parallelism')
    .option('--inference', 'serve it instead of training it')
    .addOption(new Option('--weights <format>', 'served as').choices(quantisations).default('bf16'))
    .addOption(
      new Option('--cache <format>', 'keys and values served as').choices(quantisations).default('bf16'),
    )
    .option('--context <tokens>', 'of a served sequence; else 8192, or what the model was made for', count)
    .option('--batch <number>', 'sequences served at a time (1)', count)
    .option('--tokens <amount>', 'tell the time for so many tokens, too: 15T, 300B', tokens)
    .option('--per-machine <number>', 'GPUs of one machine (8)', count)
    .option('--network <gbps>', 'of one machine, 10^9 bits a second', positive);
  act(fit, async (options: Omit<FitOptions, 'json'> & { json?: boolean }) =>
    (await import('./verbs/fit.ts')).tellFit({
      ...options,
      given: Object.keys(options).filter((name) => fit.getOptionValueSource(name) === 'cli'),
      json: json(options),
    }),
  );
}
