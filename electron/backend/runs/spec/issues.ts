import { because, several, type Told, toldOf } from '#shared/domain/because.ts';
import type { SpecIssue } from '#shared/domain/spec.ts';
import { type TaskText, task } from '#shared/domain/task-sentences.ts';
import type { MapEntry, MapNode, Position, YamlNode } from './yaml-tree.ts';
import { joinKey, shorten } from './yaml-tree.ts';

const mostShown = 100;

/** What was found wrong, in the order of the file. A file that is wrong a thousand times over is told the first hundred. */
export class Issues {
  readonly #list: SpecIssue[] = [];

  /** A mistake: SkyPilot would refuse it too, at once or when it starts the task. */
  invalid(at: Position, key: string, message: TaskText | Told, params: Told['params'] = {}): void {
    this.#add('invalid', at, key, toTold(message, params));
  }

  /** Right in SkyPilot, but not something that Trainyard can do yet. */
  unsupported(at: Position, key: string, message: TaskText | Told, params: Told['params'] = {}): void {
    this.#add('unsupported', at, key, toTold(message, params));
  }

  get count(): number {
    return this.#list.length;
  }

  sorted(): SpecIssue[] {
    return this.#list.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, mostShown);
  }

  #add(kind: SpecIssue['kind'], at: Position, key: string, told: Told): void {
    if (this.#list.length >= 1000) return;
    this.#list.push({ kind, key, line: at.line, column: at.column, ...toldOf(told) });
  }
}

const toTold = (text: TaskText | Told, params: Told['params'] = {}): Told =>
  typeof text === 'string' ? task(text, params) : text;

export const isNull = (node: YamlNode): boolean => node.kind === 'scalar' && node.type === 'null';

/** The entry of that name, unless it is null: SkyPilot treats `key:` with nothing after it as absent. */
export function entryOf(map: MapNode, key: string): MapEntry | null {
  const entry = map.entries.find((candidate) => candidate.key === key);
  return entry === undefined || isNull(entry.value) ? null : entry;
}

/** What to call a value in a message. */
export function nameOfType(node: YamlNode): Told {
  if (node.kind === 'map') return task('a mapping');
  if (node.kind === 'list') return task('a list');
  const text = shorten(node.text, 40);
  switch (node.type) {
    case 'null':
      return task('nothing');
    case 'bool':
      return task('the boolean {{text}}', { text });
    case 'int':
    case 'float':
      return task('the number {{text}}', { text });
    case 'timestamp':
      return task('the date {{text}} (put it in quotes to make it text)', { text });
    default:
      return task('the text "{{text}}"', { text });
  }
}

export const wanted = (what: TaskText | Told, node: YamlNode): Told =>
  task('This must be {{what}}, not {{value}}.', {
    ...because('what', toTold(what)),
    ...because('value', nameOfType(node)),
  });

/** The same with the nearest word that would have been right, where there is one. */
export const orNearest = (told: Told, nearest: string | null): Told =>
  nearest === null ? told : several([told, task("Did you mean '{{name}}'?", { name: nearest })]);

/** Names each key of `map` that is not in `known`, with the nearest one that is. */
export function refuseUnknownKeys(
  map: MapNode,
  known: readonly string[],
  path: string,
  issues: Issues,
): void {
  for (const { key, at } of map.entries) {
    if (known.includes(key)) continue;
    if (issues.count >= mostShown) return;
    const nearest = nearestOf(key, known);
    const unknown = { key: shorten(key), of: path };
    const told =
      path === ''
        ? task("'{{key}}' is not a key of a task.", unknown)
        : task("'{{key}}' is not a key of '{{of}}'.", unknown);
    issues.invalid(at, joinKey(path, key), orNearest(told, nearest));
  }
}

/** The candidate that a slip of the fingers separates from `word`, or null. */
export function nearestOf(word: string, candidates: readonly string[]): string | null {
  if (word.length > 60) return null;
  const lower = word.toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(lower.length / 3)) + 1;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    // Of two that are as near, the one that begins alike.
    const distance = editDistance(lower, other) - commonPrefix(lower, other) / 100;
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= a.length; row++) {
    rows[row] = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, at(row - 2, column - 2) + 1);
      }
      rows[row]?.push(cost);
    }
  }
  return at(a.length, b.length);
}
