import { type Command, InvalidArgumentError, Option } from 'commander';
import { quotaKinds } from '#shared/domain/quota.ts';
import type { Act, Add } from './adding.ts';
import { list } from './planning-words.ts';
import type { SetQuotaOptions } from './verbs/quotas.ts';

interface Plain {
  json?: boolean;
}

/** "96", "0": from 0 up. */
const amount = (text: string): number => {
  const value = Number(text);
  if (!/^\d{1,8}(\.\d{1,3})?$/.test(text.trim()) || !Number.isFinite(value))
    throw new InvalidArgumentError('It must be a number from 0 up.');
  return value;
};

/** `trainyard quotas …`, with their options. */
export function addQuotaVerbs(program: Command, add: Add, act: Act, json: (options: Plain) => boolean): void {
  const load = () => import('./verbs/quotas.ts');
  const quotas = add(program, 'quotas', 'what providers let you rent at once: plans keep within it');
  const jsonOf = (options: Plain) => json({ ...quotas.opts(), ...options });
  act(
    quotas
      .command('list', { isDefault: true })
      .description('list them')
      .option('--json', 'print JSON')
      .option('--provider <names>', 'only of these: aws,gcp', list),
    async (options: { provider?: string[] } & Plain) =>
      (await load()).listQuotas(options.provider ?? [], jsonOf(options)),
  );
  act(
    add(quotas, 'set <provider> <limit>', 'say one; said again, it takes the place of the one before')
      .option('--region <name>', 'in this region; else over all regions together')
      .option('--families <names>', 'of these families of machines: p, g,vt, ncadsa100v4', list)
      .option('--accelerator <name>', 'of machines with this accelerator')
      .option('--vcpus', 'it counts processors, not accelerators')
      .option('--in-use <number>', 'of it, what is rented already', amount)
      .addOption(
        new Option('--kind <kind>', 'of machines rented so').choices(quotaKinds).default('on-demand'),
      ),
    async (provider: string, limit: string, options: Omit<SetQuotaOptions, 'json'> & Plain) =>
      (await load()).setQuota(provider, amount(limit), { ...options, json: jsonOf(options) }),
  );
  act(
    add(quotas, 'remove <id...>', 'forget them; `quotas list` tells their ids'),
    async (ids: string[], options: Plain) => (await load()).removeQuotas(ids, jsonOf(options)),
  );
  act(
    add(quotas, 'import <file>', 'take in what aws, az or gcloud print of their quotas as JSON, or a CSV')
      .option('--region <name>', 'which region it is of, where the file does not say (az vm list-usage)')
      .option('--dry-run', 'only say what it would do')
      .option('--partial', 'take the good rows though others are refused'),
    async (file: string, options: { region?: string; dryRun?: boolean; partial?: boolean } & Plain) =>
      (await load()).importQuotas(file, { ...options, json: jsonOf(options) }),
  );
}
