import { quote } from '#backend/processes/index.ts';
import type { Told } from '#shared/domain/because.ts';
import type { TaskSpec } from '#shared/domain/spec.ts';
import type { Resume } from '../handover.ts';
import { appendArgument } from './append-argument.ts';
import { fillTemplate } from './fill-template.ts';

export interface Resumed {
  script: string;
  env: Record<string, string>;
  /** Why `checkpoint.resume.argument` could not be put into the script; the trainer is then not told. Null: it is told. */
  untold: Told | null;
}

const variable = /\$(?:TRAINYARD_RESUME\b|\{TRAINYARD_RESUME\b)/;

/**
 * The script of a task and what it finds in its environment when it goes on from a checkpoint (null: it begins), as
 * `checkpoint.resume` says. Pure.
 */
export function withResume(spec: TaskSpec, resume: Resume | null): Resumed {
  const script = spec.run ?? ':';
  const how = spec.checkpoint?.resume ?? {};
  // A script that names it must find it, also with `set -u`.
  if (resume === null)
    return { script, env: how.argument === undefined ? {} : { TRAINYARD_RESUME: '' }, untold: null };
  const { path, step } = resume;
  const env: Record<string, string> = {
    TRAINYARD_CHECKPOINT: path,
    TRAINYARD_CHECKPOINT_STEP: step === null ? '' : String(step),
  };
  if (how.env !== undefined) env[how.env] = path;
  if (how.command !== undefined) {
    return { script: fillTemplate(how.command, { checkpoint: path, step: step ?? '' }), env, untold: null };
  }
  if (how.argument === undefined) return { script, env, untold: null };
  env.TRAINYARD_RESUME = joined(how.argument, path);
  if (variable.test(script)) return { script, env, untold: null };
  const appended = appendArgument(script, joined(how.argument, quote(path)));
  return appended.ok ? { script: appended.script, env, untold: null } : { script, env, untold: appended.why };
}

/** `--resume PATH`; a name that ends in "=" takes its value without a blank. */
const joined = (name: string, path: string): string =>
  name.endsWith('=') ? `${name}${path}` : `${name} ${path}`;
