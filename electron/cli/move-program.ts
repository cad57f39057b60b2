import { type Command, InvalidArgumentError, Option } from 'commander';
import { labels } from '#shared/domain/label.ts';
import type { MoveOptions } from './verbs/move.ts';

type Json = (options: { json?: boolean }) => boolean;
const repeatable = (value: string, before: string[] = []): string[] => [...before, value];
const steps = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('It must be a number of steps.');
  return value;
};

/** Moving runs that are alive. */
export function addMoveVerbs(
  program: Command,
  add: (parent: Command, signature: string, description: string) => Command,
  act: (command: Command, run: (...args: never[]) => Promise<number | undefined>) => void,
  json: Json,
  done: (exitCode: number) => void,
): void {
  act(
    add(program, 'move <run>', 'move a run that is training to another machine, from its checkpoint')
      .requiredOption('--to <machine>', 'where to: MACHINE, or SITE:MACHINE')
      .addOption(
        new Option(
          '--mode <mode>',
          'stop it after a checkpoint it is asked for, after its next one, or at once',
        ).choices(['request', 'next', 'last']),
      )
      .addOption(new Option('--path <way>', 'not the best way, this one').choices(['direct', 'laptop']))
      .option('--accept-loss <steps>', 'lose so many steps at most; else as the plan says', steps)
      .option('--dry-run', 'say what would be done and how long it would take; change nothing')
      .option('--secret <name>', 'a secret it needs, as for `run` (repeatable)', repeatable)
      .addOption(
        new Option('--sensitivity <label>', 'how sensitive it is; else as what it reads').choices(labels),
      )
      .option('--override <reason>', 'as an owner: let it go where its data may not, for this reason')
      .option('-d, --detach', 'return once it has begun; the app that is running goes on with it'),
    async (run: string, options: Omit<MoveOptions, 'json'> & { json?: boolean }) =>
      (await import('./verbs/move.ts')).moveRun(run, { ...options, json: json(options) }),
  );
  const moves = add(program, 'moves', 'moves of runs, the newest first');
  const jsonOf = (options: { json?: boolean }) => json({ ...moves.opts(), ...options });
  moves
    .option('--clean', 'what they have left on machines: list it, ask, and remove it')
    .option('--dry-run', 'with --clean: only list it')
    .option('--yes', 'with --clean: do not ask')
    .action(async (options: { clean?: boolean; dryRun?: boolean; yes?: boolean }) => {
      if (options.clean) {
        const { cleanMoves } = await import('./verbs/clean-moves.ts');
        const { dryRun = false, yes = false } = options;
        done(await cleanMoves({ dryRun, yes, json: jsonOf({}) }));
      } else done((await (await import('./verbs/moves.ts')).listMoves(undefined, false, jsonOf({}))) ?? 0);
    });
  act(
    add(moves, 'list [run]', 'list them all, or those of a run').option('--active', 'those under way'),
    async (run: string | undefined, options: { active?: boolean; json?: boolean }) =>
      (await import('./verbs/moves.ts')).listMoves(run, options.active ?? false, jsonOf(options)),
  );
  act(add(moves, 'show <move>', 'tell all about one'), async (move: string, options: { json?: boolean }) =>
    (await import('./verbs/moves.ts')).showMove(move, jsonOf(options)),
  );
  act(
    add(moves, 'cancel <run>', 'go back: the move of this run that is under way'),
    async (run: string, options: { json?: boolean }) =>
      (await import('./verbs/moves.ts')).cancelMove(run, jsonOf(options)),
  );
}
