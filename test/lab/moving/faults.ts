import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { processesOf } from '#test/lab/accounts.ts';
import { runDirectory } from './inspect.ts';
import type { MovingBox } from './yard.ts';

export type Guard = 'supervisor' | 'trainer';

/** The process of the newest attempt on a box; null where there is none. */
export function pidOf(box: MovingBox, runId: string, who: Guard): number | null {
  const attempts = path.join(runDirectory(box, runId), 'attempts');
  if (!existsSync(attempts)) return null;
  const newest = readdirSync(attempts)
    .filter((name) => existsSync(path.join(attempts, name, 'start')))
    .sort((one, other) => Number(one) - Number(other))
    .at(-1);
  if (newest === undefined) return null;
  const [file, field] = who === 'supervisor' ? ['start', 3] : ['pid', 0];
  const pid = Number(
    readFileSync(path.join(attempts, newest, file as string), 'utf8')
      .trim()
      .split(' ')[field as number],
  );
  // The record may be an older one's, and the number somebody else's by now.
  return pid > 1 && processesOf(statSync(box.home).uid).includes(pid) ? pid : null;
}

/** Sends it a signal; false where there is nobody. */
export function signal(box: MovingBox, runId: string, who: Guard, name: NodeJS.Signals): boolean {
  const pid = pidOf(box, runId, who);
  if (pid === null) return false;
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false; // gone meanwhile
  }
}

/** The box's own ssh processes: those that carry a copy to another box. */
export function killSsh(box: MovingBox): void {
  for (const pid of processesOf(statSync(box.home).uid)) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('ssh\0')) process.kill(pid, 'SIGKILL');
    } catch {
      // gone meanwhile
    }
  }
}

/** The newest checkpoint of the run on a box, as a path; null where there is none. */
export function newestCheckpoint(box: MovingBox, runId: string): string | null {
  const directory = path.join(runDirectory(box, runId), 'code/checkpoints');
  if (!existsSync(directory)) return null;
  const name = readdirSync(directory)
    .filter((each) => /^(step|checkpoint)-\d+(\.\w+)?$/.test(each))
    .sort((one, other) => Number(/\d+/.exec(one)?.[0]) - Number(/\d+/.exec(other)?.[0]))
    .at(-1);
  return name === undefined ? null : path.join(directory, name);
}

export type Damage = 'corrupt byte' | 'truncated' | 'rewritten';

/** Damages a file; size and time stay as they were unless it is cut. */
export function damage(file: string, how: Damage): void {
  const { atime, mtime, size } = statSync(file);
  if (how === 'truncated') {
    truncateSync(file, Math.floor(size / 2));
    return;
  }
  const bytes = readFileSync(file);
  if (how === 'corrupt byte') bytes[size - 1] = (bytes[size - 1] ?? 0) ^ 1;
  else bytes.fill(7, Math.floor(size / 2));
  writeFileSync(file, bytes);
  utimesSync(file, atime, mtime);
}
