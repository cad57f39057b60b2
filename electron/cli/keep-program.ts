import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Act, Add } from './adding.ts';
import type { PolicyOptions } from './verbs/keep.ts';

interface Plain {
  json?: boolean;
}

const repeatable = (value: string, before: string[] = []): string[] => [...before, value];
const count = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number, one or more.');
  return value;
};

/** `trainyard keep …`, with its options. (`trainyard backup` is for Trainyard's own database.) */
export function addKeepVerbs(program: Command, add: Add, act: Act, json: (options: Plain) => boolean): void {
  const load = () => import('./verbs/keep.ts');
  const keep = add(program, 'keep', 'saved states of runs, kept on other machines');
  const jsonOf = (options: Plain) => json({ ...keep.opts(), ...options });
  act(add(keep, 'list [run]', 'list what is kept'), async (run: string | undefined, options: Plain) =>
    (await load()).listKept(run, jsonOf(options)),
  );
  act(
    add(keep, 'now <run>', 'keep its newest checkpoint now, and wait until it is verified').option(
      '--to <machine>',
      'on this machine; else on those of its policy',
    ),
    async (run: string, options: { to?: string } & Plain) =>
      (await load()).keepNow(run, options.to, jsonOf(options)),
  );
  act(
    add(keep, 'policy <run>', 'print what of a run is kept by itself, or change it')
      .option('--to <machine>', 'on this machine (repeatable)', repeatable)
      .addOption(new Option('--checkpoints <which>', 'which ones').choices(['none', 'newest', 'every']))
      .option('--every-steps <n>', 'with `every`: those whose step is a multiple of it', count)
      .option('--artefacts <glob>', 'and these files of its working directory (repeatable)', repeatable)
      .option('--keep <n>', 'so many on each machine', count)
      .option('--directory <path>', 'there; else below ~/.trainyard')
      .addOption(new Option('--off', 'keep nothing by itself')),
    async (run: string, options: Omit<PolicyOptions, 'json'> & Plain) =>
      (await load()).keepPolicy(run, { ...options, json: jsonOf(options) }),
  );
  act(
    add(keep, 'verify <backup...>', 'hash them again where they lie; 1 where one is damaged'),
    async (ids: string[], options: Plain) => (await load()).verifyKept(ids, jsonOf(options)),
  );
  act(
    add(keep, 'restore <backup>', 'start the run from it, as its next attempt')
      .requiredOption('--on <machine>', 'the machine it runs on')
      .option('--secret <name>', 'a secret it needs, as for `run` (repeatable)', repeatable),
    async (backup: string, options: { on: string; secret?: string[] } & Plain) =>
      (await load()).restoreKept(backup, { ...options, json: jsonOf(options) }),
  );
  act(add(keep, 'rm <backup...>', 'remove them'), async (ids: string[], options: Plain) =>
    (await load()).removeKept(ids, jsonOf(options)),
  );
}
