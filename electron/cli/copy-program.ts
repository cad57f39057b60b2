import { type Command, Option } from 'commander';
import { labels } from '#shared/domain/label.ts';
import type { Act, Add } from './adding.ts';
import type { CopyOptions } from './verbs/cp.ts';

/** `trainyard cp`, with its options. */
export function addCopyVerb(
  program: Command,
  add: Add,
  act: Act,
  json: (options: { json?: boolean }) => boolean,
): void {
  act(
    add(program, 'cp <from> <to>', 'copy between machines and this computer: [machine:]path, verified')
      .addOption(
        new Option('--path <way>', 'from machine to machine, or through this computer').choices([
          'direct',
          'laptop',
        ]),
      )
      .option('--mirror', 'also remove at the destination what the source does not have')
      .addOption(
        new Option('--sensitivity <label>', 'how sensitive it is, where nothing says so').choices(labels),
      )
      .option('--override <reason>', 'as an owner: let it go where it may not, for this reason')
      .addHelpText(
        'after',
        "\nBy rsync's rules: DIR/ means what is in it, DIR the directory itself under its own name.\nInterrupted, the same command goes on where it was.",
      ),
    async (from: string, to: string, options: Omit<CopyOptions, 'json'> & { json?: boolean }) =>
      (await import('./verbs/cp.ts')).copy(from, to, { ...options, json: json(options) }),
  );
}
