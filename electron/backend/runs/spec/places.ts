import type { Environment } from './environment.ts';
import { entryOf, type Issues, isNull, refuseUnknownKeys, wanted } from './issues.ts';
import { checkShape, storageShape } from './shapes.ts';
import { fillIn, namesIn } from './variables.ts';
import { joinKey, type MapNode, shorten, type YamlNode } from './yaml-tree.ts';

/** `workdir:` — a local directory; a git repository is right, but not here yet. */
export function readWorkdir(task: MapNode, environment: Environment, issues: Issues): string | null {
  const entry = entryOf(task, 'workdir');
  if (entry === null) return null;
  const { value } = entry;
  if (value.kind === 'map') {
    refuseUnknownKeys(value, ['url', 'ref'], 'workdir', issues);
    if (entryOf(value, 'url') === null) issues.invalid(value, 'workdir', "A git workdir needs a 'url'.");
    issues.unsupported(
      entry.at,
      'workdir',
      'Trainyard takes a local directory as workdir; it does not clone git repositories yet.',
    );
    return null;
  }
  if (value.kind === 'list' || value.type !== 'string') {
    issues.invalid(value, 'workdir', wanted('the path of a local directory', value));
    return null;
  }
  const workdir = filled(value.text, environment, value, 'workdir', issues);
  if (workdir !== null && workdir.trim() === '') {
    issues.invalid(value, 'workdir', 'The path of the workdir is empty.');
    return null;
  }
  return workdir;
}

/** `file_mounts:` — path on the machine → local path. Buckets and storage objects are right, but not here yet. */
export function readFileMounts(
  task: MapNode,
  environment: Environment,
  hasWorkdir: boolean,
  issues: Issues,
): Record<string, string> {
  const entry = entryOf(task, 'file_mounts');
  if (entry === null) return {};
  if (entry.value.kind !== 'map') {
    issues.invalid(
      entry.value,
      'file_mounts',
      wanted('a mapping of paths on the machine to local paths', entry.value),
    );
    return {};
  }
  const mounts = new Map<string, string>();
  for (const { key, at, value } of entry.value.entries) {
    const path = joinKey('file_mounts', key);
    const target = filled(key, environment, at, path, issues);
    const source = readSource(value, at, environment, path, issues);
    if (target === null || source === null) continue;
    if (!isGoodTarget(target, hasWorkdir, at, path, issues)) continue;
    if (source.endsWith('/') && source !== '/')
      issues.invalid(value, path, 'A local path cannot end with a slash: {{path}}', {
        path: shorten(source),
      });
    else mounts.set(target, source);
  }
  return Object.fromEntries(mounts);
}

function readSource(
  value: YamlNode,
  at: { line: number; column: number },
  environment: Environment,
  path: string,
  issues: Issues,
): string | null {
  if (value.kind === 'map') {
    checkShape(value, storageShape, path, issues);
    issues.unsupported(at, path, 'Trainyard cannot mount or copy storage objects (buckets) yet.');
    return null;
  }
  if (value.kind === 'list' || value.type !== 'string') {
    const what = isNull(value) ? 'a local path' : 'a local path, or a storage object';
    issues.invalid(value, path, wanted(what, value));
    return null;
  }
  const source = filled(value.text, environment, value, path, issues);
  if (source === null) return null;
  if (/^[a-z][a-z0-9+.-]*:\/\/./i.test(source)) {
    issues.unsupported(value, path, 'Trainyard cannot copy from {{scheme}}:// yet.', {
      scheme: shorten(source.split('://')[0] ?? ''),
    });
    return null;
  }
  if (source.trim() !== '') return source;
  issues.invalid(value, path, 'The local path is empty.');
  return null;
}

function isGoodTarget(
  target: string,
  hasWorkdir: boolean,
  at: { line: number; column: number },
  path: string,
  issues: Issues,
): boolean {
  const before = issues.count;
  if (target.endsWith('/'))
    issues.invalid(at, path, 'A path on the machine cannot end with a slash: {{path}}', {
      path: shorten(target),
    });
  else if (target.trim() === '') issues.invalid(at, path, 'The path on the machine is empty.');
  else if (target.includes('://')) issues.invalid(at, path, 'The path on the machine cannot be in a bucket.');
  else if (target === '~/sky_workdir' && hasWorkdir) {
    issues.invalid(at, path, "'~/sky_workdir' is where the workdir goes; name a path inside it.");
  }
  return issues.count === before;
}

/** With variables filled in. A secret's value in a path would end up in lists and logs: refused. */
function filled(
  text: string,
  { envs, inlineSecrets }: Environment,
  at: { line: number; column: number },
  path: string,
  issues: Issues,
): string | null {
  const secret = namesIn(text).find((name) => inlineSecrets.has(name) && !envs.has(name));
  if (secret !== undefined) {
    issues.unsupported(at, path, "'{{name}}' is a secret, and Trainyard keeps secrets out of paths.", {
      name: shorten(secret),
    });
    return null;
  }
  const result = fillIn(text, envs);
  if (!result.includes('\0')) return result;
  issues.invalid(at, path, 'A path cannot hold a NUL character.');
  return null;
}
