import { type Command, Option } from 'commander';
import type { Act, Add } from './adding.ts';
import type { SetCostsOptions } from './verbs/set-costs.ts';

interface Plain {
  json?: boolean;
}

/** `trainyard costs …` and `trainyard budgets`, with their options. */
export function addCostVerbs(program: Command, add: Add, act: Act, json: (options: Plain) => boolean): void {
  const load = () => import('./verbs/costs.ts');
  const costs = add(program, 'costs', 'what runs cost, so far and in the end');
  const jsonOf = (options: Plain) => json({ ...costs.opts(), ...options });
  act(
    costs
      .command('list', { isDefault: true })
      .description('what was spent, this month where nothing else is said')
      .option('--json', 'print JSON')
      .option('--from <day>', 'from this day on (UTC): 2026-11-01')
      .option('--to <day>', 'up to this day, it is counted too')
      .addOption(
        new Option('--by <what>', 'in groups of')
          .choices(['project', 'user', 'machine', 'day'])
          .default('project'),
      ),
    async (options: { from?: string; to?: string; by: 'project' | 'user' | 'machine' | 'day' } & Plain) =>
      (await load()).listCosts({ ...options, json: jsonOf(options) }),
  );
  act(
    add(costs, 'run <run>', 'what one run costs: so far, in the end, planned').option(
      '--project <name>',
      'it belongs to this project from now on; "none" takes it back',
    ),
    async (run: string, options: { project?: string } & Plain) =>
      (await load()).runCosts(run, options.project, jsonOf(options)),
  );
  act(
    add(costs, 'set <machine>', 'say what a machine of yours costs from now on; without options it is told')
      .option('--capex <amount>', 'the purchase, in the currency of the settings')
      .option('--residual <amount>', 'what it is worth at the end of its years')
      .option('--overhead <percent>', 'on top of the purchase: racks, cables, installation')
      .option('--years <number>', 'how long it is used')
      .option('--kw <number>', 'its draw while busy; "auto": by its accelerators')
      .option('--pue <number>', 'power usage effectiveness of the room, 1 and up')
      .option('--kwh <amount>', 'price of a kWh')
      .option('--other <amount>', 'staff, space, network: per hour of the machine')
      .option('--utilisation <percent>', 'of all hours, those in which it does useful work')
      .option('--network <gbps>', 'what its network carries, Gbit/s; "unknown": nobody knows')
      .option('--clear', 'nobody has said it any more'),
    async (machine: string, options: Omit<SetCostsOptions, 'json'> & Plain) =>
      (await import('./verbs/set-costs.ts')).setCosts(machine, { ...options, json: jsonOf(options) }),
  );
  act(
    add(program, 'budgets', 'budgets, and how they stand at the pace of the last days'),
    async (options: Plain) => (await load()).listBudgets(json(options)),
  );
}
