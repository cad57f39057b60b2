import {
  type Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  parse as parseYaml,
  Scalar,
  YAMLSeq,
} from 'yaml';
import { recoveryCauses } from '#shared/domain/recovery-causes.ts';

/** The task file as the form sees it. The YAML text stays the one truth: the form reads it, and changes only what was changed. */
export interface TaskForm {
  name: string;
  accelerators: string;
  cpus: string;
  memory: string;
  workdir: string;
  setup: string;
  run: string;
  /** One NAME=value a line. */
  envs: string;
  checkpointPath: string;
  checkpointFramework: string;
  checkpointEvery: string;
  requestSignal: string;
  requestCommand: string;
  resumeArgument: string;
  resumeEnv: string;
  keep: string;
  /** 'true' where the number of GPUs may change. */
  elastic: string;
  /** Causes with commas between; all of them where `recovery:` is there and does not say. */
  recoveryOn: string;
  recoveryMax: string;
  recoveryBackoff: string;
  exitCodes: string;
  /** same, any, or machines with commas between. */
  recoveryTo: string;
  /** 'true' where it asks first. */
  recoveryAsk: string;
}

const paths: Record<Exclude<keyof TaskForm, 'envs'>, string[]> = {
  name: ['name'],
  accelerators: ['resources', 'accelerators'],
  cpus: ['resources', 'cpus'],
  memory: ['resources', 'memory'],
  workdir: ['workdir'],
  setup: ['setup'],
  run: ['run'],
  checkpointPath: ['checkpoint', 'path'],
  checkpointFramework: ['checkpoint', 'framework'],
  checkpointEvery: ['checkpoint', 'every'],
  requestSignal: ['checkpoint', 'request', 'signal'],
  requestCommand: ['checkpoint', 'request', 'command'],
  resumeArgument: ['checkpoint', 'resume', 'argument'],
  resumeEnv: ['checkpoint', 'resume', 'env'],
  keep: ['checkpoint', 'keep'],
  elastic: ['checkpoint', 'elastic'],
  recoveryOn: ['recovery', 'on'],
  recoveryMax: ['recovery', 'max'],
  recoveryBackoff: ['recovery', 'backoff'],
  exitCodes: ['recovery', 'exit_codes'],
  recoveryTo: ['recovery', 'to'],
  recoveryAsk: ['recovery', 'ask'],
};
const numbers: readonly (keyof TaskForm)[] = ['cpus', 'memory', 'keep', 'recoveryMax'];
const booleans: readonly (keyof TaskForm)[] = ['elastic', 'recoveryAsk'];
const lists: readonly (keyof TaskForm)[] = ['recoveryOn', 'exitCodes', 'recoveryTo'];

function parse(yaml: string): Document | null {
  const document = parseDocument(yaml, { strict: false });
  if (document.errors.length > 0) return null;
  return document.contents === null || isMap(document.contents) ? document : null;
}

/** What the form shows, or null where the text is not a task it can show. */
export function readForm(yaml: string): TaskForm | null {
  const document = parse(yaml);
  if (!document) return null;
  const text = (path: string[]): string => {
    const value: unknown = document.getIn(path);
    if (value === undefined || value === null) return '';
    if (typeof value === 'object') return String(document.getIn(path, true)).trim();
    return String(value);
  };
  return {
    name: text(paths.name),
    accelerators: acceleratorsText(document),
    cpus: text(paths.cpus),
    memory: text(paths.memory),
    workdir: text(paths.workdir),
    setup: text(paths.setup),
    run: text(paths.run),
    envs: envPairs(document)
      .map(([name, value]) => `${name}=${value ?? ''}`)
      .join('\n'),
    checkpointPath: text(paths.checkpointPath),
    checkpointFramework: text(paths.checkpointFramework),
    checkpointEvery: text(paths.checkpointEvery),
    requestSignal: text(paths.requestSignal),
    requestCommand: text(paths.requestCommand),
    resumeArgument: text(paths.resumeArgument),
    resumeEnv: text(paths.resumeEnv),
    keep: text(paths.keep),
    elastic: text(paths.elastic),
    recoveryOn: causesText(document),
    recoveryMax: text(paths.recoveryMax),
    recoveryBackoff: text(paths.recoveryBackoff),
    exitCodes: listText(document, paths.exitCodes),
    recoveryTo: listText(document, paths.recoveryTo),
    recoveryAsk: text(paths.recoveryAsk),
  };
}

function listText(document: Document, path: string[]): string {
  const node = document.getIn(path, true);
  if (isSeq(node)) return node.items.map((item) => String(isScalar(item) ? item.value : item)).join(', ');
  const value: unknown = document.getIn(path);
  return value === undefined || value === null ? '' : String(value);
}

/** `recovery:` without `on` means every cause. */
function causesText(document: Document): string {
  const node = document.getIn(['recovery'], true);
  if (isMap(node) && !node.has('on') && node.items.length > 0) return recoveryCauses.join(', ');
  return listText(document, paths.recoveryOn);
}

function acceleratorsText(document: Document): string {
  const node = document.getIn(paths.accelerators, true);
  if (isMap(node)) return node.items.map((pair) => `${String(pair.key)}:${String(pair.value)}`).join(', ');
  const value: unknown = document.getIn(paths.accelerators);
  return value === undefined || value === null ? '' : String(value);
}

function envPairs(document: Document): [string, string | null][] {
  const node = document.getIn(['envs'], true);
  if (!isMap(node)) return [];
  return node.items.filter(isPair).map((pair) => {
    const value = isScalar(pair.value) ? pair.value.value : pair.value;
    return [
      String(isScalar(pair.key) ? pair.key.value : pair.key),
      value === null || value === undefined ? null : String(value),
    ];
  });
}

/** Variables that the task declares without a value: the launch has to give them. */
export function openVariables(yaml: string): string[] {
  const document = parse(yaml);
  return document ? envPairs(document).flatMap(([name, value]) => (value === null ? [name] : [])) : [];
}

/** The text with one field changed; comments and everything else stay as they are. An emptied field is taken out. */
export function writeField(yaml: string, field: keyof TaskForm, value: string): string {
  const document = parse(yaml);
  if (!document) return yaml;
  if (document.contents === null) document.contents = document.createNode({}) as Document['contents'];
  if (field === 'envs') writeEnvs(document, value);
  else writeText(document, field, value);
  return document.toString({ lineWidth: 0 });
}

function writeText(document: Document, field: Exclude<keyof TaskForm, 'envs'>, value: string): void {
  const path = paths[field];
  const parents = path.slice(0, -1).map((_, depth) => path.slice(0, depth + 1));
  // No cause at all is another thing than nothing said, as long as something else is said of recovery.
  if (value.trim() === '' && !(field === 'recoveryOn' && saysMore(document))) {
    if (document.hasIn(path)) document.deleteIn(path);
    for (const parent of parents.reverse()) {
      const node = document.getIn(parent, true);
      if (isMap(node) && node.items.length === 0) document.deleteIn(parent);
    }
    return;
  }
  for (const parent of parents) {
    if (!isMap(document.getIn(parent, true))) document.setIn(parent, document.createNode({}));
  }
  document.setIn(path, valueNode(document, field, value));
}

const saysMore = (document: Document): boolean => {
  const node = document.getIn(['recovery'], true);
  return isMap(node) && node.items.some((pair) => String(pair.key) !== 'on');
};

function valueNode(document: Document, field: keyof TaskForm, value: string): Node {
  if (numbers.includes(field) && /^\d+(\.\d+)?$/.test(value)) return document.createNode(Number(value));
  if (booleans.includes(field)) return document.createNode(value === 'true');
  const isList = lists.includes(field) && !(field === 'recoveryTo' && !value.includes(','));
  if (!isList) return textNode(value);
  const items = value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
  const list = new YAMLSeq();
  list.flow = true;
  list.items = items.map((item) => (/^\d+$/.test(item) ? document.createNode(Number(item)) : textNode(item)));
  return list;
}

/** A text that stays a text: task files are read by YAML 1.1, where yes, no, on, off and 1_000 are none. */
function textNode(text: string): Scalar<string> {
  const node = new Scalar(text);
  if (text.includes('\n')) node.type = 'BLOCK_LITERAL';
  else if (!isPlainText(text)) node.type = 'QUOTE_DOUBLE';
  return node;
}

function isPlainText(text: string): boolean {
  try {
    return parseYaml(text, { version: '1.1', logLevel: 'silent' }) === text;
  } catch {
    return false;
  }
}

function writeEnvs(document: Document, value: string): void {
  const before = new Map(envPairs(document));
  const pairs = value
    .split('\n')
    .map((line) => /^\s*([^=\s]+)\s*=(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name = '', given = '']): [string, string | null] => [
      name,
      given === '' && before.get(name) === null ? null : given,
    ]);
  if (pairs.length === 0) document.deleteIn(['envs']);
  else {
    const nodes = pairs.map(([name, given]) => [name, given === null ? null : textNode(given)]);
    document.setIn(['envs'], document.createNode(Object.fromEntries(nodes)));
  }
}
