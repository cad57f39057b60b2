import type { Command } from 'commander';
import type { Act, Add } from './adding.ts';
import { isPlace } from './places.ts';

/** The verbs of files of machines. */
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
    add(program, 'mkdir <path>', 'make a directory on a machine: [machine:]path'),
    async (place: string, options: { json?: boolean }) =>
      (await import('./verbs/change-files.ts')).makeDirectory(place, json(options)),
  );
  act(
    add(program, 'mv <from> <to>', 'rename or move on one machine: [machine:]path; never over what is there'),
    async (from: string, to: string, options: { json?: boolean }) =>
      (await import('./verbs/change-files.ts')).moveFile(from, to, json(options)),
  );
  act(
    add(program, 'diff <run>', 'what has changed in the directory that a run was launched from'),
    async (run: string, options: { json?: boolean }) =>
      (await import('./verbs/files.ts')).diffCode(run, json(options)),
  );
}

/** `trainyard rm`: of runs, and of files where what is given names a machine. */
export function addRemoveVerb(
  program: Command,
  add: Add,
  act: Act,
  json: (options: { json?: boolean }) => boolean,
): void {
  interface Options {
    keepOnBox?: boolean;
    recursive?: boolean;
    yes?: boolean;
    json?: boolean;
  }
  act(
    add(program, 'rm <run...>', 'delete runs that have ended, or files of machines: machine:path')
      .option('--keep-on-box', 'of a run: leave the files on the machine')
      .option('-r, --recursive', 'of files: directories too, with all that is in them')
      .option('-y, --yes', 'of files: directories without a question'),
    async (given: string[], options: Options) => {
      if (given.some(isPlace))
        return (await import('./verbs/change-files.ts')).removeFiles(given, {
          ...options,
          json: json(options),
        });
      const { deleteRuns } = await import('./verbs/runs.ts');
      return deleteRuns(given, options.keepOnBox ?? false, json(options));
    },
  );
}
