import type { Cleaned, Leftover } from '#shared/domain/leftover.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { ask, isYes } from '../ask.ts';
import { exitCodes } from '../exit-codes.ts';
import { byteSize, printable, printJson, printLine, printTable } from '../output.ts';
import { withPrompts } from './with-prompts.ts';

export interface CleanOptions {
  dryRun: boolean;
  yes: boolean;
  json: boolean;
}

/** `trainyard moves --clean`: what moves have left on machines; ends with 1 where something that was to go has stayed. */
export async function cleanMoves({ dryRun, yes, json }: CleanOptions): Promise<number> {
  return withPrompts(async ({ client }) => {
    const found = await client.migrations.leftovers({ connect: true });
    const wanted = found.filter(({ state }) => state !== 'kept');
    if (!json) list(found);
    if (dryRun || wanted.length === 0) {
      if (json) printJson(found);
      return exitCodes.ok;
    }
    if (!yes && !(await agreed(wanted, json))) return exitCodes.ok;
    const done = await client.migrations.clean({ ids: wanted.map(({ id }) => id), connect: true });
    if (json) printJson(done);
    else for (const each of done) printLine(printable(resultOf(each)));
    return done.every(({ result }) => result !== 'kept') ? exitCodes.ok : exitCodes.failed;
  });
}

function list(found: readonly Leftover[]): void {
  if (found.length === 0) {
    printLine('Moves have left nothing on any machine.');
    return;
  }
  printTable(
    ['machine', 'what', 'run', 'size', 'where', 'note'],
    found.map(({ machineName, what, runName, bytes, path, state, why }) => [
      machineName,
      what,
      runName ?? '',
      bytes === null ? '?' : byteSize(bytes),
      path,
      state === 'removable' ? '' : [states[state], why?.message ?? ''].filter(Boolean).join(': '),
    ]),
  );
}

const states = { away: 'not connected', kept: 'stays' } as const;

/** Throws USAGE where nobody can be asked. */
async function agreed(wanted: readonly Leftover[], json: boolean): Promise<boolean> {
  if (json || !process.stdin.isTTY) {
    throw new TrainyardError(
      'USAGE',
      'Nothing was removed: say --yes where nobody can be asked, or --dry-run to see what would be.',
    );
  }
  const bytes = wanted.reduce((sum, each) => sum + (each.bytes ?? 0), 0);
  const question = `Remove ${wanted.length === 1 ? 'it' : `these ${wanted.length}`} (${byteSize(bytes)})? [yes/no] `;
  return isYes(await ask(question));
}

function resultOf({ leftover, result, why }: Cleaned): string {
  const { machineName, path, bytes } = leftover;
  const where = `${machineName}:${path}`;
  if (result === 'removed') return `removed  ${where}${bytes ? ` (${byteSize(bytes)})` : ''}`;
  if (result === 'later') return `later    ${where}: as soon as ${machineName} is seen`;
  return `stays    ${where}: ${why?.message ?? ''}`;
}
