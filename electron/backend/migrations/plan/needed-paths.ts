import type { TaskSpec } from '#shared/domain/spec.ts';

const mostPaths = 60;
/** Every machine has these, or makes them anew. */
const everywhere = /^\/(?:dev|proc|sys|run|tmp|var\/tmp)(?:\/|$)/;
const inText = /(?:^|[\s"'=:;|&<>()])((?:\/|~\/)[\w.@%+,/-]*[\w@%+/-])/g;

/**
 * Absolute paths (and those below the home) that the task names in its variables and scripts. What `file_mounts` brings, and
 * what lies in the run's own directory, is there by then.
 */
export function neededPaths(spec: TaskSpec, runDirectory: string | null): string[] {
  const texts = [...Object.values(spec.envs), spec.run ?? '', spec.setup ?? ''];
  const found = texts.flatMap((text) => [...text.matchAll(inText)].flatMap(([, path]) => path ?? []));
  const mounts = Object.keys(spec.fileMounts).filter((target) => /^[/~]/.test(target));
  const isCovered = (path: string) =>
    mounts.some((mount) => path === mount || path.startsWith(`${mount.replace(/\/$/, '')}/`)) ||
    (runDirectory !== null && path.startsWith(runDirectory));
  const wanted = found
    .map((path) => path.replace(/(?<=.)\/+$/, ''))
    .filter((path) => path.length > 1 && !everywhere.test(path) && !path.includes('//') && !isCovered(path));
  return [...new Set(wanted)].slice(0, mostPaths);
}

/** As the box is asked: `~/` is its own home. */
export const onBox = (path: string, home: string | null): string =>
  path.startsWith('~/') && home !== null ? `${home}/${path.slice(2)}` : path;
