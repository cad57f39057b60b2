import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Act, Add } from './adding.ts';

interface Plain {
  json?: boolean;
}

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
  return value;
};
const decimal = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
};
const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** "90s", "10m", "2h" in ms; a bare number is seconds. */
export const milliseconds = (text: string): number => {
  const [, amount, unit = 's'] = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d)?$/.exec(text.trim()) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('It must be a time such as 30s, 10m or 2h.');
  return Math.round(Number(amount) * (units[unit] ?? 1000));
};
const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
const codes = (text: string): number[] => list(text).map(wholeNumber);
const repeatable = (value: string, before: string[] = []): string[] => [...before, value];

/** `trainyard recovery`, `drain`, `evacuate`, `rebalance`, `machines policy` and `machines lost`, with their options. */
export function addPolicyVerbs(
  program: Command,
  machines: Command,
  add: Add,
  act: Act,
  json: (options: Plain) => boolean,
): void {
  act(
    add(program, 'recovery <run>', 'tell or say what is done when a run is lost, and what was done')
      .option('--on <causes>', 'make good these: preemption,crash,reboot,host-lost', list)
      .option('--max <number>', 'restarts in a row without progress', wholeNumber)
      .option(
        '--backoff <time>',
        'wait before the first, such as 30s; doubles with each in a row',
        milliseconds,
      )
      .option('--exit-codes <codes>', 'only these count as a crash: 1,33; "any" for all but 0', (text) =>
        text === 'any' ? [] : codes(text),
      )
      .option('--to <where>', 'same, any, or machines by name: heron,ibis')
      .option('--ask', 'propose it and wait for an answer')
      .option('--no-ask', 'do it at once')
      .addOption(new Option('--off', 'make good nothing').conflicts(['on', 'task']))
      .addOption(new Option('--task', "as the run's task file says, again").conflicts('on')),
    async (run: string, options: Omit<import('./verbs/recovery.ts').RecoveryOptions, 'json'> & Plain) =>
      (await import('./verbs/recovery.ts')).recovery(run, { ...options, json: json(options) }),
  );
  act(
    add(program, 'drain <machine>', 'let no new runs onto a machine; those that run go on').option(
      '--off',
      'let it take runs again',
    ),
    async (machine: string, options: { off?: boolean } & Plain) =>
      (await import('./verbs/places.ts')).drain(machine, options.off ?? false, json(options)),
  );
  act(
    add(program, 'evacuate <machine>', 'drain a machine and move its runs to others, one after the other')
      .option('--dry-run', 'only tell where each would go')
      .option('--run <run>', 'only this one (repeatable)', repeatable)
      .addOption(new Option('-d, --detach', 'return once it has begun').conflicts('dryRun'))
      .addOption(new Option('--cancel', 'move no further run').conflicts(['dryRun', 'run'])),
    async (machine: string, options: Omit<import('./verbs/evacuate.ts').EvacuateOptions, 'json'> & Plain) =>
      (await import('./verbs/evacuate.ts')).evacuate(machine, { ...options, json: json(options) }),
  );
  act(
    add(program, 'rebalance', 'tell or say whether runs are moved to better places, and what is proposed')
      .addOption(
        new Option('--mode <mode>', 'never, only proposed, or by itself').choices(['off', 'propose', 'act']),
      )
      .option('--rules <rules>', 'only these: overloaded,gpu-failing,better-place,window-closing', list)
      .option('--cool-down <time>', 'no run twice within this time, such as 2h', milliseconds)
      .option('--load <number>', 'load per processor above which a machine is overloaded', decimal)
      .addOption(new Option('--accept <proposal>', 'do what is proposed').conflicts('dismiss'))
      .option('--dismiss <proposal>', 'do not, and do not propose it again for a day'),
    async (options: Omit<import('./verbs/places.ts').RebalanceOptions, 'json'> & Plain) =>
      (await import('./verbs/places.ts')).rebalance({ ...options, json: json(options) }),
  );
  const machinesJson = (options: Plain) => json({ ...machines.opts(), ...options });
  act(
    add(machines, 'policy <machine>', 'tell or say when runs may be there, and how much it is preferred')
      .option('--window <times>', 'local times such as 20:00-08:00; "none" for always')
      .option('--preference <number>', 'from -100 to 100: cheaper or faster is higher', wholeNumber),
    async (machine: string, options: { window?: string; preference?: number } & Plain) =>
      (await import('./verbs/places.ts')).machinePolicy(machine, { ...options, json: machinesJson(options) }),
  );
  act(
    add(
      machines,
      'lost <machine>',
      'say that a machine will not come back: its runs may be started elsewhere',
    ).option('--yes', 'it is gone for certain'),
    async (machine: string, options: { yes?: boolean } & Plain) =>
      (await import('./verbs/recovery.ts')).declareLost(machine, options.yes ?? false, machinesJson(options)),
  );
}
