/**
 * A predicate for copies: whether a path (a file, or a directory with all below it) is to be left alone because none of the
 * globs wants it. `*` and `?` stay within a name, `**` goes across directories.
 */
export function leaveAllBut(globs: readonly string[]): (path: string) => boolean {
  const patterns = globs.map((glob) =>
    glob
      .replace(/^(?:\.?\/+)+/, '')
      .replace(/\/+$/, '/**')
      .split('/'),
  );
  return (path) => {
    const parts = path.split('/');
    return !patterns.some((pattern) => fits(pattern, parts));
  };
}

/** Whether the path is named by the pattern, or is a directory that something named may lie in. */
function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  const [part, ...left] = parts;
  if (part === undefined) return true;
  if (first === undefined) return false;
  if (first === '**') return true;
  return matches(first, part) && (rest.length > 0 || left.length === 0) && fits(rest, left);
}

/** Star by star from the left: linear but for the stars, however hostile the name. */
function matches(glob: string, name: string): boolean {
  let [at, from, star, mark] = [0, 0, -1, 0];
  while (from < name.length) {
    if (at < glob.length && glob[at] !== '*' && (glob[at] === '?' || glob[at] === name[from])) {
      at += 1;
      from += 1;
    } else if (glob[at] === '*') {
      star = at;
      mark = from;
      at += 1;
    } else if (star >= 0) {
      at = star + 1;
      mark += 1;
      from = mark;
    } else return false;
  }
  while (glob[at] === '*') at += 1;
  return at === glob.length;
}
