import { followEvents } from '#renderer/rpc/events.ts';
import type { Progress } from '#shared/domain/event.ts';
import type { CliBackend } from './backend.ts';

type Connection = Awaited<ReturnType<CliBackend['connection']>>;

/** Starts a job and resolves to its last progress. The job may be through before its number is known here. */
export async function finishedJob(
  backend: CliBackend,
  begin: (connection: Connection) => Promise<{ jobId: string }>,
): Promise<Progress> {
  const connection = await backend.connection();
  const { promise, resolve, reject } = Promise.withResolvers<Progress>();
  const last = new Map<string, Progress>();
  let jobId: string | null = null;
  const see = (progress: Progress) => {
    last.set(progress.jobId, progress);
    if (progress.jobId === jobId && progress.state !== 'running') resolve(progress);
  };
  const stop = followEvents(connection, {
    onOpen() {
      if (jobId !== null) return;
      begin(connection).then((started) => {
        jobId = started.jobId;
        const seen = last.get(jobId);
        if (seen) see(seen);
      }, reject);
    },
    onEvent: (event) => event.type === 'progress' && see(event.progress),
  });
  try {
    return await promise;
  } finally {
    stop();
  }
}
