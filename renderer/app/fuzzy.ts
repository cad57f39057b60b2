/**
 * How well a text answers what was typed, as people expect it of a finder: what begins with it comes first, then what has a
 * word that begins with it, then what contains it, then what has its letters in this order. Words may come in any order.
 */

/** 0: nothing was asked. Higher is better; null: it does not match. */
export function score(query: string, text: string): number | null {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return 0;
  const folded = fold(text);
  const whole = fold(query).trim();
  if (folded === whole) return 1200;
  let sum = folded.startsWith(whole) ? 300 : 0;
  for (const word of words) {
    const one = scoreWord(word, folded, text);
    if (one === null) return null;
    sum += one;
  }
  // Among equals the shorter one is meant.
  return sum / words.length - Math.min(40, text.length / 4);
}

/** The best of several texts; the first one counts in full, others (details, addresses) half. */
export function scoreAny(query: string, texts: readonly string[]): number | null {
  let best: number | null = null;
  for (const [index, text] of texts.entries()) {
    const one = score(query, text);
    if (one === null) continue;
    const weighed = index === 0 ? one : one / 2;
    if (best === null || weighed > best) best = weighed;
  }
  if (best !== null || texts.length < 2) return best;
  // "kite log": one word of the name, another of its detail.
  const together = score(query, texts.join(' '));
  return together === null ? null : together / 3;
}

const fold = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

const isBoundary = (folded: string, original: string, at: number) =>
  at === 0 ||
  !/[\p{L}\p{N}]/u.test(folded[at - 1] ?? ' ') ||
  // camelCase, where folding has kept the places.
  (folded.length === original.length &&
    /\p{Ll}/u.test(original[at - 1] ?? '') &&
    /\p{Lu}/u.test(original[at] ?? ''));

function scoreWord(word: string, folded: string, original: string): number | null {
  for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1)) {
    if (isBoundary(folded, original, at)) return 600 - Math.min(60, at);
  }
  const within = folded.indexOf(word);
  if (within >= 0) return 400 - Math.min(60, within);
  return scoreLetters(word, folded, original);
}

/** Letters in this order, better where they begin words or follow each other. Too scattered is no match. */
function scoreLetters(word: string, folded: string, original: string): number | null {
  let at = -1;
  let sum = 0;
  let first = -1;
  for (const letter of word) {
    const next = at + 1;
    if (folded[next] === letter && at >= 0) {
      sum += 12;
      at = next;
      continue;
    }
    let found = -1;
    for (let place = folded.indexOf(letter, next); place >= 0; place = folded.indexOf(letter, place + 1)) {
      if (isBoundary(folded, original, place)) {
        found = place;
        break;
      }
    }
    const begins = found >= 0;
    if (!begins) found = folded.indexOf(letter, next);
    if (found < 0) return null;
    sum += begins ? 14 : 2;
    if (first < 0) first = found;
    at = found;
  }
  return sum < word.length * 6 ? null : 100 + sum - Math.min(40, first);
}
