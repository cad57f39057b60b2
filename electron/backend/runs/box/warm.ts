import { cancelled, quote } from '#backend/processes/index.ts';
import type { TrainyardError } from '#shared/domain/error.ts';
import { type BoxConnection, refused } from './connection.ts';
import { boxAnswerInvalid } from './errors.ts';
import type { BoxWarm } from './interface.ts';
import { checkWarm, exportsOf } from './request.ts';

const scriptsMissing = 75;
const largestAnswer = 65_536;

/**
 * Runs a setup ahead of its launch. The program's stdin stays open while it works: where it ends (an abort, a connection
 * that is cut), the box ends the setup's whole tree. RUN_SETUP_FAILED with its last words.
 */
export async function warm(box: BoxConnection, request: BoxWarm, signal: AbortSignal): Promise<void> {
  checkWarm(request);
  for (const last of [false, true]) {
    const { exitCode, answer } = await once(box, request, signal);
    if (exitCode === scriptsMissing && !last) {
      box.forget();
      continue;
    }
    if (answer !== 'ok\n') throw refused(answer, request.runId, 0);
    return;
  }
}

async function once(
  box: BoxConnection,
  request: BoxWarm,
  signal: AbortSignal,
): Promise<{ exitCode: number | null; answer: string }> {
  const program = await box.start('warm', [request.runId, request.setupKey], signal);
  program.stderr.resume();
  let answer = '';
  let tooMuch: TrainyardError | null = null;
  program.stdout.on('data', (chunk: Buffer) => {
    answer += chunk.toString('utf8');
    if (answer.length <= largestAnswer || tooMuch) return;
    tooMuch = boxAnswerInvalid(answer.slice(0, 1000));
    program.kill();
  });
  // Its end is told by `exited`; a program that is gone before it has read everything must not throw here.
  program.stdin.on('error', () => undefined);
  program.stdin.write(payload(request));
  try {
    const { exitCode } = await program.exited;
    if (tooMuch) throw tooMuch;
    if (signal.aborted) throw cancelled(signal);
    return { exitCode, answer };
  } finally {
    program.stdin.end();
    program.kill();
  }
}

const payload = (request: BoxWarm): string =>
  [
    `ty_workdir=${quote(request.workdir)}`,
    `ty_setup=${quote(request.setup)}`,
    `ty_env=${quote(exportsOf(request))}`,
    '#complete',
    '',
  ].join('\n');
