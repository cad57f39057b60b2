import { createHash } from 'node:crypto';
import type { TaskSpec } from '#shared/domain/spec.ts';

/** Files by which Python projects say what they need, wherever `setup` may look for them without naming them. */
const wellKnown =
  /^(?:requirements[^/]*\.txt|environment[^/]*\.ya?ml|conda[^/]*\.ya?ml|pyproject\.toml|setup\.(?:py|cfg)|(?:poetry|uv|pdm|Pipfile)\.lock|Pipfile|package(?:-lock)?\.json)$/;

/**
 * Names the environment that `setup` makes: the same key means that setup would do the same again. It covers the script,
 * the envs it sees and, of the code snapshot (path → sha256), the files that the script names and those that dependency
 * tools read by themselves; so an edited requirements.txt sets up anew and an edited train.py does not.
 * Null where the task has no setup. Secrets are not part of it.
 */
export function setupKey(spec: TaskSpec, files: ReadonlyMap<string, string> = new Map()): string | null {
  const { setup } = spec;
  if (setup === null || setup.trim() === '') return null;
  const hash = createHash('sha256');
  const add = (...parts: string[]) => {
    for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  };
  add('trainyard-setup-1', setup);
  for (const [name, value] of sorted(Object.entries(spec.envs))) add('env', name, value);
  const relevant = [...files].filter(([path]) => wellKnown.test(path) || names(setup, path));
  for (const [path, sha256] of sorted(relevant)) add('file', path, sha256);
  return hash.digest('hex').slice(0, 32);
}

const sorted = (pairs: readonly (readonly [string, string])[]): (readonly [string, string])[] =>
  pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** Whether the script mentions that path as a word of its own. */
function names(script: string, path: string): boolean {
  let at = script.indexOf(path);
  while (at >= 0) {
    const before = script[at - 1] ?? ' ';
    const after = script[at + path.length] ?? ' ';
    if (!/[\w.-]/.test(before) && !/[\w./-]/.test(after)) return true;
    at = script.indexOf(path, at + 1);
  }
  return false;
}
