import { StringDecoder } from 'node:string_decoder';
import { TrainyardError } from '#shared/domain/error.ts';
import type { BoxConnection } from './connection.ts';
import { boxAnswerInvalid } from './errors.ts';
import type { BoxReport } from './interface.ts';
import { parseReport } from './status.ts';

const largestReport = 64 * 1024 * 1024;

/**
 * One quiet process on the box: a report of everything at once, then one per run that changes, and every `everySeconds`
 * one of what has not ended. Resolves when `signal` is aborted; rejects when the connection or the process is lost.
 */
export async function watchBox(
  box: BoxConnection,
  onChange: (report: BoxReport) => void,
  signal: AbortSignal,
  everySeconds: number,
): Promise<void> {
  if (signal.aborted) return;
  const { root } = await box.places(signal);
  const program = await box.start('watch', [String(everySeconds)], signal);
  program.stderr.resume();
  try {
    for await (const report of reports(program.stdout)) {
      if (signal.aborted) return;
      onChange(parseReport(report, root));
    }
    const exit = await program.exited;
    if (signal.aborted) return;
    if (exit.exitCode !== 0) box.forget();
    throw watchEnded();
  } catch (error) {
    if (signal.aborted) return;
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    await program.exited; // its connection's own error, where that is the reason
    throw watchEnded();
  } finally {
    program.exited.catch(() => undefined);
    program.stdin.end();
    program.kill();
  }
}

async function* reports(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const from = Math.max(0, rest.length - 4);
    rest += decoder.write(chunk);
    for (let end = rest.indexOf('\nend\n', from); end >= 0; end = rest.indexOf('\nend\n')) {
      yield rest.slice(0, end + 5);
      rest = rest.slice(end + 5);
    }
    if (rest.length > largestReport) throw boxAnswerInvalid(rest.slice(0, 1000));
  }
}

const watchEnded = (): TrainyardError =>
  new TrainyardError(
    'BOX_WATCH_ENDED',
    'The machine stopped telling of changes. Trainyard asks again by itself.',
    {
      retryable: true,
    },
  );
