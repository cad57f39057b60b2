import type { TaskSpec } from '#shared/domain/spec.ts';

const pattern = /[*?]|\{step\}/;

/** Where a run's code lies in its directory, and where it is started. */
const workingDirectory = 'code';

/**
 * Where a run's checkpoints lie on its box, absolute; null: it has none. `checkpoint.path` below its working directory, or as
 * given where it is absolute or below the home (`~/`). Of a pattern ("out/step-{step}.bin") the part before it. The run's own
 * directory may be given, or that working directory in it: the former is named by an identifier, so they cannot be confused.
 */
export function directoryOfSpec(spec: TaskSpec, given: string): string | null {
  const path = spec.checkpoint?.path;
  if (path === undefined) return null;
  const directory = given.replace(/\/+$/, '');
  const runDirectory = directory.endsWith(`/${workingDirectory}`)
    ? directory
    : `${directory}/${workingDirectory}`;
  const fixed = fixedParts(path).join('/');
  if (path.startsWith('/') || path.startsWith('~/')) return fixed === '' ? '/' : fixed;
  const below = fixed.replace(/^(?:\.\/)+/, '').replace(/^\.$/, '');
  return below === '' ? runDirectory : `${runDirectory}/${below}`;
}

/** What finds the user's own checkpoints below that directory; null: no pattern was given. */
export function ownOfSpec(spec: TaskSpec): string | null {
  const path = spec.checkpoint?.path;
  if (path === undefined || !pattern.test(path)) return null;
  return path.split('/').slice(fixedParts(path).length).join('/');
}

function fixedParts(path: string): string[] {
  const parts = path.replace(/\/+$/, '').split('/');
  const first = parts.findIndex((part) => pattern.test(part));
  return first < 0 ? parts : parts.slice(0, first);
}
