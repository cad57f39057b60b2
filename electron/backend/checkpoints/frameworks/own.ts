import type { Recognised } from '../recogniser.ts';
import { stepOfName } from '../steps.ts';
import { nameOf, type TreeIndex } from '../tree-index.ts';
import { completeByStability, empty } from '../verdicts.ts';

/** What the user says finds the checkpoints: a pattern below the directory, or the lines that a command printed. */
export type OwnWay = { pattern: string } | { lines: readonly string[] };

/**
 * The user's own: each file or directory that the pattern fits, `{step}` standing for a whole number, `*` for any part of a name,
 * `**` for any directories. Or one per line "PATH [STEP]" of a command's output.
 */
export async function own(index: TreeIndex, way: OwnWay): Promise<Recognised[]> {
  const found = 'pattern' in way ? fitting(index, way.pattern) : listed(index, way.lines);
  return found.map(({ path, step, order }) => {
    const files = index.isDirectory(path) ? index.below(path) : [path];
    const bytes = files.reduce((sum, file) => sum + (index.entry(file)?.bytes ?? 0), 0);
    return {
      framework: 'own',
      path,
      step,
      order,
      files,
      problem: bytes === 0 ? empty() : null,
      verdict: completeByStability(),
    };
  });
}

interface Place {
  path: string;
  step: number | null;
  order: number | null;
}

function fitting(index: TreeIndex, pattern: string): Place[] {
  const expression = patternOf(pattern);
  return index.tree.entries.flatMap(({ path, kind }) => {
    if (kind !== 'file' && kind !== 'directory') return [];
    const match = expression.exec(path);
    if (!match) return [];
    const said = match.groups?.step;
    const named = stepOfName(nameOf(path));
    return [said === undefined ? { path, ...named } : { path, step: Number(said), order: Number(said) }];
  });
}

function listed(index: TreeIndex, lines: readonly string[]): Place[] {
  return lines.flatMap((line) => {
    const [, whole = '', said] = /^(.*?)(?:[\t ]+(\d{1,15}))?\s*$/.exec(line) ?? [];
    const exact = relative(index, line.trim());
    const path = exact ?? relative(index, whole);
    if (path === null) return [];
    if (exact === null && said !== undefined) return [{ path, step: Number(said), order: Number(said) }];
    return [{ path, ...stepOfName(nameOf(path)) }];
  });
}

/** A path as a command prints it, when it is one of the tree. */
function relative(index: TreeIndex, printed: string): string | null {
  const { root } = index.tree;
  const path = (printed.startsWith(`${root}/`) ? printed.slice(root.length + 1) : printed)
    .replace(/^(?:\.\/)+/, '')
    .replace(/\/+$/, '');
  const entry = path === '' ? undefined : index.entry(path);
  return entry?.kind === 'file' || entry?.kind === 'directory' ? path : null;
}

/** Bounded work whatever the pattern: stars within a part never cross a slash. */
export function patternOf(pattern: string): RegExp {
  let named = false;
  const source = pattern
    .replace(/^\.?\/+/, '')
    .replace(/\/+$/, '')
    .split('/')
    .map((part) => {
      if (part === '**') return '(?:[^/]+/)*';
      const text = part.replace(/\{step\}|\*+|\?|[\\^$.+()[\]{}|]/g, (piece) => {
        if (piece === '{step}') {
          if (named) return '\\d{1,15}';
          named = true;
          return '(?<step>\\d{1,15})';
        }
        if (piece.startsWith('*')) return '[^/]*';
        return piece === '?' ? '[^/]' : `\\${piece}`;
      });
      return `${text}/`;
    })
    .join('')
    .replace(/\/$/, '');
  return new RegExp(`^${source}$`);
}
