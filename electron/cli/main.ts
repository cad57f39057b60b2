import { CommanderError } from 'commander';
import { version } from '#backend/version.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { printable } from './output.ts';
import { buildProgram } from './program.ts';

/** Runs the command line and returns what to end with. */
async function main(argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = buildProgram(version, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : exitCodes.usage;
    const error = TrainyardError.from(thrown);
    complain(error, argv.includes('--json'));
    return exitCodeOf(error);
  }
}

/** One sentence for people; with `--json` the error itself. Both on stderr: stdout is for results. */
function complain(error: TrainyardError, asJson: boolean): void {
  if (asJson) {
    process.stderr.write(`${JSON.stringify({ error: error.toShape() })}\n`);
    return;
  }
  // What a box said may be part of it.
  const lines = (text: string) => text.split('\n').map(printable).join('\n');
  process.stderr.write(`trainyard: ${lines(error.message)}\n`);
  if (error.details !== '') process.stderr.write(`  ${lines(error.details)}\n`);
}

// `trainyard logs … | head`: the reader is gone, and that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failed);
});
process.exitCode = await main(process.argv.slice(2));
// Whatever still holds the process (an idle socket) does not hold the shell: stdout is flushed first.
process.stdout.write('', () => process.exit());
