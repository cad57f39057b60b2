import type { RunsPrograms } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';

/** What `resources/remote/move-left.sh` found on one machine. */
export interface BoxLeft {
  /** Bytes of the working directory, by run. */
  runs: ReadonlyMap<string, number>;
  stages: readonly { path: string; bytes: number; busy: boolean }[];
  sessions: readonly { id: string; busy: boolean }[];
}

/** Weighing a tree of a million files takes its time. */
const timeoutMs = 120_000;

/** One round trip. Rejects with MOVE_LEFT_UNKNOWN where the answer is none of ours, and the connection's own errors. */
export async function askLeft(
  programs: RunsPrograms,
  script: string,
  directories: readonly string[],
  signal: AbortSignal,
): Promise<BoxLeft> {
  const { stdout } = await programs.exec(
    { script, args: ['list', ...directories] },
    { signal, timeoutMs, maxOutputBytes: 16_777_216 },
  );
  const left = parseLeft(stdout.toString('utf8'));
  if (left !== null) return left;
  throw new TrainyardError(
    'MOVE_LEFT_UNKNOWN',
    'The machine did not answer what moves have left on it; its shell may be restricted to certain commands.',
    { details: stdout.toString('utf8').slice(0, 500) },
  );
}

/** Null where the answer is not whole. What is damaged in it is passed over. */
export function parseLeft(text: string): BoxLeft | null {
  const runs = new Map<string, number>();
  const stages: { path: string; bytes: number; busy: boolean }[] = [];
  const sessions: { id: string; busy: boolean }[] = [];
  let isWhole = false;
  for (const line of text.split('\n')) {
    const run = /^ty-left run ([0-9a-z]{12}) (\d{1,13})$/.exec(line);
    const stage =
      /^ty-left stage (\d{1,13}) ([01]) (\/(?:[^\s%]|%20|%25)*\.trainyard-copy-[0-9a-f]{1,64})$/.exec(line);
    const session = /^ty-left session ([0-9a-z]{1,40}) ([01])$/.exec(line);
    if (run !== null) runs.set(run[1] ?? '', Number(run[2]) * 1024);
    else if (stage !== null) {
      const path = decodeURIComponent(stage[3] ?? '');
      stages.push({ path, bytes: Number(stage[1]) * 1024, busy: stage[2] === '1' });
    } else if (session !== null) sessions.push({ id: session[1] ?? '', busy: session[2] === '1' });
    else if (line === 'ty-left end') isWhole = true;
  }
  return isWhole ? { runs, stages, sessions } : null;
}
