import type { Command } from 'commander';
import type { Act, Add } from './adding.ts';

/** The verbs that look at files of machines. */
export function addFileVerbs(
  program: Command,
  add: Add,
  act: Act,
  json: (options: { json?: boolean }) => boolean,
): void {
  act(
    add(program, 'ls <path>', 'list a directory of a machine: [machine:]path').option(
      '-a, --all',
      'what is hidden too',
    ),
    async (place: string, options: { all?: boolean; json?: boolean }) =>
      (await import('./verbs/files.ts')).listFiles(place, { ...options, json: json(options) }),
  );
  act(
    add(program, 'cat <path>', 'print a file of a machine: [machine:]path'),
    async (place: string, options: { json?: boolean }) =>
      (await import('./verbs/files.ts')).printFile(place, json(options)),
  );
  act(
    add(program, 'diff <run>', 'what has changed in the directory that a run was launched from'),
    async (run: string, options: { json?: boolean }) =>
      (await import('./verbs/files.ts')).diffCode(run, json(options)),
  );
}
