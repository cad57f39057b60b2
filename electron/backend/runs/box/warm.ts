import { PassThrough } from 'node:stream';
import { collect, quote } from '#backend/processes/index.ts';
import { type BoxConnection, refused } from './connection.ts';
import type { BoxWarm } from './interface.ts';
import { checkWarm, exportsOf } from './request.ts';
import { scriptsMissing } from './scripts.ts';

/** A setup may take as long as it likes; its caller calls it off. */
const longestMs = 7 * 24 * 3600 * 1000;

/**
 * Runs a setup ahead of its launch. The program's stdin stays open while it works: where it ends (an abort, a connection
 * that is cut), the box ends the setup's whole tree. RUN_SETUP_FAILED with its last words.
 */
export async function warm(box: BoxConnection, request: BoxWarm, signal: AbortSignal): Promise<void> {
  checkWarm(request);
  for (const last of [false, true]) {
    const program = await box.start('warm', [request.runId, request.setupKey]);
    const stdin = new PassThrough();
    stdin.write(payload(request));
    const end = () => stdin.end();
    program.exited.then(end, end);
    try {
      const { stdout, exitCode } = await collect(program, {
        stdin,
        signal,
        timeoutMs: longestMs,
        maxOutputBytes: 65_536,
      });
      if (exitCode === scriptsMissing && !last) {
        box.forget();
        continue;
      }
      const answer = stdout.toString('utf8');
      if (answer !== 'ok\n') throw refused(answer, request.runId, 0);
      return;
    } finally {
      stdin.destroy();
    }
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
