import type { TaskSpec } from '#shared/domain/spec.ts';
import { task } from '#shared/domain/task-sentences.ts';
import { entryOf, type Issues, refuseUnknownKeys, wanted } from './issues.ts';
import { boolOf, intOf } from './python-scalars.ts';
import { variableName } from './variables.ts';
import { joinKey, type MapEntry, type MapNode, type YamlNode } from './yaml-tree.ts';

type Checkpoint = NonNullable<TaskSpec['checkpoint']>;

/** Frameworks whose checkpoints Trainyard can tell complete from unfinished; `own` is for everything else. */
const frameworks = [
  'huggingface',
  'lightning',
  'torch',
  'torch-dcp',
  'deepspeed',
  'megatron',
  'nemo',
  'tensorflow',
  'keras',
  'orbax',
  'accelerate',
  'safetensors',
  'own',
];
const signals = ['USR1', 'USR2', 'TERM', 'INT', 'HUP', 'QUIT', 'ALRM', 'CONT'];
const signalsThatKill = ['KILL', 'STOP'];

/** `checkpoint:` — where a run keeps its saved states, how to ask for one and how to go on from one. */
export function readCheckpoint(node: YamlNode, issues: Issues): Checkpoint | null {
  const path = 'checkpoint';
  if (node.kind !== 'map') {
    issues.invalid(node, path, wanted('a mapping', node));
    return null;
  }
  const before = issues.count;
  refuseUnknownKeys(
    node,
    ['path', 'framework', 'every', 'request', 'resume', 'keep', 'elastic'],
    path,
    issues,
  );
  const directory = readText(node, 'path', path, issues);
  if (directory === null && entryOf(node, 'path') === null) {
    issues.invalid(
      node,
      joinKey(path, 'path'),
      "'checkpoint' needs a 'path': where the run saves its state.",
    );
  }
  const framework = readText(node, 'framework', path, issues)?.toLowerCase() ?? null;
  const frameworkEntry = entryOf(node, 'framework');
  if (framework !== null && frameworkEntry !== null && !frameworks.includes(framework)) {
    const words = frameworks.join(', ');
    issues.invalid(frameworkEntry.value, joinKey(path, 'framework'), 'This must be one of {{words}}.', {
      words,
    });
  }
  const every = readEvery(node, path, issues);
  const request = readRequest(node, path, issues);
  const resume = readResume(node, path, issues);
  const keep = readKeep(node, path, issues);
  const elastic = readElastic(node, path, issues);
  if (issues.count > before || directory === null) return null;
  return {
    path: directory,
    ...(framework === null ? {} : { framework }),
    ...(every === null ? {} : { every }),
    ...(request === null ? {} : { request }),
    ...(resume === null ? {} : { resume }),
    ...(keep === null ? {} : { keep }),
    ...(elastic === null ? {} : { elastic }),
  };
}

function readText(map: MapNode, key: string, path: string, issues: Issues): string | null {
  const entry = entryOf(map, key);
  if (entry === null) return null;
  const { value } = entry;
  if (value.kind === 'scalar' && value.type === 'string' && value.text.trim() !== '') return value.text;
  issues.invalid(value, joinKey(path, key), wanted('text', value));
  return null;
}

/** `500` (steps), `500 steps`, `10m`, `1h`. */
function readEvery(map: MapNode, path: string, issues: Issues): string | null {
  const entry = entryOf(map, 'every');
  if (entry === null) return null;
  const { value } = entry;
  const text = value.kind === 'scalar' ? value.text.trim() : '';
  if (/^[1-9]\d{0,11}(?:\s*(?:s|m|h|d|steps?|epochs?))?$/i.test(text)) return text;
  issues.invalid(
    value,
    joinKey(path, 'every'),
    wanted('a number of steps like 500, or a time like 10m', value),
  );
  return null;
}

function readRequest(map: MapNode, path: string, issues: Issues): NonNullable<Checkpoint['request']> | null {
  const block = readBlock(map, 'request', ['signal', 'command'], path, issues);
  if (block === null) return null;
  const key = joinKey(path, 'request');
  const command = readText(block.node, 'command', key, issues);
  const given = readText(block.node, 'signal', key, issues);
  if (given === null) {
    if (command === null)
      issues.invalid(block.entry.at, key, "Say a 'signal' or a 'command' that makes the run save.");
    return command === null ? null : { command };
  }
  const signal = given.toUpperCase().replace(/^SIG/, '');
  if (signals.includes(signal)) return { signal, ...(command === null ? {} : { command }) };
  const asked = { signal: signal.slice(0, 20), words: signals.join(', ') };
  const told = signalsThatKill.includes(signal)
    ? task('{{signal}} cannot ask a run to save: no program can answer it.', asked)
    : task('{{signal}} cannot ask a run to save: use one of {{words}}.', asked);
  issues.invalid(block.entry.at, joinKey(key, 'signal'), told);
  return null;
}

function readResume(map: MapNode, path: string, issues: Issues): NonNullable<Checkpoint['resume']> | null {
  const block = readBlock(map, 'resume', ['argument', 'env', 'command'], path, issues);
  if (block === null) return null;
  const key = joinKey(path, 'resume');
  const argument = readText(block.node, 'argument', key, issues);
  const env = readText(block.node, 'env', key, issues);
  const command = readText(block.node, 'command', key, issues);
  const envEntry = entryOf(block.node, 'env');
  if (env !== null && envEntry !== null && !variableName.test(env)) {
    issues.invalid(
      envEntry.value,
      joinKey(key, 'env'),
      wanted('the name of an environment variable', envEntry.value),
    );
  }
  return {
    ...(argument === null ? {} : { argument }),
    ...(env === null ? {} : { env }),
    ...(command === null ? {} : { command }),
  };
}

function readBlock(
  map: MapNode,
  key: string,
  known: readonly string[],
  path: string,
  issues: Issues,
): { node: MapNode; entry: MapEntry } | null {
  const entry = entryOf(map, key);
  if (entry === null) return null;
  if (entry.value.kind !== 'map') {
    issues.invalid(
      entry.value,
      joinKey(path, key),
      wanted(task('a mapping with {{keys}}', { keys: known.join(', ') }), entry.value),
    );
    return null;
  }
  refuseUnknownKeys(entry.value, known, joinKey(path, key), issues);
  return { node: entry.value, entry };
}

function readKeep(map: MapNode, path: string, issues: Issues): number | null {
  const entry = entryOf(map, 'keep');
  if (entry === null) return null;
  const { value } = entry;
  const keep = value.kind === 'scalar' && value.type === 'int' ? Number(intOf(value.text)) : 0;
  if (keep >= 1 && keep <= 1_000_000) return keep;
  issues.invalid(value, joinKey(path, 'keep'), wanted('how many checkpoints to keep, one or more', value));
  return null;
}

/** Whether the trainer can go on with another number of GPUs than it was saved with. */
function readElastic(map: MapNode, path: string, issues: Issues): boolean | null {
  const entry = entryOf(map, 'elastic');
  if (entry === null) return null;
  const { value } = entry;
  if (value.kind === 'scalar' && value.type === 'bool') return boolOf(value.text);
  issues.invalid(value, joinKey(path, 'elastic'), wanted('true or false', value));
  return null;
}
