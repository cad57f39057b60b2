import { type Document, isMap, isScalar, parseDocument, Scalar } from 'yaml';

/** What the form of a new run holds. Empty texts and empty mappings mean "not said". */
export interface TaskForm {
  name?: string;
  workdir?: string;
  /** "A100:8" */
  accelerators?: string;
  cpus?: string;
  memory?: string;
  envs?: Record<string, string>;
  secretNames?: readonly string[];
  setup?: string;
  run?: string;
  checkpointPath?: string;
}

/**
 * The form as task YAML. Given the file it came from, only what the form changed is touched: comments, order and keys
 * that the form does not know stay. A file that is not YAML, or not one mapping, is written anew.
 */
export function renderTask(form: TaskForm, from = ''): string {
  try {
    return rendered(form, editable(from));
  } catch (error) {
    // The file is broken in a way that only writing it shows (an alias of nothing): it cannot be kept.
    if (from === '') throw error;
    return rendered(form, editable(''));
  }
}

function rendered(form: TaskForm, document: Document): string {
  const set = (path: readonly string[], value: unknown) => change(document, path, value);
  if (form.name !== undefined) set(['name'], form.name);
  if (form.workdir !== undefined) set(['workdir'], form.workdir);
  if (form.accelerators !== undefined) set(['resources', 'accelerators'], form.accelerators);
  if (form.cpus !== undefined) set(['resources', 'cpus'], form.cpus);
  if (form.memory !== undefined) set(['resources', 'memory'], form.memory);
  if (form.envs !== undefined) changeMap(document, 'envs', new Map(Object.entries(form.envs)));
  if (form.secretNames !== undefined) {
    changeMap(document, 'secrets', new Map(form.secretNames.map((name) => [name, null])));
  }
  if (form.setup !== undefined) set(['setup'], form.setup);
  if (form.run !== undefined) set(['run'], form.run);
  if (form.checkpointPath !== undefined) set(['checkpoint', 'path'], form.checkpointPath);
  return String(document.toString({ lineWidth: 0 }));
}

function editable(from: string): Document {
  const document = parseDocument(from, {
    version: '1.1',
    uniqueKeys: false,
    logLevel: 'silent',
    prettyErrors: false,
  });
  const usable = document.errors.length === 0 && (document.contents === null || isMap(document.contents));
  const chosen: Document = usable ? document : parseDocument('', { version: '1.1' });
  if (chosen.contents === null) chosen.contents = chosen.createNode({});
  return chosen;
}

function change(document: Document, path: readonly string[], value: unknown): void {
  const empty = value === '' || value === null;
  if (empty) {
    if (document.hasIn(path)) document.deleteIn(path);
    const parent = path.slice(0, -1);
    const holder = parent.length > 0 ? document.getIn(parent) : undefined;
    if (isMap(holder) && holder.items.length === 0) document.deleteIn(parent);
    return;
  }
  const [first] = path;
  if (path.length > 1 && first !== undefined && !isMap(document.get(first))) {
    document.set(first, document.createNode({}));
  }
  const existing = document.getIn(path, true);
  if (isScalar(existing) && String(existing.value) === value) return;
  document.setIn(path, textNode(String(value)));
}

/** Scripts of several lines as a block, everything else plain or quoted as it needs. */
function textNode(text: string): Scalar<string> {
  const node = new Scalar(text);
  if (text.includes('\n')) node.type = Scalar.BLOCK_LITERAL;
  return node;
}

function changeMap(document: Document, key: string, wanted: ReadonlyMap<string, string | null>): void {
  if (wanted.size === 0) {
    document.delete(key);
    return;
  }
  if (!isMap(document.get(key))) document.set(key, document.createNode({}));
  const map = document.get(key);
  if (!isMap(map)) return;
  for (const name of map.items.map((pair) =>
    isScalar(pair.key) ? String(pair.key.value) : String(pair.key),
  )) {
    if (!wanted.has(name)) map.delete(name);
  }
  for (const [name, value] of wanted) {
    if (value === null) {
      if (!map.has(name)) map.set(name, null);
    } else if (String(map.get(name)) !== value) map.set(name, textNode(value));
  }
}
