import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseAllDocuments,
  type Scalar,
} from 'yaml';
import type { Told } from '#shared/domain/because.ts';
import { task } from '#shared/domain/task-sentences.ts';
import { boolOf, floatOf, intOf, pythonText, type ScalarType, typeOfPlain } from './python-scalars.ts';

/** 1-based; line 0 where there is none. */
export interface Position {
  line: number;
  column: number;
}

export interface ScalarNode extends Position {
  kind: 'scalar';
  type: ScalarType;
  text: string;
  /** Where the value stands in the file's text: [start, end). */
  range: [number, number];
}
export interface MapNode extends Position {
  kind: 'map';
  entries: readonly MapEntry[];
  weight: number;
}
export interface ListNode extends Position {
  kind: 'list';
  items: readonly YamlNode[];
  weight: number;
}
export type YamlNode = ScalarNode | MapNode | ListNode;
export interface MapEntry {
  key: string;
  at: Position;
  value: YamlNode;
}

export interface YamlProblem extends Position {
  key: string;
  told: Told;
}

export interface YamlTree {
  /** One per document; null for an empty one. Not to be used when there are problems. */
  documents: (YamlNode | null)[];
  problems: YamlProblem[];
}

export const maxTextLength = 1_000_000;
const maxDepth = 60;
/** Nodes of a document after its aliases are expanded: what an "alias bomb" makes huge. */
const maxWeight = 100_000;

/** Reads a YAML text into trees with positions. Never throws; aliases share nodes and are never copied. */
export function readYaml(text: string): YamlTree {
  const start = { line: 1, column: 1 };
  if (text.length > maxTextLength) {
    const told = task('The file is larger than {{most}} characters.', {
      most: maxTextLength.toLocaleString('en'),
    });
    return { documents: [], problems: [{ ...start, key: '', told }] };
  }
  const deep = tooDeep(text);
  if (deep !== null) {
    const at = positionOf(text, deep);
    return { documents: [], problems: [{ ...at, key: '', told: tooNested() }] };
  }
  const lines = new LineCounter();
  try {
    const parsed = parseAllDocuments(text, {
      lineCounter: lines,
      schema: 'failsafe',
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
      keepSourceTokens: false,
    });
    const documents = Array.isArray(parsed) ? parsed : [];
    const reader = new TreeReader(lines);
    const trees = documents.map((document) => reader.read(document));
    return { documents: trees, problems: reader.problems };
  } catch (error) {
    // A recursive parser met nesting that the scan above could not see.
    if (error instanceof RangeError) {
      return { documents: [], problems: [{ ...start, key: '', told: tooNested() }] };
    }
    throw error;
  }
}

const tooNested = (): Told => task('The file is nested more than {{most}} levels deep.', { most: maxDepth });

/** Offset where flow brackets or block indicators nest deeper than a parser should be asked to follow, or null. */
function tooDeep(text: string): number | null {
  let flow = 0;
  let block = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 10) block = 0;
    else if (char === 91 || char === 123) flow++;
    else if (char === 93 || char === 125) flow = Math.max(0, flow - 1);
    else if ((char === 45 || char === 63 || char === 58) && isBlank(text.charCodeAt(at + 1))) block++;
    if (flow > 1000 || block > 1000) return at;
  }
  return null;
}
const isBlank = (char: number): boolean => char === 32 || char === 9 || char === 10 || char === 13;

function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

/** Turns the library's documents into our trees: types as PyYAML gives them, duplicates and bombs refused. */
class TreeReader {
  readonly problems: YamlProblem[] = [];
  readonly #lines: LineCounter;
  #anchors = new Map<string, YamlNode>();

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  read(document: Document.Parsed): YamlNode | null {
    this.#anchors = new Map();
    for (const error of document.errors)
      this.#problem(error.pos[0], '', task('{{said}}', { said: firstLine(error.message) }));
    const contents = document.contents as ParsedNode | null;
    if (contents === null || document.errors.length > 0) return null;
    const node = this.#node(contents, '', 0);
    if (weightOf(node) > maxWeight) {
      this.problems.push({ line: node.line, column: node.column, key: '', told: bomb() });
      return null;
    }
    return node.kind === 'scalar' && node.type === 'null' ? null : node;
  }

  #node(node: unknown, path: string, depth: number): YamlNode {
    if (depth > maxDepth) return this.#nothing(node, path, tooNested());
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target !== undefined) return { ...target, ...this.#at(node) };
      return this.#nothing(
        node,
        path,
        task('There is no anchor &{{name}} before this alias.', { name: node.source }),
      );
    }
    const made = this.#made(node, path, depth);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, made);
    return made;
  }

  #made(node: unknown, path: string, depth: number): YamlNode {
    if (isScalar(node)) return this.#scalar(node, path);
    if (isMap(node)) {
      this.#refuseTag(node, path, ['tag:yaml.org,2002:map']);
      const entries = this.#entries(node.items, path, depth);
      return { kind: 'map', entries, weight: weigh(entries.map((entry) => entry.value)), ...this.#at(node) };
    }
    if (isSeq(node)) {
      this.#refuseTag(node, path, ['tag:yaml.org,2002:seq']);
      const items = node.items.map((item, index) => this.#node(item, `${path}[${index}]`, depth + 1));
      return { kind: 'list', items, weight: weigh(items), ...this.#at(node) };
    }
    return { kind: 'scalar', type: 'null', text: '', range: [0, 0], ...this.#at(node) };
  }

  #entries(items: readonly unknown[], path: string, depth: number): MapEntry[] {
    const own: MapEntry[] = [];
    const merged: MapEntry[] = [];
    const seen = new Map<string, Position>();
    for (const item of items) {
      if (!isPair(item)) continue;
      const keyNode = this.#node(item.key, path, depth + 1);
      if (keyNode.kind !== 'scalar') {
        this.#problem(
          offsetOf(item.key),
          path,
          task('A key must be plain text here, not a list or a mapping.'),
        );
        continue;
      }
      const key = keyNode.text;
      const at = { line: keyNode.line, column: keyNode.column };
      const value =
        item.value === null || item.value === undefined
          ? nullAt(at)
          : this.#node(item.value, joinKey(path, key), depth + 1);
      const entry = { key, at, value };
      if (key === '<<' && isScalar(item.key) && item.key.type === 'PLAIN') {
        merged.push(...this.#merge(entry, path));
        continue;
      }
      const earlier = seen.get(key);
      if (earlier !== undefined) {
        const told = task(
          "The key '{{key}}' stands here a second time; the first is on line {{first}}. Remove one of them.",
          { key: shorten(key), first: String(earlier.line) },
        );
        this.problems.push({ ...at, key: joinKey(path, key), told });
        continue;
      }
      seen.set(key, at);
      own.push(entry);
    }
    const fromMerge = new Map(merged.toReversed().map((entry) => [entry.key, entry]));
    return [...[...fromMerge.values()].filter((entry) => !seen.has(entry.key)), ...own];
  }

  /** `<<: *base` or `<<: [*a, *b]`: the first to name a key wins. */
  #merge(entry: MapEntry, path: string): readonly MapEntry[] {
    const sources = entry.value.kind === 'list' ? entry.value.items : [entry.value];
    return sources.flatMap((source) => {
      if (source.kind === 'map') return source.entries;
      const told = task("'<<' merges mappings: give it an alias of one, or a list of them.");
      this.problems.push({ ...entry.at, key: joinKey(path, '<<'), told });
      return [];
    });
  }

  #scalar(node: Scalar, path: string): ScalarNode {
    const text = String(node.value ?? '');
    const type = node.type === 'PLAIN' || node.type === undefined ? typeOfPlain(text) : 'string';
    const range: [number, number] = [node.range?.[0] ?? 0, node.range?.[1] ?? 0];
    const made: ScalarNode = { kind: 'scalar', type, text, range, ...this.#at(node) };
    if (node.tag === undefined) return made;
    const tagged = scalarTags.get(node.tag);
    if (tagged === undefined) this.#refuseTag(node, path, []);
    else if (tagged !== 'string' && typeOfPlain(text) !== tagged) {
      this.#problem(
        offsetOf(node),
        path,
        task("'{{text}}' is not what its tag {{tag}} says.", { text: shorten(text), tag: node.tag }),
      );
    }
    return { ...made, type: tagged ?? type };
  }

  #refuseTag(node: { tag?: string | undefined }, path: string, allowed: readonly string[]): void {
    if (node.tag === undefined || node.tag === '!' || allowed.includes(node.tag)) return;
    this.#problem(
      offsetOf(node),
      path,
      task('The tag {{tag}} cannot be used in a task file.', { tag: shorten(node.tag) }),
    );
  }

  #nothing(node: unknown, path: string, told: Told): ScalarNode {
    this.#problem(offsetOf(node), path, told);
    return { kind: 'scalar', type: 'null', text: '', range: [0, 0], ...this.#at(node) };
  }

  #problem(offset: number, key: string, told: Told): void {
    const { line, col } = this.#lines.linePos(offset);
    this.problems.push({ line: Math.max(line, 1), column: Math.max(col, 1), key, told });
  }

  #at(node: unknown): Position {
    const { line, col } = this.#lines.linePos(offsetOf(node));
    return { line, column: col };
  }
}

const bomb = (): Told =>
  task('Its aliases expand to more than {{most}} values.', { most: maxWeight.toLocaleString('en') });
const scalarTags = new Map<string, ScalarType>([
  ['!', 'string'],
  ['tag:yaml.org,2002:str', 'string'],
  ['tag:yaml.org,2002:int', 'int'],
  ['tag:yaml.org,2002:float', 'float'],
  ['tag:yaml.org,2002:bool', 'bool'],
  ['tag:yaml.org,2002:null', 'null'],
  ['tag:yaml.org,2002:timestamp', 'timestamp'],
]);

const nullAt = (at: Position): ScalarNode => ({
  kind: 'scalar',
  type: 'null',
  text: '',
  range: [0, 0],
  ...at,
});
const weightOf = (node: YamlNode): number => (node.kind === 'scalar' ? 1 : node.weight);
/** Saturates, so that a bomb's weight stays a number. */
const weigh = (nodes: readonly YamlNode[]): number =>
  Math.min(
    Number.MAX_SAFE_INTEGER / 4,
    nodes.reduce((sum, node) => sum + weightOf(node), 1),
  );
const firstLine = (message: string): string => message.split('\n', 1)[0] ?? message;

function offsetOf(node: unknown): number {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return range?.[0] ?? 0;
}

/** For messages: one line, no control characters, not endless. */
export function shorten(text: string, most = 60): string {
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
  return clean.length <= most ? clean : `${clean.slice(0, most - 1)}…`;
}

export const joinKey = (path: string, key: string): string =>
  path === '' ? shorten(key) : `${path}.${shorten(key)}`;

/** A scalar or tree as JSON would hold it; integers beyond what a number holds stay text. */
export function toPlain(node: YamlNode): unknown {
  if (node.kind === 'list') return node.items.map(toPlain);
  if (node.kind === 'map')
    return Object.fromEntries(node.entries.map((entry) => [entry.key, toPlain(entry.value)]));
  if (node.type === 'null') return null;
  if (node.type === 'bool') return boolOf(node.text);
  if (node.type === 'float') {
    const value = floatOf(node.text);
    return Number.isFinite(value) ? value : node.text;
  }
  if (node.type === 'int') {
    const value = Number(intOf(node.text));
    return Number.isSafeInteger(value) ? value : pythonText('int', node.text);
  }
  return node.text;
}

/** The text an environment variable gets from it, as Python's str() makes it. */
export function environmentText(node: YamlNode): string {
  if (node.kind === 'scalar') return pythonText(node.type, node.text);
  return pythonRepr(node);
}

function pythonRepr(node: YamlNode): string {
  if (node.kind === 'list') return `[${node.items.map(pythonRepr).join(', ')}]`;
  if (node.kind === 'map') {
    return `{${node.entries.map(({ key, value }) => `${pythonString(key)}: ${pythonRepr(value)}`).join(', ')}}`;
  }
  return node.type === 'string' ? pythonString(node.text) : pythonText(node.type, node.text);
}
function pythonString(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return text.includes("'") && !text.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`;
}
