/** OpenSSH's patterns (match.c): `*` any text, `?` one character; no other character is special. Linear in practice, never exponential. */
export function matchesPattern(text: string, pattern: string): boolean {
  let [t, p, star, retry] = [0, 0, -1, 0];
  while (t < text.length) {
    const char = pattern[p];
    if (char === '*') {
      star = p++;
      retry = t;
    } else if (char !== undefined && (char === '?' || char === text[t])) {
      p++;
      t++;
    } else if (star !== -1) {
      p = star + 1;
      t = ++retry;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** A comma-separated list with negation: any negated match refuses, otherwise one match is enough. */
export function matchesList(text: string, list: string): boolean {
  let found = false;
  for (const entry of list.split(',')) {
    const negated = entry.startsWith('!');
    if (!matchesPattern(text, negated ? entry.slice(1) : entry)) continue;
    if (negated) return false;
    found = true;
  }
  return found;
}

/** As matchesList, for host names: without regard to case. */
export const matchesHostList = (host: string, list: string): boolean =>
  matchesList(host.toLowerCase(), list.toLowerCase());

/** The words of a `Host` line: a negated match refuses at once. */
export function matchesHostLine(host: string, words: readonly string[]): boolean {
  let active = false;
  for (const word of words) {
    const negated = word.startsWith('!');
    if (!matchesPattern(host, negated ? word.slice(1) : word)) continue;
    if (negated) return false;
    active = true;
  }
  return active;
}
