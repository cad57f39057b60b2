import type { TaskSpec } from '#shared/domain/spec.ts';
import { entryOf, type Issues, isNull, wanted } from './issues.ts';
import { variableName } from './variables.ts';
import { environmentText, joinKey, type MapNode, shorten } from './yaml-tree.ts';

export interface Environment {
  envs: Map<string, string>;
  secretNames: string[];
  /** Values that stand in the file itself. They never leave this module's callers' memory. */
  inlineSecrets: Map<string, string>;
}

/** `envs:`, `secrets:` and `managed_secrets:` with what the launch gives on top. A null env without a value is a mistake. */
export function readEnvironment(
  task: MapNode,
  given: Readonly<Record<string, string>>,
  issues: Issues,
): Environment {
  const { names, values } = readSecrets(task, issues);
  const managed = readManagedSecrets(task, issues);
  const secretNames = [...new Set([...names, ...managed])];
  const envs = readEnvs(task, given, issues);
  return { envs, secretNames, inlineSecrets: values };
}

function readEnvs(
  task: MapNode,
  given: Readonly<Record<string, string>>,
  issues: Issues,
): Map<string, string> {
  const envs = new Map<string, string>();
  const entry = entryOf(task, 'envs');
  if (entry !== null && entry.value.kind !== 'map') {
    issues.invalid(entry.value, 'envs', wanted('a mapping of names to values', entry.value));
  }
  const entries = entry?.value.kind === 'map' ? entry.value.entries : [];
  for (const { key, at, value } of entries) {
    const path = joinKey('envs', key);
    const override = Object.hasOwn(given, key) ? given[key] : undefined;
    if (!variableName.test(key)) {
      issues.invalid(
        at,
        path,
        "'{{name}}' cannot be the name of an environment variable: letters, digits and _ only.",
        { name: shorten(key) },
      );
    } else if (override !== undefined) envs.set(key, override);
    else if (isNull(value)) {
      issues.invalid(at, path, "'{{name}}' has no value. Give it one here or with --env {{name}}=…", {
        name: shorten(key),
      });
    } else envs.set(key, environmentText(value));
  }
  for (const [key, value] of Object.entries(given)) if (variableName.test(key)) envs.set(key, value);
  return envs;
}

const reference = 'secrets:';
const scopes = /^(?:personal|workspace|global)\./;

function readSecrets(task: MapNode, issues: Issues): { names: string[]; values: Map<string, string> } {
  const entry = entryOf(task, 'secrets');
  const names: string[] = [];
  const values = new Map<string, string>();
  if (entry === null) return { names, values };
  const { value } = entry;
  if (value.kind === 'scalar') {
    issues.invalid(value, 'secrets', wanted('a mapping of names, or a list like [secrets:HF_TOKEN]', value));
    return { names, values };
  }
  if (value.kind === 'list') {
    value.items.forEach((item, index) => {
      const text = item.kind === 'scalar' ? item.text : '';
      if (text.startsWith(reference)) addName(names, text, item, `secrets[${index}]`, issues);
      else issues.invalid(item, `secrets[${index}]`, "In a list, a secret is written 'secrets:NAME'.");
    });
    return { names, values };
  }
  for (const { key, at, value: secret } of value.entries) {
    const path = joinKey('secrets', key);
    if (key.startsWith(reference) && !isNull(secret)) {
      issues.invalid(at, path, "A 'secrets:NAME' refers to a secret kept elsewhere and has no value here.");
      continue;
    }
    addName(names, key, at, path, issues);
    if (!isNull(secret)) values.set(key, environmentText(secret));
  }
  return { names, values };
}

function addName(
  names: string[],
  text: string,
  at: { line: number; column: number },
  path: string,
  issues: Issues,
): void {
  const name = text.replace(/^secrets:/, '').replace(scopes, '');
  if (variableName.test(name)) names.push(name);
  else
    issues.invalid(at, path, "'{{name}}' cannot be the name of a secret: letters, digits and _ only.", {
      name: shorten(name),
    });
}

function readManagedSecrets(task: MapNode, issues: Issues): string[] {
  const entry = entryOf(task, 'managed_secrets');
  const names: string[] = [];
  if (entry === null) return names;
  if (entry.value.kind !== 'list') {
    issues.invalid(entry.value, 'managed_secrets', wanted('a list of names', entry.value));
    return names;
  }
  entry.value.items.forEach((item, index) => {
    const path = `managed_secrets[${index}]`;
    if (item.kind === 'scalar' && item.type === 'string') addName(names, item.text, item, path, issues);
    else if (item.kind === 'map' && item.entries.length === 1) {
      issues.unsupported(
        item,
        path,
        'Trainyard gives secrets to a run as environment variables only, not as files.',
      );
    } else issues.invalid(item, path, wanted('a name, or one name with its settings', item));
  });
  return names;
}

/** Where and how a run is started: what `runEnvironment` needs to know. */
export interface RunPlace {
  /** Addresses of its machines, the first being the head. */
  nodeIps: readonly string[];
  gpusPerNode: number;
  /** Names this launch: `runId-epoch` or the like. */
  taskId: string;
  nodeRank?: number;
}

/**
 * The environment of `setup` and `run` without secrets: the task's `envs` and the variables that SkyPilot promises to
 * task files. A task's own env never overrides those.
 */
export function runEnvironment(spec: TaskSpec, place: RunPlace): Record<string, string> {
  const rank = String(place.nodeRank ?? 0);
  const ips = place.nodeIps.join('\n');
  const gpus = String(place.gpusPerNode);
  const nodes = String(place.nodeIps.length);
  return {
    ...spec.envs,
    SKYPILOT_NUM_NODES: nodes,
    SKYPILOT_NODE_IPS: ips,
    SKYPILOT_NODE_RANK: rank,
    SKYPILOT_NUM_GPUS_PER_NODE: gpus,
    SKYPILOT_TASK_ID: place.taskId,
    SKYPILOT_SETUP_NODE_RANK: rank,
    SKYPILOT_SETUP_NODE_IPS: ips,
    SKYPILOT_SETUP_NUM_GPUS_PER_NODE: gpus,
  };
}
