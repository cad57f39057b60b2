import { type Command, Option } from 'commander';
import { labels } from '#shared/domain/label.ts';
import type { Act, Add } from './adding.ts';
import {
  bytes,
  count,
  countries,
  counts,
  dataPlace,
  gpus,
  knownTime,
  list,
  moment,
  tokens,
} from './planning-words.ts';
import type { PlanOptions } from './verbs/plan.ts';
import type { PriceOptions } from './verbs/price.ts';

interface Plain {
  json?: boolean;
}

/** `trainyard plan` and `trainyard price …`, with their options. */
export function addPlanVerbs(program: Command, add: Add, act: Act, json: (options: Plain) => boolean): void {
  const plan = add(
    program,
    'plan <file>',
    'where a task should run: machines of yours and what can be rented, judged',
  )
    .option('--model <model>', 'what it trains: a config.json, a file or folder of weights, or a known model')
    .option('--tokens <amount>', 'how many tokens it sees: 15T, 300B', tokens)
    .option('--takes <time>', 'instead: how long it takes on what, 10h@H100:8', knownTime)
    .addOption(
      new Option('--method <method>', 'how it is trained').choices(['full', 'lora', 'qlora']).default('full'),
    )
    .addOption(
      new Option('--sharding <sharding>', 'over replicas')
        .choices(['ddp', 'zero1', 'zero2', 'zero3', 'fsdp'])
        .default('fsdp'),
    )
    .addOption(
      new Option('--recompute <what>', 'in the backward pass')
        .choices(['none', 'selective', 'full'])
        .default('none'),
    )
    .option('--sequence <tokens>', 'of one sequence; else 4096, or what the model was made for', count)
    .option('--micro-batch <number>', 'sequences on a GPU at once (1)', count)
    .option('--global-batch <number>', 'sequences of a step (64)', count)
    .option('--tp <number>', 'tensor parallelism (1)', count)
    .option('--gpus <counts>', 'how many may be used where the task names none: 1,2,4,8', counts)
    .option('--nodes <number>', 'machines that may be taken together where one has too few', count)
    .addOption(
      new Option('--objective <what>', 'what is best')
        .choices(['cheapest', 'fastest', 'balanced'])
        .default('balanced'),
    )
    .option('--deadline <when>', 'it is to be done by then: 48h from now, or 2026-12-01T18:00', moment)
    .option('--budget <amount>', 'the most that it may cost, in the currency of the settings')
    .addOption(
      new Option('--spot <how>', 'machines that may be taken away; else as the task says').choices([
        'never',
        'allowed',
        'only',
      ]),
    )
    .option(
      '--data <amount>',
      'what must be brought, and from where: 500GB, or 500GB@aws/us-east-1',
      dataPlace,
    )
    .option('--result <amount>', 'what comes back: 20GB', bytes)
    .addOption(new Option('--sensitivity <label>', 'how sensitive its data is').choices(labels))
    .option('--countries <codes>', 'it may be in these countries only: DE,FR', countries)
    .option('--provider <names>', 'only these providers: aws,gcp', list)
    .option('--top <number>', 'so many places (10)', count);
  act(plan, async (file: string, options: Omit<PlanOptions, 'json'> & Plain) =>
    (await import('./verbs/plan.ts')).planTask(file, {
      ...options,
      given: Object.keys(options).filter((name) => plan.getOptionValueSource(name) === 'cli'),
      json: json(options),
    }),
  );
  addPriceVerbs(program, add, act, json);
}

function addPriceVerbs(program: Command, add: Add, act: Act, json: (options: Plain) => boolean): void {
  const load = () => import('./verbs/price.ts');
  const price = add(program, 'price', 'what accelerators are rented for');
  const jsonOf = (options: Plain) => json({ ...price.opts(), ...options });
  act(
    price
      .command('list [accelerator]', { isDefault: true })
      .description('offers, the cheapest first: all, those with H100, those with H100:8')
      .option('--json', 'print JSON')
      .option('--provider <names>', 'only of these: aws,gcp', list)
      .option('--region <names>', 'only in these regions: us-east-1', list)
      .option('--spot', 'only those that are rented as spot machines too, by that price')
      .addOption(
        new Option('--sort <by>', 'by price an hour, per GPU, per GiB of its memory, per PFLOP/s')
          .choices(['price', 'gpu', 'memory', 'flops'])
          .default('gpu'),
      )
      .option('--limit <number>', 'so many (20)', count),
    async (accelerator: string | undefined, options: Omit<PriceOptions, 'json'> & Plain) =>
      (await load()).listPrices(accelerator === undefined ? null : gpus(accelerator), {
        ...options,
        json: jsonOf(options),
      }),
  );
  act(
    add(price, 'import <file>', 'take in a price sheet or a SkyPilot catalogue (CSV)')
      .option('--provider <name>', 'whose prices these are, where the file does not say')
      .option('--dry-run', 'only say what it would do')
      .option('--partial', 'take the good rows though others are refused'),
    async (file: string, options: { provider?: string; dryRun?: boolean; partial?: boolean } & Plain) =>
      (await load()).importPrices(file, { ...options, json: jsonOf(options) }),
  );
  act(
    add(price, 'refresh <provider>', "read a provider's public prices anew: aws, azure or gcp").option(
      '--region <names>',
      'only of these regions: us-east-1',
      list,
    ),
    async (provider: string, options: { region?: string[] } & Plain) =>
      (await load()).refreshPrices(provider, options.region ?? [], jsonOf(options)),
  );
  act(add(price, 'sources', 'where prices came from, and how old they are'), async (options: Plain) =>
    (await load()).listSources(jsonOf(options)),
  );
}
