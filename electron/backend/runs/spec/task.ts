import type { Told } from '#shared/domain/because.ts';
import type { TaskSpec } from '#shared/domain/spec.ts';
import type { TaskText } from '#shared/domain/task-sentences.ts';
import { readCheckpoint } from './checkpoint.ts';
import { readEnvironment } from './environment.ts';
import { entryOf, type Issues, refuseUnknownKeys, wanted } from './issues.ts';
import { readFileMounts, readWorkdir } from './places.ts';
import { intOf } from './python-scalars.ts';
import { readRecovery } from './recovery.ts';
import { noResources, readResources } from './resources.ts';
import { checkService, checkShape, poolShape } from './shapes.ts';
import { joinKey, type MapEntry, type MapNode, shorten, toPlain } from './yaml-tree.ts';

const keys = [
  'name',
  'workdir',
  'num_nodes',
  'resources',
  'file_mounts',
  'envs',
  'secrets',
  'managed_secrets',
  'setup',
  'run',
  'checkpoint',
  'recovery',
  'service',
  'pool',
  'volumes',
  'config',
  'inputs',
  'outputs',
  'event_callback',
  'api_server_access',
];
/** SkyPilot writes these itself. */
const internalKeys = ['file_mounts_mapping', 'volume_mounts', '_metadata'];

/** One document as a task. What is wrong goes to `issues`; the task then stands for what could be understood. */
export function readTask(task: MapNode, given: Readonly<Record<string, string>>, issues: Issues): TaskSpec {
  refuseUnknownKeys(task, [...keys, ...internalKeys], '', issues);
  const environment = readEnvironment(task, given, issues);
  const workdir = readWorkdir(task, environment, issues);
  const resources = entryOf(task, 'resources');
  const checkpoint = entryOf(task, 'checkpoint');
  const recovery = entryOf(task, 'recovery');
  const found = resources === null ? noResources : readResources(resources.value, issues);
  const spec: TaskSpec = {
    name: readName(task, issues),
    resources: {
      ...found,
      cloud: { ...found.cloud, ...estimates(task, issues), ...readConfig(task, issues) },
    },
    numNodes: readNodes(task, issues),
    workdir,
    fileMounts: readFileMounts(task, environment, workdir !== null, issues),
    envs: Object.fromEntries(environment.envs),
    secretNames: environment.secretNames,
    setup: readScript(task, 'setup', issues),
    run: readScript(task, 'run', issues),
    checkpoint: checkpoint === null ? null : readCheckpoint(checkpoint.value, issues),
    recovery: recovery === null ? null : readRecovery(recovery.value, issues),
  };
  refuseOtherKinds(task, issues);
  return spec;
}

/** Two letters or digits may have one or two of `.`, `_`, `-` between them. Linear on any input. */
const goodName = /^[a-zA-Z0-9]+(?:[._-]{1,2}[a-zA-Z0-9]+)*$/;

export function readName(task: MapNode, issues: Issues): string | null {
  const entry = entryOf(task, 'name');
  if (entry === null) return null;
  const { value } = entry;
  if (value.kind !== 'scalar' || value.type !== 'string') {
    issues.invalid(value, 'name', wanted('text', value));
    return null;
  }
  if (value.text.length <= 1000 && goodName.test(value.text)) return value.text;
  issues.invalid(
    value,
    'name',
    "'{{name}}' cannot be a name: letters and digits, with single or double dots, dashes and underscores between them.",
    { name: shorten(value.text) },
  );
  return null;
}

function readNodes(task: MapNode, issues: Issues): number {
  const entry = entryOf(task, 'num_nodes');
  if (entry === null) return 1;
  const { value } = entry;
  const nodes = value.kind === 'scalar' && value.type === 'int' ? Number(intOf(value.text)) : 0;
  if (!(nodes >= 1 && nodes <= 1_000_000)) {
    issues.invalid(value, 'num_nodes', wanted('a whole number, one or more', value));
    return 1;
  }
  if (nodes > 1) {
    issues.unsupported(
      entry.at,
      'num_nodes',
      'Trainyard runs a task on one machine; {{count}} nodes are not possible yet.',
      { count: nodes },
    );
  }
  return nodes;
}

function readScript(task: MapNode, key: 'setup' | 'run', issues: Issues): string | null {
  const entry = entryOf(task, key);
  if (entry === null) return null;
  const { value } = entry;
  if (value.kind === 'scalar' && value.type === 'string') {
    if (!value.text.includes('\0')) return value.text;
    issues.invalid(value, key, 'A script cannot hold a NUL character.');
  } else issues.invalid(value, key, wanted('a shell script', value));
  return null;
}

/** How much goes in and out: it helps SkyPilot choose a cloud and changes nothing about the run. */
function estimates(task: MapNode, issues: Issues): Record<string, unknown> {
  const found = ['inputs', 'outputs'].flatMap((key) => {
    const entry = entryOf(task, key);
    if (entry === null) return [];
    const isSize = ({ value }: MapEntry) =>
      value.kind === 'scalar' && (value.type === 'int' || value.type === 'float');
    const right =
      entry.value.kind === 'map' && entry.value.entries.length <= 1 && entry.value.entries.every(isSize);
    if (!right) issues.invalid(entry.value, key, wanted('one address with its size in GB', entry.value));
    return [[key, toPlain(entry.value)] as const];
  });
  return Object.fromEntries(found);
}

/** Sections of `config:` that say how a cloud or a cluster sets up the machines it gives. */
const configSections = [
  'docker',
  'nvidia_gpus',
  'ssh',
  'kubernetes',
  'azure',
  'gcp',
  'vast',
  'slurm',
  'active_workspace',
];

function readConfig(task: MapNode, issues: Issues): Record<string, unknown> {
  const entry = entryOf(task, 'config');
  if (entry === null) return {};
  if (entry.value.kind !== 'map') {
    issues.invalid(entry.value, 'config', wanted('a mapping', entry.value));
    return {};
  }
  for (const { key, at } of entry.value.entries) {
    const path = joinKey('config', key);
    if (key === 'hooks') issues.unsupported(at, path, 'Trainyard does not run hooks yet.');
    else if (!configSections.includes(key)) {
      issues.unsupported(at, path, "Trainyard does not know the setting '{{key}}' of 'config'.", {
        key: shorten(key),
      });
    }
  }
  return { config: toPlain(entry.value) };
}

function refuseOtherKinds(task: MapNode, issues: Issues): void {
  const service = entryOf(task, 'service');
  const pool = entryOf(task, 'pool');
  if (service !== null && pool !== null) {
    issues.invalid(pool.at, 'pool', "'service' and 'pool' cannot stand in the same task.");
  }
  const refuse = (key: string, message: TaskText, params: Told['params'] = {}) => {
    const entry = entryOf(task, key);
    if (entry !== null) issues.unsupported(entry.at, key, message, params);
  };
  if (service !== null) checkService(service.value, issues);
  if (pool !== null) checkShape(pool.value, poolShape, 'pool', issues);
  refuse('service', 'Trainyard runs training; it cannot serve a model yet.');
  refuse('pool', 'Trainyard has no pools of workers yet.');
  refuse('volumes', 'Trainyard cannot attach volumes yet.');
  refuse('event_callback', 'Trainyard does not run event callbacks yet.');
  for (const key of internalKeys) refuse(key, "'{{key}}' is for SkyPilot's own use; take it out.", { key });
  const access = entryOf(task, 'api_server_access');
  if (access === null) return;
  const right = access.value.kind === 'scalar' && access.value.type === 'bool';
  if (!right) issues.invalid(access.value, 'api_server_access', wanted('true or false', access.value));
  else if (toPlain(access.value) === true) {
    issues.unsupported(
      access.at,
      'api_server_access',
      'There is no SkyPilot API server for the run to talk to.',
    );
  }
}
