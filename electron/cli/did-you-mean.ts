/** Names that somebody may have meant: those nearest, at most three, none that is far away. */
export function nearest(given: string, names: readonly string[]): string[] {
  const wanted = plain(given);
  const most = Math.max(2, Math.floor(wanted.length / 3));
  const all = names
    .map((name) => {
      const known = plain(name);
      const within = wanted.length >= 3 && (known.includes(wanted) || wanted.includes(known));
      return { name, away: Math.min(distance(wanted, known), within ? 1 : most + 1) };
    })
    .filter(({ away }) => away <= most)
    .sort((a, b) => a.away - b.away || (a.name < b.name ? -1 : 1));
  return all
    .filter(({ away }) => away === all[0]?.away)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** "Did you mean A or B? "; '' where nothing is near. */
export function didYouMean(given: string, names: readonly string[]): string {
  const found = nearest(given, names);
  return found.length === 0 ? '' : `Did you mean ${found.join(' or ')}? `;
}

/** Without a maker's name before it, and without what people write differently. */
const plain = (name: string): string =>
  name
    .slice(name.lastIndexOf('/') + 1)
    .slice(0, 60)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** How many letters must be put in, taken out or changed (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const changed = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
