import type { Told } from '#shared/domain/because.ts';
import { protectedSentences } from '#shared/domain/file-sentences.ts';
import { reasonOf } from '#shared/domain/sentence.ts';

/** What resources/remote/browse.sh tells before anything is removed. */
export interface Surroundings {
  home: string;
  /** Text of /proc/mounts, or of what stands in for it. */
  mounts: string;
  homes: readonly string[];
}

/** Where live runs of ours are on a machine: each one's own directory, and what it works in. */
export interface LivePlace {
  directory: string;
  /** Below it may be removed what the user thinks can be spared: old checkpoints, say. */
  work: string;
}

const systemPlaces = new Set(
  'bin boot data dev etc home lib lib32 lib64 media mnt opt private proc root run sbin srv sys tmp usr var Applications Library System Users Volumes'
    .split(' ')
    .map((name) => `/${name}`),
);

const reason = (code: keyof typeof protectedSentences): Told => reasonOf(protectedSentences, code);

/** Why this is neither removed nor renamed; null: it may be. All paths absolute, links resolved. */
export function whyProtected(
  path: string,
  { home, mounts, homes }: Surroundings,
  live: readonly LivePlace[],
): Told | null {
  if (path === '/' || systemPlaces.has(path)) return reason('PROTECTED_SYSTEM');
  if (holds(path, home)) return reason('PROTECTED_HOME');
  if (homes.some((one) => holds(path, one))) return reason('PROTECTED_OTHER_HOME');
  if (mountPoints(mounts).some((one) => holds(path, one))) return reason('PROTECTED_MOUNT');
  for (const { directory, work } of live) {
    if (holds(path, directory) || holds(path, work)) return reason('PROTECTED_RUN_WORKS');
    if (holds(directory, path) && !holds(work, path)) return reason('PROTECTED_RUN_KEPT');
  }
  return null;
}

/** Whether the second is the first, or lies in it. */
const holds = (outer: string, inner: string): boolean =>
  inner === outer || inner.startsWith(outer === '/' ? '/' : `${outer}/`);

/** The second word of each line, whose blanks are written as `\040`. */
const mountPoints = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => (line.startsWith('- ') ? line.slice(2) : (line.split(' ')[1] ?? '')))
    .filter((point) => point.startsWith('/'))
    .map((point) =>
      point.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))),
    );
