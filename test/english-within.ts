import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAst } from 'vite';

/**
 * Finds English within what a page says by a code: a sentence of ours, or a part of one, that goes into the values of a code
 * as a text, where it stays as it is in every language. It must go in by `because` with a code of its own, and somebody
 * else's words by `quoted`. Looks at how values are made, over functions and files; knows no types.
 */

type Node = { type: string; start: number; end: number } & Record<string, unknown>;
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
const at = (node: unknown, key: string): Node | null => {
  const value = isNode(node) ? node[key] : null;
  return isNode(value) ? value : null;
};
const listAt = (node: unknown, key: string): Node[] => {
  const value = isNode(node) ? node[key] : null;
  return Array.isArray(value) ? value.filter(isNode) : [];
};
const isFunction = ({ type }: Node): boolean => type.startsWith('Function') || type.startsWith('Arrow');

function childrenOf(node: Node): Node[] {
  const found: Node[] = [];
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const each of value) if (isNode(each)) found.push(each);
    } else if (isNode(value)) found.push(value);
  }
  return found;
}

const nameOf = (node: unknown): string => (isNode(node) && typeof node.name === 'string' ? node.name : '');
const textOf = (node: unknown): string | null =>
  isNode(node) && node.type === 'Literal' && typeof node.value === 'string' ? node.value : null;

/** Names under which sentences travel: a plain value of such a name is taken for one, whatever it is made of. */
const sentenceNames = new Set(
  'why what how cause reason problem remedy fault guess complaint state needed have way'.split(' '),
);
/** What may be a text there all the same: identifiers, names that users gave, and places in a file. */
const plainByNature = new Set([
  'NOT_AVAILABLE.what',
  'STORE_ROW_DAMAGED.what',
  'CHECKPOINT_RANKS_MISSING.have',
]);

export interface Source {
  file: string;
  text: string;
}

/** The sources whose values reach a page: all but the command line, the words themselves, and what only shows them. */
export function sourcesOf(root: string): Source[] {
  return ['electron', 'shared', 'renderer'].flatMap((room) =>
    readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
      .map((name) => path.posix.join(room, name.replaceAll(path.sep, '/')))
      .filter((name) => /\.tsx?$/.test(name) && !/^(electron\/cli|renderer\/i18n)\//.test(name))
      .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') })),
  );
}

interface Made {
  node: Node;
  source: Source;
  around: readonly Node[];
}

/**
 * @param shown The values that each code's sentence shows, by its code.
 * @returns what was found, and the codes of all errors that are made there, with one place of each.
 */
export function englishWithin(
  sources: readonly Source[],
  shown: ReadonlyMap<string, ReadonlySet<string>>,
): { found: string[]; codes: Map<string, string> } {
  const reading = new Reading(sources, shown);
  return { found: reading.findings(), codes: reading.codes() };
}

class Reading {
  readonly #shown: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #objects: Made[] = [];
  /** Where codes are named: the first argument of an error, `code:` beside `params:`. */
  readonly #codes: Made[] = [];
  /** Functions and what is called by their names; methods too. */
  readonly #functions = new Map<string, Made[]>();
  readonly #calls = new Map<string, Made[]>();
  readonly #constants = new Map<string, Made[]>();
  /** By their files. */
  readonly #imported = new Map<string, Map<string, string>>();

  constructor(sources: readonly Source[], shown: ReadonlyMap<string, ReadonlySet<string>>) {
    this.#shown = shown;
    for (const source of sources) {
      const lang = source.file.endsWith('x') ? 'tsx' : 'ts';
      this.#visit(parseAst(source.text, { lang }) as unknown as Node, source, []);
    }
  }

  findings(): string[] {
    const found = new Set<string>();
    for (const made of this.#objects) {
      const codes = this.#codesOf(made);
      for (const property of listAt(made.node, 'properties')) {
        const name = nameOf(at(property, 'key'));
        const value = at(property, 'value');
        if (property.type !== 'Property' || value === null) continue;
        const code = codes.find((each) => this.#shown.get(each)?.has(name));
        if (code === undefined) continue;
        const isPlain = plainByNature.has(`${code}.${name}`);
        const what = this.#englishIn(value, made, 0) ?? (isPlain ? null : this.#plainIn(name, value));
        if (what !== null) found.add(`${placeOf(made, property)}: ${code} {{${name}}}: ${what}`);
      }
    }
    return [...found];
  }

  codes(): Map<string, string> {
    const codes = new Map<string, string>();
    for (const made of this.#codes) {
      for (const code of literalsIn(made.node)) if (isCode(code)) codes.set(code, placeOf(made, made.node));
    }
    return codes;
  }

  #visit(node: Node, source: Source, around: Node[]): void {
    const parent = around.at(-1);
    const made = (): Made => ({ node, source, around: [...around] });
    const code = node.type === 'ObjectExpression' ? codeIn(node) : null;
    if (code !== null && listAt(node, 'properties').some((each) => nameOf(at(each, 'key')) === 'params'))
      this.#codes.push({ ...made(), node: code });
    if (node.type === 'ObjectExpression' && isValues(node, parent, around)) this.#objects.push(made());
    else if (isFunction(node)) add(this.#functions, functionName(node, around), made());
    else if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      add(this.#calls, calledName(node), made());
      const [first] = listAt(node, 'arguments');
      if (calledName(node) === 'TrainyardError' && first) this.#codes.push({ ...made(), node: first });
    } else if (node.type === 'ImportSpecifier') {
      const names = this.#imported.get(source.file) ?? new Map<string, string>();
      const from = textOf(at(parent, 'source')) ?? '';
      this.#imported.set(source.file, names.set(nameOf(at(node, 'local')), fileOf(source.file, from)));
    } else if (node.type === 'VariableDeclarator') add(this.#constants, nameOf(at(node, 'id')), made());
    around.push(node);
    for (const child of childrenOf(node)) this.#visit(child, source, around);
    around.pop();
  }

  /** Those that the values are for: among the arguments beside them, or `code:` beside `params:`. All that are made by a name. */
  #codesOf(made: Made): string[] {
    const { node, around } = made;
    const beside = around.toReversed().find((each) => {
      if (/^(Call|New)Expression$/.test(each.type)) return true;
      return each.type === 'ObjectExpression' && each !== node && codeIn(each) !== null;
    });
    const texts =
      beside?.type === 'ObjectExpression'
        ? literalsIn(codeIn(beside) ?? beside)
        : listAt(beside, 'arguments')
            .filter(({ type }) => type !== 'ObjectExpression')
            .flatMap(literalsIn);
    const codes = texts.filter((text) => this.#shown.has(text));
    return codes.length > 0 ? codes : this.#codesAround(made);
  }

  /** All that its function names; all there are where it names none. */
  #codesAround({ source, around }: Made): string[] {
    const owner = around.findLast(isFunction);
    const text = owner === undefined ? source.text : source.text.slice(owner.start, owner.end);
    const codes = [...text.matchAll(/'([A-Z][A-Z0-9_]+)'/g)].map(([, code = '']) => code);
    const known = codes.filter((code) => this.#shown.has(code));
    return known.length > 0 ? known : [...this.#shown.keys()];
  }

  #plainIn(name: string, value: Node): string | null {
    if (!sentenceNames.has(name)) return null;
    if (textOf(value) === '' || (value.type === 'Literal' && typeof value.value !== 'string')) return null;
    return isSaidRight(value) ? null : 'a text under the name of a sentence: because() gives it its code';
  }

  /** The English that a value holds, or may hold; null: none that can be seen. */
  #englishIn(node: Node, where: Made, depth: number): string | null {
    if (depth > 7 || isSaidRight(node)) return null;
    const each = (nodes: readonly (Node | null)[]): string | null => {
      for (const one of nodes) {
        const found = one === null ? null : this.#englishIn(one, where, depth + 1);
        if (found !== null) return found;
      }
      return null;
    };
    switch (node.type) {
      case 'Literal':
        return isWordy(textOf(node) ?? '') ? `“${textOf(node)}”` : null;
      case 'TemplateLiteral': {
        const words = listAt(node, 'quasis').map((part) =>
          String((part.value as { cooked?: string }).cooked),
        );
        return isWordy(words.join('…')) ? `“${words.join('…')}”` : each(listAt(node, 'expressions'));
      }
      case 'ConditionalExpression':
        return each([at(node, 'consequent'), at(node, 'alternate')]);
      case 'LogicalExpression':
      case 'BinaryExpression':
        return each([at(node, 'left'), at(node, 'right')]);
      case 'ParenthesizedExpression':
      case 'TSAsExpression':
      case 'TSNonNullExpression':
      case 'ChainExpression':
        return each([at(node, 'expression')]);
      case 'ArrayExpression':
        return each(listAt(node, 'elements'));
      case 'MemberExpression':
        return nameOf(at(node, 'property')) === 'message' ? 'the message of something' : null;
      case 'CallExpression':
        return this.#englishOfCall(node, where, depth);
      case 'Identifier':
        return this.#englishOfName(nameOf(node), where, depth);
      default:
        return null;
    }
  }

  #englishOfCall(node: Node, where: Made, depth: number): string | null {
    const callee = at(node, 'callee');
    const on = callee?.type === 'MemberExpression' ? at(callee, 'object') : null;
    // "a b".slice(0, 9), [..].join(', '): what it is asked of.
    const ofIt = on === null ? null : this.#englishIn(on, where, depth + 1);
    if (ofIt !== null) return ofIt;
    for (const made of this.#functions.get(calledName(node)) ?? []) {
      if (!this.#isCallOf({ ...where, node }, made)) continue;
      for (const returned of returnsOf(made.node)) {
        const found = this.#englishIn(returned, { ...made, around: [...made.around, made.node] }, depth + 1);
        if (found !== null) return found;
      }
    }
    return null;
  }

  #englishOfName(name: string, where: Made, depth: number): string | null {
    for (const inner of where.around.toReversed()) {
      if (!isFunction(inner)) continue;
      const index = listAt(inner, 'params').findIndex((each) => parameterName(each) === name);
      if (index < 0) continue;
      const around = where.around.slice(0, where.around.indexOf(inner));
      return this.#englishOfArgument({ ...where, node: inner, around }, index, depth);
    }
    for (const made of this.#constants.get(name) ?? []) {
      if (made.source.file !== where.source.file) continue;
      const owner = made.around.findLast(isFunction);
      if (owner !== undefined && !where.around.includes(owner)) continue;
      const value = at(made.node, 'init');
      const found = value === null ? null : this.#englishIn(value, made, depth + 1);
      if (found !== null) return found;
    }
    return null;
  }

  /** What the calls of a function give it. */
  #englishOfArgument(made: Made, index: number, depth: number): string | null {
    for (const call of this.#calls.get(functionName(made.node, made.around)) ?? []) {
      if (!this.#isCallOf(call, made)) continue;
      const given = listAt(call.node, 'arguments')[index];
      const found = given === undefined ? null : this.#englishIn(given, call, depth + 1);
      if (found !== null) return `${found} from ${placeOf(call, call.node)}`;
    }
    return null;
  }

  /** By its name, here or imported; a method by `this`; one of several in an object by that object. */
  #isCallOf(call: Made, made: Made): boolean {
    const isHere = call.source.file === made.source.file;
    const callee = at(call.node, 'callee');
    const parent = made.around.at(-1);
    if (callee?.type !== 'MemberExpression') {
      const isFree = parent?.type !== 'MethodDefinition' && parent?.type !== 'Property';
      return isFree && (isHere || this.#imports(call.source, nameOf(callee), made.source));
    }
    const object = at(callee, 'object');
    if (object?.type === 'ThisExpression') return isHere && parent?.type === 'MethodDefinition';
    const owner = made.around.findLast(({ type }) => type === 'VariableDeclarator');
    if (parent?.type !== 'Property' || nameOf(at(owner, 'id')) !== nameOf(object)) return false;
    return isHere || this.#imports(call.source, nameOf(object), made.source);
  }

  /** From the file itself, or by the door of its room. */
  #imports(source: Source, name: string, { file }: Source): boolean {
    const from = this.#imported.get(source.file)?.get(name);
    if (from === undefined) return false;
    return from === file || (from.endsWith('/index.ts') && file.startsWith(from.slice(0, -8)));
  }
}

const rooms: Readonly<Record<string, string>> = {
  '#shared': 'shared',
  '#renderer': 'renderer',
  '#backend': 'electron/backend',
  '#headless': 'electron/headless',
};

function fileOf(importer: string, from: string): string {
  if (from.startsWith('.')) return path.posix.join(path.posix.dirname(importer), from);
  const [room = '', ...rest] = from.split('/');
  return [rooms[room] ?? room, ...rest].join('/');
}

const add = (map: Map<string, Made[]>, name: string, made: Made): void => {
  if (name === '') return;
  const list = map.get(name) ?? [];
  list.push(made);
  map.set(name, list);
};

const placeOf = ({ source }: Made, node: Node): string =>
  `${source.file}:${source.text.slice(0, node.start).split('\n').length}`;

const isCode = (text: string): boolean => /^[A-Z][A-Z0-9]*(_[A-Za-z0-9]+)+$/.test(text);
/** Two words of prose beside each other. */
const isWordy = (text: string): boolean => /(^|[^\w/.-])[A-Za-z]{2,} [a-z]{2,}([^\w/=-]|$)/.test(text);

/** Values by names: what is called `params`, or stands beside a code in a call. */
function isValues(node: Node, parent: Node | undefined, around: readonly Node[]): boolean {
  const name = nameOf(at(parent, 'key')) || nameOf(at(parent, 'id'));
  if (name === 'params') return true;
  const call = parent?.type === 'ConditionalExpression' ? around.at(-2) : parent;
  if (call === undefined || !/^(Call|New)Expression$/.test(call.type)) return false;
  return listAt(call, 'arguments').some((each) => each !== node && literalsIn(each).some(isCode));
}

const codeIn = (object: Node): Node | null => {
  const property = listAt(object, 'properties').find((each) => nameOf(at(each, 'key')) === 'code');
  return property === undefined ? null : at(property, 'value');
};

/** All texts in an expression, but for those in what it calls. */
function literalsIn(node: Node): string[] {
  const text = textOf(node);
  if (text !== null) return [text];
  if (node.type !== 'ConditionalExpression' && node.type !== 'LogicalExpression') return [];
  return ['consequent', 'alternate', 'left', 'right'].flatMap((key) => {
    const part = at(node, key);
    return part === null ? [] : literalsIn(part);
  });
}

const calledName = (node: Node): string => {
  const callee = at(node, 'callee');
  return callee?.type === 'MemberExpression' ? nameOf(at(callee, 'property')) : nameOf(callee);
};

function functionName(node: Node, around: readonly Node[]): string {
  const parent = around.at(-1);
  return nameOf(at(node, 'id')) || nameOf(at(parent, 'id')) || nameOf(at(parent, 'key'));
}

const parameterName = (node: Node): string =>
  node.type === 'AssignmentPattern' ? nameOf(at(node, 'left')) : nameOf(node);

/** What a function gives back, where it is an expression. */
function returnsOf(node: Node): Node[] {
  const body = at(node, 'body');
  if (body === null) return [];
  if (body.type !== 'BlockStatement') return [body];
  const found: Node[] = [];
  const look = (inner: Node): void => {
    if (isFunction(inner)) return;
    const value = inner.type === 'ReturnStatement' ? at(inner, 'argument') : null;
    if (value !== null) found.push(value);
    for (const child of childrenOf(inner)) look(child);
  };
  look(body);
  return found;
}

/** `quoted(…).message`, `plainLine(…)`: somebody else's words, marked as such. */
function isSaidRight(node: Node): boolean {
  const call = node.type === 'MemberExpression' ? at(node, 'object') : node;
  return call?.type === 'CallExpression' && ['quoted', 'plainLine'].includes(calledName(call));
}
