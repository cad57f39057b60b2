import { followEvents } from '#renderer/rpc/events.ts';
import type { CopyJob, CopyPathKind } from '#shared/domain/copy.ts';
import type { Label } from '#shared/domain/label.ts';
import { newId } from '#shared/domain/new-id.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { type CliBackend, withBackend } from '../backend.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { byteSize, duration, printable, printJson, printLine } from '../output.ts';
import { placeOf } from '../places.ts';
import { answerPrompts } from '../prompts.ts';

export interface CopyOptions {
  path?: CopyPathKind;
  mirror?: boolean;
  sensitivity?: Label;
  override?: string;
  json: boolean;
}

/** `trainyard cp [MACHINE:]PATH [MACHINE:]PATH`; run again it goes on where it was cut off. */
export async function copy(from: string, to: string, options: CopyOptions): Promise<number> {
  let going: string | null = null;
  try {
    return await withBackend(async (backend) => {
      return copyWith(backend, from, to, options, (copyId) => {
        going = backend.own ? null : copyId;
      });
    });
  } catch (thrown) {
    // Ctrl-C ends the copy too, also where the app does it; what has arrived stays for the next time.
    const copyId: string | null = going;
    if (copyId !== null && thrown instanceof TrainyardError && thrown.code === 'INTERRUPTED')
      await withBackend(({ client }) => client.copies.cancel({ copyId }));
    throw thrown;
  }
}

async function copyWith(
  backend: CliBackend,
  from: string,
  to: string,
  options: CopyOptions,
  onStarted: (copyId: string) => void,
): Promise<number> {
  const [source, destination] = [await placeOf(backend.client, from), await placeOf(backend.client, to)];
  const stopAsking = answerPrompts(await backend.connection(), backend.own);
  try {
    const started = await backend.client.copies.start({
      requestId: newId(),
      from: source,
      to: destination,
      mirror: options.mirror ?? false,
      ...(options.path === undefined ? {} : { path: options.path }),
      ...(options.sensitivity === undefined ? {} : { sensitivity: options.sensitivity }),
      ...(options.override === undefined ? {} : { override: { reason: options.override } }),
    });
    onStarted(started.id);
    return report(await ended(backend, started.id), options.json);
  } finally {
    stopAsking();
  }
}

/** The job when it has ended; on a terminal a line that tells how far it is. */
async function ended(backend: CliBackend, copyId: string): Promise<CopyJob> {
  const connection = await backend.connection();
  const { promise, resolve, reject } = Promise.withResolvers<CopyJob>();
  const see = (job: CopyJob) => {
    if (job.id !== copyId) return;
    if (job.state === 'running') showProgress(job);
    else resolve(job);
  };
  const stop = followEvents(connection, {
    // Whatever was told before we listened, or while the connection was gone.
    onOpen: () => {
      connection.rpc.copies.get({ copyId }).then(see, (error: unknown) => {
        if (connection.status().state === 'online') reject(error);
      });
    },
    onEvent: (event) => event.type === 'copy.changed' && see(event.copy),
  });
  try {
    return await promise;
  } finally {
    stop();
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }
}

function showProgress({ progress, path: way }: CopyJob): void {
  if (!process.stderr.isTTY) return;
  const { doneBytes, totalBytes, doneFiles, totalFiles, bytesPerSecond, remainingMs } = progress;
  const share = totalBytes > 0 ? `${Math.floor((doneBytes * 100) / totalBytes)} %` : '';
  const parts = [
    share,
    `${byteSize(doneBytes)} of ${byteSize(totalBytes)}`,
    `${doneFiles} of ${totalFiles} files`,
    `${byteSize(bytesPerSecond)}/s`,
    remainingMs === null ? '' : `${duration(remainingMs)} left`,
    way ?? '',
  ];
  process.stderr.write(`\r\u001b[K${parts.filter((part) => part !== '').join('  ')}`);
}

function report(job: CopyJob, json: boolean): number {
  if (json) printJson(job);
  const { progress, error } = job;
  if (job.state === 'done') {
    const took = duration((job.endedAt ?? job.startedAt) - job.startedAt);
    const again = job.recopied > 0 ? `; ${job.recopied} changed meanwhile and were copied again` : '';
    if (!json)
      printLine(
        printable(
          `${progress.totalFiles} ${progress.totalFiles === 1 ? 'file' : 'files'}, ${byteSize(progress.totalBytes)}, ${took}, ${job.path ?? ''}, verified${again}`,
        ),
      );
    return exitCodes.ok;
  }
  if (error !== null) {
    const thrown = TrainyardError.fromShape(error);
    if (json) return exitCodeOf(thrown);
    throw thrown;
  }
  if (!json) process.stderr.write('Cancelled; run it again and it goes on where it was.\n');
  return exitCodes.interrupted;
}
