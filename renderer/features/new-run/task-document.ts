import { type Document, isMap, isPair, isScalar, parseDocument, parse as parseYaml, Scalar } from 'yaml';

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
}

const paths: Record<Exclude<keyof TaskForm, 'envs'>, string[]> = {
  name: ['name'],
  accelerators: ['resources', 'accelerators'],
  cpus: ['resources', 'cpus'],
  memory: ['resources', 'memory'],
  workdir: ['workdir'],
  setup: ['setup'],
  run: ['run'],
};

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
  };
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
  if (value.trim() === '') {
    document.deleteIn(path);
    const parent = path.length > 1 ? document.getIn([path[0]], true) : null;
    if (isMap(parent) && parent.items.length === 0) document.deleteIn([path[0]]);
    return;
  }
  if (path.length > 1 && !isMap(document.getIn([path[0]], true)))
    document.setIn([path[0]], document.createNode({}));
  const plain =
    (field === 'cpus' || field === 'memory') && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  document.setIn(path, typeof plain === 'string' ? textNode(plain) : document.createNode(plain));
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
